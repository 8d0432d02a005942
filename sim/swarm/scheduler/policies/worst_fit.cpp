#include <cmath>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Where most is left afterwards: best fit turned round.
/// Source: Johnson, "Near-optimal bin packing algorithms" (1973): Worst Fit; what is left is
/// weighed as best_fit does.
class WorstFit final : public Policy {
  public:
    const char* name() const override { return "worst-fit"; }
    bool one_by_one() const override { return true; }   // A task may make its node worse.
    Score score(const NodeInfo& node, const Needs& needs) const override {
        const Fractions left = free_of(node, needs), asked = asked_by(needs);
        return {
            std::trunc(100 * ((left.cpus - asked.cpus) * .5 + (left.other - asked.other) * .5))};
    }
    bool looks_at_largest() const override { return true; }
};

}   // namespace

const Policy& worst_fit_policy() {
    static const WorstFit policy;
    return policy;
}

}   // namespace glasshive::swarm
