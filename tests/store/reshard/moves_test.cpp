// Goal: copies move and nodes join by an operator's hand alone. Method: a shard map and a list of
// members edited on one node, as PUT /_node/_local/_dbs/… and …/_nodes/… do.
#include <catch2/catch.hpp>

#include "store/reshard/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

constexpr std::string_view low = "00000000-7fffffff";

void edit(SplitCluster& cluster, std::size_t via, std::string_view range, const std::string& node,
          bool adds) {
    const store::ShardMap before = cluster.map(via);
    store::ShardMap map = before;
    const store::Range of = *store::Range::parse(range);
    REQUIRE((adds ? map.add_copy(of, node) : map.remove_copy(of, node)));
    map.edit_of(before);
    cluster.all[via].replica->store_map(map);
}

}   // namespace

TEST_CASE("a copy that is added is filled, and one that is taken away is asked no more",
          "[store][reshard]") {
    // src/docs/src/cluster/sharding.rst, "Moving a shard".
    SplitCluster cluster(4);
    REQUIRE(cluster.create(0, 1, 1) == 201);
    const std::string holder = cluster.map(0).copies().front().node;
    const std::size_t from = static_cast<std::size_t>(holder[1] - '0'), to = (from + 1) % 4;
    for (int i = 0; i < 10; ++i) REQUIRE(cluster.put(0, "doc" + std::to_string(i), "{}") == 201);
    REQUIRE(cluster.security(0) == 200);
    edit(cluster, 0, "00000000-ffffffff", cluster.members[to].node, true);
    cluster.driver.run_for(30s);
    REQUIRE(cluster.files(to) == "00000000-ffffffff");
    REQUIRE(cluster.all[to].files.copies.begin()->second.info().documents == 10);
    REQUIRE(cluster.all[to].files.copies.begin()->second.security());
    REQUIRE(cluster.map(3).n() == 2);
    edit(cluster, 0, "00000000-ffffffff", cluster.members[from].node, false);
    cluster.driver.run_for(30s);
    REQUIRE(cluster.map(from).copies_on(cluster.members[from].node).empty());
    REQUIRE(cluster.files(from) == "00000000-ffffffff");   // Until somebody deletes the file.
    cluster.crash(from);
    REQUIRE(cluster.put((from + 2) % 4, "later", "{}") == 201);
    REQUIRE(cluster.get((from + 2) % 4, "doc3").substr(0, 3) == "200");
}

TEST_CASE("two edits of one map on two sides of a cut keep both splits", "[store][reshard]") {
    SplitCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.driver.run_for(20s);
    for (int i = 0; i < 20; ++i) REQUIRE(cluster.put(0, "doc" + std::to_string(i), "{}") == 201);
    cluster.cut(0, 2);
    cluster.cut(1, 2);
    cluster.driver.run_for(100s);   // The net tick: each side takes itself for all that lives.
    cluster.split(0, low);
    cluster.split(2, "80000000-ffffffff");
    cluster.driver.run_for(60s);
    REQUIRE(cluster.state(0) == "completed completed");
    REQUIRE(cluster.state(2) == "completed completed");
    REQUIRE(cluster.map(0).revision() != cluster.map(2).revision());
    cluster.heal(0, 2);
    cluster.heal(1, 2);
    cluster.driver.run_for(200s);
    for (std::size_t node = 0; node < 3; ++node) {
        REQUIRE(cluster.map(node).revision() == cluster.map(0).revision());
        REQUIRE(cluster.map(node).ranges().size() == 6);
        REQUIRE(all_docs(cluster, node).rows.size() == 20);
    }
    for (int i = 0; i < 20; ++i) REQUIRE(cluster.tales_of("doc" + std::to_string(i)).size() == 1);
}

TEST_CASE("a member that joins gets nothing, and new databases use it", "[store][reshard]") {
    // src/docs/src/cluster/nodes.rst.
    SplitCluster cluster(4);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            cluster.all[i].files.members["n" + std::to_string(j)] =
                store::edited_member(nullptr, store::member_body(""));
        }
    }
    REQUIRE(cluster.create(0, 4, 3) == 201);
    cluster.driver.run_for(10s);
    REQUIRE(cluster.map(0).copies_on("n3").empty());
    cluster.all[1].replica->store_member("n3",
                                         store::edited_member(nullptr, store::member_body("z")));
    cluster.driver.run_for(20s);
    REQUIRE(cluster.all[0].files.has_member("n3"));
    REQUIRE(cluster.all[3].files.has_member("n0"));
    REQUIRE(cluster.map(3).copies_on("n3").empty());
    REQUIRE(cluster.remove(0) == 200);
    REQUIRE(cluster.create(0, 4, 3) == 201);
    REQUIRE(cluster.map(0).copies_on("n3").size() == 3);
    // It leaves again: its copies stay, and it is asked as before.
    const store::MemberDocument gone =
        store::edited_member(&cluster.all[0].files.members.at("n3"), store::member_body(""), true);
    cluster.all[0].replica->store_member("n3", gone);
    cluster.driver.run_for(20s);
    REQUIRE(!cluster.all[3].files.has_member("n3"));
    REQUIRE(cluster.map(0).copies_on("n3").size() == 3);
    REQUIRE(cluster.put(0, "a", "{}", "", 3) == 201);
}
