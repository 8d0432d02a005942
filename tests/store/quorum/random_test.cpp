// Goal: what must hold whatever fails when. Method: seeds of writes, reads, crashes, restarts and
// cuts on three and five nodes; then all nodes are up and every promise is looked at.
#include <catch2/catch.hpp>

#include "store/quorum/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

struct Promise {
    std::string id;
    std::uint32_t w;
    Awaited<store::WriteAnswer> answer;
};

std::size_t holders(const StoreCluster& cluster, const std::string& id,
                    const store::Revision& revision) {
    std::size_t count = 0;
    for (std::size_t node = 0; node < cluster.all.size(); ++node) {
        count += cluster.has(node, id, revision) ? 1 : 0;
    }
    return count;
}

void keeps_promises(StoreCluster& cluster, const std::vector<Promise>& promises) {
    using Kind = store::Decision::Kind;
    for (const Promise& promise : promises) {
        if (!*promise.answer) continue;   // Its coordinator died.
        const store::WriteAnswer& answer = **promise.answer;
        if (answer.decisions.empty()) continue;
        const store::Decision& decision = answer.decisions.front();
        CAPTURE(promise.id, promise.w, answer.status);
        if (answer.status == 201) REQUIRE(decision.copies >= promise.w);
        if (answer.status == 202) REQUIRE(decision.copies < promise.w);
        if (decision.kind != Kind::stored && decision.kind != Kind::accepted) continue;
        // On as many copies as said so: what a copy acknowledged, no crash took.
        REQUIRE(holders(cluster, promise.id, decision.revision) >= decision.copies);
    }
    for (const auto& node : cluster.all) {
        for (const auto& [shard, copy] : node.files.copies) REQUIRE(violations(copy).empty());
    }
}

std::vector<Promise> storm(StoreCluster& cluster, std::uint64_t seed) {
    kernel::Rng rng(seed, "test/storm");
    const std::size_t nodes = cluster.all.size();
    std::vector<Promise> promises;
    for (int step = 0; step < 60; ++step) {
        const std::size_t node = rng.below(nodes);
        const std::size_t other = (node + 1 + rng.below(nodes - 1)) % nodes;
        const bool up = cluster.kernel.is_running(cluster.members[node].replica);
        const std::uint64_t what = rng.below(12);
        const std::string id = "doc" + std::to_string(rng.below(6));
        if (what == 0) cluster.kill(node);
        if (what == 1) cluster.start(node);
        if (what == 2) cluster.cut(node, other);
        if (what == 3) cluster.heal(node, other);
        if (what == 4 && up) cluster.get(node, id, 2, 5ms);
        if (what > 4 && up) {
            const std::uint32_t w = 1 + static_cast<std::uint32_t>(rng.below(3));
            const std::string body = "{\"v\":" + std::to_string(step) + "}";
            promises.push_back({id, w, cluster.begin_put(node, id, body, "", w)});
        }
        cluster.driver.run_for(Duration{static_cast<std::int64_t>(rng.below(4'000'000))});
    }
    for (std::size_t node = 0; node < nodes; ++node) {
        cluster.start(node);
        for (std::size_t other = 0; other < node; ++other) cluster.heal(node, other);
    }
    cluster.driver.run_for(120s);
    return promises;
}

}   // namespace

TEST_CASE("no acknowledged write disappears, and 202 means fewer than w", "[store][quorum]") {
    const std::size_t nodes = GENERATE(3U, 5U);
    const bool serialized = GENERATE(false, true);
    std::size_t created = 0, accepted = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(nodes, serialized, seed);
        StoreCluster cluster(nodes, seed, {.serialized_start = serialized});
        REQUIRE(cluster.create(0) == 201);
        const std::vector<Promise> promises = storm(cluster, seed);
        keeps_promises(cluster, promises);
        for (const Promise& promise : promises) {
            if (!*promise.answer) continue;
            created += (*promise.answer)->status == 201 ? 1 : 0;
            accepted += (*promise.answer)->status == 202 ? 1 : 0;
        }
        // Reads of all copies bring them together, without anti-entropy.
        for (int doc = 0; doc < 6; ++doc) {
            const std::string id = "doc" + std::to_string(doc);
            const std::string answer = cluster.get(0, id, 3);
            REQUIRE((answer.substr(0, 3) == "200" || answer == "404 missing"));
            REQUIRE(cluster.get(1, id, 3) == answer);
            if (answer.substr(0, 3) == "200") {   // Repaired: every copy has the winner.
                REQUIRE(holders(cluster, id, rev(answer.substr(4))) == 3);
            }
        }
        keeps_promises(cluster, promises);
    }
    REQUIRE(created > 100);   // The storms were worth looking at.
    REQUIRE(accepted > 10);
}
