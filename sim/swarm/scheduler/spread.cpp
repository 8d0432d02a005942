#include "swarm/scheduler/spread.h"

#include <utility>

#include "base/assert.h"
#include "swarm/state/constraint.h"

namespace glasshive::swarm {

bool SpreadTree::Earlier::operator()(const Branch* a, const Branch* b) const {
    return a->tasks != b->tasks ? a->tasks < b->tasks : a->value < b->value;
}

SpreadTree::SpreadTree(Ranking cluster, Pipeline& pipeline, Time now) : pipeline_(pipeline) {
    root_.fill = std::make_unique<Fill>(std::move(cluster), pipeline, now);
    passed_ = root_.fill->passed();
}

SpreadTree::SpreadTree(NodeSet& nodes, Pipeline& pipeline, std::size_t tasks, Time now,
                       kernel::Rng& ties)
    : pipeline_(pipeline) {
    for (NodeInfo& node : nodes.nodes()) {
        if (node.removed) continue;
        leaf_of(node, node.active_of(pipeline.needs().service)).nodes.push_back(&node);
    }
    prepare(root_, tasks, now, ties);
}

/// The leaf a node belongs to; its tasks count in every branch on the way, whether or not the node
/// is available.
SpreadTree::Branch& SpreadTree::leaf_of(const NodeInfo& node, std::uint32_t tasks) {
    Branch* at = &root_;
    at->tasks += tasks;
    for (const std::string& label : pipeline_.needs().spread) {
        const std::string value = node.config ? spread_value(label, *node.config) : "";
        std::unique_ptr<Branch>& next = at->below[value];
        if (!next) {
            next = std::make_unique<Branch>();
            next->value = value;
        }
        at = next.get();
        at->tasks += tasks;
    }
    return *at;
}

void SpreadTree::prepare(Branch& branch, std::size_t tasks, Time now, kernel::Rng& ties) {
    if (branch.below.empty()) {
        branch.fill = std::make_unique<Fill>(rank_all(branch.nodes, pipeline_, tasks, now, ties),
                                             pipeline_, now);
        passed_ += branch.fill->passed();
    }
    for (const auto& [value, next] : branch.below) {
        prepare(*next, tasks, now, ties);
        branch.open.insert(next.get());
    }
}

const Fill* SpreadTree::next() {
    way_.clear();
    return descend(root_) ? way_.back()->fill.get() : nullptr;
}

/// Finds a leaf with room below `branch`, dropping those without.
bool SpreadTree::descend(Branch& branch) {
    way_.push_back(&branch);
    if (branch.fill) {
        if (branch.moves_on) branch.fill->placed();
        branch.moves_on = false;
        if (branch.fill->current() != nullptr) return true;
    }
    while (!branch.open.empty()) {
        if (descend(**branch.open.begin())) return true;
        branch.open.erase(branch.open.begin());
    }
    way_.pop_back();
    return false;
}

void SpreadTree::placed() {
    SIM_ASSERT(!way_.empty());
    for (std::size_t i = 0; i < way_.size(); ++i) {
        Branch* const branch = way_[i];
        // Its place among its neighbours depends on the count.
        if (i > 0) way_[i - 1]->open.erase(branch);
        ++branch->tasks;
        if (i > 0) way_[i - 1]->open.insert(branch);
    }
    way_.back()->moves_on = true;
}

std::vector<SpreadTree::Step> SpreadTree::way() const {
    std::vector<Step> steps;
    for (std::size_t i = 1; i < way_.size(); ++i) {
        steps.push_back({pipeline_.needs().spread[i - 1], way_[i]->value, way_[i]->tasks});
    }
    return steps;
}

}   // namespace glasshive::swarm
