#include "swarm/reconcile/global.h"

#include <algorithm>

#include "swarm/restart/dirty.h"

namespace glasshive::swarm {

GlobalOrchestrator::GlobalOrchestrator(Store& store, RestartSupervisor& restarts,
                                       UpdateSupervisor& updates)
    : store_(store), kernel_(store.kernel()), restarts_(restarts), updates_(updates) {}

void GlobalOrchestrator::start() {
    services_.clear();
    ended_.clear();
    changed_services_.clear();
    removed_services_.clear();
    changed_nodes_.clear();
    for (const Service& service : store_.services()) {
        if (service.spec->mode != ServiceMode::global) continue;
        if (service.removed) {
            removed_services_[service.id] = service.last_event;
            continue;
        }
        services_[service.id];
        changed_services_[service.id] = service.last_event;
    }
    store_.for_each_task([&](const Task& task) { take_task(task); });
}

// --- Collecting ----------------------------------------------------------------------------------

void GlobalOrchestrator::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    for (const Committed& change : changes) {
        switch (change.kind) {
            case Kind::node_created:
            case Kind::node_updated:
            case Kind::node_removed:
                if (!services_.empty()) changed_nodes_[change.node->id] = change.event;
                break;
            case Kind::service_created:
            case Kind::service_updated:
                if (change.service->spec->mode != ServiceMode::global) break;
                services_[change.service->id];
                changed_services_[change.service->id] = change.event;
                break;
            case Kind::service_removed:
                if (services_.erase(change.service->id) == 0) break;
                changed_services_.erase(change.service->id);
                removed_services_[change.service->id] = change.event;
                break;
            case Kind::task_created: break;
            case Kind::task_updated: take_task(*change.task); break;
            default: break;
        }
    }
}

void GlobalOrchestrator::take_task(const Task& task) {
    if (task.desired > TaskState::running || task.spec->mode != ServiceMode::global) return;
    if (task.observed > TaskState::running) ended_.insert(task.id);
}

// --- Acting --------------------------------------------------------------------------------------

void GlobalOrchestrator::tick() {
    if (store_.outstanding(Proposer::global) > 0) return;   // Its own writes first.
    if (!ended_.empty()) {
        restart_tasks();
        if (store_.outstanding(Proposer::global) > 0) return;
    }
    const auto removed = std::move(removed_services_);
    removed_services_.clear();
    for (const auto& [id, cause] : removed) {
        kernel::CauseScope scope(kernel_, cause);
        remove_tasks(store_.service(id));
    }
    Batch batch(store_, Proposer::global);
    // A service that changed is looked at on every node, so single nodes wait for the next round.
    if (!changed_services_.empty()) {
        const auto changed = std::move(changed_services_);
        changed_services_.clear();
        for (const auto& [id, cause] : changed) {
            kernel::CauseScope scope(kernel_, cause);
            reconcile_service(batch, store_.service(id));
        }
        return;
    }
    const auto nodes = std::move(changed_nodes_);
    changed_nodes_.clear();
    for (const auto& [id, cause] : nodes) {
        kernel::CauseScope scope(kernel_, cause);
        reconcile_node(batch, store_.node(id));
    }
}

void GlobalOrchestrator::restart_tasks() {
    const std::set<TaskId> ended = std::move(ended_);
    ended_.clear();
    Batch batch(store_, Proposer::global);
    for (const TaskId id : ended) {
        const Task* task = store_.task(id);
        if (task == nullptr || task->desired > TaskState::running) continue;
        const Service& service = store_.service(task->service);
        const Node& node = store_.node(task->node);
        // Node and service events see to these.
        if (service.removed || is_invalid(node)) continue;
        kernel::CauseScope scope(kernel_, task->status_event);
        if (node.availability == Availability::pause || !wants(service, node)) {
            shut_down(batch, *task, "node paused or no longer matching");
        } else {
            restarts_.restart(batch, *task);
        }
    }
}

void GlobalOrchestrator::remove_tasks(const Service& service) {
    Batch batch(store_, Proposer::global);
    const NameId why = kernel_.names().intern("service removed");
    store_.for_each(service.tasks, Store::By::service, [&](const Task& task) {
        TaskUpdate update;
        update.task = task.id;
        update.desired = TaskState::remove;
        update.why = why;
        batch.add(std::move(update));
    });
    restarts_.clear_history(service.id);
}

void GlobalOrchestrator::reconcile_service(Batch& batch, const Service& service) {
    std::vector<std::uint32_t> nodes;
    for (const Node& node : store_.nodes()) {
        if (reconcile(batch, service, node)) nodes.push_back(node.id.value);
    }
    updates_.update(service, nodes);
}

void GlobalOrchestrator::reconcile_node(Batch& batch, const Node& node) {
    for (const auto& [id, compiled] : services_) {
        const Service& service = store_.service(id);
        if (reconcile(batch, service, node)) replace_if_dirty(batch, service, node);
    }
}

/// A node that comes back with a task of an old spec gets its new one at once, outside the order
/// and pace of the update. Source: global.go reconcileServicesOneNode.
void GlobalOrchestrator::replace_if_dirty(Batch& batch, const Service& service, const Node& node) {
    if (updates_.is_updating(service.id)) return;
    const UpdateState state = service.update.state;
    if (state == UpdateState::paused || state == UpdateState::rollback_paused) return;
    const std::vector<const Task*> tasks =
        restarts_.updatable(store_.instance(service, node.id.value));
    const bool dirty = std::any_of(tasks.begin(), tasks.end(), [&](const Task* task) {
        return is_dirty(store_, service, *task);
    });
    if (!dirty) return;
    for (const Task* task : tasks) {
        if (task->desired <= TaskState::running) shut_down(batch, *task, "updated");
    }
    batch.add(make_task(store_, service, 0, node.id));
}

bool GlobalOrchestrator::reconcile(Batch& batch, const Service& service, const Node& node) {
    const TaskList instance = store_.instance(service, node.id.value);
    if (node.removed) {   // Source: global.go EventDeleteNode.
        store_.for_each(instance, Store::By::instance,
                        [&](const Task& task) { batch.add(TaskRemove{task.id}); });
        return false;
    }
    const bool invalid = is_invalid(node);
    if (invalid || !wants(service, node)) {
        const char* why = node.state == NodeState::down ? "node down"
                          : invalid                     ? "node drained"
                                                        : "node no longer matches";
        store_.for_each(instance, Store::By::instance, [&](const Task& task) {
            if (task.desired < TaskState::shutdown) shut_down(batch, task, why);
        });
        return false;
    }
    if (node.availability == Availability::pause) return false;
    if (!restarts_.updatable(instance).empty()) return true;
    batch.add(make_task(store_, service, 0, node.id));
    return false;
}

void GlobalOrchestrator::shut_down(Batch& batch, const Task& task, const char* why) {
    TaskUpdate update;
    update.task = task.id;
    update.desired = TaskState::shutdown;
    update.why = kernel_.names().intern(why);
    batch.add(std::move(update));
}

bool GlobalOrchestrator::wants(const Service& service, const Node& node) {
    if (service.spec->task.placement.constraints.empty()) return true;
    Compiled& compiled = services_[service.id];
    if (compiled.spec_version != service.spec_version) {
        compiled = {service.spec_version,
                    parse_constraints(service.spec->task.placement.constraints)};
    }
    const std::string id = object_id(kernel_.seed(), static_cast<std::uint32_t>(ObjectKind::node),
                                     node.id.value);
    return matches(compiled.constraints, *node.config, id);
}

}   // namespace glasshive::swarm
