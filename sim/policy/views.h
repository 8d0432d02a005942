#pragma once

#include <optional>
#include <span>

#include "script/binding.h"
#include "swarm/scheduler/node_set.h"
#include "swarm/scheduler/policy.h"

/// What a placement policy's functions are shown.
namespace glasshive::policy {

/// `node`: one of them, as the scheduler sees it before the task is placed.
struct NodeView {
    const swarm::NodeInfo* node;
    const swarm::Needs* needs;
};
extern const script::ViewType node_type;

/// `nodes`: several, as columns.
struct NodesView {
    std::span<const swarm::NodeInfo* const> nodes;
    const swarm::Needs* needs;
};
extern const script::ViewType nodes_type;

/// `task`: what is to be placed, or what waits.
struct TaskView {
    const swarm::Needs* needs;
    std::optional<swarm::Policy::Queue> queue;   ///< For its priority only.
};
extern const script::ViewType task_type;

/// `typical`: the tasks that are expected, as columns.
struct TypicalView {
    const swarm::TypicalTasks* tasks;
    const swarm::Needs* needs;   ///< For the models' names.
};
extern const script::ViewType typical_type;

/// `cluster`: what is true of all nodes together.
struct ClusterView {
    const swarm::Needs* needs;
    std::optional<Time> now;   ///< Empty when the policy does not look at the cluster.
};
extern const script::ViewType cluster_type;

}   // namespace glasshive::policy
