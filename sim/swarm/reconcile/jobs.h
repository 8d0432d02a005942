#pragma once

#include <map>
#include <set>
#include <span>

#include "swarm/restart/supervisor.h"
#include "swarm/state/constraint.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Brings every job to its end: so many tasks COMPLETE, a few at a time (replicated job), or one on
/// every node there was when the run began (global job). Looks at a job when its service changes
/// and when one of its tasks ends; not when nodes come, go or drain: a job's task on a lost node is
/// left alone until it is orphaned.
/// Source: swarmkit manager/orchestrator/jobs/orchestrator.go, {replicated,global}/reconciler.go.
class JobOrchestrator final : public Subscriber {
  public:
    JobOrchestrator(Store& store, RestartSupervisor& restarts);

    /// Looks at everything anew: at the manager's start.
    void start();
    void on_commit(std::span<const Committed> changes) override;
    /// Acts on what was collected.
    void tick();

  private:
    /// Below this slot all have a task of this run that is done or on its way.
    struct Cursor {
        std::uint32_t iteration = 0;
        std::uint32_t slot = 1;
    };

    void take_task(const Task& task, EventId cause);
    void remove_tasks(const Service& service);
    void reconcile_replicated(Batch& batch, const Service& service);
    void reconcile_global(Batch& batch, const Service& service);
    /// Of this run, and done or to be done.
    bool stands(const Service& service, const TaskList& instance) const;
    void restart(Batch& batch, const Service& service);
    void remove_earlier_runs(Batch& batch, const Service& service);
    void create(Batch& batch, const Service& service, std::uint32_t slot, NodeId node);

    Store& store_;
    kernel::Kernel& kernel_;
    RestartSupervisor& restarts_;
    std::map<ServiceId, EventId> changed_services_;   // To be reconciled, and why.
    std::set<ServiceId> new_runs_;                    // Of these, earlier runs may have tasks.
    std::map<ServiceId, EventId> removed_services_;
    std::map<ServiceId, std::set<TaskId>> ended_;     // To be restarted.
    std::map<ServiceId, Cursor> cursors_;
};

}   // namespace glasshive::swarm
