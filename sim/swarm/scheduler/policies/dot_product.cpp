#include <cmath>

#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Where what is left looks least like what is asked: 100 (1 - (C c + G g) / 2), cut to an integer,
/// with what the node has left (C, G) and what the task asks (c, g) as fractions of the largest
/// node.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/simulator/plugin/dot_product_score.go.
class DotProduct final : public Policy {
  public:
    const char* name() const override { return "dot-product"; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        const Fractions left = free_of(node, needs), asked = asked_by(needs);
        return {std::trunc(
            100 * (1 - (left.cpus * asked.cpus + left.other * asked.other) / 2))};
    }
    bool looks_at_largest() const override { return true; }
};

}   // namespace

const Policy& dot_product_policy() {
    static const DotProduct policy;
    return policy;
}

}   // namespace glasshive::swarm
