#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/protocol.h"
#include "swarm/security/files_in_use.h"
#include "swarm/state/loop_timers.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// How the dispatcher paces itself. Source: swarmkit manager/dispatcher/dispatcher.go.
// maxBatchInterval
inline constexpr Duration status_batching = std::chrono::milliseconds{100};
// batchingWaitTime
inline constexpr Duration assignment_batching = std::chrono::milliseconds{100};
// modificationBatchLimit
inline constexpr std::size_t assignment_changes_max = 100;
// defaultNodeDownPeriod
inline constexpr Duration node_down_period = std::chrono::hours{24};
/// A node unknown after a change of leader gets twice the grace (gracePeriodMultiplierUnknown /
/// node).
inline constexpr int grace_periods_unknown = 2 * grace_periods;
/// Registrations per node and period. Source: manager/dispatcher/nodes.go rateLimitPeriod,
/// rateLimitCount.
inline constexpr Duration registration_period = std::chrono::seconds{8};
inline constexpr std::uint32_t registrations_most = 3;

/// Talks to the agents: registers nodes, counts their heartbeats, hands out assignments, takes in
/// task statuses. Sessions live in memory only; what they amount to goes into the store.
class Dispatcher final : public Subscriber {
  public:
    /// Timers are set for `owner`, whose on_timer hands dispatcher_* to on_timer().
    Dispatcher(Store& store, ProcessId owner, std::uint64_t term);

    /// A new reign: no sessions, every node that was not down becomes unknown. `agents`: the
    /// agents' processes by node as the last leader knew them, to blame a silence.
    void start(const std::vector<ProcessId>& agents);
    /// The reign is over: agents are to look for another manager.
    void close_sessions();
    /// Ids of the sessions, and the agents' processes by node.
    std::set<std::uint64_t> sessions() const;
    std::vector<ProcessId> agents() const;
    void on_commit(std::span<const Committed> changes) override;
    void on_message(const kernel::Message& message);
    void on_channel_closed(ChannelId channel);
    void on_timer(LoopTimer timer, NodeId node);
    /// Since the node's last heartbeat, or since the manager started.
    Duration silent_for(NodeId node) const;

  private:
    struct Pending {
        TaskId task = TaskId::none;
        NameId subject;
        NameId service;
        EventId cause{};
        bool removed = false;
    };
    /// All that a heartbeat touches, apart from the rest of its session: beats are most of an idle
    /// run.
    struct Pulse {
        std::uint64_t session = 0;         // 0: none. Low half: node index; high half: a counter.
        Time last_beat{};
        Time deadline{};
    };
    struct Session {
        ChannelId channel;
        ProcessId agent;
        // When the pending grace timer fires; never: none pending.
        Time grace_due = time_never;
        kernel::TimerId grace_timer = kernel::TimerId::none;
        kernel::TimerId orphan_timer = kernel::TimerId::none;
        // Waiting for it to come back after the manager's restart.
        bool unknown = false;
        bool accept_pending = false;       // Registered; answered once its READY has committed.
        bool accepted = false;             // Has its complete set: changes are worth sending.
        Time registrations_since{};
        std::uint32_t registrations = 0;
        std::vector<Pending> pending;      // Assignment changes to send.
        Time pending_changed{};
        bool assign_timer = false;
    };
    struct NodeReport {
        NodeUpdate update;
        EventId cause{};
    };
    struct StatusReport {
        TaskStatus status;
        EventId cause{};
    };

    Pulse* pulse_of(const kernel::Message& message);
    void register_node(const kernel::Message& message);
    bool refuses(const NodeDescription& shown, const Node* node);
    void renew_certificate(const kernel::Message& message);
    void forget(NodeId node);
    void beat(Pulse& pulse);
    void take_statuses(const kernel::Message& message);
    void arm_grace(NodeId node);
    void expire(NodeId node);
    void orphan_tasks(NodeId node);
    void accept(NodeId node);
    void note_task(const Committed& change);
    void send_changes(NodeId node);
    TaskAssignment describe(const Task& task) const;
    void send_assignments(NodeId node, std::vector<TaskAssignment> tasks, bool complete);
    void use_files(const Task& task);
    void release_files(const Task& task);
    void resize(std::size_t nodes);
    void arm_batch();
    void flush();
    void flush_statuses(Batch& batch);
    void reply(const kernel::Message& message, DispatcherMessage type);

    Store& store_;
    kernel::Kernel& kernel_;
    ProcessId owner_;
    kernel::Rng periods_;
    std::vector<Session> sessions_;        // By NodeId.
    std::vector<Pulse> pulses_;            // By NodeId.
    std::map<ChannelId, NodeId> node_of_channel_;
    FilesInUse files_;                     // Of accepted sessions.
    std::map<NodeId, std::vector<FileAssignment>> pending_files_;
    std::uint64_t session_counter_ = 0;
    Time started_{};
    std::vector<NodeReport> node_reports_;
    std::vector<StatusReport> status_reports_;
    bool batch_armed_ = false;
    std::set<NodeId> refused_;             // Said so: they ask again every few seconds.
    std::uint64_t serial_ = 0;             // Of certificates signed in this reign.
};

}   // namespace glasshive::swarm
