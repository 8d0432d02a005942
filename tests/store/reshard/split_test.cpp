// Goal: a split takes one node's copy of a range apart while the database is in use, and nothing
// that was acknowledged is lost, whatever the node does meanwhile. Method: three nodes, n=3, q=2; a
// range is split on one node or on all; nodes crash at each step.
#include <catch2/catch.hpp>

#include "store/reshard/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

constexpr std::string_view low = "00000000-7fffffff";
using Kind = store::reshard::ReshardRequest::Kind;

void fill(SplitCluster& cluster, int documents) {
    REQUIRE(cluster.create(0) == 201);
    std::vector<Awaited<store::WriteAnswer>> answers;
    for (int i = 0; i < documents; ++i) {
        answers.push_back(cluster.begin_put(0, "doc" + std::to_string(i), "{}"));
    }
    cluster.driver.run_for(20s);
    for (const auto& answer : answers) REQUIRE((*answer)->status == 201);
}

std::set<std::string> ids(const store::ChangesAnswer& answer) {
    std::set<std::string> out;
    for (const auto& row : answer.rows) out.insert(std::string(row.change.id.view()));
    return out;
}

}   // namespace

TEST_CASE("a split leaves two files where there was one, and only on its node",
          "[store][reshard]") {
    // mem3_reshard_job.erl; the other copies of the range stay whole until somebody splits them.
    SplitCluster cluster(3);
    fill(cluster, 100);
    const std::string id = cluster.split(1, low);
    REQUIRE(id.size() == 4 + 64);
    cluster.driver.run_for(30s);
    REQUIRE(cluster.state(1) == "completed completed");
    REQUIRE(cluster.files(1) == "00000000-3fffffff 40000000-7fffffff 80000000-ffffffff");
    REQUIRE(cluster.files(0) == "00000000-7fffffff 80000000-ffffffff");
    for (std::size_t node = 0; node < 3; ++node) {
        REQUIRE(cluster.map(node).ranges().size() == 4);
        REQUIRE(cluster.map(node).n() == 3);
        REQUIRE(cluster.map(node).revision() == cluster.map(0).revision());
        REQUIRE(all_docs(cluster, node).rows.size() == 100);
    }
    REQUIRE(cluster.map(0).revision().position() == 2);
    for (int i = 0; i < 100; ++i) {
        REQUIRE(cluster.tales_of("doc" + std::to_string(i)).size() == 1);
    }
    for (const auto& [shard, copy] : cluster.all[1].files.copies) {
        REQUIRE(violations(copy).empty());
    }
    REQUIRE(cluster.put(0, "after", "{}") == 201);
    REQUIRE(cluster.tales_of("after").size() == 1);
}

TEST_CASE("a job tells each step, the one after the other", "[store][reshard]") {
    SplitCluster cluster(3);
    fill(cluster, 10);
    cluster.split(2, low);
    cluster.driver.run_for(30s);
    std::string steps;
    for (const auto& line : cluster.job(2).history) {
        steps += std::string(text_of(line.state)) + ":" + line.detail + " ";
    }
    REQUIRE(steps == "new: running:initial_copy running:topoff1 running:build_indices "
                     "running:topoff2 running:copy_local_docs running:update_shardmap "
                     "running:wait_source_close running:topoff3 running:source_delete completed: ");
    REQUIRE(cluster.log.count(store::reshard::events::db_split) == 10);
    REQUIRE(cluster.log.count(store::reshard::events::db_map) == 1);
}

TEST_CASE("writers and readers notice nothing of a split on all nodes", "[store][reshard]") {
    SplitCluster cluster(3);
    fill(cluster, 300);
    for (std::size_t node = 0; node < 3; ++node) cluster.split(node, low);
    std::vector<std::pair<std::string, Awaited<store::WriteAnswer>>> writes;
    for (int i = 0; i < 400; ++i) {
        const std::string id = "new" + std::to_string(i);
        writes.emplace_back(id, cluster.begin_put(static_cast<std::size_t>(i) % 3, id, "{}"));
        cluster.driver.run_for(3ms);
    }
    cluster.driver.run_for(60s);
    for (std::size_t node = 0; node < 3; ++node) {
        REQUIRE(cluster.state(node) == "completed completed");
        REQUIRE(cluster.files(node) == "00000000-3fffffff 40000000-7fffffff 80000000-ffffffff");
        REQUIRE(cluster.map(node).ranges().size() == 3);
        REQUIRE(all_docs(cluster, node).rows.size() == 700);
    }
    for (const auto& [id, answer] : writes) {
        CAPTURE(id);
        REQUIRE((*answer)->status == 201);
        REQUIRE(cluster.tales_of(id).size() == 1);
        REQUIRE(*cluster.tales_of(id).begin() != "none");
    }
}

TEST_CASE("who follows changes goes on over a split without a gap and without repeats",
          "[store][reshard]") {
    // fabric_view_changes:find_split_shard_replacements/2; mem3_rep:find_split_target_seq/4.
    SplitCluster cluster(3);
    fill(cluster, 60);
    const store::ChangesAnswer middle = changes(cluster, 0, {.limit = 40});
    const store::ChangesAnswer before = changes(cluster, 0);
    REQUIRE(before.rows.size() == 60);
    for (std::size_t node = 0; node < 3; ++node) cluster.split(node, low);
    cluster.driver.run_for(30s);
    REQUIRE(cluster.map(0).ranges().size() == 3);
    REQUIRE(changes(cluster, 1, {.since = before.last_seq}).rows.empty());
    REQUIRE(cluster.put(1, "late", "{}") == 201);
    const store::ChangesAnswer after = changes(cluster, 2, {.since = before.last_seq});
    REQUIRE(after.rows.size() == 1);
    REQUIRE(changes(cluster, 0, {.since = after.last_seq}).rows.empty());
    // From the middle: all that was not told then, and perhaps more.
    std::set<std::string> seen = ids(middle);
    seen.merge(ids(changes(cluster, 0, {.since = middle.last_seq})));
    REQUIRE(seen.size() == 61);
}

TEST_CASE("local documents, purges and security come with a split", "[store][reshard]") {
    // couch_db_split:copy_local_docs/3; purges go as in any push.
    SplitCluster cluster(3);
    fill(cluster, 20);
    for (int i = 0; i < 8; ++i) put_local(cluster, 0, "_local/l" + std::to_string(i));
    const std::string first = cluster.get(0, "doc1").substr(4);
    REQUIRE(purge(cluster, 0, "doc1", first).status == 201);
    cluster.security(0);
    for (std::size_t node = 0; node < 3; ++node) cluster.split(node, low);
    cluster.driver.run_for(1ms);
    const std::string second = cluster.get(0, "doc2").substr(4);
    REQUIRE(purge(cluster, 0, "doc2", second).status == 201);
    cluster.driver.run_for(60s);
    REQUIRE(cluster.map(0).ranges().size() == 3);
    for (int i = 0; i < 8; ++i) {
        REQUIRE(get_local(cluster, 1, "_local/l" + std::to_string(i)).status == 200);
    }
    REQUIRE(cluster.get(0, "doc1") == "404 missing");
    REQUIRE(cluster.get(1, "doc2") == "404 missing");
    for (const auto& [shard, copy] : cluster.all[2].files.copies) REQUIRE(copy.security());
}

TEST_CASE("a node that crashes at any moment of a split goes on with it", "[store][reshard]") {
    // STATE_RESTART. Other nodes are written to meanwhile, through w = 2.
    std::set<std::string> crashed_at;
    for (int moment = 0; moment < 80; ++moment) {
        CAPTURE(moment);
        SplitCluster cluster(3, static_cast<std::uint64_t>(moment + 1));
        const auto step = static_cast<store::reshard::Step>(1 + moment % 10);
        fill(cluster, 200);
        store::reshard::ReshardRequest request;
        request.kind = Kind::start;
        request.shard = cluster.shard(1, low);
        cluster.resharders[1]->ask({1}, request, [](const auto&) {});
        std::vector<std::pair<std::string, Awaited<store::WriteAnswer>>> writes;
        const auto write = [&](int i) {
            const std::string id = "new" + std::to_string(i);
            writes.emplace_back(id, cluster.begin_put(i % 2 == 0 ? 0 : 2, id, "{}"));
        };
        for (int i = 0; cluster.jobs[1].jobs.empty() || cluster.job(1).step < step; ++i) {
            REQUIRE(i < 200'000);
            if (i % 100 == 0) write(i / 100);
            cluster.driver.run_for(10us);
        }
        cluster.driver.run_for(200us * (moment / 10));
        crashed_at.insert(cluster.state(1));
        cluster.crash(1);
        for (int i = 5000; i < 5010; ++i) write(i);
        cluster.driver.run_for(5s);
        cluster.boot(1);
        cluster.driver.run_for(90s);
        REQUIRE(cluster.state(1) == "completed completed");
        REQUIRE(cluster.files(1) == "00000000-3fffffff 40000000-7fffffff 80000000-ffffffff");
        for (const auto& [id, answer] : writes) {
            CAPTURE(id);
            REQUIRE(answer->has_value());
            REQUIRE(((*answer)->status == 201 || (*answer)->status == 202));
            REQUIRE(cluster.tales_of(id).size() == 1);
            REQUIRE(*cluster.tales_of(id).begin() != "none");
        }
    }
    REQUIRE(crashed_at.size() >= 9);
}

TEST_CASE("who still has the old map writes to the old file, and that comes along",
          "[store][reshard]") {
    // wait_source_close, topoff3: the edit that n0 sent before it heard of the map.
    SplitCluster cluster(3);
    fill(cluster, 50);
    const store::ShardMap old = cluster.map(0);
    cluster.split(1, low);
    while (cluster.state(1) != "running wait_source_close" &&
           cluster.state(1) != "running topoff3") {
        cluster.driver.run_for(100us);
    }
    cluster.all[0].files.maps.insert_or_assign("orders", old);
    std::vector<Awaited<store::WriteAnswer>> answers;
    for (int i = 0; i < 40; ++i) {
        answers.push_back(cluster.begin_put(0, "stale" + std::to_string(i), "{}"));
    }
    cluster.driver.run_for(60s);
    REQUIRE(cluster.state(1) == "completed completed");
    for (int i = 0; i < 40; ++i) {
        REQUIRE((*answers[static_cast<std::size_t>(i)])->status == 201);
        const auto tales = cluster.tales_of("stale" + std::to_string(i));
        REQUIRE(tales.size() == 1);
        REQUIRE(*tales.begin() != "none");
    }
}

TEST_CASE("what cannot be split is refused in CouchDB's words", "[store][reshard]") {
    // mem3_reshard_validate.erl, mem3_reshard:handle_call/3.
    SplitCluster cluster(3);
    fill(cluster, 600);
    const std::string missing = cluster.shard(0, "00000000-3fffffff");
    REQUIRE(cluster.split(0, "00000000-3fffffff") ==
            "error: {source_shard_not_found,<<\"" + missing + "\">>}");
    REQUIRE(cluster.split(0, "00000001-00000001") == "error: shard_range_cannot_be_split");
    const std::string id = cluster.split(0, low);
    REQUIRE(cluster.split(0, low) == "error: job_already_exists");
    cluster.driver.run_for(20s);
    cluster.resharders[0]->set_options({.max_jobs = 1});
    REQUIRE(cluster.split(0, "80000000-ffffffff") == "error: max_jobs_exceeded");
    REQUIRE(cluster.ask(0, Kind::remove, id).error.empty());
    REQUIRE(cluster.ask(0, Kind::remove, id).error == "not_found");
    REQUIRE(cluster.ask(0, Kind::switch_off, "", "Moving some shards").error.empty());
    REQUIRE(cluster.split(0, "80000000-ffffffff") == "error: {stopped,<<\"Moving some shards\">>}");
}

TEST_CASE("a job that is stopped waits, and goes on when it is told to", "[store][reshard]") {
    SplitCluster cluster(3);
    fill(cluster, 400);
    store::reshard::ReshardRequest request;
    request.kind = Kind::start;
    request.shard = cluster.shard(0, low);
    cluster.resharders[0]->ask({0}, request, [](const auto&) {});
    cluster.driver.run_for(2ms);
    const std::string id = cluster.job(0).id;
    SECTION("by itself") {
        REQUIRE(cluster.ask(0, Kind::stop, id, "lunch").error.empty());
        cluster.driver.run_for(60s);
        REQUIRE(cluster.job(0).state == store::reshard::JobState::stopped);
        REQUIRE(cluster.job(0).reason == "lunch");
        cluster.ask(0, Kind::switch_off);
        cluster.ask(0, Kind::switch_on);
        REQUIRE(cluster.job(0).state == store::reshard::JobState::stopped);
        REQUIRE(cluster.ask(0, Kind::resume, id).error.empty());
    }
    SECTION("with all others") {
        cluster.ask(0, Kind::switch_off, "", "night");
        cluster.crash(0);
        cluster.boot(0);
        cluster.driver.run_for(60s);
        REQUIRE(cluster.job(0).state == store::reshard::JobState::stopped);
        REQUIRE(cluster.ask(0, Kind::resume, id).error == "{stopped,<<\"night\">>}");
        cluster.ask(0, Kind::switch_on);
    }
    cluster.driver.run_for(60s);
    REQUIRE(cluster.state(0) == "completed completed");
    REQUIRE(cluster.map(2).ranges().size() == 4);
}

TEST_CASE("a database that goes away takes its split with it", "[store][reshard]") {
    SplitCluster cluster(3);
    fill(cluster, 400);
    store::reshard::ReshardRequest request;
    request.kind = Kind::start;
    request.shard = cluster.shard(0, low);
    cluster.resharders[0]->ask({0}, request, [](const auto&) {});
    cluster.driver.run_for(2ms);
    REQUIRE(cluster.remove(1) == 200);
    cluster.driver.run_for(60s);
    REQUIRE(cluster.job(0).state == store::reshard::JobState::failed);
    REQUIRE(cluster.job(0).reason == "missing_source");
    REQUIRE(cluster.files(0).empty());
}
