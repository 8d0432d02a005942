// Goal: the shard map says who holds a document, survives its journey through a document that
// anybody may edit, and changes only by an operator's hand. Method: a small map in full, the
// documents of fabric_db_create's and mem3_reshard_dbdoc's tests, random maps.
#include <catch2/catch.hpp>

#include <set>

#include "kernel/rng.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/shard/shard_map.h"

namespace glasshive::test {

using namespace store;

namespace {

ShardMap map_of(int nodes, const Spread& spread, bool partitioned = false) {
    std::vector<Member> members;
    for (int i = 1; i <= nodes; ++i) {
        members.push_back({.name = "node" + std::to_string(i) + "@127.0.0.1"});
    }
    const auto placed = place(members, spread, [](std::uint64_t bound) { return bound - 1; });
    return ShardMap("orders", 1415960794, partitioned, *std::get_if<std::vector<Copy>>(&placed));
}

std::variant<ShardMap, std::string> read(std::string_view text) {
    const json::Parsed parsed = json::parse(text);
    REQUIRE(parsed.ok());
    return ShardMap::read("orders", parsed.value.view());
}

ShardMap good(std::string_view text) {
    const auto map = read(text);
    REQUIRE(std::holds_alternative<ShardMap>(map));
    return *std::get_if<ShardMap>(&map);
}

std::string names(const std::vector<const Copy*>& copies) {
    std::string out;
    for (const Copy* copy : copies) {
        out += (out.empty() ? "" : " ") + copy->range.text().substr(0, 2) + ":" + copy->node;
    }
    return out;
}

}   // namespace

TEST_CASE("a new map is written as fabric_db_create writes it", "[store][shard]") {
    // make_document/3: changelog, nodes and ranges sorted.
    const std::string text = json::to_text(map_of(2, {.q = 2, .n = 2}).body().view());
    CHECK(text == R"({"shard_suffix":[46,49,52,49,53,57,54,48,55,57,52],"changelog":[)"
                  R"(["add","00000000-7fffffff","node1@127.0.0.1"],)"
                  R"(["add","00000000-7fffffff","node2@127.0.0.1"],)"
                  R"(["add","80000000-ffffffff","node1@127.0.0.1"],)"
                  R"(["add","80000000-ffffffff","node2@127.0.0.1"]],)"
                  R"("by_node":{"node1@127.0.0.1":["00000000-7fffffff","80000000-ffffffff"],)"
                  R"("node2@127.0.0.1":["00000000-7fffffff","80000000-ffffffff"]},)"
                  R"("by_range":{"00000000-7fffffff":["node1@127.0.0.1","node2@127.0.0.1"],)"
                  R"("80000000-ffffffff":["node1@127.0.0.1","node2@127.0.0.1"]},"props":{}})");
}

TEST_CASE("copies of a map share it until one of them is edited", "[store][shard]") {
    const ShardMap before = map_of(2, {.q = 2, .n = 2});
    const std::string text = json::to_text(before.body().view());
    ShardMap edited = before;
    CHECK(&edited.copies() == &before.copies());
    REQUIRE(edited.split_copy({0x80000000, UINT32_MAX}, "node1@127.0.0.1", 2));
    edited.edit_of(before);
    CHECK(edited.ranges().size() == 4);
    CHECK(edited.revision().position() == 2);
    CHECK(json::to_text(before.body().view()) == text);
    CHECK(before.ranges().size() == 2);
    CHECK(before.revision().position() == 1);
}

TEST_CASE("a shard is named after its range, database and birth", "[store][shard]") {
    const ShardMap map = map_of(1, {.q = 2});
    CHECK(map.shard_name({0x80000000, UINT32_MAX}) == "shards/80000000-ffffffff/orders.1415960794");
    const auto name = parse_shard_name("shards/00000000-1fffffff/a/b.c.1415960794");
    REQUIRE(name);   // Names of databases may have slashes.
    CHECK(name->database == "a/b.c");
    CHECK(name->suffix == ".1415960794");
    CHECK(name->range == Range{0, 0x1fffffff});
    for (const char* wrong :
         {"", "shards/", "shards/00000000-1fffffff", "orders.1415960794",
          "shards/00000000-1fffffff/orders", "shards/x/orders.1", "shards/00000000-1fffffff/.1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_shard_name(wrong));
    }
}

TEST_CASE("a document's copies stand in the map's order", "[store][shard]") {
    const ShardMap map = map_of(3, {.q = 2, .n = 2});
    // Dealt 8:1 8:2 0:3 0:1, then sorted by name.
    CHECK(names(map.copies_of("foo")) == "80:node1@127.0.0.1 80:node2@127.0.0.1");
    CHECK(names(map.copies_of("_design/x")) == "00:node1@127.0.0.1 00:node3@127.0.0.1");
    CHECK(map.n() == 2);
    CHECK(map.ranges().size() == 2);
    CHECK(map.copies_on("node1@127.0.0.1").size() == 2);
}

TEST_CASE("in a partitioned database a partition stays together", "[store][shard]") {
    const ShardMap map = map_of(3, {.q = 8, .n = 1}, true);
    const auto home = map.copies_of("foo:1");
    REQUIRE(home.size() == 1);
    for (int i = 2; i < 100; ++i) REQUIRE(map.copies_of("foo:" + std::to_string(i)) == home);
    CHECK(map.copies_of("foo").empty());   // No partition, no place.
    CHECK(good(json::to_text(map.body().view())).partitioned());
}

TEST_CASE("every document has n copies on distinct nodes, on every node the same",
          "[store][shard]") {
    kernel::Rng random(3, "map");
    for (int i = 0; i < 100; ++i) {
        const int nodes = static_cast<int>(1 + random.below(9));
        const Spread spread{.q = static_cast<std::uint32_t>(1 + random.below(16)),
                            .n = static_cast<std::int64_t>(1 + random.below(4))};
        const ShardMap map = map_of(nodes, spread);
        const ShardMap elsewhere = good(json::to_text(map.body().view()));
        CHECK(elsewhere.body() == map.body());
        CHECK(elsewhere.copies() == map.copies());
        const std::uint32_t n = effective_copies(spread.n, static_cast<std::size_t>(nodes));
        CHECK(map.n() == n);
        for (int k = 0; k < 20; ++k) {
            const std::string id = "doc" + std::to_string(random.below(1'000'000));
            const auto copies = map.copies_of(id);
            REQUIRE(copies.size() == n);
            std::set<std::string> distinct;
            for (const Copy* copy : copies) distinct.insert(copy->node);
            REQUIRE(distinct.size() == n);
            REQUIRE(names(elsewhere.copies_of(id)) == names(copies));
        }
    }
}

TEST_CASE("a copy is moved by hand: added, then removed", "[store][shard]") {
    // src/docs/src/cluster/sharding.rst, "Moving a shard".
    ShardMap map = map_of(2, {.q = 2, .n = 2});
    const Range lower{0, 0x7fffffff};
    const std::string before = names(map.copies_of("foo"));
    CHECK_FALSE(map.add_copy(lower, "node1@127.0.0.1"));   // It has one.
    CHECK(map.add_copy(lower, "node9@127.0.0.1"));
    CHECK(map.copies_of("_design/x").size() == 3);
    CHECK(map.n() == 2);   // The other range still has two.
    CHECK(map.remove_copy(lower, "node2@127.0.0.1"));
    CHECK_FALSE(map.remove_copy(lower, "node2@127.0.0.1"));
    CHECK(names(map.copies_of("_design/x")) == "00:node1@127.0.0.1 00:node9@127.0.0.1");
    CHECK(names(map.copies_of("foo")) == before);
    REQUIRE(map.changelog().size() == 6);
    CHECK(map.changelog()[4].kind == MapChange::Kind::add);
    CHECK(map.changelog()[5].kind == MapChange::Kind::remove);
    CHECK(good(json::to_text(map.body().view())).body() == map.body());
}

TEST_CASE("copies are split one by one, and both lengths serve meanwhile", "[store][shard]") {
    // mem3_reshard_dbdoc:update_shard_props/3; mem3_util:calculate_max_n/1.
    ShardMap map = map_of(2, {.q = 1, .n = 2});
    const Range whole{};
    CHECK_FALSE(map.split_copy(whole, "node9@127.0.0.1", 2));
    REQUIRE(map.split_copy(whole, "node1@127.0.0.1", 2));
    CHECK(names(map.copies_of("foo")) == "00:node2@127.0.0.1 80:node1@127.0.0.1");
    CHECK(map.n() == 2);
    CHECK(map.ranges().size() == 3);
    REQUIRE(map.split_copy(whole, "node2@127.0.0.1", 2));
    CHECK(names(map.copies_of("foo")) == "80:node1@127.0.0.1 80:node2@127.0.0.1");
    CHECK(map.n() == 2);
    CHECK(map.ranges().size() == 2);
    const std::string text = json::to_text(map.body().view());
    CHECK(text.find(R"(["split","00000000-ffffffff",2,"node1@127.0.0.1"])") != std::string::npos);
    CHECK(good(text).body() == map.body());
}

TEST_CASE("splits in any order end with the same map but for its log", "[store][shard]") {
    kernel::Rng random(4, "splits");
    ShardMap map = map_of(3, {.q = 2, .n = 3});
    for (int i = 0; i < 40; ++i) {
        const auto& copies = map.copies();
        const Copy copy = copies[random.below(copies.size())];
        const auto parts = static_cast<std::uint32_t>(2 + random.below(2));
        map.split_copy(copy.range, copy.node, parts);
        REQUIRE(map.n() >= 1);   // A node's own copies always make a ring.
        const auto hash = static_cast<std::uint32_t>(random.next());
        std::set<std::string> holders;
        for (const Copy* holder : map.copies_of(hash)) {
            REQUIRE(holders.insert(holder->node).second);
        }
        REQUIRE(holders.size() == 3);
    }
}

TEST_CASE("where by_node and by_range disagree, by_node counts", "[store][shard]") {
    // mem3_util:build_ordered_shards/2: somebody edited one of them.
    const ShardMap map = good(
        R"({"by_node":{"a":["00000000-ffffffff"]},"by_range":{"00000000-ffffffff":["b","a"]}})");
    CHECK(names(map.copies_of("foo")) == "00:a");
    const ShardMap same = good(R"({"by_node":{"a":["00000000-ffffffff"],"b":["00000000-ffffffff"]},
        "by_range":{"00000000-ffffffff":["b","a"]}})");
    CHECK(names(same.copies_of("foo")) == "00:b 00:a");   // In the order somebody wrote.
}

TEST_CASE("a map that is none says what is wrong", "[store][shard]") {
    const std::string text = GENERATE(
        values<std::string>({"[]", "{}", R"({"by_node":[]})", R"({"by_node":{"a":1}})",
                             R"({"by_node":{"a":[1]}})", R"({"by_node":{"a":["x"]}})",
                             R"({"by_node":{}})", R"({"by_node":{},"by_range":{"x":["a"]}})",
                             R"({"by_node":{},"by_range":{"00000000-ffffffff":[{}]}})"}));
    CAPTURE(text);
    CHECK(std::holds_alternative<std::string>(read(text)));
}

TEST_CASE("a log that nobody understands does no harm", "[store][shard]") {
    const ShardMap map = good(
        R"({"by_node":{"a":["00000000-ffffffff"]},"by_range":{"00000000-ffffffff":["a"]},
            "changelog":[1,[],["add"],["add",1,2],["add","x","a"],["shout","00000000-ffffffff","a"],
                         ["split","00000000-ffffffff",0,"a"],["add","00000000-ffffffff","a"]],
            "shard_suffix":[46,300],"props":{"partitioned":"yes"}})");
    CHECK(map.changelog().size() == 1);
    CHECK(map.suffix().empty());
    CHECK_FALSE(map.partitioned());
}

TEST_CASE("all nodes prefer the same copy and name the same owner", "[store][shard]") {
    // mem3_util:rotate_list/2: CRC-32 of the external term of {DbName, Key}, computed by hand.
    std::vector<Copy> copies;
    for (const char* node : {"a", "b", "c"}) {
        copies.push_back({{0, 0x7fffffff}, node});
        copies.push_back({{0x80000000, UINT32_MAX}, node});
    }
    const ShardMap map("db", 1, false, copies);
    CHECK(map.preferred(map.copies_of(0U))->node == "a");
    CHECK(map.preferred(map.copies_of(UINT32_MAX))->node == "b");
    CHECK(owner_of("db", "a", {"n3", "n1", "n2", "n1"}) == "n2");
    CHECK(owner_of("db", "b", {"n1", "n2", "n3"}) == "n3");
    CHECK(owner_of("db", "c", {"n1", "n2", "n3"}) == "n1");
}

}   // namespace glasshive::test
