#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "swarm/state/loop_timers.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// How long a replacement waits for the old task to stop before it starts anyway.
/// Source: swarmkit manager/orchestrator/restart/restart.go defaultOldTaskTimeout.
inline constexpr Duration old_task_timeout = std::chrono::minutes{1};

/// Replaces tasks under their restart policy: decides whether, creates the replacement held at
/// desired state READY, and lets it run when the delay is over and the old task has stopped.
/// Source: swarmkit manager/orchestrator/restart/restart.go Supervisor.
class RestartSupervisor final : public Subscriber {
  public:
    /// Timers are set for `owner`, whose on_timer hands restart_* to on_timer().
    RestartSupervisor(Store& store, ProcessId owner);

    /// Forgets what lived in memory and rebuilds restart history and delays from the stored tasks.
    /// Source: swarmkit manager/orchestrator/taskinit/init.go CheckTasks.
    void start();
    void on_commit(std::span<const Committed> changes) override;
    void on_timer(LoopTimer timer, TaskId replacement);

    /// Shuts `task` down and replaces it if its policy allows. Does nothing while the task is
    /// itself held back by a restart delay: when that ends, the orchestrators look at it again.
    /// Requires task.desired <= RUNNING, or COMPLETE of a job's task.
    void restart(Batch& batch, const Task& task);
    /// What the policy says of another attempt after `task`.
    bool should_restart(const Task& task) const;
    /// The tasks that stand for this slot (or node): those desired to run, else the newest one if
    /// its policy forbids a restart, else none: the slot is dead.
    std::vector<const Task*> updatable(const TaskList& instance) const;
    /// Lets `replacement` run after `delay`, and when `old` (none: nobody) has stopped.
    void delay_start(TaskId replacement, const Task* old, Duration delay);
    void clear_history(ServiceId service) { history_.erase(service); }

  private:
    struct Delay {
        TaskId old = TaskId::none;       // Waited for; none once it stopped or nobody is.
        bool delay_over = false;
        kernel::TimerId timeout = kernel::TimerId::none;
    };
    struct History {
        std::uint32_t spec_version = 0;
        std::uint64_t total = 0;
        std::deque<Time> restarts;       // Kept only for policies with a window.
    };

    static std::uint32_t instance_number(const Task& task) {
        return task.slot > 0 ? task.slot : task.node.value;
    }
    void record(ServiceId service, std::uint32_t instance, const RestartPolicy& policy,
                std::uint32_t spec_version, Time at);
    void try_start(TaskId replacement);
    void start_now(TaskId replacement);
    void stopped(TaskId old);
    void resume_delay(const Task& held);
    void rebuild_history(const Service& service);
    NameId why(const Task& task) const;

    Store& store_;
    kernel::Kernel& kernel_;
    ProcessId owner_;
    std::map<TaskId, Delay> delays_;                       // By replacement.
    std::map<TaskId, std::set<TaskId>> waiting_for_;       // Old task -> replacements.
    std::map<ServiceId, std::map<std::uint32_t, History>> history_;
};

}   // namespace glasshive::swarm
