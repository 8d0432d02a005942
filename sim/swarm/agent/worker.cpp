#include "swarm/agent/worker.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "swarm/agent/tags.h"

namespace glasshive::swarm::agent {

namespace {
bool ended(TaskState state) { return state >= TaskState::complete; }
runtime::ContainerKey key_of(TaskId id) {
    return runtime::ContainerKey{static_cast<std::uint64_t>(id)};
}
TaskId task_of(runtime::ContainerKey key) { return TaskId{static_cast<std::uint64_t>(key)}; }
}   // namespace

Worker::Worker(Daemon& daemon)
    : daemon_(daemon),
      kernel_(daemon.environment_.kernel),
      pulls_(kernel_, daemon.environment_.catalog, daemon.environment_.machine,
             {.owner = daemon.id(),
              .host = daemon.facts_.host,
              .name = daemon.facts_.name,
              .registry = daemon.environment_.registry,
              .order = daemon.environment_.pull_order},
             tags::pulls, *this),
      engine_(kernel_, daemon.environment_.machine,
              {.owner = daemon.id(),
               .host = daemon.facts_.host,
               .name = daemon.facts_.name,
               .core_rate = daemon.facts_.core_rate},
              tags::engine, *this) {}

discovery::Gossip& Worker::gossip() {
    if (gossip_ == nullptr) {
        const discovery::Gossip::Place place{
            .owner = daemon_.id(), .host = daemon_.facts_.host, .name = daemon_.facts_.name};
        gossip_ = std::make_unique<discovery::Gossip>(kernel_, daemon_.environment_.group, place,
                                                      tags::gossip, backends_);
    }
    return *gossip_;
}

Worker::Task* Worker::find(TaskId id) {
    const auto at = std::lower_bound(tasks_.begin(), tasks_.end(), id,
                                     [](const Task& t, TaskId i) { return t.id < i; });
    return at != tasks_.end() && at->id == id ? &*at : nullptr;
}

void Worker::forget(TaskId id) {
    std::erase_if(tasks_, [&](const Task& task) { return task.id == id; });
}

bool Worker::publishes(const Task& task) const {
    return std::any_of(task.spec->ports.begin(), task.spec->ports.end(),
                       [](const PortConfig& port) { return port.mode == PublishMode::ingress; });
}

/// hasServiceBinding: on any network beside the default bridge; ingress is one.
bool Worker::attached(const Task& task) const {
    return !task.spec->task.networks.empty() || publishes(task);
}

// --- Assignments ---------------------------------------------------------------------------------

void Worker::assign(const Assignments& set, bool complete) {
    if (files_ == nullptr && !set.files.empty()) {
        files_ = std::make_unique<Files>(kernel_, daemon_.facts_.name);
    }
    if (files_ != nullptr) files_->assign(set.files, complete);
    if (complete) {
        std::vector<TaskId> gone;
        for (const Task& task : tasks_) {
            const bool kept = std::any_of(set.tasks.begin(), set.tasks.end(),
                                          [&](const TaskAssignment& a) { return a.id == task.id; });
            if (!kept) gone.push_back(task.id);
        }
        for (const TaskId id : gone) {
            find(id)->removed = true;
            advance(id);
        }
    }
    for (const TaskAssignment& assignment : set.tasks) assign_one(assignment);
}

void Worker::assign_one(const TaskAssignment& a) {
    Task* task = find(a.id);
    if (task == nullptr) {
        if (a.removed) return;
        const auto at = std::lower_bound(tasks_.begin(), tasks_.end(), a.id,
                                         [](const Task& t, TaskId i) { return t.id < i; });
        Task fresh{.id = a.id, .subject = a.subject, .service = a.service, .slot = a.slot,
                   .desired = a.desired, .spec = a.spec};
        SIM_ASSERT(fresh.spec != nullptr);
        fresh.image = kernel_.names().intern(runtime::with_tag(fresh.spec->task.container.image));
        tasks_.insert(at, std::move(fresh));
    } else {
        task->desired = std::max(task->desired, a.desired);   // Never decreases.
        task->removed = task->removed || a.removed;
    }
    advance(a.id);
}

// --- One task's life -----------------------------------------------------------------------------

void Worker::advance(TaskId id) {
    while (true) {
        Task* task = find(id);
        if (task == nullptr) return;
        if (ended(task->state)) {
            if (task->removed) forget(id);
            return;
        }
        if (task->removed || task->desired >= TaskState::shutdown) {
            begin_shutdown(*task);
            return;
        }
        if (!step(*task)) return;
    }
}

/// One transition of swarmkit's exec.Do; false when the task has to wait.
bool Worker::step(Task& task) {
    switch (task.state) {
        case TaskState::assigned: move(task, TaskState::accepted, "accepted"); return true;
        case TaskState::accepted: move(task, TaskState::preparing, "preparing"); return true;
        case TaskState::preparing: return create(task);
        case TaskState::ready:
            if (task.desired < TaskState::running) return false;   // Held.
            move(task, TaskState::starting, "starting");
            return true;
        case TaskState::starting: {
            if (engine_.is_running(key_of(task.id))) return false;   // Its probes decide.
            engine_.start(key_of(task.id));
            // No health check: the mesh learns of it when its process runs, not when it answers.
            if (engine_.health(key_of(task.id)) == runtime::HealthStatus::none) running(task);
            return false;
        }
        default: return false;
    }
}

void Worker::running(Task& task) {
    move(task, TaskState::running, "started");
    if (is_called(task) && !daemon_.environment_.group.watchers.empty()) {
        gossip().announce({.task = task.id, .subject = task.subject, .service = task.service,
                           .spec = task.spec});
    }
    tell_callers(task, RequestMessage::caller_up);
}

bool Worker::create(Task& task) {
    if (task.pulling) return false;
    if (!pulls_.present(task.image)) {
        task.pulling = true;
        pulls_.request(task.image);
        return false;
    }
    const Behaviour& b = behaviour_of(task);
    engine_.create(key_of(task.id),
                   {.subject = task.subject,
                    .service = task.service,
                    .slot = task.slot,
                    .ignores_sigterm = b.ignores_sigterm,
                    .start_time = b.start_time,
                    .run_time = b.run_time,
                    .stop_time = b.stop_time,
                    .service_time = b.service_time,
                    .exit_code = b.exit_code,
                    .stop_exit_code = b.stop_exit_code,
                    .failure_ppm_per_second = b.failure_ppm_per_second,
                    .cpus = static_cast<double>(task.spec->task.limits.cpus.count) / 1e9,
                    .memory = b.memory,
                    .memory_limit = task.spec->task.limits.memory},
                   care_of(task));
    move(task, TaskState::ready, "prepared");
    return true;
}

void Worker::on_pull_ended(NameId image, bool present) {
    std::vector<TaskId> waiting;
    for (const Task& task : tasks_) {
        if (task.pulling && task.image == image) waiting.push_back(task.id);
    }
    for (const TaskId id : waiting) {
        Task* task = find(id);
        if (task == nullptr) continue;
        task->pulling = false;
        // The pull's own error is only logged; creating the container is what fails.
        if (!present) {
            fail(*task, TaskState::rejected,
                 "No such image: " + std::string(kernel_.names().text(image)));
        }
        advance(id);
    }
}

void Worker::on_container_ended(runtime::ContainerKey key, int exit_code) {
    Task* task = find(task_of(key));
    SIM_ASSERT(task != nullptr);
    if (gossip_ != nullptr) gossip_->withdraw(task->id);
    if (ingress_ != nullptr) ingress_->ended(task->id);
    tell_callers(*task, RequestMessage::caller_down);
    task->exit_code = exit_code;
    if (task->leaving) {
        move(*task, TaskState::shutdown, "shutdown");
    } else if (task->unhealthy && task->state == TaskState::starting) {
        fail(*task, TaskState::failed, "dockerexec: unhealthy container");
    } else if (exit_code == 0) {
        // Stopped for its health, or by itself: an application that exits 0 has completed.
        move(*task, TaskState::complete, "finished");
    } else {
        fail(*task, TaskState::failed,
             "task: non-zero exit (" + std::to_string(exit_code) + ")" +
                 (task->unhealthy ? ": dockerexec: unhealthy container" : ""));
    }
    advance(task->id);
}

// --- Shutdown: leave the mesh, drain, SIGTERM, SIGKILL -------------------------------------------

void Worker::begin_shutdown(Task& task) {
    if (task.leaving) return;
    task.leaving = true;
    if (task.pulling) pulls_.release(task.image);
    task.pulling = false;
    if (!task.unhealthy) leave(task);   // Else it is on its way out already.
}

void Worker::leave(const Task& task) {
    if (gossip_ != nullptr) gossip_->withdraw(task.id);
    if (attached(task)) {
        kernel_.after(daemon_.id(), drain_delay, tags::drained,
                      static_cast<std::uint64_t>(task.id));
    } else {
        drained(task.id);
    }
}

void Worker::drained(TaskId id) {
    Task* task = find(id);
    if (task == nullptr || ended(task->state)) return;   // Its container ended meanwhile.
    const bool stopping = engine_.is_running(key_of(id)) && !engine_.is_up(key_of(id));
    if (stopping) return;
    if (engine_.is_running(key_of(id))) {
        const auto grace = task->spec->task.container.stop_grace_period;
        engine_.stop(key_of(id), grace.value_or(runtime::default_stop_grace));
        return;
    }
    engine_.remove(key_of(id));
    move(*task, TaskState::shutdown, "shutdown");
    advance(id);
}

// --- What somebody does behind the swarm's back --------------------------------------------------

std::vector<ContainerView> Worker::containers() const {
    std::vector<ContainerView> views;
    for (const runtime::Engine::View& view : engine_.containers()) {
        const auto task = std::lower_bound(tasks_.begin(), tasks_.end(), task_of(view.key),
                                           [](const Task& t, TaskId i) { return t.id < i; });
        SIM_ASSERT(task != tasks_.end() && task->id == task_of(view.key));
        views.push_back({.task = task->id, .name = task->subject, .image = task->image,
                         .state = view, .spec = task->spec});
    }
    return views;
}

bool Worker::kill_container(TaskId task) {
    if (!engine_.is_running(key_of(task))) return false;
    engine_.kill(key_of(task));
    return true;
}

bool Worker::stop_container(TaskId task, std::optional<Duration> grace) {
    if (!engine_.is_running(key_of(task))) return false;
    const auto own = find(task)->spec->task.container.stop_grace_period;
    const Duration until = grace.value_or(own.value_or(runtime::default_stop_grace));
    if (engine_.is_up(key_of(task))) engine_.stop(key_of(task), until);
    return true;
}

// --- Reports -------------------------------------------------------------------------------------

void Worker::move(Task& task, TaskState state, const char* message) {
    SIM_ASSERT(state > task.state);
    task.state = state;
    task.message = kernel_.names().intern(message);
    report(task);
}

/// The message stays that of the last good state, as in swarmkit's fatal().
void Worker::fail(Task& task, TaskState state, const std::string& error) {
    SIM_ASSERT(state > task.state);
    task.state = state;
    task.error = kernel_.names().intern(error);
    report(task);
}

void Worker::report(const Task& task) {
    reports_.add({.id = task.id, .state = task.state, .message = task.message, .error = task.error,
                  .exit_code = task.exit_code},
                 daemon_.has_session());
    if (flushing_ || !daemon_.has_session()) return;
    // What happens at one instant travels in one message.
    flushing_ = true;
    kernel_.after(daemon_.id(), Duration{0}, tags::flush);
}

void Worker::flush() {
    flushing_ = false;
    if (reports_.empty() || !daemon_.has_session()) return;
    auto updates = std::make_shared<StatusUpdates>();
    updates->updates = reports_.take();
    daemon_.send_status(std::move(updates));
}

// --- Power ---------------------------------------------------------------------------------------

void Worker::on_stop(bool power_lost) {
    engine_.end_all(power_lost);
    pulls_.forget();
    if (files_ != nullptr) files_->forget_all();
    if (ingress_ != nullptr) ingress_->forget();
    reports_.forget();
    flushing_ = false;
    for (Task& task : tasks_) {
        task.pulling = false;
        // STARTING lasts where a health check has not passed yet: its container executed too.
        if (task.state == TaskState::running || task.state == TaskState::starting) {
            task.exit_code = power_lost ? runtime::exit_power_lost : runtime::exit_killed;
        }
    }
}

void Worker::on_reboot() {
    if (gossip_ != nullptr ||
        discovery::Gossip::watches(daemon_.environment_.group, daemon_.facts_.host)) {
        gossip().on_reboot();
    }
    std::vector<TaskId> ids;
    for (Task& task : tasks_) {
        ids.push_back(task.id);
        const bool was_leaving = task.leaving;
        task.leaving = false;
        task.unhealthy = false;
        const bool ran = task.state == TaskState::running || task.state == TaskState::starting;
        if (ran) tell_callers(task, RequestMessage::caller_down);
        if (ran && !was_leaving) {
            fail(task, TaskState::failed,
                 "task: non-zero exit (" + std::to_string(task.exit_code) + ")");
        } else if (ran) {
            move(task, TaskState::shutdown, "shutdown");
        } else {
            // A container that was created and never started is found as it was.
            if (task.state == TaskState::ready) task.state = TaskState::preparing;
            else if (task.state > TaskState::assigned) report(task);   // The manager's word.
        }
    }
    for (const TaskId id : ids) advance(id);
}

// --- Requests and the rest -----------------------------------------------------------------------

void Worker::on_work_done(std::uint32_t tag, std::uint64_t argument) {
    if (tag == tags::pulls) pulls_.on_work_done(argument);
    else engine_.on_work_done(argument);
}

bool Worker::accept(TaskId task, std::uint64_t cookie) {
    if (!engine_.is_serving(key_of(task))) return false;
    engine_.serve(key_of(task), cookie);
    return true;
}

void Worker::abandon(TaskId task, std::uint64_t cookie) { engine_.abandon(key_of(task), cookie); }

void Worker::on_request_served(runtime::ContainerKey key, std::uint64_t cookie) {
    const Task* task = find(task_of(key));
    SIM_ASSERT(task != nullptr);
    ingress().served(cookie, behaviour_of(*task).response_size);
}

void Worker::on_channel_closed(ChannelId channel) {
    if (pulls_.on_channel_closed(channel) || ingress_ == nullptr) return;
    ingress_->on_channel_closed(channel);
}

void Worker::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag == tags::flush) flush();
    else if (tag == tags::drained) drained(TaskId{argument});
    else if (tag >= tags::gossip) gossip().on_timer(tag, argument);
    else if (tag >= tags::pulls) pulls_.on_timer(tag, argument);
    else engine_.on_timer(tag, argument);
}

}   // namespace glasshive::swarm::agent
