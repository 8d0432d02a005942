#include "swarm/scheduler/policies/kube_scores.h"

#include <cmath>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Of one resource: what the node has, and what is asked with the task on it. Shares are taken in
/// 128 bits: 100 times the bytes of a large node are more than 64 hold.
struct Use {
    std::int64_t capacity, asked;
    std::int64_t left_percent() const {
        if (capacity == 0 || asked > capacity) return 0;
        return percent(capacity - asked);
    }
    std::int64_t used_percent() const {
        if (capacity == 0 || asked > capacity) return 0;
        return percent(asked);
    }
    double fraction() const {
        return capacity == 0 ? 1 : static_cast<double>(asked) / static_cast<double>(capacity);
    }

  private:
    std::int64_t percent(std::int64_t part) const {
        __extension__ using Wide = __int128;
        return static_cast<std::int64_t>(static_cast<Wide>(part) * 100 / capacity);
    }
};

Use cpus_of(const NodeInfo& node, const Needs& needs) {
    const std::int64_t has = node.config->cpus.count;
    return {has, has - node.cpus_free.count + needs.cpus.count};
}

Use memory_of(const NodeInfo& node, const Needs& needs) {
    const std::int64_t has = node.config->memory.count;
    return {has, has - node.memory_free.count + needs.memory.count};
}

std::int64_t mean(std::int64_t cpus, std::int64_t memory, KubeWeights weights) {
    return (cpus * weights.cpus + memory * weights.memory) / (weights.cpus + weights.memory);
}

/// The node that has most of its CPUs and memory free: how Kubernetes spreads. The first of equals,
/// where Kubernetes draws.
class LeastLoaded final : public Policy {
  public:
    const char* name() const override { return "least-loaded"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    Score score(const NodeInfo& node, const Needs& needs) const override {
        return {static_cast<double>(least_allocated(node, needs))};
    }
};

/// The node that has least of them free: how Kubernetes packs.
class MostLoaded final : public Policy {
  public:
    const char* name() const override { return "most-loaded"; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        return {static_cast<double>(most_allocated(node, needs))};
    }
};

/// The node whose CPUs and memory are in use to the most similar share.
class Balanced final : public Policy {
  public:
    const char* name() const override { return "balanced"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    Score score(const NodeInfo& node, const Needs& needs) const override {
        return {static_cast<double>(balanced_allocation(node, needs))};
    }
};

}   // namespace

std::int64_t least_allocated(const NodeInfo& node, const Needs& needs, KubeWeights weights) {
    return mean(cpus_of(node, needs).left_percent(), memory_of(node, needs).left_percent(),
                weights);
}

std::int64_t most_allocated(const NodeInfo& node, const Needs& needs, KubeWeights weights) {
    return mean(cpus_of(node, needs).used_percent(), memory_of(node, needs).used_percent(),
                weights);
}

std::int64_t balanced_allocation(const NodeInfo& node, const Needs& needs) {
    const double cpus = cpus_of(node, needs).fraction(), memory = memory_of(node, needs).fraction();
    if (cpus >= 1 || memory >= 1) return 0;
    return static_cast<std::int64_t>((1 - std::abs(cpus - memory)) * 100);
}

const Policy& least_loaded_policy() {
    static const LeastLoaded policy;
    return policy;
}

const Policy& most_loaded_policy() {
    static const MostLoaded policy;
    return policy;
}

const Policy& balanced_policy() {
    static const Balanced policy;
    return policy;
}

}   // namespace glasshive::swarm
