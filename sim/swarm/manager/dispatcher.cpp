#include "swarm/manager/dispatcher.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "swarm/events.h"
#include "swarm/security/authority.h"

namespace glasshive::swarm {

namespace {
std::uint32_t tag(LoopTimer timer) { return static_cast<std::uint32_t>(timer); }
}   // namespace

Dispatcher::Dispatcher(Store& store, ProcessId owner, std::uint64_t term)
    : store_(store), kernel_(store.kernel()), owner_(owner),
      periods_(kernel_.rng(term <= 1 ? "swarm/dispatcher"
                                     : "swarm/dispatcher/" + std::to_string(term))),
      session_counter_(term <= 1 ? 0 : term << 16) {}

void Dispatcher::close_sessions() {
    for (const auto& [channel, node] : node_of_channel_) kernel_.close(owner_, channel);
    node_of_channel_.clear();
}

std::set<std::uint64_t> Dispatcher::sessions() const {
    std::set<std::uint64_t> ids;
    for (const Pulse& pulse : pulses_) {
        if (pulse.session != 0) ids.insert(pulse.session);
    }
    return ids;
}

std::vector<ProcessId> Dispatcher::agents() const {
    std::vector<ProcessId> known;
    for (const Session& session : sessions_) known.push_back(session.agent);
    return known;
}

/// Source: dispatcher.go markNodesUnknown; a down node keeps its day until its tasks are orphaned.
void Dispatcher::start(const std::vector<ProcessId>& agents) {
    started_ = kernel_.now();
    resize(store_.nodes().size());
    Batch batch(store_, Proposer::dispatcher);
    for (const Node& node : store_.nodes()) {
        Session& session = sessions_[node.id.index()];
        if (node.removed) continue;
        if (node.id.index() < agents.size()) session.agent = agents[node.id.index()];
        pulses_[node.id.index()].last_beat = kernel_.now();
        if (node.state == NodeState::down) {
            const Time due = std::max(kernel_.now(), node.state_since + node_down_period);
            session.orphan_timer = kernel_.after(owner_, due - kernel_.now(),
                                                 tag(LoopTimer::dispatcher_orphan), node.id.value);
            continue;
        }
        session.unknown = true;
        const Duration period = periods_.between(heartbeat_period - heartbeat_epsilon,
                                                 heartbeat_period + heartbeat_epsilon);
        pulses_[node.id.index()].deadline = kernel_.now() + period * grace_periods_unknown;
        arm_grace(node.id);
        if (!node.ever_ready) continue;
        NodeUpdate update;
        update.node = node.id;
        update.state = NodeState::unknown;
        update.message = kernel_.names().intern(
            "Node moved to \"unknown\" state due to leadership change in cluster");
        batch.add(std::move(update));
    }
}

// --- Sessions and heartbeats ---------------------------------------------------------------------

void Dispatcher::resize(std::size_t nodes) {
    sessions_.resize(nodes);
    pulses_.resize(nodes);
}

Dispatcher::Pulse* Dispatcher::pulse_of(const kernel::Message& message) {
    const auto index = static_cast<std::uint32_t>(message.a);
    if (message.a == 0 || index >= pulses_.size()) return nullptr;
    return pulses_[index].session == message.a ? &pulses_[index] : nullptr;
}

void Dispatcher::on_message(const kernel::Message& message) {
    const auto type = static_cast<DispatcherMessage>(message.type);
    if (type == DispatcherMessage::session_request) {
        register_node(message);
        return;
    }
    Pulse* pulse = pulse_of(message);
    if (pulse == nullptr) {
        reply(message, DispatcherMessage::session_invalid);
        return;
    }
    if (type == DispatcherMessage::heartbeat) {
        beat(*pulse);
        kernel::Outgoing answer;
        answer.type = static_cast<std::uint16_t>(DispatcherMessage::heartbeat_reply);
        answer.a = message.a;
        answer.b = static_cast<std::uint64_t>((pulse->deadline - kernel_.now()).count()) /
                   grace_periods;
        kernel_.send(owner_, message.channel, std::move(answer));
    } else if (type == DispatcherMessage::status_update) {
        take_statuses(message);
    } else if (type == DispatcherMessage::certificate_request) {
        renew_certificate(message);
    }
}

void Dispatcher::reply(const kernel::Message& message, DispatcherMessage type) {
    kernel::Outgoing answer;
    answer.type = static_cast<std::uint16_t>(type);
    answer.a = message.a;
    kernel_.send(owner_, message.channel, std::move(answer));
}

/// Draws the next period; the node has three of them until it is down.
void Dispatcher::beat(Pulse& pulse) {
    const Duration period = periods_.between(heartbeat_period - heartbeat_epsilon,
                                             heartbeat_period + heartbeat_epsilon);
    pulse.last_beat = kernel_.now();
    pulse.deadline = kernel_.now() + period * grace_periods;
}

void Dispatcher::register_node(const kernel::Message& message) {
    const auto description = std::dynamic_pointer_cast<const NodeDescription>(message.body);
    const Node* node = description != nullptr ? store_.find_node(description->host) : nullptr;
    if (description == nullptr || refuses(*description, node)) {
        reply(message, DispatcherMessage::session_invalid);
        return;
    }
    Session& session = sessions_[node->id.index()];
    Pulse& pulse = pulses_[node->id.index()];
    if (kernel_.now() - session.registrations_since > registration_period) {
        session.registrations_since = kernel_.now();
        session.registrations = 0;
    }
    if (++session.registrations > registrations_most) {
        reply(message, DispatcherMessage::session_invalid);
        return;
    }
    pulse.session = ++session_counter_ << 32 | node->id.value;
    if (session.channel.valid()) node_of_channel_.erase(session.channel);
    session.channel = message.channel;
    node_of_channel_[session.channel] = node->id;
    session.agent = message.from;
    session.unknown = false;
    session.accept_pending = true;
    session.accepted = false;
    session.pending.clear();
    beat(pulse);
    arm_grace(node->id);
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

/// Whether the machine is turned away: it never joined, was removed, or shows a certificate that is
/// too old. What the daemon logs there is said once.
bool Dispatcher::refuses(const NodeDescription& shown, const Node* node) {
    const Authority authority(store_);
    Certificate certificate{.root = store_.cluster().root, .serial = 1,
                            .valid_until = shown.certificate_until};
    if (node != nullptr) {
        certificate.node = node->id;
    } else {
        for (const auto& [id, until] : store_.cluster().removed_nodes) {
            if (store_.node(id).host == shown.host) certificate.node = id;
        }
    }
    const std::optional<Refusal> refusal = authority.refuse(certificate, NodeRole::worker);
    if (!refusal) return node == nullptr;
    if (refused_.insert(certificate.node).second) {
        kernel_.emit(events::access_refused, kernel_.name_of(shown.host),
                     {field::name(kernel_.names().intern("session")),
                      field::name(kernel_.names().intern(std::string("rpc error: code = ") +
                                                         refusal->code + " desc = " +
                                                         refusal->text))});
    }
    return true;
}

/// Source: swarmkit ca/server.go IssueNodeCertificate, issueRenewCertificate.
void Dispatcher::renew_certificate(const kernel::Message& message) {
    const Node& node = store_.node(NodeId{static_cast<std::uint32_t>(message.a)});
    const Certificate fresh = Authority(store_).sign(node, ++serial_);
    const Duration valid_for = fresh.valid_until - kernel_.now();
    kernel_.emit(events::certificate_issued, node.hostname,
                 {field::name(kernel_.names().intern(to_text(fresh.role))),
                  field::integer(static_cast<std::int64_t>(fresh.serial)),
                  field::duration(valid_for), field::name(kernel_.names().intern("renewed"))});
    kernel::Outgoing answer;
    answer.type = static_cast<std::uint16_t>(DispatcherMessage::certificate);
    answer.a = message.a;
    answer.b = static_cast<std::uint64_t>(valid_for.count());
    kernel_.send(owner_, message.channel, std::move(answer));
}

/// docker node rm: the stream is cut, and nothing is awaited any more.
void Dispatcher::forget(NodeId node) {
    Session& session = sessions_[node.index()];
    pulses_[node.index()].session = 0;
    kernel_.cancel(session.grace_timer);
    kernel_.cancel(session.orphan_timer);
    if (session.channel.valid()) {
        node_of_channel_.erase(session.channel);
        kernel_.close(owner_, session.channel);
    }
    const bool assign_timer = session.assign_timer;   // It will fire, and find nothing.
    session = Session{};
    session.assign_timer = assign_timer;
    files_.forget(node);
    pending_files_.erase(node);
}

/// One timer per node: it looks at the newest deadline when it fires, so a beat costs no timer.
void Dispatcher::arm_grace(NodeId node) {
    Session& session = sessions_[node.index()];
    const Time deadline = pulses_[node.index()].deadline;
    if (session.grace_due <= deadline) return;
    kernel_.cancel(session.grace_timer);
    session.grace_due = deadline;
    session.grace_timer =
        kernel_.after(owner_, deadline - kernel_.now(), tag(LoopTimer::dispatcher_grace),
                      node.value, session.agent);
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
        const Pulse& pulse = pulses_[node.index()];
        if (pulse.session == 0 && !session.unknown) return;
        if (kernel_.now() < pulse.deadline) {
            arm_grace(node);
        } else {
            expire(node);
        }
    } else if (timer == LoopTimer::dispatcher_orphan) {
        session.orphan_timer = kernel::TimerId::none;
        orphan_tasks(node);
    } else if (timer == LoopTimer::dispatcher_assign) {
        const Time due = session.pending_changed + assignment_batching;
        if (due > kernel_.now()) {   // Every change postpones the batch.
            kernel_.after(owner_, due - kernel_.now(), tag(LoopTimer::dispatcher_assign),
                          node.value);
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
    pulses_[id.index()].session = 0;
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
    if (node.state != NodeState::down || node.removed) return;
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
    if (node.index() >= pulses_.size()) return Duration::zero();
    return kernel_.now() - pulses_[node.index()].last_beat;
}

// --- What agents report --------------------------------------------------------------------------

void Dispatcher::take_statuses(const kernel::Message& message) {
    const auto updates = std::dynamic_pointer_cast<const StatusUpdates>(message.body);
    if (updates == nullptr) return;
    const NodeId node{static_cast<std::uint32_t>(message.a)};
    for (const TaskStatus& status : updates->updates) {
        const Task* task = store_.task(status.id);
        if (task == nullptr || task->node != node) continue;   // Not its task (any more).
        const EventId cause = number_of(status.cause) > 0 ? status.cause : kernel_.cause();
        // An agent tells every step of a task's start at once; only the last will be stored.
        if (!status_reports_.empty() && status_reports_.back().status.id == status.id) {
            status_reports_.back() = {status, cause};
        } else {
            status_reports_.push_back({status, cause});
        }
    }
    if (!status_reports_.empty()) arm_batch();
}

/// SwarmKit's batch timer runs all the time; ours is set when needed, to the instant that one would
/// fire.
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
        if (i + 1 < status_reports_.size() &&
            status_reports_[i + 1].status.id == report.status.id) {
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
    std::vector<StatusReport>().swap(status_reports_);   // A large start's room is not kept.
}

}   // namespace glasshive::swarm
