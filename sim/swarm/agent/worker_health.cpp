// What a task's application is like, and what its health means for the task.
#include "base/assert.h"
#include "swarm/agent/worker.h"

namespace glasshive::swarm::agent {

const Behaviour& Worker::behaviour_of(const Task& task) const {
    const auto& applications = daemon_.environment_.applications;
    const auto known = applications.find(task.image);
    const bool own = known != applications.end() && known->second.behaviour.has_value();
    return own ? *known->second.behaviour : task.spec->task.container.behaviour;
}

/// The service's check laid over the image's: what it does not set is inherited.
/// Source: moby daemon/commit.go merge; daemon/health.go getProbe, timeoutWithDefault.
std::optional<runtime::Care> Worker::care_of(const Task& task) const {
    const auto& applications = daemon_.environment_.applications;
    const auto known = applications.find(task.image);
    std::optional<Healthcheck> check;
    if (known != applications.end()) check = known->second.healthcheck;
    if (const auto& own = task.spec->task.container.healthcheck) {
        if (!check) check.emplace();
        if (!own->test.empty()) check->test = own->test;
        for (Duration Healthcheck::* each : {&Healthcheck::interval, &Healthcheck::timeout,
                                             &Healthcheck::start_period,
                                             &Healthcheck::start_interval}) {
            if ((*own).*each != Duration::zero()) (*check).*each = (*own).*each;
        }
        if (own->retries != 0) check->retries = own->retries;
    }
    const Behaviour& b = behaviour_of(task);
    runtime::Care care{.hangs_after = b.hangs_after, .fails_after = b.fails_after,
                       .recovers_after = b.recovers_after};
    const bool trouble = b.hangs_after > Duration::zero() || b.fails_after > Duration::zero();
    const bool probed = check && !check->test.empty() && check->test.front() != "NONE";
    if (!trouble && !probed) return std::nullopt;
    if (!probed) return care;
    runtime::HealthPolicy& policy = care.health.emplace();
    const auto set = [](Duration& to, Duration value) {
        if (value != Duration::zero()) to = value;
    };
    set(policy.interval, check->interval);
    set(policy.timeout, check->timeout);
    set(policy.start_period, check->start_period);
    set(policy.start_interval, check->start_interval);
    if (check->retries != 0) policy.retries = check->retries;
    policy.probe_time = b.probe_time;
    return care;
}

/// Source: moby executor/container/controller.go Start and checkHealth.
void Worker::on_health(runtime::ContainerKey key, runtime::HealthStatus status) {
    Task* task = find(TaskId{static_cast<std::uint64_t>(key)});
    SIM_ASSERT(task != nullptr);
    if (status == runtime::HealthStatus::healthy) {
        if (task->state == TaskState::starting && !task->unhealthy && !task->leaving) {
            running(*task);
        }
        return;
    }
    if (task->unhealthy || task->leaving) return;
    task->unhealthy = true;
    leave(*task);
}

}   // namespace glasshive::swarm::agent
