#include <algorithm>

#include "swarm/manager/dispatcher.h"

/// The dispatcher's other half: what agents are told, and when.
namespace glasshive::swarm {

namespace {

/// On the wire: a header, and about half a kilobyte of protobuf per task with its spec.
Bytes assignments_size(const Assignments& set) {
    std::int64_t bytes = 64 + static_cast<std::int64_t>(set.tasks.size()) * 512;
    for (const FileAssignment& file : set.files) bytes += 128 + file.size.count;
    return Bytes{bytes};
}

}   // namespace

void Dispatcher::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    for (const Committed& change : changes) {
        if (change.kind == Kind::node_created) {
            resize(store_.nodes().size());
        } else if (change.kind == Kind::node_removed) {
            const kernel::CauseScope scope(kernel_, change.event);
            forget(change.node->id);
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
    const Pulse& pulse = pulses_[id.index()];
    session.accept_pending = false;
    session.accepted = true;
    session.pending.clear();
    kernel::Outgoing answer;
    answer.type = static_cast<std::uint16_t>(DispatcherMessage::session_accepted);
    answer.a = pulse.session;
    answer.b = static_cast<std::uint64_t>((pulse.deadline - pulse.last_beat).count()) /
               grace_periods;
    kernel_.send(owner_, session.channel, std::move(answer));
    files_.forget(id);
    pending_files_.erase(id);
    std::vector<TaskAssignment> tasks;
    store_.for_each(store_.node(id).tasks, Store::By::node, [&](const Task& task) {
        // Ended tasks are left out: there is nothing left to do about them.
        if (task.observed < TaskState::assigned || task.observed > TaskState::running) return;
        tasks.push_back(describe(task));
        use_files(task);
    });
    send_assignments(id, std::move(tasks), true);
}

void Dispatcher::note_task(const Committed& change) {
    const Task& task = *change.task;
    if (!task.node.valid() || task.observed < TaskState::assigned) return;
    Session& session = sessions_[task.node.index()];
    if (!session.accepted) return;   // Its complete set will tell.
    const bool removed = change.kind == Committed::Kind::task_removed;
    if (removed || task.observed > TaskState::running) {
        release_files(task);
    } else if (change.observed_before < TaskState::assigned) {
        use_files(task);
    }
    if (!removed) {
        const bool assigned = task.observed == TaskState::assigned && change.status_changed;
        if (!assigned && task.desired == change.desired_before) return;   // The agent's own news.
        // Rejected by the enforcer while it was held: nothing is to run any more, and its end is
        // not asked for yet. (SwarmKit's agent would take its state from the task and do nothing.)
        if (task.observed > TaskState::running && task.desired <= TaskState::complete) return;
    }
    session.pending.push_back({task.id, task.subject, change.service->name, change.event, removed});
    session.pending_changed = kernel_.now();
    if (session.pending.size() >= assignment_changes_max) {
        send_changes(task.node);
    } else if (!session.assign_timer) {
        session.assign_timer = true;
        kernel_.after(owner_, assignment_batching,
                      static_cast<std::uint32_t>(LoopTimer::dispatcher_assign), task.node.value);
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
    const auto files = pending_files_.find(node);
    const bool only_files = session.pending.empty() && files != pending_files_.end();
    if (session.accepted && only_files) send_assignments(node, {}, false);
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
    std::vector<Pending>().swap(session.pending);   // Room and all: nodes are many.
    if (tasks.empty() && files == pending_files_.end()) return;
    kernel::CauseScope scope(kernel_, cause);
    send_assignments(node, std::move(tasks), false);
}

/// The files that the node lacks for the task wait with it for the next message.
void Dispatcher::use_files(const Task& task) {
    const std::vector<FileId> lacking =
        files_.use(task.node, task.id, task.spec->task,
                   [&](FileKind kind, const std::string& name) {
                       return store_.find_file(kind, kernel_.names().find(name));
                   });
    for (const FileId id : lacking) {
        const FileObject& file = store_.files()[id.index()];
        const Bytes size{static_cast<std::int64_t>(file.spec->data.size())};
        pending_files_[task.node].push_back({file.name, file.kind, false, size, task.subject});
    }
}

/// What nobody needs any more is recalled with the node's next message: at once when there is none.
/// Source: assignments.go releaseTaskDependencies, which counts as a change of the set.
void Dispatcher::release_files(const Task& task) {
    Session& session = sessions_[task.node.index()];
    for (const FileId id : files_.release(task.node, task.id)) {
        const FileObject& file = store_.files()[id.index()];
        pending_files_[task.node].push_back({file.name, file.kind, true, Bytes{}, task.subject});
        session.pending_changed = kernel_.now();
        if (session.assign_timer) continue;
        session.assign_timer = true;
        kernel_.after(owner_, assignment_batching,
                      static_cast<std::uint32_t>(LoopTimer::dispatcher_assign), task.node.value);
    }
}

void Dispatcher::send_assignments(NodeId node, std::vector<TaskAssignment> tasks,
                                  bool complete) {
    auto body = std::make_shared<Assignments>();
    body->tasks = std::move(tasks);
    if (const auto files = pending_files_.find(node); files != pending_files_.end()) {
        body->files = std::move(files->second);
        pending_files_.erase(files);
    }
    kernel::Outgoing message;
    message.type = static_cast<std::uint16_t>(DispatcherMessage::assignments);
    message.a = pulses_[node.index()].session;
    message.b = complete ? 1 : 0;
    message.size = assignments_size(*body);
    message.body = std::move(body);
    kernel_.send(owner_, sessions_[node.index()].channel, std::move(message));
}

}   // namespace glasshive::swarm
