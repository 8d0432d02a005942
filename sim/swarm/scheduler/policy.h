#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kernel/rng.h"
#include "swarm/scheduler/node_set.h"

namespace glasshive::swarm {

/// How good a node is: the higher, the better; `then` decides between equals. Never NaN.
struct Score {
    double value = 0;
    double then = 0;
    friend bool operator==(const Score&, const Score&) = default;
};

/// Which of the nodes that passed the pipeline is the best for a task. The filters, the failures
/// that make a node the last choice and the preferences are the scheduler's, whatever the policy.
///
/// Unless looks_at_cluster(), a score depends on the node, on what the group asks and on the
/// largest node, on nothing else: it is asked for again only when the node changed. So does a
/// filter.
///
/// A policy that a user wrote may fail: it throws RunFailure.
class Policy {
  public:
    virtual ~Policy() = default;
    virtual const char* name() const = 0;
    /// Swarm mode's: decisions say its two counts, without a score.
    virtual bool is_swarms_own() const { return false; }
    /// The higher, the better. Unless one_by_one(), a task of the group either never makes its node
    /// worse (packing) or is meant to level the nodes as SwarmKit does: see Fill.
    virtual Score score(const NodeInfo& node, const Needs& needs) const = 0;
    /// A filter of its own, after the pipeline's: whether the node may get such a task.
    virtual bool admits(const NodeInfo&, const Needs&) const { return true; }
    virtual bool has_filter() const { return false; }
    /// Equals go in order of joining; otherwise they are drawn.
    virtual bool ties_by_order() const { return true; }
    /// Of so many that are drawn from equals, the one of the least load() gets the task (the power
    /// of d choices). Requires that ties are drawn, and one_by_one().
    virtual std::size_t choices() const { return 1; }
    virtual Score load(const NodeInfo&, const Needs&) const { return {}; }
    /// Each task is a choice of its own, among all nodes that pass.
    virtual bool one_by_one() const { return false; }
    /// Scores change when the cluster gets a larger node than it ever had.
    virtual bool looks_at_largest() const { return false; }
    /// Scores depend on other nodes, too: all are asked for anew for each choice, O(nodes) a task.
    virtual bool looks_at_cluster() const { return false; }
    /// Before each choice, of those that look at the cluster: all nodes there are.
    virtual void prepare(const NodeSet&, const Needs&, Time) const {}
    /// Which of the services whose tasks wait is served first: the higher, the sooner. Asked at
    /// each tick; otherwise they go in order of their ids.
    virtual bool has_priority() const { return false; }
    struct Queue { std::size_t tasks = 0; Time since{}, now{}; };   ///< That wait, the oldest's.
    virtual double priority(const Needs&, const Queue&) const { return 0; }
    /// Which tasks stay when a service shrinks, by their nodes: the higher, the longer. Otherwise
    /// Swarm decides.
    virtual bool has_retention() const { return false; }
    virtual double keep(const NodeInfo&, const Needs&) const { return 0; }
    /// Which GPUs of the node such a task gets: the score was that of these. `chance` is for those
    /// that draw. Asked once the node is chosen; a share of one GPU alone is a choice.
    virtual GpuMask device(const NodeInfo& node, const Needs& needs, kernel::Rng&) const {
        return needs.gpus.shares() ? node.gpus.tightest(needs.gpus) : node.gpus.first(needs.gpus);
    }
    /// Scores depend on the tasks that are expected (Needs::typical).
    virtual bool looks_at_typical() const { return false; }
    /// Who is asked for a decision's table: the same policy, whose answers change nothing here.
    virtual const Policy& onlooker() const { return *this; }
    /// The scores of several nodes; `out` has room for as many.
    virtual void scores(std::span<const NodeInfo* const> nodes, const Needs& needs,
                        std::span<Score> out) const {
        for (std::size_t i = 0; i < nodes.size(); ++i) out[i] = score(*nodes[i], needs);
    }
};

/// Gives each reign of a leader its policy: what one remembers dies with the reign.
using PolicyMaker = std::function<std::shared_ptr<const Policy>()>;

}   // namespace glasshive::swarm
