// Goal: what a client is told while nodes are missing: each row of couchdb.md 3.4 and the rules of
// 12 about reads and writes. Method: three nodes, n=3, q=2; a killed process is noticed at once, a
// cut is only silence.
#include <catch2/catch.hpp>

#include <set>

#include "store/quorum/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

const std::string first = "1-967a00dff5e02add41819138abb3284d";   // Of {}: a real node's.

}   // namespace

TEST_CASE("the table of 3.4, by how many of three nodes are down", "[store][quorum]") {
    // fabric_db_create.erl, fabric_db_delete.erl, fabric_db_meta.erl, fabric_doc_update.erl,
    // fabric_doc_open.erl.
    struct Row {
        std::size_t down;
        int create, security, put, put_all, put_one, remove;
    };
    const Row row = GENERATE(values<Row>({
        {0, 201, 200, 201, 201, 201, 200},
        {1, 201, 200, 201, 202, 201, 202},
        {2, 202, 500, 202, 202, 201, 202},
    }));
    CAPTURE(row.down);
    StoreCluster before(3);   // The database is older than the fault.
    REQUIRE(before.create(0) == 201);
    REQUIRE(before.put(0, "old", "{}") == 201);
    for (std::size_t i = 0; i < row.down; ++i) before.kill(2 - i);
    REQUIRE(before.security(0) == row.security);
    REQUIRE(before.put(0, "a", "{}") == row.put);
    REQUIRE(before.put(0, "b", "{}", "", 3) == row.put_all);
    REQUIRE(before.put(0, "c", "{}", "", 1) == row.put_one);
    REQUIRE(before.put(0, "old", "{}") == 409);    // Still 409: those alive agree.
    for (const std::uint32_t r : {1U, 2U, 3U}) {   // 12.1, 12.18: never an error.
        REQUIRE(before.get(0, "old", r) == "200 " + first);
    }
    REQUIRE(before.remove(0) == row.remove);

    StoreCluster after(3);
    for (std::size_t i = 0; i < row.down; ++i) after.kill(2 - i);
    REQUIRE(after.create(0) == row.create);
}

TEST_CASE("_revs_limit needs every copy and never learns that one is down", "[store][quorum]") {
    // 12.20; fabric_db_meta.erl, set_revs_limit/3: no rexi_monitor, so 60 s.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    REQUIRE(cluster.revs_limit(0, 1s) == 200);
    cluster.kill(2);
    REQUIRE(cluster.revs_limit(0, 59s) == 0);
    REQUIRE(cluster.revs_limit(0, 61s) == 500);
}

TEST_CASE("w greater than n is always 202, and r greater than n is n", "[store][quorum]") {
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    REQUIRE(cluster.put(0, "a", "{}", "", 4) == 202);
    REQUIRE(cluster.get(1, "a", 7) == "200 " + first);
}

TEST_CASE("no database for a zone that has no node", "[store][quorum]") {
    // couchdb.md 2; mem3_util:create_partition_map/5.
    StoreCluster cluster(3);
    auto answer = StoreCluster::awaited<store::StatusAnswer>();
    cluster.all[0].coordinator->create("orders", {.placement = {{"nowhere", 1}}},
                                       StoreCluster::keep(answer));
    REQUIRE(*answer);
    REQUIRE((*answer)->status == 500);
    REQUIRE((*answer)->reason == "no_nodes_in_zone");
    REQUIRE(cluster.put(0, "a", "{}") == 404);
}

TEST_CASE("with n=2 and one copy down, writes are 202", "[store][quorum]") {
    StoreCluster cluster(2);
    REQUIRE(cluster.create(0, 2, 3) == 201);   // n is silently reduced to the nodes there are.
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    cluster.kill(1);
    REQUIRE(cluster.put(0, "b", "{}") == 202);
}

TEST_CASE("a hung copy costs r=3 its minute, and r=2 nothing", "[store][quorum]") {
    // 12.18; default.ini, [fabric] request_timeout.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    cluster.cut(0, 2);
    REQUIRE(cluster.get(0, "a", 2) == "200 " + first);
    REQUIRE(cluster.get(0, "a", 3, 59s).empty());
    REQUIRE(cluster.get(0, "a", 3, 61s) == "500 timeout");
    const auto all = cluster.begin_put(0, "b", "{}", "", 3);
    cluster.driver.run_for(59s);
    REQUIRE(!*all);
    cluster.driver.run_for(2s);
    REQUIRE((*all)->status == 202);
}

TEST_CASE("no copy at all: 500 read_failure and 500", "[store][quorum]") {
    StoreCluster cluster(4);
    REQUIRE(cluster.create(0, 1, 1) == 201);
    std::size_t holder = 0;
    while (cluster.all[holder].files.copies.empty()) ++holder;
    const std::size_t other = (holder + 1) % 4;
    REQUIRE(cluster.put(other, "a", "{}") == 201);
    cluster.kill(holder);
    REQUIRE(cluster.get(other, "a") == "500 read_failure");
    REQUIRE(cluster.put(other, "b", "{}") == 500);
}

TEST_CASE("two coordinators, one document, two successes: a conflict in one cluster",
          "[store][quorum]") {
    // 12.2. Both reach their own copy first; the third copy decides who gets 201.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    const auto a = cluster.begin_put(0, "a", R"({"by":"a"})");
    const auto b = cluster.begin_put(1, "a", R"({"by":"b"})");
    cluster.driver.run_for(1s);
    const std::multiset<int> statuses{(*a)->status, (*b)->status};
    REQUIRE(statuses == std::multiset<int>{201, 202});
    // No copy knows of a conflict yet: each has one of the two. A read brings them together.
    REQUIRE(cluster.leaves(0, "a") == 1);
    REQUIRE(cluster.get(2, "a", 3).substr(0, 3) == "200");
    for (std::size_t node = 0; node < 3; ++node) REQUIRE(cluster.leaves(node, "a") == 2);
}

TEST_CASE("nobody hands a write over later, but a read repairs", "[store][quorum]") {
    // 12.3 no hinted handoff; fabric_doc_open.erl, read_repair/1.
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.kill(2);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    cluster.start(2);
    cluster.driver.run_for(60s);
    REQUIRE(cluster.leaves(2, "a") == 0);
    REQUIRE(cluster.get(2, "a", 3) == "200 " + first);
    REQUIRE(cluster.leaves(2, "a") == 1);
    REQUIRE(cluster.log.count(store::events::db_repair) == 1);
}

TEST_CASE("a crash takes what no commit covered, and no acknowledged write", "[store][quorum]") {
    StoreCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    const auto answer = cluster.begin_put(0, "a", "{}", "", 1);
    cluster.driver.run_for(100us);   // Its processor has it, its disk not.
    for (std::size_t node = 0; node < 3; ++node) cluster.kill(node);
    cluster.driver.run_for(1s);
    REQUIRE(!*answer);
    for (std::size_t node = 0; node < 3; ++node) {
        REQUIRE(cluster.leaves(node, "a") == 0);
        cluster.start(node);
    }
    REQUIRE(cluster.put(1, "a", "{}") == 201);
}

TEST_CASE("with the serialised start one of two writers gets 409", "[store][quorum]") {
    // 3.1: fabric_doc_update.erl after 3.5.2, [fabric] serialize_worker_startup.
    StoreCluster cluster(3, 1, {.serialized_start = true});
    REQUIRE(cluster.create(0) == 201);
    const auto a = cluster.begin_put(0, "a", R"({"by":"a"})");
    const auto b = cluster.begin_put(1, "a", R"({"by":"b"})");
    cluster.driver.run_for(1s);
    const std::multiset<int> statuses{(*a)->status, (*b)->status};
    REQUIRE(statuses == std::multiset<int>{201, 409});
    for (std::size_t node = 0; node < 3; ++node) REQUIRE(cluster.leaves(node, "a") == 1);
    REQUIRE(cluster.get(2, "a", 3).substr(0, 3) == "200");
    for (std::size_t node = 0; node < 3; ++node) REQUIRE(cluster.leaves(node, "a") == 1);

    cluster.kill(0);   // The copy that is asked first: the next one takes its place.
    REQUIRE(cluster.put(1, "b", "{}") == 201);
    REQUIRE(cluster.put(2, "b", "{}") == 409);
    cluster.kill(1);
    REQUIRE(cluster.put(2, "c", "{}") == 202);
}
