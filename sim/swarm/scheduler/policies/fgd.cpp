#include "kernel/math.h"
#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Where the task adds least to what typical tasks cannot use: 100 sigmoid((F - F') / 1000), cut to
/// an integer, with the node's fragmentation before (F) and after (F'); of a share, on the GPU
/// where that is best.
/// Source: "Beware of Fragmentation" (USENIX ATC 2023), section 4; hkust-adsl/
/// kubernetes-scheduler-simulator pkg/simulator/plugin/fgd_score.go.
class Fgd final : public Policy {
  public:
    const char* name() const override { return "fgd"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    bool looks_at_typical() const override { return true; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        return {static_cast<double>(best(node, needs).score)};
    }
    GpuMask device(const NodeInfo& node, const Needs& needs, kernel::Rng&) const override {
        return best(node, needs).gpus;
    }

  private:
    struct Choice {
        int score = 0;
        GpuMask gpus = 0;
    };
    static int sigmoid(double x) {
        return static_cast<int>(100 * (1 / (1 + kernel::portable_exp(-x))));
    }

    static Choice best(const NodeInfo& node, const Needs& needs) {
        static const TypicalTasks none;
        const TypicalTasks& typical = needs.typical != nullptr ? *needs.typical : none;
        const double before = fragmentation(node.cpus_free, node.gpus, typical);
        const Cpus cpus = node.cpus_free - needs.cpus;
        const auto with = [&](GpuMask gpus) {
            Gpus after = node.gpus;
            after.take(needs.gpus, gpus);
            return Choice{sigmoid((before - fragmentation(cpus, after, typical)) / 1000), gpus};
        };
        if (!needs.gpus.shares())
            return with(needs.gpus.count > 0 ? node.gpus.first(needs.gpus) : 0);
        Choice found{-1, 0};
        for (std::size_t i = 0; i < node.gpus.count; ++i) {
            const std::int16_t left = node.gpus.left[i];
            if (left < needs.gpus.milli) continue;
            // As good as an earlier one with as much left.
            bool again = false;
            for (std::size_t j = 0; j < i && !again; ++j) again = node.gpus.left[j] == left;
            if (again) continue;
            const Choice here = with(static_cast<GpuMask>(1U << i));
            if (here.score > found.score) found = here;
        }
        return found;
    }
};

}   // namespace

const Policy& fgd_policy() {
    static const Fgd policy;
    return policy;
}

}   // namespace glasshive::swarm
