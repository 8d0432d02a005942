#include "swarm/scheduler/policies/policies.h"

namespace glasshive::swarm {

namespace {

/// Fewest tasks of the service, then fewest tasks: what Swarm mode does, and all it does.
/// Source: swarmkit manager/scheduler/scheduler.go, nodeLess in scheduleTaskGroup.
class Spread final : public Policy {
  public:
    const char* name() const override { return "spread"; }
    std::int64_t score(const NodeInfo& node, const Needs& needs) const override {
        const auto own = static_cast<std::int64_t>(node.active_of(needs.service));
        return -(own << 32 | static_cast<std::int64_t>(node.active));
    }
    std::int64_t shown(std::int64_t score) const override { return -(-score >> 32); }
    bool ties_by_order() const override { return false; }   // SwarmKit: Go's random map order.
};

}   // namespace

const Policy& spread_policy() {
    static const Spread policy;
    return policy;
}

}   // namespace glasshive::swarm
