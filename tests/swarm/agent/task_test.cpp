// Goal: a node carries a task through its life as swarmkit's agent does, whatever happens around
// it. Method: a fake dispatcher hands out assignments and writes down what is reported; no SimGrid.
#include "swarm/agent/support.h"

using namespace glasshive;
using namespace glasshive::test;

TEST_CASE("a task is accepted, prepared, started and reported running in SwarmKit's words",
          "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service());
    c.run_until(2s);
    REQUIRE(c.life(1) == "accepted accepted, preparing preparing, ready prepared, "
                         "starting starting, running started");
    REQUIRE(c.log.count(runtime::events::container_started) == 1);
    REQUIRE(c.log.count(runtime::events::container_serving) == 1);
    REQUIRE(c.daemons[1]->running_containers() == 1);
}

TEST_CASE("a task held at ready is prepared, and starts only when running is desired", "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service(), TaskState::ready);
    c.run_until(5s);
    REQUIRE(c.life(1) == "accepted accepted, preparing preparing, ready prepared");
    REQUIRE(c.daemons[1]->running_containers() == 0);
    c.want(1, 1, TaskState::running);
    c.run_until(6s);
    REQUIRE(c.manager.when(TaskId{1}, TaskState::running) < at(5100ms));
}

TEST_CASE("a container that ends by itself completes its task, or fails it with its exit code",
          "[agent]") {
    struct Row { int exit_code; const char* last; };
    const Row row = GENERATE(values<Row>({{0, "complete finished"},
                                          {3, "failed started: task: non-zero exit (3)"}}));
    Cluster c(2);
    c.run_until(1s);
    auto spec = Cluster::service();
    spec->task.container.behaviour.run_time = 4s;
    spec->task.container.behaviour.exit_code = row.exit_code;
    c.assign(1, 1, spec);
    c.run_until(10s);
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() == row.last);
    const auto ended = c.all(runtime::events::container_ended);
    REQUIRE(ended.size() == 1);
    REQUIRE(ended[0].fields[2].integer == row.exit_code);
    REQUIRE(ms(ended[0].time) == 5001);   // 1 ms to hear of it, 4 s of life.
}

TEST_CASE("an image nobody has rejects the task with the engine's words", "[agent]") {
    runtime::RegistrySpec registry;
    registry.missing_is_error = true;
    Cluster c(2, {}, registry);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service("shop/nope"));
    c.run_until(2s);
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() ==
            "rejected preparing: No such image: shop/nope:latest");
    REQUIRE(c.log.count(runtime::events::container_started) == 0);
    REQUIRE(c.log.count(runtime::events::image_pull_failed) == 1);
}

TEST_CASE("stopping waits two seconds for the mesh, then for the application, then kills",
          "[agent]") {
    // Shutdown is asked for at 10 s and heard 1 ms later.
    struct Row { bool published; Duration stop_time, grace; std::int64_t ended_ms; int code; };
    const Row row = GENERATE(values<Row>({
        {false, 0s, 10s, 10'001, 0},          // No network: SIGTERM at once.
        {true, 0s, 10s, 12'001, 0},           // On the ingress network: drained first.
        {true, 3s, 10s, 15'001, 0},           // The application takes its time.
        {true, 30s, 10s, 22'001, 137},        // Longer than the grace: SIGKILL.
        {false, 30s, 2s, 12'001, 137},        // stop_grace_period of the service.
    }));
    CAPTURE(row.published, row.stop_time.count(), row.grace.count());
    Cluster c(2, {1});
    c.run_until(1s);
    auto spec = row.published ? Cluster::published() : Cluster::service();
    spec->task.container.behaviour.stop_time = row.stop_time;
    spec->task.container.stop_grace_period = row.grace;
    c.assign(1, 1, spec);
    c.run_until(10s);
    c.want(1, 1, TaskState::shutdown);
    c.run_until(40s);
    const auto ended = c.all(runtime::events::container_ended);
    REQUIRE(ended.size() == 1);
    REQUIRE(ms(ended[0].time) == row.ended_ms);
    REQUIRE(ended[0].fields[2].integer == row.code);
    REQUIRE(c.name(ended[0], 3) == (row.code == 137 ? "killed" : "stopped"));
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() == "shutdown shutdown");
}

TEST_CASE("a removed task is stopped and forgotten", "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service());
    c.run_until(2s);
    auto gone = c.manager.agents[Cluster::host(1)].tasks.at(TaskId{1});
    gone.removed = true;
    c.manager.agents[Cluster::host(1)].tasks.clear();
    c.manager.send(Cluster::host(1), false, {gone});
    c.run_until(3s);
    REQUIRE(c.daemons[1]->running_containers() == 0);
    REQUIRE(c.log.count(runtime::events::container_ended) == 1);
}

TEST_CASE("a complete set stops what it does not name", "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service());
    c.assign(1, 2, Cluster::service());
    c.run_until(2s);
    REQUIRE(c.daemons[1]->running_containers() == 2);
    c.manager.agents[Cluster::host(1)].tasks.erase(TaskId{1});
    c.manager.send(Cluster::host(1), true);
    c.run_until(3s);
    REQUIRE(c.daemons[1]->running_containers() == 1);
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() == "shutdown shutdown");
}

TEST_CASE("a lost power supply ends containers at once, and the reboot reports them failed",
          "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service());
    c.run_until(10s);
    c.kernel.power_off(Cluster::host(1), fault);
    const auto ended = c.all(runtime::events::container_ended);
    REQUIRE(ended.size() == 1);
    REQUIRE(ended[0].time == at(10s));
    REQUIRE(ended[0].cause == fault);
    REQUIRE(ended[0].fields[2].integer == 255);
    REQUIRE(c.name(ended[0], 3) == "power lost");
    c.run_until(60s);
    c.kernel.power_on(Cluster::host(1));
    c.run_until(62s);
    REQUIRE(c.manager.sessions.back().second == Cluster::host(1));
    REQUIRE(c.manager.sessions.back().first < at(60'010ms));
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() ==
            "failed started: task: non-zero exit (255)");
    REQUIRE(c.daemons[1]->running_containers() == 0);   // Not silently restarted.
    REQUIRE(c.log.count(runtime::events::container_started) == 1);
}

TEST_CASE("a reboot goes on with tasks that had not started", "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::service(), TaskState::ready);
    c.run_until(2s);
    c.kernel.power_off(Cluster::host(1), fault);
    c.run_until(3s);
    c.kernel.power_on(Cluster::host(1));
    c.run_until(4s);
    c.want(1, 1, TaskState::running);
    c.run_until(5s);
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() == "running started");
    REQUIRE(c.daemons[1]->running_containers() == 1);
}

TEST_CASE("a reboot says nothing of a task that was stopped before it began", "[agent]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, Cluster::published(), TaskState::shutdown);   // Leaves the mesh for 2 s.
    c.run_until(2s);
    c.kernel.power_off(Cluster::host(1), fault);
    c.run_until(3s);
    c.kernel.power_on(Cluster::host(1));
    c.run_until(9s);
    // ASSIGNED is the manager's own word; the agent would repeat it without its message.
    REQUIRE(c.manager.when(TaskId{1}, TaskState::assigned) == time_never);
    REQUIRE(c.manager.life(c.names, TaskId{1}) == std::vector<std::string>{"shutdown shutdown"});
}

