#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
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
/// later start of its most important victims, and the first. A victim goes with all its pieces.
///
/// What a node costs is kept for each kind of task (what it asks for, and its priority) until the
/// node changes, and the nodes in order of that: O(log nodes) for each that changed since such a
/// task came last, and as much as runs there. The first of a kind looks at all that run.
/// Source: kubernetes pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption),
/// plugins/defaultpreemption/default_preemption.go (SelectVictimsOnNode); disruption budgets are
/// left out.
class Preemptor {
  public:
    /// Both must outlive it, and agree about what runs whenever it is asked.
    Preemptor(const Cluster& cluster, const RunningSet& running)
        : cluster_(cluster),
          running_(running) {}

    /// None when nobody has to go anywhere, or it does not help.
    std::optional<Preemption> find(const Waiter& task);
    /// How often it looked at a node, for tests and benches.
    std::uint64_t judged() const { return judged_; }

  private:
    /// What is least in the node to be taken: the highest priority, the sum of them, how many,
    /// and the negative start of the earliest of the most important.
    using Cost = std::tuple<std::int64_t, std::int64_t, std::size_t, std::int64_t>;
    struct Known {
        std::optional<Cost> cost;    // None: nobody to send away, or it does not help.
        std::uint64_t version = 0;   // Of the node then.
    };
    struct Kind {
        std::vector<Known> nodes;
        // A tournament of the nodes: winners[1] costs least of all; nobody where none helps.
        std::vector<std::uint32_t> winners;
        std::uint64_t seen = 0;   // Changes of nodes.
        void play(std::size_t at);
        void play_all();
        std::uint32_t better(std::uint32_t first, std::uint32_t second) const;
    };
    static constexpr std::uint32_t nobody = ~std::uint32_t{0};
    Kind& kind_of(const Waiter& task);
    /// Whether the node costs something else than before.
    bool judge(Kind& kind, const Waiter& task, const swarm::NodeInfo& node);
    const std::vector<Slot>& victims_on(const Waiter& task, const swarm::NodeInfo& there);
    Cost cost_of(const std::vector<Slot>& victims) const;

    const Cluster& cluster_;
    const RunningSet& running_;
    std::map<std::pair<Shape, std::int64_t>, Kind> kinds_;   // By shape and priority.
    swarm::NodeInfo node_;                // Room for one that is thought through,
    std::vector<Slot> lower_, victims_;   // and for who is on it.
    std::uint64_t judged_ = 0;
};

}   // namespace glasshive::offline
