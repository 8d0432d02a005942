#pragma once

#include <optional>
#include <vector>

#include "offline/running.h"

namespace glasshive::offline {

/// Whom a task that fits nowhere may send away, and where it runs then.
struct Preemption {
    swarm::NodeId node;
    std::vector<Slot> victims;   ///< The most important last.
};

/// As Kubernetes preempts: on each node those of lower priority would go, and as many as still fit
/// are spared, the most important first; then the node is taken whose most important victim is the
/// least important, then the one with the smaller sum of priorities, with fewer victims, with the
/// later start of its most important victims, and the first. None when nobody has to go anywhere,
/// or it does not help. A victim goes with all its pieces. O(all that run).
/// Source: kubernetes pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption),
/// plugins/defaultpreemption/default_preemption.go (SelectVictimsOnNode); disruption budgets are
/// left out.
std::optional<Preemption> preempt(const Cluster& cluster, const RunningSet& running,
                                  const Waiter& task);

}   // namespace glasshive::offline
