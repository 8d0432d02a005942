#include "swarm/reconcile/jobs.h"

#include <algorithm>

namespace glasshive::swarm {

JobOrchestrator::JobOrchestrator(Store& store, RestartSupervisor& restarts)
    : store_(store), kernel_(store.kernel()), restarts_(restarts) {}

void JobOrchestrator::start() {
    changed_services_.clear();
    new_runs_.clear();
    removed_services_.clear();
    ended_.clear();
    cursors_.clear();
    for (const Service& service : store_.services()) {
        if (!service.is_job()) continue;
        if (service.removed) {
            removed_services_[service.id] = service.last_event;
            continue;
        }
        changed_services_[service.id] = service.last_event;
        new_runs_.insert(service.id);
    }
    store_.for_each_task([&](const Task& task) { take_task(task, task.status_event); });
}

// --- Collecting ----------------------------------------------------------------------------------

void JobOrchestrator::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    for (const Committed& change : changes) {
        switch (change.kind) {
            case Kind::service_created:
            case Kind::service_updated:
                if (!change.service->is_job()) break;
                changed_services_[change.service->id] = change.event;
                new_runs_.insert(change.service->id);
                break;
            case Kind::service_removed:
                if (!change.service->is_job()) break;
                changed_services_.erase(change.service->id);
                cursors_.erase(change.service->id);
                removed_services_[change.service->id] = change.event;
                break;
            case Kind::task_updated: take_task(*change.task, change.event); break;
            default: break;
        }
    }
}

/// Source: jobs/orchestrator.go handleEvent: an end that nobody wanted, or that was wanted.
void JobOrchestrator::take_task(const Task& task, EventId cause) {
    if (!is_job(task.spec->mode) || task.observed <= TaskState::running) return;
    if (task.desired > TaskState::complete) {
        const auto cursor = cursors_.find(task.service);   // Its slot is free again.
        if (cursor != cursors_.end() && task.slot > 0) {
            cursor->second.slot = std::min(cursor->second.slot, task.slot);
        }
        return;
    }
    if (store_.service(task.service).removed) return;
    changed_services_.try_emplace(task.service, cause);
    if (task.observed != TaskState::complete) ended_[task.service].insert(task.id);
}

// --- Acting --------------------------------------------------------------------------------------

void JobOrchestrator::tick() {
    if (store_.outstanding(Proposer::jobs) > 0) return;   // Its own writes first.
    const auto removed = std::move(removed_services_);
    removed_services_.clear();
    for (const auto& [id, cause] : removed) {
        kernel::CauseScope scope(kernel_, cause);
        remove_tasks(store_.service(id));
    }
    const auto changed = std::move(changed_services_);
    changed_services_.clear();
    Batch batch(store_, Proposer::jobs);
    for (const auto& [id, cause] : changed) {
        kernel::CauseScope scope(kernel_, cause);
        const Service& service = store_.service(id);
        if (service.is_global()) {
            reconcile_global(batch, service);
        } else {
            reconcile_replicated(batch, service);
        }
    }
}

void JobOrchestrator::remove_tasks(const Service& service) {
    Batch batch(store_, Proposer::jobs);
    const NameId why = kernel_.names().intern("service removed");
    store_.for_each(service.tasks, Store::By::service, [&](const Task& task) {
        TaskUpdate update;
        update.task = task.id;
        update.desired = TaskState::remove;
        update.why = why;
        batch.add(std::move(update));
    });
    ended_.erase(service.id);
    restarts_.clear_history(service.id);
}

void JobOrchestrator::reconcile_replicated(Batch& batch, const Service& service) {
    // A task that ended badly holds its place until its restart is decided, below.
    const std::uint64_t active = service.job.active;
    const std::uint64_t total = service.spec->replicas;
    const std::uint64_t at_once = service.spec->max_concurrent;
    const std::uint64_t left = total - std::min<std::uint64_t>(total, active +
                                                                          service.job.completed);
    const std::uint64_t room = at_once - std::min(at_once, active);
    Cursor& cursor = cursors_[service.id];
    if (cursor.iteration != service.job.iteration) cursor = {service.job.iteration, 1};
    for (std::uint64_t missing = std::min(left, room); missing > 0; --missing) {
        while (cursor.slot <= total && stands(service, store_.instance(service, cursor.slot))) {
            ++cursor.slot;
        }
        create(batch, service, cursor.slot++, NodeId{});
    }
    restart(batch, service);
    remove_earlier_runs(batch, service);
}

void JobOrchestrator::reconcile_global(Batch& batch, const Service& service) {
    const auto constraints = parse_constraints(service.spec->task.placement.constraints);
    const NameId why = kernel_.names().intern("node down or drained");
    for (const Node& node : store_.nodes()) {
        const TaskList instance = store_.instance(service, node.id.value);
        const std::string id = object_id(
            kernel_.seed(), static_cast<std::uint32_t>(ObjectKind::node), node.id.value);
        if (node.removed || !matches(constraints, *node.config, id)) continue;
        if (is_invalid(node)) {
            store_.for_each(instance, Store::By::instance, [&](const Task& task) {
                const bool runs = task.desired <= TaskState::complete &&
                                  task.observed <= TaskState::running;
                if (task.job_iteration != service.job.iteration || !runs) return;
                TaskUpdate update;
                update.task = task.id;
                update.desired = TaskState::shutdown;
                update.why = why;
                batch.add(std::move(update));
            });
            continue;
        }
        // Nodes that joined after the run began take no part in it.
        const bool takes_part = node.availability == Availability::active &&
                                node.state == NodeState::ready &&
                                node.created_at <= service.job.last_execution;
        if (takes_part && !stands(service, instance)) create(batch, service, 0, node.id);
    }
    restart(batch, service);
    remove_earlier_runs(batch, service);
}

bool JobOrchestrator::stands(const Service& service, const TaskList& instance) const {
    bool found = false;
    store_.for_each(instance, Store::By::instance, [&](const Task& task) {
        if (task.job_iteration != service.job.iteration) return;
        // A slot whose task has completed is done, even if somebody drained the node afterwards.
        found = found || task.desired <= TaskState::complete ||
                (task.slot > 0 && task.observed == TaskState::complete);
    });
    return found;
}

void JobOrchestrator::restart(Batch& batch, const Service& service) {
    const auto found = ended_.find(service.id);
    if (found == ended_.end()) return;
    const std::set<TaskId> ended = std::move(found->second);
    ended_.erase(found);
    for (const TaskId id : ended) {
        const Task* task = store_.task(id);
        if (task == nullptr || task->desired > TaskState::complete ||
            task->job_iteration != service.job.iteration) {
            continue;
        }
        kernel::CauseScope scope(kernel_, task->status_event);
        restarts_.restart(batch, *task);
    }
}

void JobOrchestrator::remove_earlier_runs(Batch& batch, const Service& service) {
    if (new_runs_.erase(service.id) == 0) return;
    const NameId why = kernel_.names().intern("another run of the job began");
    store_.for_each(service.tasks, Store::By::service, [&](const Task& task) {
        if (task.job_iteration == service.job.iteration) return;
        if (task.observed > TaskState::running || task.desired == TaskState::remove) return;
        TaskUpdate update;
        update.task = task.id;
        update.desired = TaskState::remove;
        update.why = why;
        batch.add(std::move(update));
    });
}

void JobOrchestrator::create(Batch& batch, const Service& service, std::uint32_t slot,
                             NodeId node) {
    batch.add(make_task(store_, service, slot, node, TaskState::complete));
}

}   // namespace glasshive::swarm
