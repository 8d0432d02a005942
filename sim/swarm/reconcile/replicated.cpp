#include "swarm/reconcile/replicated.h"

#include <algorithm>

namespace glasshive::swarm {

ReplicatedOrchestrator::ReplicatedOrchestrator(Store& store, RestartSupervisor& restarts,
                                               UpdateSupervisor& updates,
                                               const Retention* retention)
    : store_(store), kernel_(store.kernel()), restarts_(restarts), updates_(updates),
      retention_(retention) {}

void ReplicatedOrchestrator::start() {
    ended_.clear();
    changed_services_.clear();
    removed_services_.clear();
    for (const Service& service : store_.services()) {
        if (!runs(service)) continue;
        (service.removed ? removed_services_ : changed_services_)[service.id] = service.last_event;
    }
    store_.for_each_task([&](const Task& task) { take_task(task); });
}

// --- Collecting ----------------------------------------------------------------------------------

void ReplicatedOrchestrator::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    for (const Committed& change : changes) {
        switch (change.kind) {
            case Kind::node_created:
            case Kind::node_updated: take_node(*change.node); break;
            case Kind::service_created:
            case Kind::service_updated:
                if (runs(*change.service)) {
                    changed_services_[change.service->id] = change.event;
                }
                break;
            case Kind::service_removed:
                if (runs(*change.service)) {
                    changed_services_.erase(change.service->id);
                    removed_services_[change.service->id] = change.event;
                }
                break;
            case Kind::task_created:
            case Kind::task_updated: take_task(*change.task); break;
            case Kind::task_removed:
                if (change.task->desired <= TaskState::running && runs(*change.service) &&
                    !change.service->removed) {
                    changed_services_[change.service->id] = change.event;
                }
                break;
            default: break;
        }
    }
}

void ReplicatedOrchestrator::take_task(const Task& task) {
    if (task.desired > TaskState::running || task.spec->mode != ServiceMode::replicated) return;
    if (task.observed > TaskState::running ||
        (task.node.valid() && is_invalid(store_.node(task.node)))) {
        ended_.insert(task.id);
    }
}

void ReplicatedOrchestrator::take_node(const Node& node) {
    if (!is_invalid(node)) return;
    store_.for_each(node.tasks, Store::By::node, [&](const Task& task) { take_task(task); });
}

// --- Acting --------------------------------------------------------------------------------------

void ReplicatedOrchestrator::tick() {
    if (store_.outstanding(Proposer::replicated) > 0) return;   // Its own writes first.
    if (!ended_.empty()) {
        restart_tasks();
        if (store_.outstanding(Proposer::replicated) > 0) return;
    }
    const auto removed = std::move(removed_services_);
    removed_services_.clear();
    for (const auto& [id, cause] : removed) {
        kernel::CauseScope scope(kernel_, cause);
        remove_tasks(store_.service(id));
    }
    const auto changed = std::move(changed_services_);
    changed_services_.clear();
    for (const auto& [id, cause] : changed) {
        kernel::CauseScope scope(kernel_, cause);
        reconcile(store_.service(id));
    }
}

void ReplicatedOrchestrator::restart_tasks() {
    const std::set<TaskId> ended = std::move(ended_);
    ended_.clear();
    Batch batch(store_, Proposer::replicated);
    for (const TaskId id : ended) {
        const Task* task = store_.task(id);
        if (task == nullptr || task->desired > TaskState::running) continue;
        if (store_.service(task->service).removed) continue;
        // Its own end explains the restart; a task that has not ended restarts because of its node.
        const EventId cause = task->observed > TaskState::running || !task->node.valid()
                                  ? task->status_event
                                  : store_.node(task->node).last_event;
        kernel::CauseScope scope(kernel_, cause);
        restarts_.restart(batch, *task);
    }
}

void ReplicatedOrchestrator::remove_tasks(const Service& service) {
    Batch batch(store_, Proposer::replicated);
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

void ReplicatedOrchestrator::reconcile(const Service& service) {
    std::vector<Slot> live;
    std::map<std::uint32_t, TaskList> dead;
    for (std::uint32_t number = 1; number < service.instances.size(); ++number) {
        const TaskList& instance = service.instances[number];
        if (instance.head == TaskList::none) continue;
        std::vector<const Task*> tasks = restarts_.updatable(instance);
        if (tasks.empty()) {
            dead[number] = instance;
        } else {
            live.push_back({number, std::move(tasks)});
        }
    }
    Batch batch(store_, Proposer::replicated);
    const std::uint64_t wanted = service.spec->replicas;
    std::size_t kept = live.size();
    if (wanted < live.size()) {
        keep_first(live);
        if (retention_ != nullptr) keep_as_told(live);
        kept = static_cast<std::size_t>(wanted);
    }
    std::vector<std::uint32_t> slots;
    for (std::size_t i = 0; i < kept; ++i) slots.push_back(live[i].number);
    updates_.update(service, slots);
    if (wanted > live.size()) add_tasks(batch, service, live, dead, wanted - live.size());
    for (const auto& [number, instance] : dead) {
        store_.for_each(instance, Store::By::instance,
                        [&](const Task& task) { batch.add(TaskRemove{task.id}); });
    }
    const NameId why = kernel_.names().intern("scaled down");
    for (std::size_t i = kept; i < live.size(); ++i) {
        for (const Task* task : live[i].tasks) {
            TaskUpdate update;
            update.task = task->id;
            update.desired = TaskState::remove;
            update.why = why;
            batch.add(std::move(update));
        }
    }
}

void ReplicatedOrchestrator::add_tasks(Batch& batch, const Service& service,
                                       const std::vector<Slot>& live,
                                       std::map<std::uint32_t, TaskList>& dead,
                                       std::uint64_t count) {
    std::uint32_t number = 0;
    std::size_t next_live = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        // `live` is in order of slots here, so the lowest missing number is found by walking along.
        ++number;
        while (next_live < live.size() && live[next_live].number == number) {
            ++number;
            ++next_live;
        }
        dead.erase(number);   // A dead slot that is used again keeps its history.
        batch.add(make_task(store_, service, number, NodeId{}));
    }
}

/// Orders slots so that the first ones are kept when scaling down: each node's first copy before
/// any node's second, running ones before others, low slots before high ones; slots without a node,
/// or with several tasks, are given up first.
void ReplicatedOrchestrator::keep_first(std::vector<Slot>& slots) {
    const auto runs = [](const Slot& slot) {
        return std::any_of(slot.tasks.begin(), slot.tasks.end(), [](const Task* task) {
            return task->observed == TaskState::running;
        });
    };
    std::stable_sort(slots.begin(), slots.end(),
                     [&](const Slot& a, const Slot& b) { return runs(a) && !runs(b); });
    std::map<NodeId, std::uint32_t> copies;
    std::vector<std::pair<std::uint32_t, std::size_t>> order;   // (nth copy on its node, position)
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const bool settled = slots[i].tasks.size() == 1 && slots[i].tasks[0]->node.valid();
        order.push_back({settled ? ++copies[slots[i].tasks[0]->node] : UINT32_MAX, i});
    }
    std::sort(order.begin(), order.end());
    std::vector<Slot> sorted;
    sorted.reserve(slots.size());
    for (const auto& [nth, position] : order) sorted.push_back(std::move(slots[position]));
    slots = std::move(sorted);
}

/// Those that run somewhere go by the policy's word; its equals, and the others behind them, stay
/// in Swarm's order.
void ReplicatedOrchestrator::keep_as_told(std::vector<Slot>& slots) const {
    struct Told { bool settled; double keep; std::size_t position; };
    std::vector<Told> order;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const bool settled = slots[i].tasks.size() == 1 && slots[i].tasks[0]->node.valid();
        order.push_back({settled, settled ? retention_->keep(*slots[i].tasks[0]) : 0, i});
    }
    std::stable_sort(order.begin(), order.end(), [](const Told& a, const Told& b) {
        if (a.settled != b.settled) return a.settled;
        return a.keep > b.keep;
    });
    std::vector<Slot> sorted;
    for (const Told& told : order) sorted.push_back(std::move(slots[told.position]));
    slots = std::move(sorted);
}

}   // namespace glasshive::swarm
