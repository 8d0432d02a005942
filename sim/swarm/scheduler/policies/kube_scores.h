#pragma once

#include <cstdint>

#include "swarm/scheduler/node_set.h"

namespace glasshive::swarm {

/// The weights of both resources in the mean.
struct KubeWeights {
    std::int64_t cpus = 1, memory = 1;
};

/// Scores of Kubernetes' scheduler, 0 to 100 in integers, with the task on the node.
/// Source: kubernetes pkg/scheduler/framework/plugins/noderesources, version 1.20:
/// least_allocated.go, most_allocated.go, balanced_allocation.go.
std::int64_t least_allocated(const NodeInfo& node, const Needs& needs, KubeWeights weights = {});
std::int64_t most_allocated(const NodeInfo& node, const Needs& needs, KubeWeights weights = {});
std::int64_t balanced_allocation(const NodeInfo& node, const Needs& needs);

}   // namespace glasshive::swarm
