#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Any node that passes, each as likely as the others, for each task anew.
/// Source: docker/swarm (before Swarm mode) scheduler/strategy/random.go.
class Random final : public Policy {
  public:
    const char* name() const override { return "random"; }
    Score score(const NodeInfo&, const Needs&) const override { return {}; }
    bool ties_by_order() const override { return false; }
    bool one_by_one() const override { return true; }
    GpuMask device(const NodeInfo& node, const Needs& needs, kernel::Rng& chance) const override {
        const Gpus& gpus = node.gpus;
        if (!needs.gpus.shares()) return gpus.first(needs.gpus);
        auto drawn = chance.below(static_cast<std::uint64_t>(gpus.with(needs.gpus.milli)));
        for (std::size_t i = 0;; ++i) {
            if (gpus.left[i] >= needs.gpus.milli && drawn-- == 0) {
                return static_cast<GpuMask>(1U << i);
            }
        }
    }
};

}   // namespace

const Policy& random_policy() {
    static const Random policy;
    return policy;
}

}   // namespace glasshive::swarm
