// Goal: jobs as SwarmKit runs them: so many completions, few at a time, whole runs, and eyes closed
// to what happens to nodes. Method: stories with scripted agents on a bare kernel.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

ServiceSpec job(const std::string& name, std::uint64_t completions, std::uint64_t at_once) {
    ServiceSpec spec = Cluster::spec(name, completions);
    spec.mode = ServiceMode::replicated_job;
    spec.max_concurrent = at_once;
    return spec;
}

ServiceSpec global_job(const std::string& name) {
    ServiceSpec spec = Cluster::spec(name, 1);
    spec.mode = ServiceMode::global_job;
    return spec;
}

Fate completes_after(Duration run) {
    Fate fate;
    fate.run = run;
    fate.end = TaskState::complete;
    return fate;
}

std::size_t observed(const Cluster& cluster, ServiceId service, TaskState state) {
    const auto tasks = cluster.tasks(service);
    return static_cast<std::size_t>(
        std::count_if(tasks.begin(), tasks.end(),
                      [&](const Task* task) { return task->observed == state; }));
}

/// Another run, as `docker service update --force` asks for.
void run_again(Cluster& cluster, ServiceId id) {
    ServiceSpec spec = *cluster.store().service(id).spec;
    ++spec.task.force_update;
    REQUIRE(cluster.manager.update_service(id, std::move(spec)));
}

}   // namespace

TEST_CASE("a replicated job runs a few tasks at a time until enough completed", "[swarm][jobs]") {
    Cluster cluster(3);
    cluster.fates["batch"] = completes_after(seconds{10});
    cluster.start();
    const ServiceId batch = cluster.create(job("batch", 5, 2));
    cluster.run_for(seconds{5});
    REQUIRE(observed(cluster, batch, TaskState::running) == 2);
    const ServiceStatus status = cluster.store().status(batch);   // 2/2 (0/5 completed)
    REQUIRE((status.running == 2 && status.desired == 2 && status.completed == 0));
    std::size_t most = 0;
    for (int i = 0; i < 400; ++i) {
        cluster.run_for(milliseconds{100});
        most = std::max(most, observed(cluster, batch, TaskState::running));
    }
    REQUIRE(most == 2);
    // One completed task in every slot; nobody is restarted and nothing is left to do.
    std::set<std::uint32_t> slots;
    for (const Task* task : cluster.tasks(batch)) {
        REQUIRE(task->observed == TaskState::complete);
        REQUIRE(task->desired == TaskState::complete);
        slots.insert(task->slot);
    }
    REQUIRE(slots == std::set<std::uint32_t>{1, 2, 3, 4, 5});
    REQUIRE(cluster.tasks(batch).size() == 5);
    REQUIRE(cluster.store().status(batch).completed == 5);
    REQUIRE(cluster.events(events::task_restart).empty());
}

TEST_CASE("a job's failures are restarted in their slot, its successes never", "[swarm][jobs]") {
    const RestartCondition condition =
        GENERATE(RestartCondition::any, RestartCondition::on_failure);
    Cluster cluster(1);
    cluster.fates["good"] = completes_after(seconds{2});
    cluster.fates["bad"].run = seconds{2};
    cluster.start();
    RestartPolicy policy;
    policy.condition = condition;
    policy.delay = seconds{3};
    policy.max_attempts = 2;
    ServiceSpec good = job("good", 1, 1), bad = job("bad", 1, 1);
    good.task.restart = bad.task.restart = policy;
    const ServiceId well = cluster.create(std::move(good));
    const ServiceId ill = cluster.create(std::move(bad));
    cluster.run_for(minutes{1});
    REQUIRE(cluster.tasks(well).size() == 1);
    REQUIRE(cluster.tasks(ill).size() == 3);   // The first and two attempts.
    for (const Task* task : cluster.tasks(ill)) {
        REQUIRE(task->observed == TaskState::failed);
        REQUIRE(task->desired == TaskState::shutdown);
        REQUIRE(task->slot == 1);
    }
    REQUIRE(cluster.store().status(ill).completed == 0);
    const auto restarts = cluster.events(events::task_restart);
    REQUIRE(restarts.size() == 3);
    for (std::size_t i = 1; i < restarts.size(); ++i) {
        REQUIRE(restarts[i].time - restarts[i - 1].time >= seconds{5});
    }
}

TEST_CASE("a slot that was given up is tried again when another task ends", "[swarm][jobs]") {
    // The reconciler counts only tasks that are to complete, and looks only when one ends: with
    // condition none, each end elsewhere gives the failed slot one more task.
    Cluster cluster(1);
    cluster.fates["ok"] = completes_after(seconds{10});
    cluster.start();
    ServiceSpec spec = job("batch", 3, 2);
    RestartPolicy none;
    none.condition = RestartCondition::none;
    spec.task.restart = none;
    spec.task.container.image = "ok";
    const ServiceId batch = cluster.create(std::move(spec));
    cluster.run_for(seconds{3});
    cluster.agents[0]->report(cluster.tasks(batch)[0]->id, TaskState::failed, "started",
                              "task: non-zero exit (1)", 1);
    cluster.run_for(seconds{5});
    REQUIRE(cluster.tasks(batch).size() == 2);   // Slot 1 failed; nobody looks.
    cluster.run_for(seconds{5});
    REQUIRE(observed(cluster, batch, TaskState::complete) == 1);
    REQUIRE(cluster.tasks(batch).size() == 4);   // Slot 2 completed: slots 1 and 3 are filled.
    cluster.run_for(seconds{15});
    REQUIRE(observed(cluster, batch, TaskState::complete) == 3);
}

TEST_CASE("a job does not notice that a node is lost, or drained", "[swarm][jobs]") {
    const bool drained = GENERATE(false, true);
    Cluster cluster(2);
    cluster.fates["batch"] = completes_after(minutes{2});
    cluster.start();
    const ServiceId batch = cluster.create(job("batch", 2, 2));
    cluster.run_for(seconds{5});
    REQUIRE(cluster.agents[0]->running() == 1);
    if (drained) REQUIRE(cluster.manager.set_availability(cluster.node(1).id, Availability::drain));
    else cluster.crash(1);
    cluster.run_for(minutes{1});
    REQUIRE(drained != (cluster.node(1).state == NodeState::down));
    REQUIRE(cluster.tasks(batch).size() == 2);
    REQUIRE(observed(cluster, batch, TaskState::running) == 2);   // What the managers believe.
    cluster.run_for(minutes{5});
    REQUIRE(cluster.store().status(batch).completed == (drained ? 2 : 1));
    // Another run is the cure: it begins from nothing.
    run_again(cluster, batch);
    cluster.run_for(minutes{3});
    REQUIRE(cluster.store().status(batch).completed == 2);
}

TEST_CASE("every update of a job is another run, even scaling", "[swarm][jobs]") {
    Cluster cluster(2);
    cluster.fates["batch"] = completes_after(seconds{20});
    cluster.start();
    const ServiceId batch = cluster.create(job("batch", 2, 1));
    cluster.run_for(seconds{25});
    REQUIRE(cluster.store().status(batch).completed == 1);
    const Task* running = cluster.tasks(batch)[1];
    const TaskId abandoned = running->id;
    REQUIRE(running->observed == TaskState::running);
    REQUIRE(cluster.manager.scale_service(batch, 3));
    cluster.run_for(milliseconds{10});
    REQUIRE(cluster.store().service(batch).job.iteration == 1);
    REQUIRE(cluster.store().status(batch).completed == 0);
    REQUIRE(cluster.store().task(abandoned)->desired == TaskState::remove);
    cluster.run_for(minutes{2});
    REQUIRE(cluster.store().status(batch).completed == 3);
    REQUIRE(cluster.store().task(abandoned) == nullptr);
    const auto runs = cluster.events(events::service_run);
    REQUIRE(runs.size() == 2);
    REQUIRE((runs[1].fields[0].integer == 1 && runs[1].fields[1].integer == 3));
    REQUIRE(cluster.leads_to(runs[1].id, cluster.events(events::service_updated)[0].id));
}

TEST_CASE("a global job runs once on every node there was when it began", "[swarm][jobs]") {
    Cluster cluster(4);
    cluster.fates["sweep"] = completes_after(seconds{10});
    cluster.start();
    REQUIRE(cluster.manager.set_availability(cluster.node(4).id, Availability::drain));
    ServiceSpec spec = global_job("sweep");
    spec.task.placement.constraints = {"node.hostname != w3"};
    const ServiceId sweep = cluster.create(std::move(spec));
    cluster.run_for(seconds{5});
    REQUIRE(cluster.store().status(sweep).desired == 2);   // 2/2 (0/2 completed)
    cluster.run_for(seconds{10});
    REQUIRE(cluster.store().status(sweep).completed == 2);
    REQUIRE(cluster.store().status(sweep).desired == 0);   // 0/0 (2/2 completed)
    // A node that comes back from draining is not noticed before something else is.
    REQUIRE(cluster.manager.set_availability(cluster.node(4).id, Availability::active));
    cluster.run_for(minutes{1});
    REQUIRE(cluster.tasks(sweep).size() == 2);
    run_again(cluster, sweep);
    cluster.run_for(seconds{15});
    REQUIRE(cluster.store().status(sweep).completed == 3);
    REQUIRE(observed(cluster, sweep, TaskState::complete) == 5);   // Two of the first run.
}

TEST_CASE("a removed job takes its tasks along", "[swarm][jobs]") {
    Cluster cluster(2);
    cluster.fates["batch"] = completes_after(seconds{10});
    cluster.start();
    const ServiceId batch = cluster.create(job("batch", 6, 2));
    cluster.run_for(seconds{15});
    REQUIRE(cluster.tasks(batch).size() == 4);
    REQUIRE(cluster.manager.remove_service(batch));
    cluster.run_for(minutes{1});
    REQUIRE(cluster.tasks(batch).empty());
    REQUIRE(cluster.agents[0]->running() + cluster.agents[1]->running() == 0);
}

TEST_CASE("a job of many tasks fills every slot once", "[swarm][jobs]") {
    Cluster cluster(2);
    cluster.fates["batch"] = completes_after(milliseconds{200});
    cluster.start();
    const ServiceId batch = cluster.create(job("batch", 400, 40));
    cluster.run_for(minutes{2});
    REQUIRE(cluster.store().status(batch).completed == 400);
    REQUIRE(cluster.tasks(batch).size() == 400);
    REQUIRE(cluster.store().service(batch).job.active == 0);
}
