#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "kernel/rng.h"
#include "store/replicate/cluster.h"

namespace glasshive::test {

/// How many storms to run: GLASSHIVE_STORMS, or as many as a test runs by itself.
inline std::size_t storms(std::size_t usual) {
    const char* wanted = std::getenv("GLASSHIVE_STORMS");
    return wanted ? std::strtoul(wanted, nullptr, 10) : usual;
}

/// Documents that were written, in their order, and what was answered.
using StormWrites = std::vector<std::pair<std::string, Awaited<store::WriteAnswer>>>;

/// The newest revision of a document that some writer has seen; "": none.
inline std::string newest_revision(const StormWrites& writes, const std::string& id) {
    for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
        if (write->first != id || !*write->second) continue;
        const auto& decisions = (*write->second)->decisions;
        if (decisions.empty() || decisions[0].revision.position() == 0) continue;
        return decisions[0].revision.text();
    }
    return "";
}

/// What a write was promised: somebody stored it. Nothing: no promise.
inline const store::Revision* promised(const Awaited<store::WriteAnswer>& answer) {
    if (!*answer || (*answer)->decisions.empty()) return nullptr;
    const store::Decision& decision = (*answer)->decisions[0];
    const bool stored = decision.kind == store::Decision::Kind::stored ||
                        decision.kind == store::Decision::Kind::accepted;
    return stored ? &decision.revision : nullptr;
}

/// How many nodes have a copy that knows the revision.
inline std::size_t holders(const StoreCluster& cluster, const std::string& id,
                           const store::Revision& revision) {
    std::size_t count = 0;
    for (std::size_t node = 0; node < cluster.all.size(); ++node) {
        count += cluster.has(node, id, revision) ? 1 : 0;
    }
    return count;
}

/// So many steps: mostly close together, at most `pause` apart; sometimes long enough for ticks
/// and pushes. At each a node crashes or boots, or a link to another is cut or healed, or a running
/// node does `act(what, node)`, what from 5 to whats - 1. Cluster: a SyncedCluster, or one that
/// adds what crashes and boots with a node.
template <class Cluster, class Act>
void blow(Cluster& cluster, kernel::Rng& rng, int steps, std::uint64_t whats, Duration pause,
          Act act) {
    const std::size_t nodes = cluster.all.size();
    for (int step = 0; step < steps; ++step) {
        const std::size_t node = rng.below(nodes);
        const std::size_t other = (node + 1 + rng.below(nodes - 1)) % nodes;
        const std::uint64_t what = rng.below(whats);
        if (what == 0) cluster.crash(node);
        if (what == 1 || what == 2) cluster.boot(node);
        if (what == 3) cluster.cut(node, other);
        if (what == 4) cluster.heal(node, other);
        if (what > 4 && cluster.kernel.is_running(cluster.members[node].replica)) act(what, node);
        const Duration most = rng.below(8) == 0 ? Duration(20s) : pause;
        cluster.driver.run_for(Duration{
            static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most.count())))});
    }
}

/// All links are there and all nodes run again.
template <class Cluster>
void mend(Cluster& cluster) {
    for (std::size_t node = 0; node < cluster.all.size(); ++node) {
        for (std::size_t other = 0; other < node; ++other) cluster.heal(node, other);
        cluster.boot(node);
    }
}

}   // namespace glasshive::test
