#include "swarm/reconcile/reaper.h"

#include <algorithm>
#include <vector>

namespace glasshive::swarm {

TaskReaper::TaskReaper(Store& store, ProcessId owner)
    : store_(store), kernel_(store.kernel()), owner_(owner) {}

void TaskReaper::start() {
    dirty_.clear();
    to_remove_.clear();
    armed_ = false;
    store_.for_each_task([&](const Task& task) { take(task, true); });
    arm();
}

void TaskReaper::on_commit(std::span<const Committed> changes) {
    using Kind = Committed::Kind;
    const std::size_t before = dirty_.size() + to_remove_.size();
    for (const Committed& change : changes) {
        if (change.kind == Kind::task_created) take(*change.task, true);
        if (change.kind == Kind::task_updated) take(*change.task, false);
    }
    if (dirty_.size() + to_remove_.size() != before) arm();
}

void TaskReaper::take(const Task& task, bool created) {
    if (created) {
        dirty_[{task.service, task.slot > 0 ? task.slot : task.node.value}] = task.last_event;
    }
    const bool ended = task.observed > TaskState::running;
    const bool never_runs = task.observed < TaskState::assigned;
    if (task.desired == TaskState::remove && (ended || never_runs)) {
        to_remove_[task.id] = task.last_event;
    }
}

void TaskReaper::arm() {
    last_change_ = kernel_.now();
    if (armed_ || dirty_.size() + to_remove_.size() == 0) return;
    armed_ = true;
    const bool full = dirty_.size() + to_remove_.size() > reaper_dirty_most;
    kernel_.after(owner_, full ? Duration::zero() : reaper_batching,
                  static_cast<std::uint32_t>(LoopTimer::reaper_batch));
}

void TaskReaper::on_timer() {
    if (!armed_) return;
    const Time due = last_change_ + reaper_batching;   // Every change postpones the batch.
    if (due > kernel_.now() && dirty_.size() + to_remove_.size() <= reaper_dirty_most) {
        kernel_.after(owner_, due - kernel_.now(),
                      static_cast<std::uint32_t>(LoopTimer::reaper_batch));
        return;
    }
    armed_ = false;
    reap();
}

void TaskReaper::reap() {
    Batch batch(store_, Proposer::reaper);
    for (const auto& [id, cause] : to_remove_) {
        kernel::CauseScope scope(kernel_, cause);
        batch.add(TaskRemove{id});
    }
    to_remove_.clear();
    for (auto at = dirty_.begin(); at != dirty_.end();) {
        kernel::CauseScope scope(kernel_, at->second);
        at = reap_slot(batch, at->first.first, at->first.second) ? dirty_.erase(at) : ++at;
    }
}

bool TaskReaper::reap_slot(Batch& batch, ServiceId id, std::uint32_t instance) {
    const Service& service = store_.service(id);
    if (service.removed) return true;
    std::size_t limit = task_history_limit;
    const std::uint64_t attempts = restart_policy(*service.spec).max_attempts;
    if (attempts > 0) limit = static_cast<std::size_t>(attempts) + 1;
    std::vector<const Task*> tasks;
    store_.for_each(store_.instance(service, instance), Store::By::instance,
                    [&](const Task& task) { tasks.push_back(&task); });
    if (tasks.size() <= limit) return true;
    std::stable_sort(tasks.begin(), tasks.end(), [](const Task* a, const Task* b) {
        return a->observed_at < b->observed_at;
    });
    std::size_t too_many = tasks.size() - limit;
    std::size_t live = 0;
    for (const Task* task : tasks) {
        if (too_many == 0) break;
        const bool never_runs =
            task->observed < TaskState::assigned && task->desired > TaskState::running;
        const bool ended = task->observed > TaskState::running;
        // A task that ended but is not yet replaced may be what the slot stands for: keep it.
        const bool waits_for_restart = ended && task->observed != TaskState::complete &&
                                       task->desired == TaskState::complete;
        if (!never_runs &&
            (!ended || task->desired <= TaskState::running || waits_for_restart)) {
            ++live;
            continue;
        }
        batch.add(TaskRemove{task->id});
        --too_many;
    }
    return live <= 1;   // Several live tasks: look again when one has ended.
}

}   // namespace glasshive::swarm
