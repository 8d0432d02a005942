// Goal: what anti-entropy brings, when, and what it does not. Method: three nodes, n=3, q=2; nodes
// die, are cut off and come back.
#include <catch2/catch.hpp>

#include "store/replicate/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

TEST_CASE("a copy that was down gets what it missed once it is seen again", "[store][replicate]") {
    // couchdb.md 4, 12.3: no hints; mem3_sync_nodes.erl.
    SyncedCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.crash(2);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    cluster.driver.run_for(600s);
    REQUIRE(cluster.idle());   // Nobody waits for the dead.
    REQUIRE(cluster.leaves(2, "a") == 0);
    cluster.boot(2);
    cluster.driver.run_for(2s);
    REQUIRE(cluster.leaves(2, "a") == 1);
}

TEST_CASE("two writers' conflict reaches all copies five seconds later", "[store][replicate]") {
    // 4: sync_delay 5000 ms, sync_frequency 500 ms.
    SyncedCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.driver.run_for(20s);
    const auto a = cluster.begin_put(0, "a", R"({"by":"a"})");
    const auto b = cluster.begin_put(1, "a", R"({"by":"b"})");
    cluster.driver.run_for(4900ms);
    REQUIRE(cluster.leaves(0, "a") == 1);
    cluster.driver.run_for(700ms);
    for (std::size_t node = 0; node < 3; ++node) REQUIRE(cluster.leaves(node, "a") == 2);
    cluster.driver.run_for(60s);   // What was pushed is pushed back at most as a question.
    REQUIRE(cluster.idle());
    const std::uint64_t pushed = cluster.pushed();
    cluster.driver.run_for(600s);
    REQUIRE(cluster.pushed() == pushed);
}

TEST_CASE("a partition is noticed by the net tick, a killed process at once",
          "[store][replicate]") {
    // 3.4: 45 to 75 s. The write that waits for a silent copy is answered then.
    SyncedCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.crash(1);
    cluster.driver.run_for(1s);
    REQUIRE(!cluster.watches[0]->sees(1));
    cluster.boot(1);
    cluster.driver.run_for(16s);
    REQUIRE(cluster.watches[0]->sees(1));
    cluster.cut(0, 2);
    cluster.driver.run_for(44s);
    REQUIRE(cluster.watches[0]->sees(2));
    cluster.driver.run_for(32s);
    REQUIRE(!cluster.watches[0]->sees(2));
    REQUIRE(cluster.watches[1]->sees(2));
    REQUIRE(cluster.put(0, "a", "{}") == 201);   // The third node brings it to the cut one.
    cluster.driver.run_for(20s);
    REQUIRE(cluster.leaves(2, "a") == 1);
}

TEST_CASE("a node that slept through a database's making and another's end learns of both",
          "[store][replicate]") {
    // 3.4, 4: `_dbs` is replicated as databases are; mem3_shards.erl.
    SyncedCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    cluster.driver.run_for(2s);
    cluster.crash(2);
    REQUIRE(cluster.remove(0) == 202);
    REQUIRE(cluster.create(1) == 201);
    REQUIRE(cluster.put(1, "a", "{}") == 201);
    cluster.boot(2);
    cluster.driver.run_for(30s);
    REQUIRE(cluster.all[2].files.maps.size() == 1);
    REQUIRE(cluster.all[2].files.copies.size() == 2);
    REQUIRE(cluster.leaves(2, "a") == 1);
    cluster.crash(2);
    REQUIRE(cluster.remove(0) == 202);
    cluster.boot(2);
    cluster.driver.run_for(30s);
    for (const auto& node : cluster.all) {   // Its old map brought nothing back.
        REQUIRE(node.files.maps.empty());
        REQUIRE(node.files.copies.empty());
    }
}

TEST_CASE("a node that hears of a new database from its neighbour first makes no tombstone of it",
          "[store][replicate]") {
    // mem3_util:write_db_doc/3: what is in the desired state already is well.
    SyncedCluster cluster(3);
    auto made = SyncedCluster::awaited<store::StatusAnswer>();
    cluster.all[0].coordinator->create("orders", {.q = 2, .n = 3}, SyncedCluster::keep(made));
    while (cluster.all[0].files.maps.empty()) cluster.driver.run_for(10us);
    REQUIRE(cluster.all[1].files.maps.empty());
    cluster.all[1].replica->merge_maps(cluster.all[0].files);
    cluster.driver.run_for(1s);
    REQUIRE((*made)->status == 201);
    REQUIRE(cluster.all[1].files.removed.empty());
    cluster.driver.run_for(30s);
    for (const auto& node : cluster.all) REQUIRE(node.files.maps.size() == 1);
}

TEST_CASE("a database made anew in the second of its deletion stays", "[store][replicate]") {
    // mem3_sync.erl: `_dbs` is replicated by its revisions, and suffixes are of whole seconds.
    SyncedCluster cluster(3);
    const auto ask = [&](auto&& begin) {
        auto answer = SyncedCluster::awaited<store::StatusAnswer>();
        begin(*cluster.all[0].coordinator, answer);
        while (!*answer) cluster.driver.run_for(100us);
        return (*answer)->status;
    };
    const auto create = [](store::Coordinator& via, const Awaited<store::StatusAnswer>& answer) {
        via.create("orders", {.q = 2, .n = 3}, SyncedCluster::keep(answer));
    };
    REQUIRE(ask(create) == 201);
    const store::DatabaseList first = cluster.all[0].files;
    REQUIRE(ask([](auto& via, const auto& answer) {
                via.remove("orders", SyncedCluster::keep(answer));
            }) == 200);
    const store::DatabaseList without = cluster.all[0].files;
    REQUIRE(ask(create) == 201);
    const store::ShardMap& map = cluster.all[1].files.maps.at("orders");
    REQUIRE(map.suffix() == first.maps.at("orders").suffix());
    REQUIRE(map.revision().position() == 3);                    // Made, deleted, made.
    for (const store::DatabaseList& old : {first, without}) {   // News that come late.
        cluster.all[1].replica->merge_maps(old);
        REQUIRE(cluster.all[1].files.maps.at("orders").revision().position() == 3);
    }
    cluster.all[2].files.removed.clear();   // A node that heard of the first one alone,
    cluster.all[2].files.maps = first.maps;
    cluster.all[2].replica->merge_maps(cluster.all[1].files);   // and now of all of it.
    REQUIRE(cluster.all[2].files.maps.at("orders").revision().position() == 3);
}

TEST_CASE("a database of which one node hears twice is there once, and stays",
          "[store][replicate]") {
    // A push of `_dbs` overtakes the message that makes the database.
    SyncedCluster cluster(3);
    cluster.all[0].coordinator->create("orders", {.q = 2}, [](const auto&) {});
    while (cluster.all[0].files.maps.empty()) cluster.driver.run_for(1us);
    REQUIRE(cluster.all[1].files.maps.empty());
    cluster.all[1].replica->merge_maps(cluster.all[0].files);
    REQUIRE(cluster.all[1].files.maps.size() == 1);
    cluster.driver.run_for(60s);
    REQUIRE(cluster.idle());
    for (const auto& node : cluster.all) {
        CHECK(node.files.maps.size() == 1);
        CHECK(node.files.copies.size() == 2);
        CHECK(node.files.removed.empty());
    }
}

TEST_CASE("a purge that a copy slept through is not undone by that copy", "[store][replicate]") {
    // 1.4: purge infos go both ways before any change does; mem3_rep.erl, pull_purges, push_purges.
    SyncedCluster cluster(3);
    REQUIRE(cluster.create(0) == 201);
    REQUIRE(cluster.put(0, "a", "{}") == 201);
    cluster.driver.run_for(20s);
    const std::string first = cluster.get(0, "a").substr(4);
    cluster.crash(2);
    REQUIRE(purge(cluster, 0, "a", first).status == 201);
    cluster.boot(2);
    REQUIRE(cluster.leaves(2, "a") == 1);
    cluster.driver.run_for(60s);
    for (std::size_t node = 0; node < 3; ++node) REQUIRE(cluster.leaves(node, "a") == 0);
}

TEST_CASE("who follows changes repeats some when the copy it read from is gone, and misses none",
          "[store][replicate]") {
    // 6: at least once; fabric_view_changes:find_replacements/2, mem3_rep:find_source_seq/4.
    SyncedCluster cluster(3);
    REQUIRE(cluster.create(0, 1) == 201);
    for (const std::string id : {"a", "b", "c"}) REQUIRE(cluster.put(0, id, "{}") == 201);
    cluster.driver.run_for(20s);   // All copies have noted how far they pushed.
    const store::ChangesAnswer first = changes(cluster, 0);
    REQUIRE(first.rows.size() == 3);
    REQUIRE(changes(cluster, 1, {.since = first.last_seq}).rows.empty());   // Asks n0's copy.
    REQUIRE(cluster.put(0, "d", "{}") == 201);
    const store::ChangesAnswer second = changes(cluster, 0, {.since = first.last_seq});
    REQUIRE(second.rows.size() == 1);
    cluster.crash(0);
    const store::ChangesAnswer other = changes(cluster, 1, {.since = second.last_seq});
    REQUIRE(other.status == 200);
    REQUIRE(other.rows.size() == 1);   // "d" again: not from zero, from the last note.
    REQUIRE(other.rows[0].change.id.view() == "d");
    REQUIRE(changes(cluster, 1, {.since = other.last_seq}).rows.empty());
}

TEST_CASE("a node in maintenance is filled all the same; one that joins gets nothing",
          "[store][replicate]") {
    // 2, 12.19; src/docs/src/cluster/sharding.rst.
    SyncedCluster cluster(4);
    REQUIRE(cluster.create(0, 2, 3) == 201);
    cluster.driver.run_for(20s);
    std::size_t without = 0;
    std::size_t copies = 0;
    for (const auto& node : cluster.all) {
        copies += node.files.copies.size();
        without += node.files.copies.empty() ? 1 : 0;
    }
    REQUIRE(copies == 6);
    std::size_t holder = 0;
    while (cluster.all[holder].files.copies.size() < 2) ++holder;
    cluster.all[holder].replica->set_maintenance(store::Maintenance::on);
    REQUIRE(cluster.put(holder, "a", "{}") == 201);
    REQUIRE(cluster.leaves(holder, "a") == 0);
    cluster.driver.run_for(10s);
    REQUIRE(cluster.leaves(holder, "a") == 1);
}
