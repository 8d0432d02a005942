#pragma once

#include "swarm/allocator/allocator.h"
#include "swarm/manager/dispatcher.h"
#include "swarm/reconcile/enforcer.h"
#include "swarm/reconcile/global.h"
#include "swarm/reconcile/jobs.h"
#include "swarm/reconcile/reaper.h"
#include "swarm/reconcile/replicated.h"
#include "swarm/restart/supervisor.h"
#include "swarm/rollout/supervisor.h"
#include "swarm/scheduler/scheduler.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Everything a leader does with the state: one set per reign. What the loops remember dies with
/// the reign; start() builds it anew from what is stored.
/// Source: swarmkit manager/manager.go becomeLeader, becomeFollower.
class ControlLoops {
  public:
    /// Timers are set for `owner`. `term` tells the reigns' random draws apart.
    /// `decisions`: see Scheduler.
    ControlLoops(Store& store, ProcessId owner, std::uint64_t term, const PolicyMaker& policy,
                 DecisionWatch* decisions);
    ~ControlLoops() { store_.unsubscribe_all(); }
    ControlLoops(const ControlLoops&) = delete;
    ControlLoops& operator=(const ControlLoops&) = delete;

    /// `agents`: see Dispatcher::start.
    void start(const std::vector<ProcessId>& agents);
    /// Lets the loops act on what was committed; their proposals wait in the store.
    void tick();
    void on_timer(LoopTimer timer, std::uint64_t argument);

    Dispatcher& dispatcher() { return dispatcher_; }
    const Dispatcher& dispatcher() const { return dispatcher_; }
    const Scheduler& scheduler() const { return scheduler_; }

  private:
    /// Asks the policy, with the node as the scheduler sees it.
    class AsPolicySays final : public Retention {
      public:
        explicit AsPolicySays(ControlLoops& loops) : loops_(loops) {}
        double keep(const Task& task) const override;

      private:
        ControlLoops& loops_;
    };

    Store& store_;
    std::shared_ptr<const Policy> policy_;
    AsPolicySays retention_{*this};
    Dispatcher dispatcher_;
    Allocator allocator_;
    RestartSupervisor restarts_;
    UpdateSupervisor updates_;
    ReplicatedOrchestrator replicated_;
    GlobalOrchestrator global_;
    JobOrchestrator jobs_;
    ConstraintEnforcer enforcer_;
    TaskReaper reaper_;
    Scheduler scheduler_;
};

}   // namespace glasshive::swarm
