// Goal: copies are dealt to nodes and zones as mem3 deals them, and losing nodes costs what the
// deal says. Method: the figures of exercises CDB-1 and CDB-2, counted; random clusters.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "kernel/rng.h"
#include "store/shard/node_state.h"
#include "store/shard/placement.h"

namespace glasshive::test {

using namespace store;

namespace {

std::vector<Member> nodes(int count, const std::string& zone = "") {
    std::vector<Member> members;
    for (int i = 1; i <= count; ++i) members.push_back({"node" + std::to_string(i), zone});
    return members;
}

const Draw last = [](std::uint64_t bound) { return bound - 1; };   // Leaves them where they are.

std::vector<Copy> dealt(const std::vector<Member>& members, const Spread& spread,
                        const Draw& draw = last) {
    const auto placed = place(members, spread, draw);
    REQUIRE(std::holds_alternative<std::vector<Copy>>(placed));
    return *std::get_if<std::vector<Copy>>(&placed);
}

std::vector<std::size_t> files_per_node(const std::vector<Copy>& copies) {
    std::map<std::string, std::size_t> files;
    for (const Copy& copy : copies) ++files[copy.node];
    std::vector<std::size_t> counts;
    for (const auto& [node, count] : files) counts.push_back(count);
    std::sort(counts.rbegin(), counts.rend());
    return counts;
}

/// Ranges of which no copy is left, in eighths.
std::size_t lost(const std::vector<Copy>& copies, const std::set<std::string>& down) {
    std::map<Range, bool> alive;
    for (const Copy& copy : copies) alive[copy.range] |= down.count(copy.node) == 0;
    return static_cast<std::size_t>(
        std::count_if(alive.begin(), alive.end(), [](const auto& it) { return !it.second; }));
}

}   // namespace

TEST_CASE("n times q files are dealt round, none twice to a node", "[store][shard]") {
    // Exercise CDB-1; mem3_util:create_partition_map/5.
    CHECK(files_per_node(dealt(nodes(3), {.q = 8, .n = 2})) == std::vector<std::size_t>{6, 5, 5});
    CHECK(files_per_node(dealt(nodes(4), {.q = 8, .n = 3})) ==
          std::vector<std::size_t>{6, 6, 6, 6});
    CHECK(dealt(nodes(2), {.q = 8, .n = 3}).size() == 16);   // n is at most the nodes, silently.
    CHECK(files_per_node(dealt(nodes(40), {.q = 8, .n = 3})).size() == 24);   // At most n*q help.
}

TEST_CASE("ranges are dealt from the last one down, beginning behind the draw", "[store][shard]") {
    // make_key_ranges/3 conses, so the last range comes first; choose_shards/3 rotates by 1..N.
    const auto first = [](const Draw& draw) {
        const std::vector<Copy> copies = dealt(nodes(3), {.q = 2, .n = 2}, draw);
        std::string out;
        for (const Copy& copy : copies) out += copy.range.text().substr(0, 1) + copy.node + " ";
        return out;
    };
    CHECK(first(last) == "8node1 8node2 0node3 0node1 ");
    CHECK(first([](std::uint64_t) { return 0; }) == "8node2 8node3 0node1 0node2 ");
}

TEST_CASE("nodes stand in the order of their names whoever names them", "[store][shard]") {
    // mem3_nodes:get_nodelist/0 sorts.
    std::vector<Member> members = nodes(5);
    const std::vector<Copy> copies = dealt(members, {.q = 4, .n = 3});
    std::reverse(members.begin(), members.end());
    CHECK(dealt(members, {.q = 4, .n = 3}) == copies);
}

TEST_CASE("a decommissioned node gets nothing new", "[store][shard]") {
    std::vector<Member> members = nodes(4);
    members[1].decommissioned = true;
    for (const Copy& copy : dealt(members, {.q = 8, .n = 3})) CHECK(copy.node != "node2");
}

TEST_CASE("losing nodes loses the ranges whose copies were all there", "[store][shard]") {
    // Exercise CDB-2: four nodes, q=8, n=2. There is no majority of nodes that would matter.
    const std::vector<Copy> copies = dealt(nodes(4), {.q = 8, .n = 2});
    CHECK(lost(copies, {"node1"}) == 0);
    std::vector<std::size_t> pairs;
    for (int a = 1; a <= 4; ++a) {
        for (int b = a + 1; b <= 4; ++b) {
            pairs.push_back(lost(copies, {"node" + std::to_string(a), "node" + std::to_string(b)}));
        }
    }
    std::sort(pairs.begin(), pairs.end());
    CHECK(pairs == std::vector<std::size_t>{0, 0, 0, 0, 4, 4});   // Mean one sixth of eight.
    CHECK(lost(copies, {"node1", "node2", "node3"}) == 4);
    const std::vector<Copy> three = dealt(nodes(4), {.q = 8, .n = 3});
    CHECK(lost(three, {"node1", "node2"}) == 0);
}

TEST_CASE("placement deals to each zone its own number of copies", "[store][shard]") {
    // mem3:choose_shards/2; couchdb.md 2.
    std::vector<Member> members = nodes(3, "z1");
    members.push_back({"other1", "z2"});
    members.push_back({"other2", "z2"});
    members.push_back({"nowhere", ""});
    const Spread spread{.q = 4, .placement = {{"z1", 2}, {"z2", 1}}};
    std::map<Range, std::map<char, int>> zones;
    for (const Copy& copy : dealt(members, spread)) ++zones[copy.range][copy.node[0]];
    CHECK(zones.size() == 4);
    for (const auto& [range, count] : zones)
        CHECK(count == std::map<char, int>{{'n', 2}, {'o', 1}});
    const auto nobody = place(members, {.q = 4, .placement = {{"z3", 1}}}, last);
    REQUIRE(std::holds_alternative<Refusal>(nobody));
    CHECK(std::get_if<Refusal>(&nobody)->reason == "no_nodes_in_zone");
    CHECK(std::holds_alternative<Refusal>(place({}, {}, last)));
}

TEST_CASE("a node in maintenance coordinates and serves nothing", "[store][shard]") {
    // couchdb.md 3.4; src/docs/src/config/couchdb.rst, maintenance_mode.
    const auto state = [](std::string_view word) {
        return NodeState{true, *parse_maintenance(word)};
    };
    CHECK((state("false").serves() && state("false").up()));
    CHECK((!state("true").serves() && !state("true").up()));
    CHECK((state("nolb").serves() && !state("nolb").up()));
    CHECK_FALSE(NodeState{false, Maintenance::off}.serves());
    CHECK_FALSE(parse_maintenance("yes"));
}

TEST_CASE("placement is written zone:copies with commas", "[store][shard]") {
    CHECK(parse_placement("z1:2,z2:1") == std::vector<ZoneCopies>{{"z1", 2}, {"z2", 1}});
    const std::string text = GENERATE(
        values<std::string>({"", ",", "z1", "z1:", ":2", "z1:x", "z1:2,z2", "z1:-1", "z1:1.5"}));
    CAPTURE(text);
    CHECK_FALSE(parse_placement(text));
}

TEST_CASE("a quorum is a majority of the copies", "[store][shard]") {
    // mem3:quorum/1; couchdb.md 3.
    CHECK(quorum_of(1) == 1);
    CHECK(quorum_of(2) == 2);
    CHECK(quorum_of(3) == 2);
    CHECK(quorum_of(4) == 3);
    CHECK(effective_copies(0, 3) == 1);
    CHECK(effective_copies(-5, 3) == 1);
    CHECK(effective_copies(9, 3) == 3);
}

TEST_CASE("any cluster is dealt fairly, and equal draws deal equally", "[store][shard]") {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        kernel::Rng random(seed, "placement");
        const int count = static_cast<int>(1 + random.below(12));
        const Spread spread{.q = static_cast<std::uint32_t>(1 + random.below(20)),
                            .n = static_cast<std::int64_t>(1 + random.below(5))};
        const std::uint64_t drawn = random.below(static_cast<std::uint64_t>(count));
        const Draw draw = [&](std::uint64_t) { return drawn; };
        const std::vector<Copy> copies = dealt(nodes(count), spread, draw);
        CAPTURE(seed, count, spread.q, spread.n);
        REQUIRE(copies == dealt(nodes(count), spread, draw));
        REQUIRE(copies.size() ==
                spread.q * effective_copies(spread.n, static_cast<std::size_t>(count)));
        std::set<std::pair<Range, std::string>> distinct;
        for (const Copy& copy : copies) {
            REQUIRE(distinct.insert({copy.range, copy.node}).second);
        }
        const std::vector<std::size_t> files = files_per_node(copies);
        REQUIRE(files.front() - files.back() <= 1);
    }
}

}   // namespace glasshive::test
