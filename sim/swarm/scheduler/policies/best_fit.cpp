#include <cmath>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Where least is left afterwards: 100 (1 - (C-c)/2 - (G-g)/2), cut to an integer, with what the
/// node has left (C, G) and what the task asks (c, g) as fractions of the largest node.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/simulator/plugin/best_fit_score.go.
class BestFit final : public Policy {
  public:
    const char* name() const override { return "best-fit"; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        const Fractions left = free_of(node, needs), asked = asked_by(needs);
        return {std::trunc(
            100 * (1 - ((left.cpus - asked.cpus) * .5 + (left.other - asked.other) * .5)))};
    }
    bool looks_at_largest() const override { return true; }
};

}   // namespace

const Policy& best_fit_policy() {
    static const BestFit policy;
    return policy;
}

}   // namespace glasshive::swarm
