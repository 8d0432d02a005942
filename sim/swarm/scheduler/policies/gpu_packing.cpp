#include <algorithm>
#include <vector>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// GPUs in use before GPUs that are free, those before nodes that are: 50 to 100 where only GPUs in
/// use are taken, 33 to 50 where free ones are of a node in use, less where the node is free.
/// Tasks without a GPU may go anywhere.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/simulator/plugin/gpu_packing_score.go.
class GpuPacking final : public Policy {
  public:
    const char* name() const override { return "gpu-packing"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    Score score(const NodeInfo& node, const Needs& needs) const override {
        if (needs.gpus.count == 0) return {};
        return {static_cast<double>(score_of(node.gpus, needs.gpus))};
    }

  private:
    static std::int64_t score_of(const Gpus& gpus, const GpuNeed& need) {
        const std::int64_t whole = gpus.with(whole_gpu);
        if (whole == gpus.count) return std::max(33 - whole, whole);
        std::array<std::int16_t, gpus_most> left = gpus.left;
        std::sort(left.begin(), left.begin() + gpus.count);
        std::int32_t found = 0;
        std::int64_t free_ones = 0, parts = 0;
        for (std::size_t i = 0; i < gpus.count && found < need.count; ++i) {
            if (left[i] < need.milli) continue;
            ++found;
            if (left[i] == whole_gpu)
                ++free_ones;
            else
                parts += left[i] * 100 / whole_gpu;
        }
        if (free_ones > 0) return std::max<std::int64_t>(50 - free_ones, 33);
        return std::max<std::int64_t>(100 - parts / 10, 50);
    }
};

}   // namespace

const Policy& gpu_packing_policy() {
    static const GpuPacking policy;
    return policy;
}

}   // namespace glasshive::swarm
