// Goal: what is answered when one database is made through several nodes at once, and which one
// there is then. Method: three nodes; requests begin in the same instant and meet on the way.
// Source: fabric_db_create:go/2, mem3_util:write_db_doc/3, couch_server:create/2.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "store/quorum/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

/// Begins to make the database through each of `via`; the answers, in order of their statuses.
std::vector<store::StatusAnswer> make_at_once(StoreCluster& cluster,
                                              const std::vector<std::size_t>& via, std::int64_t n) {
    std::vector<Awaited<store::StatusAnswer>> answers;
    for (const std::size_t node : via) {
        answers.push_back(StoreCluster::awaited<store::StatusAnswer>());
        cluster.all[node].coordinator->create("orders", {.q = 2, .n = n},
                                              StoreCluster::keep(answers.back()));
    }
    cluster.driver.run_for(1s);
    std::vector<store::StatusAnswer> out;
    for (const auto& answer : answers) {
        REQUIRE(answer->has_value());
        out.push_back(**answer);
    }
    std::sort(out.begin(), out.end(),
              [](const auto& a, const auto& b) { return a.status < b.status; });
    return out;
}

/// How many different maps the nodes have of it.
std::size_t maps(const StoreCluster& cluster) {
    std::set<std::string> out;
    for (const auto& node : cluster.all) {
        const store::ShardMap* map = node.files.map_of("orders");
        out.insert(map == nullptr ? "none" : map->revision().text());
    }
    return out.size();
}

}   // namespace

TEST_CASE("of those that make the same database at once one is told 201 at most",
          "[store][quorum]") {
    // Copies on all nodes: the maps are equal, and each finds files that another one made.
    const std::uint64_t seed = GENERATE(1, 2, 3, 4, 5);
    StoreCluster cluster(3, seed);
    for (const auto& answer : make_at_once(cluster, {0, 1, 2}, 3)) {
        REQUIRE((answer.status == 412 && answer.reason == "file_exists"));
    }
    REQUIRE(maps(cluster) == 1);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    REQUIRE(cluster.remove(1) == 200);

    const auto one_node = make_at_once(cluster, {1, 1}, 3);
    REQUIRE(one_node[0].status == 201);
    REQUIRE(one_node[1].status == 412);
    REQUIRE(maps(cluster) == 1);
}

TEST_CASE("who meets another database of that name is told of a conflict, and one of them stays",
          "[store][quorum]") {
    bool differed = false;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        StoreCluster cluster(3, seed);
        const auto answers = make_at_once(cluster, {0, 2}, 1);   // A copy of each range: anywhere.
        for (const auto& answer : answers) REQUIRE((answer.status != 202 && answer.status != 404));
        if (maps(cluster) == 1) continue;
        differed = true;
        REQUIRE(answers[1].status == 500);
        REQUIRE(answers[1].reason == "conflict");
        // Nodes tell each other what they know, in any order.
        for (const std::size_t a : {2U, 0U, 1U}) {
            const store::DatabaseList told = cluster.all[a].files;
            for (const std::size_t b : {1U, 2U, 0U}) cluster.all[b].replica->merge_maps(told);
        }
        REQUIRE(maps(cluster) == 1);
        REQUIRE(cluster.put(1, "a", "{}") == 201);
        REQUIRE(cluster.remove(2) == 200);
    }
    REQUIRE(differed);
}

TEST_CASE("what a node was told of before the request came is no file of somebody else's",
          "[store][quorum]") {
    StoreCluster cluster(3);
    auto answer = StoreCluster::awaited<store::StatusAnswer>();
    cluster.cut(0, 2);
    cluster.all[0].coordinator->create("orders", {.q = 2, .n = 3}, StoreCluster::keep(answer));
    cluster.driver.run_for(1s);
    REQUIRE_FALSE(answer->has_value());
    cluster.all[2].replica->merge_maps(cluster.all[1].files);
    cluster.heal(0, 2);
    cluster.driver.run_for(10s);
    REQUIRE(answer->has_value());
    REQUIRE((*answer)->status == 201);
}
