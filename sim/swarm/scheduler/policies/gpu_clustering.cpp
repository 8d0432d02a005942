#include <algorithm>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Tasks that ask for GPUs in the same way together: up to 25 for the node's GPUs in use; 75 more
/// when all that is there is of the task's kind, 50 when some is, 25 when nothing is there. Kinds:
/// a share of a GPU, one, two, … whole ones. Tasks without a GPU may go anywhere.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/simulator/plugin/gpu_clustering_score.go.
class GpuClustering final : public Policy {
  public:
    const char* name() const override { return "gpu-clustering"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    Score score(const NodeInfo& node, const Needs& needs) const override {
        if (needs.gpus.count == 0) return {};
        const std::int64_t most = needs.largest->gpu_milli > 0
                                      ? needs.largest->gpu_milli
                                      : std::int64_t{whole_gpu} * node.gpus.count;
        std::int64_t score = most > 0 ? 25 * (most - node.gpus.total_left()) / most : 0;
        const auto& tasks = node.gpus.tasks;
        const auto kinds = std::count_if(tasks.begin(), tasks.end(),
                                         [](std::uint16_t count) { return count > 0; });
        if (kinds == 0)
            score += 25;
        else if (tasks[gpu_kind(needs.gpus)] > 0)
            score += kinds == 1 ? 75 : 50;
        return {static_cast<double>(score)};
    }
    bool looks_at_largest() const override { return true; }
};

}   // namespace

const Policy& gpu_clustering_policy() {
    static const GpuClustering policy;
    return policy;
}

}   // namespace glasshive::swarm
