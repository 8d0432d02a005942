#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "swarm/rollout/updater.h"

namespace glasshive::swarm {

/// The updates under way, at most one per service. The orchestrators hand it a service's slots
/// whenever they look at the service; it finds out whether there is anything to replace.
/// Source: swarmkit manager/orchestrator/update/updater.go Supervisor.
class UpdateSupervisor final : public Subscriber {
  public:
    /// Timers are set for `owner`, whose on_timer hands update_* to on_timer().
    UpdateSupervisor(Store& store, RestartSupervisor& restarts, ProcessId owner);

    /// A new leader knows of no update: the orchestrators' first look starts them anew.
    void start() { updates_.clear(); }
    /// Updates the dirty ones among the slots (nodes for a global service), in this order. Another
    /// update of the service towards the same spec goes on as it is, one towards another spec is
    /// cancelled. Nothing happens while the service's update is paused.
    void update(const Service& service, const std::vector<std::uint32_t>& slots);
    bool is_updating(ServiceId service) const { return updates_.count(service) > 0; }
    void on_commit(std::span<const Committed> changes) override;
    void on_timer(LoopTimer timer, std::uint64_t argument);

  private:
    bool is_dirty_slot(const Service& service, std::uint32_t slot) const;
    void forget_if_over(ServiceId service);

    Updater::Tools tools_;
    std::map<ServiceId, std::unique_ptr<Updater>> updates_;
};

}   // namespace glasshive::swarm
