#pragma once

#include <map>
#include <set>
#include <span>
#include <utility>

#include "swarm/state/loop_timers.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Tasks kept per slot (or node), the live one included. Source: swarmkit manager/manager.go
/// defaultTaskHistoryRetentionLimit.
inline constexpr std::size_t task_history_limit = 5;
/// Source: swarmkit manager/orchestrator/taskreaper/task_reaper.go reaperBatchingInterval,
/// maxDirty.
inline constexpr Duration reaper_batching = std::chrono::milliseconds{250};
inline constexpr std::size_t reaper_dirty_most = 1000;

/// Deletes the oldest ended tasks of a slot beyond the history limit, and tasks that were to be
/// removed once they have ended. A policy with max_attempts keeps max_attempts + 1 instead of five.
/// Source: swarmkit manager/orchestrator/taskreaper/task_reaper.go.
class TaskReaper final : public Subscriber {
  public:
    /// Timers are set for `owner`, whose on_timer hands reaper_batch to on_timer().
    TaskReaper(Store& store, ProcessId owner);

    void start();
    void on_commit(std::span<const Committed> changes) override;
    void on_timer();

  private:
    void take(const Task& task, bool created);
    void arm();
    void reap();
    /// True when the slot has no more to give until something else happens.
    bool reap_slot(Batch& batch, ServiceId service, std::uint32_t instance);

    Store& store_;
    kernel::Kernel& kernel_;
    ProcessId owner_;
    std::map<std::pair<ServiceId, std::uint32_t>, EventId> dirty_;   // Slots with a new task.
    // Removed ones that have ended.
    std::map<TaskId, EventId> to_remove_;
    bool armed_ = false;
    Time last_change_{};
};

}   // namespace glasshive::swarm
