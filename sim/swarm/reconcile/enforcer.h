#pragma once

#include <map>
#include <span>

#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Rejects tasks whose active node no longer satisfies their service's constraints or their
/// reservations, whenever the node changes; the orchestrators then restart them elsewhere.
/// Source: swarmkit manager/orchestrator/constraintenforcer/constraint_enforcer.go.
class ConstraintEnforcer final : public Subscriber {
  public:
    explicit ConstraintEnforcer(Store& store);

    void start();
    void on_commit(std::span<const Committed> changes) override;
    /// Acts on what was collected.
    void tick();

  private:
    void enforce(Batch& batch, const Node& node);

    Store& store_;
    kernel::Kernel& kernel_;
    std::map<NodeId, EventId> changed_;
};

}   // namespace glasshive::swarm
