// Goal: splits in a storm lose nothing. Method: seeds of writers through random nodes, splits of
// random copies, crashes, restarts and cuts; then quiet time, in which jobs that gave up are told
// to go on. GLASSHIVE_STORMS=N runs N of them instead of 60.
#include <catch2/catch.hpp>

#include "store/replicate/storm.h"
#include "store/reshard/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

using Kind = store::reshard::ReshardRequest::Kind;

struct Storm {
    SplitCluster& cluster;
    kernel::Rng rng;
    StormWrites writes{};

    void write(std::size_t node) {
        const std::string id = "doc" + std::to_string(rng.below(40));
        const std::string body = "{\"v\":" + std::to_string(writes.size()) + "}";
        const auto answer = cluster.begin_put(node, id, body, newest_revision(writes, id));
        writes.emplace_back(id, answer);
    }
    void split(std::size_t node) {
        const auto copies = cluster.map(node).copies_on(cluster.members[node].node);
        if (copies.empty()) return;
        const store::Copy* copy = copies[rng.below(copies.size())];
        if (copy->range.end - copy->range.begin < (1U << 28)) return;
        store::reshard::ReshardRequest request;
        request.kind = Kind::start;
        request.shard = cluster.map(node).shard_name(copy->range);
        cluster.resharders[node]->ask({node}, request, [](const auto&) {});
    }
    /// In the end jobs that failed or stopped are told to go on.
    void run() {
        blow(cluster, rng, 150, 20, 8ms, [this](std::uint64_t what, std::size_t node) {
            if (what == 5) return split(node);
            write(node);
        });
        mend(cluster);
        for (int round = 0; round < 5; ++round) {
            cluster.driver.run_for(200s);
            for (std::size_t node = 0; node < cluster.all.size(); ++node) {
                for (auto& [id, job] : cluster.jobs[node].jobs) {
                    if (job.state != store::reshard::JobState::failed) continue;
                    job.state = store::reshard::JobState::stopped;
                    cluster.ask(node, Kind::resume, id);
                    break;   // The map of jobs may have changed.
                }
            }
        }
    }
};

}   // namespace

TEST_CASE("after any storm with splits all copies agree and hold what was acknowledged",
          "[store][reshard]") {
    const std::size_t count = storms(60);
    std::size_t acknowledged = 0, splits = 0;
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        const std::size_t nodes = 3 + seed % 2;
        CAPTURE(seed, nodes);
        SplitCluster cluster(nodes, seed);
        REQUIRE(cluster.create(0, static_cast<std::uint32_t>(1 + seed % 2)) == 201);
        cluster.driver.run_for(10s);
        Storm storm{cluster, kernel::Rng(seed, "test/storm")};
        storm.run();
        for (std::size_t node = 0; node < nodes; ++node) {
            CAPTURE(node);
            REQUIRE(cluster.map(node).revision() == cluster.map(0).revision());
            REQUIRE(cluster.map(node).n() == 3);
            for (const auto& [id, job] : cluster.jobs[node].jobs) {
                CAPTURE(job.source, text_of(job.step), job.reason, job.error);
                REQUIRE(job.state == store::reshard::JobState::completed);
                ++splits;
            }
            for (const auto& [shard, copy] : cluster.all[node].files.copies) {
                CAPTURE(shard);
                REQUIRE(violations(copy).empty());
            }
        }
        for (const auto& [id, answer] : storm.writes) {
            const auto tales = cluster.tales_of(id);
            CAPTURE(id, *tales.begin(), *tales.rbegin());
            REQUIRE(tales.size() == 1);
            const store::Revision* const revision = promised(answer);
            if (revision == nullptr) continue;
            ++acknowledged;
            REQUIRE(holders(cluster, id, *revision) >= 3);
        }
        const std::size_t rows = all_docs(cluster, 0).rows.size();
        for (std::size_t via = 1; via < nodes; ++via) {
            REQUIRE(all_docs(cluster, via).rows.size() == rows);
            REQUIRE(changes(cluster, via).rows.size() == rows);
        }
    }
    REQUIRE(acknowledged > count * 20);
    REQUIRE(splits > count);
}
