// Goal: whatever fails when, copies agree in the end and keep what they acknowledged. Method:
// seeds of writers through random nodes, crashes, restarts and cuts; then quiet time.
// GLASSHIVE_STORMS=N runs N of them instead of 160.
#include <catch2/catch.hpp>

#include "store/replicate/storm.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

struct Storm {
    SyncedCluster& cluster;
    kernel::Rng rng;
    StormWrites writes{};

    void write(std::size_t node) {
        const std::string id = "doc" + std::to_string(rng.below(8));
        const std::string parent = rng.below(4) == 0 ? "" : newest_revision(writes, id);
        store::Edit edit =
            StoreCluster::edit(id, "{\"v\":" + std::to_string(writes.size()) + "}", parent);
        if (edit.parent && rng.below(6) == 0) edit.content = content("{}", true);
        auto answer = StoreCluster::awaited<store::WriteAnswer>();
        cluster.all[node].coordinator->write("orders", {edit}, 0, StoreCluster::keep(answer));
        writes.emplace_back(id, answer);
    }
    void run() {
        blow(cluster, rng, 80, 14, 4ms, [this](std::uint64_t, std::size_t node) { write(node); });
        mend(cluster);
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
    const std::size_t count = storms(160);
    std::size_t acknowledged = 0, conflicts = 0;
    std::uint64_t pushed = 0;
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        const std::size_t nodes = 3 + seed % 3;
        const auto q = static_cast<std::uint32_t>(1 + seed % 4);
        CAPTURE(seed, nodes, q);
        SyncedCluster cluster(nodes, seed);
        REQUIRE(cluster.create(0, q) == 201);
        Storm storm{cluster, kernel::Rng(seed, "test/storm")};
        storm.run();
        REQUIRE(cluster.idle());
        for (const auto& [shard, different] : tales(cluster)) {
            CAPTURE(shard, *different.begin(), *different.rbegin());
            REQUIRE(different.size() == 1);
        }
        for (const auto& [id, answer] : storm.writes) {
            const store::Revision* const revision = promised(answer);
            if (revision == nullptr) continue;
            ++acknowledged;
            for (std::size_t node = 0; node < nodes; ++node) {
                conflicts += cluster.leaves(node, id) > 1 ? 1 : 0;
            }
            REQUIRE(holders(cluster, id, *revision) == 3);
        }
        for (std::size_t via = 1; via < nodes; ++via) {
            REQUIRE(winners(cluster, via) == winners(cluster, 0));
        }
        pushed += cluster.pushed();
        for (const auto& node : cluster.all) {
            for (const auto& [shard, copy] : node.files.copies) REQUIRE(violations(copy).empty());
        }
    }
    REQUIRE(acknowledged > count * 5);   // The storms were worth looking at.
    REQUIRE(conflicts > count);
    REQUIRE(pushed > count);
}
