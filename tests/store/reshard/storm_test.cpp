// Goal: splits in a storm lose nothing. Method: seeds of writers through random nodes, splits of
// random copies, crashes, restarts and cuts; then quiet time, in which jobs that gave up are told
// to go on. GLASSHIVE_STORMS=N runs N of them instead of 60.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "store/reshard/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

using Kind = store::reshard::ReshardRequest::Kind;

std::size_t storms() {
    const char* wanted = std::getenv("GLASSHIVE_STORMS");
    return wanted ? std::strtoul(wanted, nullptr, 10) : 60;
}

struct Storm {
    SplitCluster& cluster;
    kernel::Rng rng;
    std::vector<std::pair<std::string, Awaited<store::WriteAnswer>>> writes{};

    bool runs(std::size_t node) const {
        return cluster.kernel.is_running(cluster.members[node].replica);
    }
    void write(std::size_t node) {
        const std::string id = "doc" + std::to_string(rng.below(40));
        std::string parent;
        for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
            if (write->first != id || !*write->second) continue;
            const auto& decisions = (*write->second)->decisions;
            if (decisions.empty() || decisions[0].revision.position() == 0) continue;
            parent = decisions[0].revision.text();
            break;
        }
        const std::string body = "{\"v\":" + std::to_string(writes.size()) + "}";
        writes.emplace_back(id, cluster.begin_put(node, id, body, parent));
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
    void blow() {
        const std::size_t nodes = cluster.all.size();
        for (int step = 0; step < 150; ++step) {
            const std::size_t node = rng.below(nodes);
            const std::size_t other = (node + 1 + rng.below(nodes - 1)) % nodes;
            const std::uint64_t what = rng.below(20);
            if (what == 0) cluster.crash(node);
            if (what == 1 || what == 2) cluster.boot(node);
            if (what == 3) cluster.cut(node, other);
            if (what == 4) cluster.heal(node, other);
            if (what == 5 && runs(node)) split(node);
            if (what > 5 && runs(node)) write(node);
            const std::int64_t most = rng.below(8) == 0 ? 20'000'000'000 : 8'000'000;
            cluster.driver.run_for(
                Duration{static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most)))});
        }
    }
    /// Heals all, and tells jobs that failed or stopped to go on.
    void calm() {
        for (std::size_t node = 0; node < cluster.all.size(); ++node) {
            for (std::size_t other = 0; other < node; ++other) cluster.heal(node, other);
            cluster.boot(node);
        }
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

bool stored(const store::Decision& decision) {
    return decision.kind == store::Decision::Kind::stored ||
           decision.kind == store::Decision::Kind::accepted;
}

}   // namespace

TEST_CASE("after any storm with splits all copies agree and hold what was acknowledged",
          "[store][reshard]") {
    std::size_t acknowledged = 0, splits = 0;
    for (std::uint64_t seed = 1; seed <= storms(); ++seed) {
        const std::size_t nodes = 3 + seed % 2;
        CAPTURE(seed, nodes);
        SplitCluster cluster(nodes, seed);
        REQUIRE(cluster.create(0, static_cast<std::uint32_t>(1 + seed % 2)) == 201);
        cluster.driver.run_for(10s);
        Storm storm{cluster, kernel::Rng(seed, "test/storm")};
        storm.blow();
        storm.calm();
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
            if (!*answer || (*answer)->decisions.empty()) continue;
            if (!stored((*answer)->decisions[0])) continue;
            ++acknowledged;
            std::size_t holders = 0;
            for (std::size_t node = 0; node < nodes; ++node) {
                holders += cluster.has(node, id, (*answer)->decisions[0].revision) ? 1 : 0;
            }
            REQUIRE(holders >= 3);
        }
        const std::size_t rows = all_docs(cluster, 0).rows.size();
        for (std::size_t via = 1; via < nodes; ++via) {
            REQUIRE(all_docs(cluster, via).rows.size() == rows);
            REQUIRE(changes(cluster, via).rows.size() == rows);
        }
    }
    REQUIRE(acknowledged > storms() * 20);
    REQUIRE(splits > storms());
}
