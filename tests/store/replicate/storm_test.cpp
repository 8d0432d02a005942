// Goal: whatever fails when, copies agree in the end and keep what they acknowledged. Method:
// seeds of writers through random nodes, crashes, restarts and cuts; then quiet time.
// GLASSHIVE_STORMS=N runs N of them instead of 160.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "store/replicate/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

std::size_t storms() {
    const char* wanted = std::getenv("GLASSHIVE_STORMS");
    return wanted ? std::strtoul(wanted, nullptr, 10) : 160;
}

struct Storm {
    SyncedCluster& cluster;
    kernel::Rng rng;
    std::vector<std::pair<std::string, Awaited<store::WriteAnswer>>> writes{};
    std::map<std::string, std::string> newest{};   // A revision that some writer has seen.

    void write(std::size_t node) {
        const std::string id = "doc" + std::to_string(rng.below(8));
        for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
            if (write->first != id || !*write->second) continue;
            const auto& decisions = (*write->second)->decisions;
            if (decisions.empty() || decisions[0].revision.position() == 0) continue;
            newest[id] = decisions[0].revision.text();
            break;
        }
        store::Edit edit = StoreCluster::edit(id, "{\"v\":" + std::to_string(writes.size()) + "}",
                                              rng.below(4) == 0 ? "" : newest[id]);
        if (edit.parent && rng.below(6) == 0) edit.content = content("{}", true);
        auto answer = StoreCluster::awaited<store::WriteAnswer>();
        cluster.all[node].coordinator->write("orders", {edit}, 0, StoreCluster::keep(answer));
        writes.emplace_back(id, answer);
    }
    void blow() {
        const std::size_t nodes = cluster.all.size();
        for (int step = 0; step < 80; ++step) {
            const std::size_t node = rng.below(nodes);
            const std::size_t other = (node + 1 + rng.below(nodes - 1)) % nodes;
            const std::uint64_t what = rng.below(14);
            if (what == 0) cluster.crash(node);
            if (what == 1 || what == 2) cluster.boot(node);
            if (what == 3) cluster.cut(node, other);
            if (what == 4) cluster.heal(node, other);
            if (what > 4 && cluster.kernel.is_running(cluster.members[node].replica)) write(node);
            // Mostly close together; sometimes long enough for ticks and pushes.
            const std::int64_t most = rng.below(8) == 0 ? 20'000'000'000 : 4'000'000;
            cluster.driver.run_for(
                Duration{static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most)))});
        }
    }
    void calm() {
        for (std::size_t node = 0; node < cluster.all.size(); ++node) {
            for (std::size_t other = 0; other < node; ++other) cluster.heal(node, other);
            cluster.boot(node);
        }
        cluster.driver.run_for(400s);
    }
};

std::string winners(SyncedCluster& cluster, std::size_t via) {
    std::string out;
    for (const auto& row : all_docs(cluster, via).rows) {
        out += row.key + " " + row.found->winner.text() + "\n";
    }
    return out;
}

}   // namespace

TEST_CASE("after any storm all copies are equal and hold what was acknowledged",
          "[store][replicate]") {
    std::size_t acknowledged = 0, conflicts = 0;
    std::uint64_t pushed = 0;
    for (std::uint64_t seed = 1; seed <= storms(); ++seed) {
        const std::size_t nodes = 3 + seed % 3;
        const auto q = static_cast<std::uint32_t>(1 + seed % 4);
        CAPTURE(seed, nodes, q);
        SyncedCluster cluster(nodes, seed);
        REQUIRE(cluster.create(0, q) == 201);
        Storm storm{cluster, kernel::Rng(seed, "test/storm")};
        storm.blow();
        storm.calm();
        REQUIRE(cluster.idle());
        for (const auto& [shard, different] : tales(cluster)) {
            CAPTURE(shard, *different.begin(), *different.rbegin());
            REQUIRE(different.size() == 1);
        }
        for (const auto& [id, answer] : storm.writes) {
            if (!*answer || (*answer)->decisions.empty()) continue;
            const store::Decision& decision = (*answer)->decisions[0];
            if (decision.kind != store::Decision::Kind::stored &&
                decision.kind != store::Decision::Kind::accepted) {
                continue;
            }
            ++acknowledged;
            std::size_t holders = 0;
            for (std::size_t node = 0; node < nodes; ++node) {
                holders += cluster.has(node, id, decision.revision) ? 1 : 0;
                conflicts += cluster.leaves(node, id) > 1 ? 1 : 0;
            }
            REQUIRE(holders == 3);
        }
        for (std::size_t via = 1; via < nodes; ++via) {
            REQUIRE(winners(cluster, via) == winners(cluster, 0));
        }
        pushed += cluster.pushed();
        for (const auto& node : cluster.all) {
            for (const auto& [shard, copy] : node.files.copies) REQUIRE(violations(copy).empty());
        }
    }
    REQUIRE(acknowledged > storms() * 5);   // The storms were worth looking at.
    REQUIRE(conflicts > storms());
    REQUIRE(pushed > storms());
}
