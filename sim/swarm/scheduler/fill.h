#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernel/rng.h"
#include "swarm/scheduler/pipeline.h"
#include "swarm/scheduler/policy.h"

namespace glasshive::swarm {

/// What orders nodes for one group; smaller is better. Failures come first whatever the policy.
/// Source: swarmkit manager/scheduler/scheduler.go, nodeLess in scheduleTaskGroup.
struct Rank {
    std::uint32_t failures = 0;         ///< Recent failures, but 0 below max_failures.
    std::uint32_t order = 0;            ///< Decides between equals; 0 when they are drawn.
    Score score;                        ///< The policy's; higher is better.

    friend bool operator==(const Rank&, const Rank&) = default;
    friend bool operator<(const Rank& a, const Rank& b) {
        if (a.failures != b.failures) return a.failures < b.failures;
        if (a.score.value != b.score.value) return a.score.value > b.score.value;
        if (a.score.then != b.score.then) return a.score.then > b.score.then;
        return a.order < b.order;
    }
    /// Equally good, whoever comes first.
    bool ties_with(const Rank& other) const {
        return failures == other.failures && score == other.score;
    }
};

Rank rank_of(const NodeInfo& node, const Needs& needs, Time now);

struct Candidate {
    NodeInfo* node = nullptr;
    Rank rank;
    std::uint64_t tie = 0;               ///< Decides between equals when all were ranked anew.
};

/// Who may get tasks of a group, best first.
struct Ranking {
    std::vector<Candidate> candidates;   ///< As many as there are tasks, the best ones.
    std::size_t passed = 0;              ///< Nodes that passed every filter.
};

/// Ranks these nodes for `tasks` tasks as SwarmKit does: all of them, anew. O(nodes).
/// Ties are drawn from `ties` (SwarmKit: Go's random map order), one draw per node that passed.
/// A policy that looks at the cluster must have been prepared.
Ranking rank_all(std::span<NodeInfo* const> nodes, Pipeline& pipeline, std::size_t tasks, Time now,
                 kernel::Rng& ties);
/// The same of all nodes there are.
Ranking rank_all(NodeSet& nodes, Pipeline& pipeline, std::size_t tasks, Time now,
                 kernel::Rng& ties);

/// Policy::choices(): of the first so many candidates the one of the least load comes first; then
/// no more than `tasks` are left.
void take_least_loaded(Ranking& ranking, const Needs& needs, std::size_t tasks);

/// Puts the tasks of one group on nodes as SwarmKit's scheduleNTasksOnNodes does: nodes ranked
/// once, best first; stay on a node until the next one is strictly better; after the last node,
/// round robin; filters run again before each use, and a node that refuses once is out.
/// With a packing policy the node in use only gets better, so this is choosing the best node for
/// each task. A policy that takes tasks one by one gets here with several only below a preference:
/// then each node gets one task in turn.
///
/// Cost: O(1) amortised per task.
class Fill {
  public:
    Fill(Ranking ranking, Pipeline& pipeline, Time now);

    /// The node for the next task, or null when no node is left.
    const Candidate* current() const { return exhausted_ ? nullptr : &candidates_[index()]; }
    /// The current node got a task (already counted in the NodeSet): moves on.
    void placed();

    std::size_t passed() const { return passed_; }     ///< Nodes that passed every filter.
    /// Position of the current node in ranking order, and the ranking itself.
    std::size_t index() const { return at_ % candidates_.size(); }
    const std::vector<Candidate>& candidates() const { return candidates_; }
    /// How many candidates further down are exactly as good as the current one.
    std::size_t ties() const;

  private:
    void skip_refusing();
    std::size_t next_open(std::size_t from);

    Pipeline& pipeline_;
    Time now_;
    std::vector<Candidate> candidates_;
    std::vector<std::uint32_t> next_;      // Union-find: the next candidate that has not refused.
    std::vector<std::uint32_t> tied_until_;
    std::size_t passed_ = 0;
    std::size_t open_ = 0;
    std::size_t at_ = 0;
    bool exhausted_ = false;
};

}   // namespace glasshive::swarm
