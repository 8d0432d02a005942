#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "swarm/decision.h"
#include "swarm/scheduler/policy.h"
#include "swarm/scheduler/spread.h"
#include "swarm/scheduler/group_index.h"
#include "swarm/state/loop_timers.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Wait after the last commit before scheduling, and the most that commits may postpone it.
/// Source: swarmkit manager/scheduler/scheduler.go commitDebounceGap, maxLatency.
inline constexpr Duration commit_debounce_gap = std::chrono::milliseconds{50};
inline constexpr Duration commit_debounce_most = std::chrono::seconds{1};

/// From how many nodes on a group's ranking is kept from one decision to the next. Below, ranking
/// them anew costs no more, and draws ties as SwarmKit's map order does.
inline constexpr std::size_t indexed_nodes_least = 64;
/// Nodes in all kept rankings together. Each takes 56 bytes and, where ties go by order, 8 to 16
/// for the tournament; one that a filter refused some 50 more: at most about 450 MB. The least used
/// go first.
inline constexpr std::size_t indexed_entries_most = 4'000'000;

/// How much the scheduler did, for tests and benches that count operations instead of time.
struct SchedulingEffort {
    std::uint64_t ticks = 0;
    std::uint64_t groups = 0;
    std::uint64_t filters_run = 0;    ///< Times the pipeline looked at a node.
    std::uint64_t placed = 0;
};

/// Assigns PENDING tasks to nodes. Tasks of one service and spec version are one group and share
/// one ranking. Reacts to commits, acts after the debounce, explains itself in decision.* events.
class Scheduler final : public Subscriber {
  public:
    /// Timers are set for `owner`, whose on_timer hands scheduler_debounce to on_timer().
    /// `policy` outlives it, and so does `watch`, which may be null.
    Scheduler(Store& store, ProcessId owner, const Policy& policy, DecisionWatch* watch = nullptr);

    /// Starts anew from what is committed: at the manager's start.
    void start();
    void on_commit(std::span<const Committed> changes) override;
    void on_rejected(const Change& change) override;
    void on_timer();
    /// Schedules what waits, now. The timer calls it; tests may.
    void schedule();
    const SchedulingEffort& effort() const { return effort_; }
    const NodeSet& nodes() const { return nodes_; }
    /// What the task's group asks of a node.
    Needs needs_for(const Task& task) const;

  private:
    struct Waiting {
        ServiceId service;
        std::uint32_t spec_version;
        TaskId task;
        friend auto operator<=>(const Waiting&, const Waiting&) = default;
    };

    void take(const Committed& change);
    void take_task(const Task& task, const Committed& change);
    void need_tick(EventId cause);
    void debounce();
    void place_preassigned(Batch& batch);
    void place_unassigned(Batch& batch);
    /// The groups that wait, in the order in which they are served.
    std::vector<std::span<const Waiting>> groups_of(std::span<const Waiting> waiting) const;
    void place_each(Batch& batch, std::span<const Waiting> group, const Needs& needs);
    /// How many of the group, which come first, got a node.
    std::size_t place_group(Batch& batch, std::span<const Waiting> group, const Needs& needs);
    void place_task(Batch& batch, const Task& task, const Fill& fill, const SpreadTree& tree,
                    const Needs& needs);
    Ranking rank(Pipeline& pipeline, std::size_t tasks);
    GroupIndex* index_of(const Needs& needs);
    void forget_indexes(ServiceId service);
    void expect_typical();
    void make_room();
    void refuse_group(Batch& batch, std::span<const Waiting> group, const Pipeline& pipeline);
    void refuse_task(Batch& batch, const Task& task, NameId error, std::uint32_t refused,
                     const std::string& detail, const Needs& needs);
    void describe_placement(const Fill& fill, const SpreadTree& tree, ServiceId service);
    void append_score(const Candidate& candidate);
    /// Before the decision is made, for whoever watches; empty when nobody wants it.
    DecisionTable table_for(const Task& task, const Needs& needs);
    void show(DecisionTable table, EventId decision, NameId winner);
    std::string describe_refusals(const Needs& needs, std::uint32_t& refused);
    /// What the decision about this task is caused by.
    EventId reason(const Task& task) const;

    Store& store_;
    kernel::Kernel& kernel_;
    ProcessId owner_;
    const Policy& policy_;
    DecisionWatch* watch_;
    const bool swarms_own_;               // Spread, whose words are older than the other policies.
    kernel::Rng ties_;
    NodeSet nodes_;
    struct Indexed {
        std::uint64_t used = 0;           // When, in groups placed.
        GroupIndex index;
    };
    // While a service is updated, tasks of two versions are placed in turn.
    std::map<std::pair<ServiceId, std::uint32_t>, Indexed> indexes_;
    // What the services ask for, by replicas; of policies that look at it.
    TypicalTasks typical_;
    bool typical_known_ = false;
    std::set<TaskId> preassigned_;
    // May name tasks twice or in vain; sorted out at the tick.
    std::vector<TaskId> unassigned_;
    bool tick_required_ = false;
    EventId tick_cause_{};                // What last made another attempt worth while.
    bool debouncing_ = false;
    Time debouncing_since_{};
    Time last_commit_{};
    std::string refusals_;                // JSON of the group's refusals, shared by its placements.
    std::string detail_;
    NameId assigned_message_, confirmed_message_;
    SchedulingEffort effort_;
};

}   // namespace glasshive::swarm
