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
};

}   // namespace

const Policy& random_policy() {
    static const Random policy;
    return policy;
}

}   // namespace glasshive::swarm
