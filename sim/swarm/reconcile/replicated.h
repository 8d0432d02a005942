#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "swarm/reconcile/retention.h"
#include "swarm/restart/supervisor.h"
#include "swarm/rollout/supervisor.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Keeps every replicated service at its number of slots, and restarts tasks that ended or whose
/// node is down or draining. Collects what changed from commits and acts in tick(), never on its
/// own uncommitted writes.
/// Source: swarmkit manager/orchestrator/replicated/{services,tasks,slot}.go.
class ReplicatedOrchestrator final : public Subscriber {
  public:
    /// `retention` decides who stays when a service shrinks; null: Swarm does. Outlives it.
    ReplicatedOrchestrator(Store& store, RestartSupervisor& restarts, UpdateSupervisor& updates,
                           const Retention* retention = nullptr);

    /// Looks at everything anew: at the manager's start.
    void start();
    void on_commit(std::span<const Committed> changes) override;
    /// Acts on what was collected.
    void tick();

  private:
    struct Slot {
        std::uint32_t number = 0;
        std::vector<const Task*> tasks;
    };

    static bool runs(const Service& service) {
        return service.spec->mode == ServiceMode::replicated;
    }
    void take_task(const Task& task);
    void take_node(const Node& node);
    void restart_tasks();
    void remove_tasks(const Service& service);
    void reconcile(const Service& service);
    void add_tasks(Batch& batch, const Service& service, const std::vector<Slot>& live,
                   std::map<std::uint32_t, TaskList>& dead, std::uint64_t count);
    static void keep_first(std::vector<Slot>& slots);
    void keep_as_told(std::vector<Slot>& slots) const;

    Store& store_;
    kernel::Kernel& kernel_;
    RestartSupervisor& restarts_;
    UpdateSupervisor& updates_;
    const Retention* retention_;
    std::set<TaskId> ended_;                          // To be restarted.
    std::map<ServiceId, EventId> changed_services_;   // To be reconciled, and why.
    std::map<ServiceId, EventId> removed_services_;
};

}   // namespace glasshive::swarm
