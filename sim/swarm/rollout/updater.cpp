#include "swarm/rollout/updater.h"

#include <algorithm>

#include "swarm/events.h"
#include "swarm/restart/dirty.h"

namespace glasshive::swarm {

namespace {

UpdateConfig config_of(const Service& service, bool rolling_back) {
    const auto& own = rolling_back ? service.spec->rollback : service.spec->update;
    return own.value_or(UpdateConfig{});
}

}   // namespace

Updater::Updater(const Tools& tools, const Service& service, std::vector<std::uint32_t> slots)
    : tools_(tools), kernel_(tools.store.kernel()), service_(service.id), spec_(service.spec),
      rolling_back_(service.update.state == UpdateState::rollback_started),
      slots_(std::move(slots)) {
    config_ = config_of(service, rolling_back_);
    const std::size_t most = slots_.size();
    workers_.resize(config_.parallelism == 0 ? most : std::min<std::size_t>(config_.parallelism,
                                                                            most));
}

void Updater::start() {
    if (service().update.state == UpdateState::none) {
        propose(ServiceUpdate::What::started, "update in progress");
    }
    take_slots();
}

void Updater::cancel() {
    for (Worker& worker : workers_) {
        kernel_.cancel(worker.delay);
        worker.delay = kernel::TimerId::none;
        worker.doing = Doing::gone;
    }
    kernel_.cancel(monitor_);
    monitor_ = kernel::TimerId::none;
    over_ = true;
}

// --- The workers ---------------------------------------------------------------------------------

void Updater::take_slots() {
    for (std::uint32_t i = 0; i < workers_.size(); ++i) {
        if (workers_[i].doing == Doing::nothing) take_slot(i);
    }
}

void Updater::take_slot(std::uint32_t number) {
    Worker& worker = workers_[number];
    worker.task = TaskId::none;
    worker.doing = Doing::nothing;
    while (!stopped_ && next_ < slots_.size()) {
        worker.slot = slots_[next_++];
        const std::vector<const Task*> tasks =
            tools_.restarts.updatable(tools_.store.instance(service(), worker.slot));
        if (tasks.empty()) continue;   // Scaled away meanwhile.
        const Task* good = nullptr;
        for (const Task* task : tasks) {
            if (is_dirty(tools_.store, service(), *task)) continue;
            if (task->desired == TaskState::running) {
                good = task;
                break;
            }
            if (task->desired < TaskState::running) good = task;
        }
        if (good != nullptr) use_existing(worker, tasks, *good);
        else replace(worker, tasks);
        if (worker.task != TaskId::none) {
            worker_of_[worker.task] = number;
            return;
        }
        if (config_.delay > Duration::zero()) {
            rest(number);
            return;
        }
    }
    worker.doing = Doing::gone;
    end_if_done();
}

void Updater::rest(std::uint32_t number) {
    if (config_.delay <= Duration::zero()) {
        take_slot(number);
        return;
    }
    workers_[number].doing = Doing::resting;
    workers_[number].delay = kernel_.after(
        tools_.owner, config_.delay, static_cast<std::uint32_t>(LoopTimer::update_delay),
        static_cast<std::uint64_t>(service_.value) << 32 | number);
}

void Updater::on_delay_over(std::uint32_t number) {
    if (number >= workers_.size() || workers_[number].doing != Doing::resting) return;
    workers_[number].delay = kernel::TimerId::none;
    take_slot(number);
}

/// Shuts the tasks down, but one. Returns one that is still to stop: what the new task waits for.
const Task* Updater::stop(Batch& batch, const std::vector<const Task*>& tasks, const Task* but) {
    const Task* waited_for = nullptr;
    const NameId why = kernel_.names().intern(rolling_back_ ? "rolled back" : "updated");
    for (const Task* task : tasks) {
        if (task == but || task->desired > TaskState::running) continue;
        TaskUpdate update;
        update.task = task->id;
        update.desired = TaskState::shutdown;
        update.why = why;
        batch.add(std::move(update));
        const bool down =
            task->node.valid() && tools_.store.node(task->node).state == NodeState::down;
        if (task->observed >= TaskState::assigned && !down) waited_for = task;
    }
    return waited_for;
}

void Updater::replace(Worker& worker, const std::vector<const Task*>& old) {
    const bool global = service().is_global();
    const TaskCreate create = make_task(tools_.store, service(), global ? 0 : worker.slot,
                                        global ? NodeId{worker.slot} : NodeId{}, TaskState::ready);
    say_slot(worker, create.subject);
    Batch batch(tools_.store, Proposer::updater);
    batch.add(create);
    made_[create.task] = time_never;
    worker.task = create.task;
    worker.doing = Doing::waiting;
    const Task* waited_for = nullptr;
    if (config_.order == UpdateOrder::stop_first) waited_for = stop(batch, old, nullptr);
    tools_.restarts.delay_start(create.task, waited_for, Duration::zero());
}

void Updater::use_existing(Worker& worker, const std::vector<const Task*>& tasks,
                           const Task& good) {
    say_slot(worker, good.subject);
    Batch batch(tools_.store, Proposer::updater);
    const Task* waited_for = stop(batch, tasks, &good);
    if (good.desired == TaskState::running) return;
    worker.task = good.id;
    worker.doing = Doing::starting;
    tools_.restarts.delay_start(good.id, waited_for, Duration::zero());
}

void Updater::say_slot(const Worker& worker, NameId task) {
    const bool start_first = config_.order == UpdateOrder::start_first;
    kernel_.emit(events::update_slot, service().name,
                 {field::integer(service().is_global() ? 0 : worker.slot), field::name(task),
                  field::name(kernel_.names().intern(start_first ? "start-first" : "stop-first")),
                  field::integer(static_cast<std::int64_t>(slots_.size() - next_))});
}

// --- What becomes of the tasks -------------------------------------------------------------------

void Updater::task_changed(const Task& task, bool removed) {
    if (over_) return;
    const auto waiting = worker_of_.find(task.id);
    if (waiting != worker_of_.end()) advance(waiting->second, task, removed);
    if (!over_ && task.observed > TaskState::running) notice_end(task);
}

void Updater::advance(std::uint32_t number, const Task& task, bool removed) {
    Worker& worker = workers_[number];
    const bool may_run = task.desired >= TaskState::running;
    const bool ran = task.observed >= TaskState::running;
    if (!removed && !(worker.doing == Doing::starting ? may_run : ran)) return;
    worker_of_.erase(task.id);
    const bool first_seen = worker.doing == Doing::waiting && ran;
    if (first_seen) {
        made_[task.id] = kernel_.now();
        if (config_.order == UpdateOrder::start_first && task.observed == TaskState::running) {
            std::vector<const Task*> tasks =
                tools_.restarts.updatable(tools_.store.instance(service(), worker.slot));
            Batch batch(tools_.store, Proposer::updater);
            stop(batch, tasks, &task);
        }
        // Its end counts before the worker goes on: it may be the last one allowed.
        if (task.observed > TaskState::running) notice_end(task);
    }
    if (!over_) rest(number);
}

// --- Failures ------------------------------------------------------------------------------------

void Updater::notice_end(const Task& task) {
    if (config_.failure_action == FailureAction::continue_ || stopped_) return;
    if (made_.count(task.id) == 0 || failed_.count(task.id) > 0) return;
    if (monitor_ != kernel::TimerId::none || next_ < slots_.size()) {
        const kernel::CauseScope scope(kernel_, task.status_event);
        count_failure(task.id);
    } else {
        ended_unseen_.emplace(task.id, task.status_event);
    }
}

void Updater::count_failure(TaskId task) {
    if (stopped_ || failed_.count(task) > 0) return;
    const Time ran_at = made_[task];
    if (ran_at != time_never && kernel_.now() - ran_at > config_.monitor) return;
    failed_.insert(task);
    const std::string id = object_id(
        kernel_.seed(), static_cast<std::uint32_t>(ObjectKind::task),
        static_cast<std::uint64_t>(task));
    const EventId said = kernel_.emit(
        events::update_failure, service().name,
        {field::name(kernel_.names().intern(id)),
         field::integer(static_cast<std::int64_t>(failed_.size())),
         field::integer(static_cast<std::int64_t>(slots_.size())),
         field::real(config_.max_failure_ratio)});
    const float ratio = static_cast<float>(failed_.size()) / static_cast<float>(slots_.size());
    if (ratio <= static_cast<float>(config_.max_failure_ratio)) return;
    stopped_ = true;
    const kernel::CauseScope scope(kernel_, said);
    const bool give_up = config_.failure_action == FailureAction::rollback;
    const std::string of = " due to failure or early termination of task " + id;
    if (give_up && !rolling_back_) {
        propose(ServiceUpdate::What::give_up, "update rolled back" + of);
    } else {
        // Never back from the way back.
        propose(ServiceUpdate::What::paused, (give_up ? "rollback paused" : "update paused") + of);
    }
}

// --- The end -------------------------------------------------------------------------------------

void Updater::end_if_done() {
    const bool done = std::all_of(workers_.begin(), workers_.end(), [](const Worker& worker) {
        return worker.doing == Doing::gone;
    });
    if (!done || over_) return;
    if (stopped_) {
        over_ = true;
        return;
    }
    Duration watch = config_.monitor;
    if (config_.delay >= watch) watch = config_.delay + std::chrono::seconds{1};
    monitor_ = kernel_.after(tools_.owner, watch,
                             static_cast<std::uint32_t>(LoopTimer::update_monitor),
                             service_.value);
    const auto unseen = std::move(ended_unseen_);
    ended_unseen_.clear();
    config_.monitor = watch;   // One and the same variable over there.
    for (const auto& [task, event] : unseen) {
        const kernel::CauseScope scope(kernel_, event);
        count_failure(task);
    }
    if (stopped_) cancel();
}

void Updater::on_monitor_over() {
    if (over_) return;
    over_ = true;
    monitor_ = kernel::TimerId::none;
    propose(ServiceUpdate::What::completed,
            rolling_back_ ? "rollback completed" : "update completed");
}

void Updater::propose(ServiceUpdate::What what, const std::string& message) {
    Batch batch(tools_.store, Proposer::updater);
    batch.add(ServiceUpdate{.service = service_, .what = what,
                            .message = kernel_.names().intern(message)});
}

}   // namespace glasshive::swarm
