#pragma once

#include <cstdint>

#include "swarm/scheduler/node_set.h"

namespace glasshive::swarm {

/// Which of the nodes that passed the pipeline is the best for a task. The filters, the failures
/// that make a node the last choice and the preferences are the scheduler's, whatever the policy.
///
/// A score depends on the node, on what the group asks and on the largest node, on nothing else: it
/// is asked for again only when the node changed.
class Policy {
  public:
    virtual ~Policy() = default;
    virtual const char* name() const = 0;
    /// The higher, the better. Unless one_by_one(), a task of the group either never makes its node
    /// worse (packing) or is meant to level the nodes as SwarmKit does: see Fill.
    virtual std::int64_t score(const NodeInfo& node, const Needs& needs) const = 0;
    /// A score as people read it.
    virtual std::int64_t shown(std::int64_t score) const { return score; }
    /// Equals go in order of joining; otherwise they are drawn.
    virtual bool ties_by_order() const { return true; }
    /// Each task is a choice of its own, among all nodes that pass.
    virtual bool one_by_one() const { return false; }
    /// Scores change when the cluster gets a larger node than it ever had.
    virtual bool looks_at_largest() const { return false; }
};

}   // namespace glasshive::swarm
