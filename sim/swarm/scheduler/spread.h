#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "swarm/scheduler/fill.h"

namespace glasshive::swarm {

/// The nodes of a cluster as a tree with one level per placement preference, and the next node for
/// a task of one group.
///
/// Each task goes to the branch with the fewest active tasks of its service, however many nodes the
/// branch has, level by level; within the last branch Fill chooses the node. Nodes without the
/// label are the branch "". A branch without room is dropped, and what was its share spreads over
/// the rest; each step places a task or drops a branch, so it ends. Equal branches: the lower label
/// goes first (SwarmKit: Go's random map order).
///
/// Source: swarmkit manager/scheduler/nodeset.go tree, scheduler.go scheduleNTasksOnSubtree. That
/// works out each branch's share in one step and counts branches above the average into it, so
/// that the first branch below may get more than its share; here the counts are levelled exactly.
/// Cost: O(nodes) to build with preferences, O(levels * log branches) per task besides Fill's.
class SpreadTree {
  public:
    /// Without preferences there is one branch: the cluster, ranked by whoever knows how best.
    SpreadTree(Ranking cluster, Pipeline& pipeline, Time now);
    /// With those of the pipeline's needs; every branch is ranked anew.
    SpreadTree(NodeSet& nodes, Pipeline& pipeline, std::size_t tasks, Time now, kernel::Rng& ties);

    /// Where the next task goes: Fill::current() is not null. Null when no branch has room.
    const Fill* next();
    /// The task went there (already counted in the NodeSet).
    void placed();

    std::size_t passed() const { return passed_; }   ///< Nodes that passed every filter.
    /// One level of the way to the branch that next() chose.
    struct Step {
        std::string label;       ///< "node.labels.zone"
        std::string value;
        std::uint32_t tasks;     ///< Of the service, in the branch, before this one.
    };
    std::vector<Step> way() const;

  private:
    struct Branch;
    struct Earlier {
        bool operator()(const Branch* a, const Branch* b) const;
    };
    struct Branch {
        std::string value;
        std::uint32_t tasks = 0;
        std::map<std::string, std::unique_ptr<Branch>> below;
        std::set<Branch*, Earlier> open;    // Those below with room, fewest tasks first.
        std::vector<NodeInfo*> nodes;       // Of a leaf.
        std::unique_ptr<Fill> fill;
        bool moves_on = false;              // The leaf's current node got a task.
    };
    Branch& leaf_of(const NodeInfo& node, std::uint32_t tasks);
    void prepare(Branch& branch, std::size_t tasks, Time now, kernel::Rng& ties);
    bool descend(Branch& branch);

    Pipeline& pipeline_;
    Branch root_;
    std::vector<Branch*> way_;              // From the root to the leaf that next() chose.
    std::size_t passed_ = 0;
};

}   // namespace glasshive::swarm
