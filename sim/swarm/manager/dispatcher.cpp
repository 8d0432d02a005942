#include "swarm/manager/dispatcher.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace glasshive::swarm {

namespace {
std::uint32_t tag(LoopTimer timer) { return static_cast<std::uint32_t>(timer); }
/// On the wire: a header, and about half a kilobyte of protobuf per task with its spec.
Bytes assignments_size(std::size_t tasks) {
    return Bytes{64 + static_cast<std::int64_t>(tasks) * 512};
}
}   // namespace

Dispatcher::Dispatcher(Store& store, ProcessId owner)
    : store_(store), kernel_(store.kernel()), owner_(owner),
      periods_(kernel_.rng("swarm/dispatcher")) {}

/// Source: dispatcher.go markNodesUnknown; a down node keeps its day until its tasks are orphaned.
void Dispatcher::start() {
    started_ = kernel_.now();
    node_reports_.clear();
    status_reports_.clear();
    batch_armed_ = false;
    node_of_channel_.clear();
    std::vector<Session> before = std::move(sessions_);
    before.resize(store_.nodes().size());
    sessions_.assign(store_.nodes().size(), Session{});
    Batch batch(store_, Proposer::dispatcher);
    for (const Node& node : store_.nodes()) {
        Session& session = sessions_[node.id.index()];
        session.agent = before[node.id.index()].agent;
        session.last_beat = kernel_.now();
        if (node.state == NodeState::down) {
            const Time due = std::max(kernel_.now(), node.state_since + node_down_period);
            session.orphan_timer = kernel_.after(owner_, due - kernel_.now(),
                                                 tag(LoopTimer::dispatcher_orphan), node.id.value);
            continue;
        }
        session.unknown = true;
        const Duration period = periods_.between(heartbeat_period - heartbeat_epsilon,
                                                 heartbeat_period + heartbeat_epsilon);
        session.deadline = kernel_.now() + period * grace_periods_unknown;
        arm_grace(session, node.id);
        if (!node.ever_ready) continue;
        NodeUpdate update;
        update.node = node.id;
        update.state = NodeState::unknown;
        update.message = kernel_.names().intern(
            "Node moved to \"unknown\" state due to leadership change in cluster");
        batch.add(std::move(update));
    }
}

// --- Sessions and heartbeats ------------------------------------------------------------------------

Dispatcher::Session* Dispatcher::session_of(const kernel::Message& message) {
    const auto index = static_cast<std::uint32_t>(message.a);
    if (message.a == 0 || index >= sessions_.size()) return nullptr;
    return sessions_[index].id == message.a ? &sessions_[index] : nullptr;
}

void Dispatcher::on_message(const kernel::Message& message) {
    const auto type = static_cast<DispatcherMessage>(message.type);
    if (type == DispatcherMessage::session_request) {
        register_node(message);
        return;
    }
    Session* session = session_of(message);
    if (session == nullptr) {
        reply(message, DispatcherMessage::session_invalid);
        return;
    }
    if (type == DispatcherMessage::heartbeat) {
        beat(*session);
        kernel::Outgoing answer;
        answer.type = static_cast<std::uint16_t>(DispatcherMessage::heartbeat_reply);
        answer.a = message.a;
        answer.b = static_cast<std::uint64_t>((session->deadline - kernel_.now()).count()) /
                   grace_periods;
        kernel_.send(owner_, message.channel, std::move(answer));
    } else if (type == DispatcherMessage::status_update) {
        take_statuses(message, *session);
    }
}

void Dispatcher::reply(const kernel::Message& message, DispatcherMessage type) {
    kernel::Outgoing answer;
    answer.type = static_cast<std::uint16_t>(type);
    answer.a = message.a;
    kernel_.send(owner_, message.channel, std::move(answer));
}

/// Draws the next period; the node has three of them until it is down.
void Dispatcher::beat(Session& session) {
    const Duration period = periods_.between(heartbeat_period - heartbeat_epsilon,
                                             heartbeat_period + heartbeat_epsilon);
    session.last_beat = kernel_.now();
    session.deadline = kernel_.now() + period * grace_periods;
}

void Dispatcher::register_node(const kernel::Message& message) {
    const auto description = std::dynamic_pointer_cast<const NodeDescription>(message.body);
    const Node* node = description != nullptr ? store_.find_node(description->host) : nullptr;
    if (node == nullptr) {   // Never joined, or removed.
        reply(message, DispatcherMessage::session_invalid);
        return;
    }
    if (sessions_.size() <= node->id.index()) sessions_.resize(node->id.index() + 1);
    Session& session = sessions_[node->id.index()];
    if (kernel_.now() - session.registrations_since > registration_period) {
        session.registrations_since = kernel_.now();
        session.registrations = 0;
    }
    if (++session.registrations > registrations_most) {
        reply(message, DispatcherMessage::session_invalid);
        return;
    }
    session.id = ++session_counter_ << 32 | node->id.value;
    if (session.channel.valid()) node_of_channel_.erase(session.channel);
    session.channel = message.channel;
    node_of_channel_[session.channel] = node->id;
    session.agent = message.from;
    session.unknown = false;
    session.accept_pending = true;
    session.accepted = false;
    session.pending.clear();
    beat(session);
    arm_grace(session, node->id);
    kernel_.cancel(session.orphan_timer);
    session.orphan_timer = kernel::TimerId::none;
    NodeReport report;
    report.update.node = node->id;
    report.update.state = NodeState::ready;
    const NodeConfig& known = *node->config;
    const bool told = description->cpus.count > 0 || description->memory.count > 0;
    if (told && (description->cpus != known.cpus || description->memory != known.memory)) {
        auto config = std::make_shared<NodeConfig>(known);
        config->cpus = description->cpus;
        config->memory = description->memory;
        report.update.config = std::move(config);
    }
    report.cause = kernel_.cause();
    node_reports_.push_back(std::move(report));
    arm_batch();
}

/// One timer per node: it looks at the newest deadline when it fires, so a beat costs no timer.
void Dispatcher::arm_grace(Session& session, NodeId node) {
    if (session.grace_due <= session.deadline) return;
    kernel_.cancel(session.grace_timer);
    session.grace_due = session.deadline;
    session.grace_timer = kernel_.after(owner_, session.deadline - kernel_.now(),
                                        tag(LoopTimer::dispatcher_grace), node.value, session.agent);
}

void Dispatcher::on_timer(LoopTimer timer, NodeId node) {
    if (timer == LoopTimer::dispatcher_batch) {
        batch_armed_ = false;
        flush();
        return;
    }
    Session& session = sessions_[node.index()];
    if (timer == LoopTimer::dispatcher_grace) {
        session.grace_due = time_never;
        session.grace_timer = kernel::TimerId::none;
        if (session.id == 0 && !session.unknown) return;
        if (kernel_.now() < session.deadline) {
            arm_grace(session, node);
        } else {
            expire(node);
        }
    } else if (timer == LoopTimer::dispatcher_orphan) {
        session.orphan_timer = kernel::TimerId::none;
        orphan_tasks(node);
    } else if (timer == LoopTimer::dispatcher_assign) {
        const Time due = session.pending_changed + assignment_batching;
        if (due > kernel_.now()) {   // Every change postpones the batch.
            kernel_.after(owner_, due - kernel_.now(), tag(LoopTimer::dispatcher_assign), node.value);
            return;
        }
        session.assign_timer = false;
        send_changes(node);
    }
}

/// Source: dispatcher.go markNodeNotReady.
void Dispatcher::expire(NodeId id) {
    Session& session = sessions_[id.index()];
    NodeReport report;
    report.update.node = id;
    report.update.state = NodeState::down;
    report.update.message = kernel_.names().intern(
        session.unknown ? "heartbeat failure for node in \"unknown\" state" : "heartbeat failure");
    report.cause = kernel_.cause();
    node_reports_.push_back(std::move(report));
    session.id = 0;
    session.unknown = false;
    session.accept_pending = false;
    session.accepted = false;
    session.pending.clear();
    session.orphan_timer = kernel_.after(owner_, node_down_period,
                                         tag(LoopTimer::dispatcher_orphan), id.value);
    arm_batch();
}

/// Source: dispatcher.go moveTasksToOrphaned.
void Dispatcher::orphan_tasks(NodeId id) {
    const Node& node = store_.node(id);
    if (node.state != NodeState::down) return;
    kernel::CauseScope scope(kernel_, node.last_event);
    Batch batch(store_, Proposer::dispatcher);
    store_.for_each(node.tasks, Store::By::node, [&](const Task& task) {
        if (task.observed < TaskState::assigned || task.observed > TaskState::running) return;
        TaskUpdate update;
        update.task = task.id;
        update.observed = TaskState::orphaned;
        update.message = task.message;
        batch.add(std::move(update));
    });
}

void Dispatcher::on_channel_closed(ChannelId channel) {
    // A broken stream does not make a node down: only silence does.
    const auto found = node_of_channel_.find(channel);
    if (found == node_of_channel_.end()) return;
    Session& session = sessions_[found->second.index()];
    node_of_channel_.erase(found);
    session.channel = ChannelId{};
    session.accepted = false;
    session.accept_pending = false;
}

Duration Dispatcher::silent_for(NodeId node) const {
    if (node.index() >= sessions_.size()) return Duration::zero();
    return kernel_.now() - sessions_[node.index()].last_beat;
}

// --- What agents report -----------------------------------------------------------------------------

void Dispatcher::take_statuses(const kernel::Message& message, const Session& session) {
    const auto updates = std::dynamic_pointer_cast<const StatusUpdates>(message.body);
    if (updates == nullptr) return;
    const NodeId node{static_cast<std::uint32_t>(session.id)};
    for (const TaskStatus& status : updates->updates) {
        const Task* task = store_.task(status.id);
        if (task == nullptr || task->node != node) continue;   // Not its task (any more).
        const EventId cause = number_of(status.cause) > 0 ? status.cause : kernel_.cause();
        status_reports_.push_back({status, cause});
    }
    if (!status_reports_.empty()) arm_batch();
}

/// SwarmKit's batch timer runs all the time; ours is set when needed, to the instant that one would fire.
void Dispatcher::arm_batch() {
    if (batch_armed_) return;
    batch_armed_ = true;
    const Duration into = (kernel_.now() - started_) % status_batching;
    kernel_.after(owner_, status_batching - into, tag(LoopTimer::dispatcher_batch));
}

/// Source: dispatcher.go processUpdates: task statuses first, then nodes.
void Dispatcher::flush() {
    Batch batch(store_, Proposer::dispatcher);
    flush_statuses(batch);
    for (NodeReport& report : node_reports_) {
        kernel::CauseScope scope(kernel_, report.cause);
        batch.add(std::move(report.update));
    }
    node_reports_.clear();
}

void Dispatcher::flush_statuses(Batch& batch) {
    std::stable_sort(status_reports_.begin(), status_reports_.end(),
                     [](const StatusReport& a, const StatusReport& b) {
                         return a.status.id < b.status.id;
                     });
    for (std::size_t i = 0; i < status_reports_.size(); ++i) {
        const StatusReport& report = status_reports_[i];
        // Only the newest status of a task in a batch is stored; what came before was never seen.
        if (i + 1 < status_reports_.size() && status_reports_[i + 1].status.id == report.status.id) {
            continue;
        }
        kernel::CauseScope scope(kernel_, report.cause);
        TaskUpdate update;
        update.task = report.status.id;
        update.observed = report.status.state;
        update.message = report.status.message;
        update.error = report.status.error;
        update.exit_code = report.status.exit_code;
        batch.add(std::move(update));   // A lower state than the stored one is rejected at commit.
    }
    status_reports_.clear();
}

// --- What agents are told ---------------------------------------------------------------------------

void Dispatcher::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    for (const Committed& change : changes) {
        if (change.kind == Kind::node_created) {
            sessions_.resize(store_.nodes().size());
        } else if (change.kind == Kind::node_updated) {
            const Session& session = sessions_[change.node->id.index()];
            if (session.accept_pending && change.node->state == NodeState::ready) {
                kernel::CauseScope scope(kernel_, change.event);
                accept(change.node->id);
            }
        } else if (change.kind == Kind::task_updated || change.kind == Kind::task_removed) {
            note_task(change);
        }
    }
}

void Dispatcher::accept(NodeId id) {
    Session& session = sessions_[id.index()];
    session.accept_pending = false;
    session.accepted = true;
    session.pending.clear();
    kernel::Outgoing answer;
    answer.type = static_cast<std::uint16_t>(DispatcherMessage::session_accepted);
    answer.a = session.id;
    answer.b = static_cast<std::uint64_t>((session.deadline - session.last_beat).count()) /
               grace_periods;
    kernel_.send(owner_, session.channel, std::move(answer));
    std::vector<TaskAssignment> tasks;
    store_.for_each(store_.node(id).tasks, Store::By::node, [&](const Task& task) {
        // Ended tasks are left out: there is nothing left to do about them.
        if (task.observed < TaskState::assigned || task.observed > TaskState::running) return;
        tasks.push_back(describe(task));
    });
    send_assignments(session, std::move(tasks), true);
}

void Dispatcher::note_task(const Committed& change) {
    const Task& task = *change.task;
    if (!task.node.valid() || task.observed < TaskState::assigned) return;
    Session& session = sessions_[task.node.index()];
    if (!session.accepted) return;   // Its complete set will tell.
    const bool removed = change.kind == Committed::Kind::task_removed;
    if (!removed) {
        const bool assigned = task.observed == TaskState::assigned && change.status_changed;
        if (!assigned && task.desired == change.desired_before) return;   // The agent's own news.
    }
    session.pending.push_back({task.id, task.subject, change.service->name, change.event, removed});
    session.pending_changed = kernel_.now();
    if (session.pending.size() >= assignment_changes_max) {
        send_changes(task.node);
    } else if (!session.assign_timer) {
        session.assign_timer = true;
        kernel_.after(owner_, assignment_batching, tag(LoopTimer::dispatcher_assign),
                      task.node.value);
    }
}

TaskAssignment Dispatcher::describe(const Task& task) const {
    TaskAssignment assignment;
    assignment.id = task.id;
    assignment.subject = task.subject;
    assignment.service = store_.service(task.service).name;
    assignment.slot = task.slot;
    assignment.desired = task.desired;
    assignment.spec = task.spec;
    assignment.cause = task.last_event;
    return assignment;
}

void Dispatcher::send_changes(NodeId node) {
    Session& session = sessions_[node.index()];
    if (!session.accepted || session.pending.empty()) return;
    std::stable_sort(session.pending.begin(), session.pending.end(),
                     [](const Pending& a, const Pending& b) { return a.task < b.task; });
    std::vector<TaskAssignment> tasks;
    for (std::size_t i = 0; i < session.pending.size(); ++i) {
        const Pending& change = session.pending[i];
        if (i + 1 < session.pending.size() && session.pending[i + 1].task == change.task) continue;
        if (change.removed) {
            TaskAssignment gone;
            gone.id = change.task;
            gone.subject = change.subject;
            gone.service = change.service;
            gone.desired = TaskState::remove;
            gone.removed = true;
            gone.cause = change.cause;
            tasks.push_back(std::move(gone));
            continue;
        }
        // Ended tasks too: one that the constraint enforcer rejected still runs over there.
        const Task* task = store_.task(change.task);
        if (task == nullptr) continue;
        tasks.push_back(describe(*task));
        tasks.back().cause = change.cause;   // Not what the agent itself reported meanwhile.
    }
    const EventId cause = session.pending.back().cause;
    session.pending.clear();
    if (tasks.empty()) return;
    kernel::CauseScope scope(kernel_, cause);
    send_assignments(session, std::move(tasks), false);
}

void Dispatcher::send_assignments(Session& session, std::vector<TaskAssignment> tasks,
                                  bool complete) {
    auto body = std::make_shared<Assignments>();
    body->tasks = std::move(tasks);
    kernel::Outgoing message;
    message.type = static_cast<std::uint16_t>(DispatcherMessage::assignments);
    message.a = session.id;
    message.b = complete ? 1 : 0;
    message.size = assignments_size(body->tasks.size());
    message.body = std::move(body);
    kernel_.send(owner_, session.channel, std::move(message));
}

}   // namespace glasshive::swarm
