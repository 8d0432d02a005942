#pragma once

#include <span>
#include <vector>

#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Gives new tasks their network resources: NEW becomes PENDING, "pending task scheduling".
/// Addresses are not modelled yet, so it never waits for any.
/// Source: swarmkit manager/allocator/network.go allocatedStatusMessage.
class Allocator final : public Subscriber {
  public:
    explicit Allocator(Store& store);

    void start();
    void on_commit(std::span<const Committed> changes) override;
    void tick();

  private:
    Store& store_;
    NameId message_;
    std::vector<TaskId> fresh_;
};

}   // namespace glasshive::swarm
