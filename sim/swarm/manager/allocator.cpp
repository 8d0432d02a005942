#include "swarm/manager/allocator.h"

#include <utility>

namespace glasshive::swarm {

Allocator::Allocator(Store& store)
    : store_(store), message_(store.kernel().names().intern("pending task scheduling")) {}

void Allocator::start() {
    fresh_.clear();
    store_.for_each_task([&](const Task& task) {
        if (task.observed == TaskState::new_) fresh_.push_back(task.id);
    });
}

void Allocator::on_commit(std::span<const Committed> changes) {
    for (const Committed& change : changes) {
        if (change.kind == Committed::Kind::task_created) fresh_.push_back(change.task->id);
    }
}

void Allocator::tick() {
    if (fresh_.empty() || store_.outstanding(Proposer::allocator) > 0) return;
    Batch batch(store_, Proposer::allocator);
    const std::vector<TaskId> fresh = std::exchange(fresh_, {});   // Keeps no room.
    for (const TaskId id : fresh) {
        const Task* task = store_.task(id);
        if (task == nullptr || task->observed != TaskState::new_) continue;
        kernel::CauseScope scope(store_.kernel(), task->last_event);
        TaskUpdate update;
        update.task = id;
        update.observed = TaskState::pending;
        update.message = message_;
        batch.add(std::move(update));
    }
}

}   // namespace glasshive::swarm
