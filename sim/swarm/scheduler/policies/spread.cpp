#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Fewest tasks of the service, then fewest tasks: what Swarm mode does, and all it does.
/// Source: swarmkit manager/scheduler/scheduler.go, nodeLess in scheduleTaskGroup.
class Spread final : public Policy {
  public:
    const char* name() const override { return "spread"; }
    bool is_swarms_own() const override { return true; }
    Score score(const NodeInfo& node, const Needs& needs) const override {
        // Not -x, which makes -0 of 0.
        return {0.0 - node.active_of(needs.service), 0.0 - node.active};
    }
    bool ties_by_order() const override { return false; }   // SwarmKit: Go's random map order.
};

}   // namespace

const Policy& spread_policy() {
    static const Spread policy;
    return policy;
}

}   // namespace glasshive::swarm
