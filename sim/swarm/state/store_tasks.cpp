// The store's tasks: the slab, their lists, and what may be done to them.
#include <string>

#include "base/assert.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

// --- Tasks ---------------------------------------------------------------------------------------

bool Store::apply(const TaskCreate& change, Committed& done) {
    Service& service = services_[change.service.index()];
    if (service.removed) return false;
    const auto number = static_cast<std::uint64_t>(change.task);
    SIM_ASSERT(number > 0);
    if (places_by_id_.size() < number) places_by_id_.resize(number, TaskList::none);
    SIM_ASSERT(places_by_id_[number - 1] == TaskList::none);
    Task& task = new_task();
    places_by_id_[number - 1] = task.place;
    task.id = change.task;
    task.service = change.service;
    task.node = change.node;
    task.slot = change.slot;
    task.spec_version = service.spec_version;
    task.job_iteration = service.job.iteration;
    task.desired = change.desired;
    task.subject = change.subject;
    task.message = change.message;
    task.spec = service.spec;
    task.created_at = now_;
    task.observed_at = now_;
    link(service.tasks, By::service, task);
    link(instance_of(task), By::instance, task);
    if (task.node.valid()) link(nodes_[task.node.index()].tasks, By::node, task);
    count(task, +1);
    done.kind = Committed::Kind::task_created;
    done.task = &task;
    done.service = &service;
    done.status_changed = true;
    return true;
}

bool Store::apply(const TaskUpdate& change, Committed& done) {
    Task* task = find_task(change.task);
    if (task == nullptr) return false;
    if (change.only_while_wanted && task->desired > TaskState::complete) return false;
    done.kind = Committed::Kind::task_updated;
    done.task = task;
    done.service = &services_[task->service.index()];
    done.observed_before = task->observed;
    done.desired_before = task->desired;
    done.why = change.why;
    count(*task, -1);
    done.status_changed = apply_status(change, *task);
    const bool desired_changes = change.desired && *change.desired > task->desired;
    if (desired_changes) task->desired = *change.desired;
    count(*task, +1);
    return done.status_changed || desired_changes;
}

bool Store::apply_status(const TaskUpdate& change, Task& task) {
    if (!change.observed || *change.observed < task.observed) return false;   // Invalid transition.
    // A task ends once. (SwarmKit's dispatcher would let an agent that rejects what the constraint
    // enforcer has rejected before overwrite the reason.)
    const bool ended = task.observed > TaskState::running;
    if (ended && *change.observed == task.observed) return false;
    if (change.node.valid() && change.node != task.node) {
        if (task.node.valid() || task.observed != TaskState::pending) return false;
        task.node = change.node;
        link(nodes_[task.node.index()].tasks, By::node, task);
    }
    if (*change.observed == task.observed && change.message == task.message &&
        change.error == task.error) {
        return false;
    }
    if (change.addresses != nullptr) task.addresses = change.addresses;
    task.observed = *change.observed;
    task.message = change.message;
    task.error = change.error;
    task.exit_code = change.exit_code;
    task.observed_at = now_;
    return true;
}

bool Store::apply(const TaskRemove& change, Committed& done) {
    Task* task = find_task(change.task);
    if (task == nullptr) return false;
    count(*task, -1);
    Service& service = services_[task->service.index()];
    unlink(service.tasks, By::service, *task);
    unlink(instance_of(*task), By::instance, *task);
    if (task->node.valid()) unlink(nodes_[task->node.index()].tasks, By::node, *task);
    done.kind = Committed::Kind::task_removed;
    done.service = &service;
    done.observed_before = task->observed;
    done.desired_before = task->desired;
    done.task = &removed_.emplace_back(*task);
    places_by_id_[static_cast<std::uint64_t>(change.task) - 1] = TaskList::none;
    --task_count_;
    return true;
}

/// The places of removed tasks are free only now: pointers to them held through the notification.
void Store::forget_removed() {
    committed_.clear();
    for (const Task& task : removed_) {
        tasks_[task.place].spec.reset();
        tasks_[task.place].addresses.reset();
        free_places_.push_back(task.place);
    }
    removed_.clear();
}

Task& Store::new_task() {
    ++task_count_;
    std::uint32_t place = 0;
    if (free_places_.empty()) {
        place = static_cast<std::uint32_t>(tasks_.size());
        tasks_.emplace_back();
    } else {
        place = free_places_.back();
        free_places_.pop_back();
        tasks_[place] = Task{};
    }
    tasks_[place].place = place;
    return tasks_[place];
}

const Task* Store::task(TaskId id) const {
    const auto number = static_cast<std::uint64_t>(id);
    if (number == 0 || number > places_by_id_.size()) return nullptr;
    const std::uint32_t place = places_by_id_[number - 1];
    return place == TaskList::none ? nullptr : &tasks_[place];
}

Task* Store::find_task(TaskId id) {
    const Task* found = task(id);
    return found == nullptr ? nullptr : &tasks_[found->place];
}

void Store::count(const Task& task, int sign) {
    Service& service = services_[task.service.index()];
    const auto step = static_cast<std::uint32_t>(sign);   // Unsigned wrap-around subtracts.
    if (task.observed == TaskState::running) service.running += step;
    if (task.observed == TaskState::complete) service.completed += step;
    if (task.desired == TaskState::running) service.desired_running += step;
    if (!service.is_job() || task.job_iteration != service.job.iteration) return;
    if (task.observed == TaskState::complete) {
        service.job.completed += step;
    } else if (task.desired <= TaskState::complete) {
        service.job.active += step;
    }
}

// --- Lists ---------------------------------------------------------------------------------------

TaskList& Store::instance_of(const Task& task) {
    Service& service = services_[task.service.index()];
    const std::uint32_t number = service.is_global() ? task.node.value : task.slot;
    if (service.instances.size() <= number) service.instances.resize(number + std::size_t{1});
    return service.instances[number];
}

TaskList Store::instance(const Service& service, std::uint32_t number) const {
    return number < service.instances.size() ? service.instances[number] : TaskList{};
}

void Store::link(TaskList& list, By by, Task& task) {
    Task::Link& link = task.links[static_cast<std::size_t>(by)];
    link.prev = list.tail;
    link.next = TaskList::none;
    if (list.tail == TaskList::none) {
        list.head = task.place;
    } else {
        tasks_[list.tail].links[static_cast<std::size_t>(by)].next = task.place;
    }
    list.tail = task.place;
}

void Store::unlink(TaskList& list, By by, Task& task) {
    const auto which = static_cast<std::size_t>(by);
    const Task::Link link = task.links[which];
    (link.prev == TaskList::none ? list.head : tasks_[link.prev].links[which].next) = link.next;
    (link.next == TaskList::none ? list.tail : tasks_[link.next].links[which].prev) = link.prev;
}

TaskCreate make_task(Store& store, const Service& service, std::uint32_t slot, NodeId node,
                     TaskState desired) {
    kernel::Kernel& kernel = store.kernel();
    const TaskId id = store.new_task_id();
    const auto number = static_cast<std::uint64_t>(id);
    std::string subject = service.spec->name;
    subject += '.';
    subject += node.valid()
        ? object_id(kernel.seed(), static_cast<std::uint32_t>(ObjectKind::node), node.value)
        : std::to_string(slot);
    subject += '.';
    subject += object_id(kernel.seed(), static_cast<std::uint32_t>(ObjectKind::task), number);
    TaskCreate create;
    create.task = id;
    create.service = service.id;
    create.node = node;
    create.slot = slot;
    create.desired = desired;
    create.subject = kernel.names().intern(subject);
    create.message = kernel.names().intern("created");
    return create;
}

}   // namespace glasshive::swarm
