#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "swarm/restart/supervisor.h"
#include "swarm/rollout/supervisor.h"
#include "swarm/state/constraint.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Keeps one task of every global service on every node that matches its constraints and is neither
/// down nor draining. A paused node is left as it is; a task that fails there is only shut down.
/// Source: swarmkit manager/orchestrator/global/global.go.
class GlobalOrchestrator final : public Subscriber {
  public:
    GlobalOrchestrator(Store& store, RestartSupervisor& restarts, UpdateSupervisor& updates);

    /// Looks at everything anew: at the manager's start.
    void start();
    void on_commit(std::span<const Committed> changes) override;
    /// Acts on what was collected.
    void tick();

  private:
    struct Compiled {
        std::uint32_t spec_version = 0;
        std::vector<Constraint> constraints;
    };

    void take_task(const Task& task);
    void restart_tasks();
    void remove_tasks(const Service& service);
    void reconcile_service(Batch& batch, const Service& service);
    void reconcile_node(Batch& batch, const Node& node);
    /// True when the service has tasks on the node that are to stay there, or be updated.
    bool reconcile(Batch& batch, const Service& service, const Node& node);
    void replace_if_dirty(Batch& batch, const Service& service, const Node& node);
    void shut_down(Batch& batch, const Task& task, const char* why);
    bool wants(const Service& service, const Node& node);

    Store& store_;
    kernel::Kernel& kernel_;
    RestartSupervisor& restarts_;
    UpdateSupervisor& updates_;
    std::map<ServiceId, Compiled> services_;          // The global services that exist.
    std::set<TaskId> ended_;
    std::map<ServiceId, EventId> changed_services_;
    std::map<ServiceId, EventId> removed_services_;
    std::map<NodeId, EventId> changed_nodes_;
};

}   // namespace glasshive::swarm
