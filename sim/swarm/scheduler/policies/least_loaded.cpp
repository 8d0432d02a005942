#include <algorithm>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// The node that has most of its CPUs and memory free with the task on it: the mean of both, in
/// percent, each cut to an integer.
/// Source: kubernetes pkg/scheduler/framework/plugins/noderesources/least_allocated.go, with its
/// weights of 1; the first of equals, where Kubernetes draws.
class LeastLoaded final : public Policy {
  public:
    const char* name() const override { return "least-loaded"; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        const std::int64_t cpus =
            percent(node.cpus_free.count - needs.cpus.count, node.config->cpus.count);
        const std::int64_t memory =
            percent(node.memory_free.count - needs.memory.count, node.config->memory.count);
        return {static_cast<double>((cpus + memory) / 2)};
    }

  private:
    static std::int64_t percent(std::int64_t left, std::int64_t total) {
        if (total == 0 || left < 0) return 0;
        // Shares of bytes: 100 times them still fits for anything below 80 PiB.
        return left * 100 / total;
    }
};

}   // namespace

const Policy& least_loaded_policy() {
    static const LeastLoaded policy;
    return policy;
}

}   // namespace glasshive::swarm
