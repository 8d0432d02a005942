#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// The first node with room, in order of joining.
/// Source: Johnson, "Near-optimal bin packing algorithms" (1973): First Fit.
class FirstFit final : public Policy {
  public:
    const char* name() const override { return "first-fit"; }
    Score score(const NodeInfo&, const Needs&) const override { return {}; }
};

}   // namespace

const Policy& first_fit_policy() {
    static const FirstFit policy;
    return policy;
}

}   // namespace glasshive::swarm
