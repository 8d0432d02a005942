#include "swarm/restart/supervisor.h"

#include <algorithm>

#include "base/assert.h"
#include "swarm/events.h"

namespace glasshive::swarm {

namespace {
std::uint32_t tag(LoopTimer timer) { return static_cast<std::uint32_t>(timer); }
std::uint64_t number(TaskId id) { return static_cast<std::uint64_t>(id); }
}   // namespace

RestartSupervisor::RestartSupervisor(Store& store, ProcessId owner)
    : store_(store), kernel_(store.kernel()), owner_(owner) {}

// --- Deciding ------------------------------------------------------------------------------------

bool RestartSupervisor::should_restart(const Task& task) const {
    const RestartPolicy policy = restart_policy(*task.spec);
    if (policy.condition == RestartCondition::none) return false;
    // "any" means "on-failure" to a job: what has completed is done.
    const bool done_is_done = policy.condition == RestartCondition::on_failure ||
                              is_job(task.spec->mode);
    if (done_is_done && task.observed == TaskState::complete) return false;
    if (policy.max_attempts == 0) return true;
    const auto service = history_.find(task.service);
    if (service == history_.end()) return true;
    const auto found = service->second.find(instance_number(task));
    if (found == service->second.end()) return true;
    const History& history = found->second;
    if (history.spec_version != task.spec_version) return true;   // An update forgives the past.
    if (policy.window == Duration::zero()) return history.total < policy.max_attempts;
    const auto recent = std::count_if(
        history.restarts.begin(), history.restarts.end(), [&](Time at) {
            return at > task.observed_at - policy.window && at < task.observed_at;
        });
    return static_cast<std::uint64_t>(recent) < policy.max_attempts;
}

std::vector<const Task*> RestartSupervisor::updatable(const TaskList& instance) const {
    std::vector<const Task*> found;
    const Task* newest = nullptr;
    store_.for_each(instance, Store::By::instance, [&](const Task& task) {
        if (task.desired <= TaskState::running) found.push_back(&task);
        if (newest == nullptr || task.observed_at >= newest->observed_at) newest = &task;
    });
    if (!found.empty() || newest == nullptr) return found;
    // A slot that has used up its attempts still counts as a replica; one being removed does not.
    if (newest->desired != TaskState::remove && !should_restart(*newest)) found.push_back(newest);
    return found;
}

NameId RestartSupervisor::why(const Task& task) const {
    if (task.observed > TaskState::running) return kernel_.names().intern(to_text(task.observed));
    if (!task.node.valid()) return kernel_.names().intern("node gone");
    const Node& node = store_.node(task.node);
    if (node.state == NodeState::down) return kernel_.names().intern("node down");
    return kernel_.names().intern(
        node.availability == Availability::drain ? "node drained" : "restart");
}

void RestartSupervisor::restart(Batch& batch, const Task& task) {
    if (delays_.count(task.id) > 0) return;
    SIM_ASSERT(task.desired <= TaskState::complete);
    const Service& service = store_.service(task.service);
    const bool again = should_restart(task);
    const NameId reason = why(task);
    TaskUpdate stop;
    stop.task = task.id;
    stop.desired = TaskState::shutdown;
    stop.why = reason;
    if (!again) {
        const EventId decision =
            kernel_.emit(events::task_restart, task.subject,
                         {field::name(service.name), field::name(NameId{}),
                          field::duration(Duration::zero()), field::name(reason)});
        kernel::CauseScope scope(kernel_, decision);
        batch.add(std::move(stop));
        return;
    }
    const Node* node = task.node.valid() ? &store_.node(task.node) : nullptr;
    const bool drained = node != nullptr && node->availability == Availability::drain;
    const bool down = node != nullptr && node->state == NodeState::down;
    const Duration delay = drained ? Duration::zero() : restart_policy(*task.spec).delay;
    const TaskCreate create = make_task(store_, service, task.slot,
                                        service.is_global() ? task.node : NodeId{},
                                        TaskState::ready);
    const EventId decision = kernel_.emit(events::task_restart, task.subject,
                                          {field::name(service.name), field::name(create.subject),
                                           field::duration(delay), field::name(reason)});
    kernel::CauseScope scope(kernel_, decision);
    batch.add(std::move(stop));
    batch.add(create);
    record(service.id, instance_number(task), restart_policy(*service.spec), service.spec_version,
           kernel_.now());
    delay_start(create.task, down || task.observed > TaskState::running ? nullptr : &task, delay);
}

void RestartSupervisor::record(ServiceId service, std::uint32_t instance,
                               const RestartPolicy& policy, std::uint32_t spec_version, Time at) {
    if (policy.max_attempts == 0) return;
    History& history = history_[service][instance];
    if (history.spec_version != spec_version) history = History{spec_version, 0, {}};
    ++history.total;
    if (policy.window == Duration::zero()) return;
    history.restarts.push_back(at);
    // More than the policy can ever count need not be kept.
    if (history.restarts.size() > 2 * policy.max_attempts + 2) history.restarts.pop_front();
}

// --- Holding back --------------------------------------------------------------------------------

void RestartSupervisor::delay_start(TaskId replacement, const Task* old, Duration delay) {
    Delay& held = delays_[replacement];
    held.delay_over = false;
    if (old != nullptr && old->observed <= TaskState::running) {
        held.old = old->id;
        waiting_for_[old->id].insert(replacement);
        held.timeout = kernel_.after(owner_, old_task_timeout, tag(LoopTimer::restart_timeout),
                                     number(replacement));
    }
    kernel_.after(owner_, delay, tag(LoopTimer::restart_delay), number(replacement));
}

void RestartSupervisor::on_timer(LoopTimer timer, TaskId replacement) {
    const auto found = delays_.find(replacement);
    if (found == delays_.end()) return;
    if (timer == LoopTimer::restart_delay) {
        found->second.delay_over = true;
    } else {
        const TaskId old = found->second.old;
        found->second.old = TaskId::none;   // Waited long enough.
        const auto waiting = waiting_for_.find(old);
        if (waiting != waiting_for_.end()) {
            waiting->second.erase(replacement);
            if (waiting->second.empty()) waiting_for_.erase(waiting);
        }
    }
    try_start(replacement);
}

void RestartSupervisor::try_start(TaskId replacement) {
    const auto found = delays_.find(replacement);
    if (found == delays_.end()) return;
    if (!found->second.delay_over || found->second.old != TaskId::none) return;
    kernel_.cancel(found->second.timeout);
    delays_.erase(found);
    start_now(replacement);
}

void RestartSupervisor::start_now(TaskId replacement) {
    TaskUpdate update;
    update.task = replacement;
    const Task* task = store_.task(replacement);
    const bool job = task != nullptr && is_job(task->spec->mode);
    update.desired = job ? TaskState::complete : TaskState::running;
    update.why = kernel_.names().intern("restart delay over");
    Batch batch(store_, Proposer::restart);
    batch.add(std::move(update));
}

void RestartSupervisor::stopped(TaskId old) {
    const auto found = waiting_for_.find(old);
    if (found == waiting_for_.end()) return;
    const std::set<TaskId> replacements = std::move(found->second);
    waiting_for_.erase(found);
    for (const TaskId replacement : replacements) {
        const auto held = delays_.find(replacement);
        if (held != delays_.end()) held->second.old = TaskId::none;
        try_start(replacement);
    }
}

void RestartSupervisor::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    for (const Committed& change : changes) {
        kernel::CauseScope scope(kernel_, change.event);
        if (change.kind == Kind::task_updated && change.task->observed > TaskState::running) {
            stopped(change.task->id);
        } else if (change.kind == Kind::task_removed) {
            stopped(change.task->id);
            const auto held = delays_.find(change.task->id);
            if (held != delays_.end()) {
                kernel_.cancel(held->second.timeout);
                delays_.erase(held);
            }
        } else if (change.kind == Kind::node_updated && change.node->state == NodeState::down &&
                   !waiting_for_.empty()) {
            store_.for_each(change.node->tasks, Store::By::node,
                            [&](const Task& task) { stopped(task.id); });
        }
    }
}

// --- Starting anew -------------------------------------------------------------------------------

void RestartSupervisor::start() {
    delays_.clear();
    waiting_for_.clear();
    history_.clear();
    for (const Service& service : store_.services()) {
        if (!service.removed) rebuild_history(service);
    }
    store_.for_each_task([&](const Task& task) {
        if (task.desired == TaskState::ready && task.observed <= TaskState::running) {
            resume_delay(task);
        }
    });
}

/// A held task whose supervisor died starts when its delay, counted from its last status, is over.
void RestartSupervisor::resume_delay(const Task& held) {
    const Duration delay = restart_policy(*held.spec).delay;
    const Duration left = std::min(delay, held.observed_at + delay - kernel_.now());
    kernel::CauseScope scope(kernel_, held.last_event);
    if (left > Duration::zero()) {
        delay_start(held.id, nullptr, left);
    } else {
        start_now(held.id);
    }
}

/// Every task of the newest version after the first of its slot counts as a restart.
void RestartSupervisor::rebuild_history(const Service& service) {
    for (std::uint32_t i = 0; i < service.instances.size(); ++i) {
        std::uint32_t newest = 0;
        store_.for_each(service.instances[i], Store::By::instance, [&](const Task& task) {
            newest = std::max(newest, task.spec_version);
        });
        bool first = true;
        store_.for_each(service.instances[i], Store::By::instance, [&](const Task& task) {
            if (task.spec_version != newest) return;
            if (!first) record(service.id, i, restart_policy(*task.spec), newest, task.created_at);
            first = false;
        });
    }
}

}   // namespace glasshive::swarm
