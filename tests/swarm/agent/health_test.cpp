// Goal: what a health check means for a task: when it runs, when it is replaced, and how its end is
// told (golden check 11). Method: a daemon under a scripted manager.
#include "swarm/agent/support.h"

using namespace glasshive;
using namespace glasshive::test;
using swarm::Healthcheck;

namespace {

using Life = std::vector<std::string>;

std::shared_ptr<swarm::ServiceSpec> checked(Healthcheck check = {.interval = 10s, .retries = 2}) {
    auto spec = Cluster::published();
    check.test = {"CMD", "curl"};
    spec->task.container.healthcheck = check;
    return spec;
}

Life tail(const Life& life, std::size_t n) {
    return {life.end() - static_cast<std::ptrdiff_t>(std::min(n, life.size())), life.end()};
}

}   // namespace

TEST_CASE("a task with a check is STARTING, and not in the mesh, until its first good probe",
          "[agent][health]") {
    Cluster c(2, {0});
    c.run_until(1s);
    c.assign(1, 1, checked());
    c.run_until(10s);
    CHECK(c.manager.life(c.names, TaskId{1}).back() == "starting starting");
    CHECK(c.log.count(swarm::events::discovery_added) == 0);
    c.run_until(13s);
    CHECK(c.manager.life(c.names, TaskId{1}).back() == "running started");
    CHECK(ms(c.manager.when(TaskId{1}, TaskState::running)) > 11'000);
    CHECK(c.log.count(swarm::events::discovery_added) == 1);
}

TEST_CASE("unhealthy and SIGTERM exits 0: COMPLETE; else FAILED with the cause (golden check 11)",
          "[agent][health][golden]") {
    struct Row {
        int stop_exit_code;
        bool ignores;
        const char* end;
    };
    const Row row = GENERATE(values<Row>({
        {0, false, "complete finished"},
        {143, false,
         "failed started: task: non-zero exit (143): dockerexec: unhealthy container"},
        {0, true, "failed started: task: non-zero exit (137): dockerexec: unhealthy container"},
    }));
    Cluster c(2, {0});
    auto spec = checked();
    spec->task.container.behaviour.fails_after = 15s;
    spec->task.container.behaviour.stop_exit_code = row.stop_exit_code;
    spec->task.container.behaviour.ignores_sigterm = row.ignores;
    c.run_until(1s);
    c.assign(1, 1, spec);
    c.run_until(20s);
    CHECK(c.log.count(swarm::events::discovery_removed) == 0);
    c.run_until(33s);   // Probes at 10, 20 and 30 s after its start; it leaves the mesh at once.
    CHECK(c.log.count(swarm::events::discovery_removed) == 1);
    c.run_until(1min);
    CHECK(tail(c.manager.life(c.names, TaskId{1}), 2) == Life{"running started", row.end});
    // 2 s for the mesh, then SIGTERM, then the grace for whoever ignores it.
    const Time end = c.manager.when(TaskId{1}, row.end[0] == 'c' ? TaskState::complete
                                                                : TaskState::failed);
    CHECK(ms(end) / 1000 == (row.ignores ? 43 : 33));
}

TEST_CASE("unhealthy before it ever was healthy: FAILED, whatever its exit code",
          "[agent][health]") {
    Cluster c(2);
    auto spec = checked();
    spec->task.container.behaviour.start_time = 5min;
    c.run_until(1s);
    c.assign(1, 1, spec);
    c.run_until(1min);
    CHECK(tail(c.manager.life(c.names, TaskId{1}), 2) ==
          Life{"starting starting", "failed starting: dockerexec: unhealthy container"});
    CHECK(c.daemons[1]->running_containers() == 0);
}

TEST_CASE("NONE switches off what the image checks; a service's check inherits what it leaves out",
          "[agent][health]") {
    Cluster c(2);
    c.environment.applications[c.names.intern("web:latest")].healthcheck =
        Healthcheck{.test = {"CMD", "true"}, .interval = 7s};
    auto inherits = Cluster::service();
    auto longer = Cluster::service();
    longer->task.container.healthcheck = Healthcheck{.interval = 20s};
    auto none = Cluster::service();
    none->task.container.healthcheck = Healthcheck{.test = {"NONE"}};
    c.run_until(1s);
    c.assign(1, 1, inherits);
    c.assign(1, 2, longer);
    c.assign(1, 3, none);
    c.run_until(1min);
    CHECK(ms(c.manager.when(TaskId{1}, TaskState::running)) / 1000 == 8);
    CHECK(ms(c.manager.when(TaskId{2}, TaskState::running)) / 1000 == 21);
    CHECK(ms(c.manager.when(TaskId{3}, TaskState::running)) / 1000 == 1);
}

TEST_CASE("an image's application replaces the service's behaviour", "[agent]") {
    Cluster c(2);
    swarm::Behaviour crashes;
    crashes.run_time = 3s;
    crashes.exit_code = 4;
    c.environment.applications[c.names.intern("web:latest")].behaviour = crashes;
    c.run_until(1s);
    c.assign(1, 1, Cluster::service());
    c.run_until(10s);
    CHECK(c.manager.life(c.names, TaskId{1}).back() ==
          "failed started: task: non-zero exit (4)");
}

TEST_CASE("told to stop while it is stopped for its health, it ends as SHUTDOWN once",
          "[agent][health]") {
    Cluster c(2, {0});
    auto spec = checked();
    spec->task.container.behaviour.fails_after = 1s;
    spec->task.container.behaviour.stop_time = 5s;
    c.run_until(1s);
    c.assign(1, 1, spec);
    c.run_until(22s);   // Unhealthy at 21 s: on its way out of the mesh.
    c.want(1, 1, TaskState::shutdown);
    c.run_until(1min);
    CHECK(c.manager.life(c.names, TaskId{1}).back() == "shutdown shutdown");
    CHECK(c.log.count(runtime::events::container_stopping) == 1);
    CHECK(c.log.count(runtime::events::container_ended) == 1);
}

TEST_CASE("a host that loses power while the first probe is awaited reports the task failed",
          "[agent][health]") {
    Cluster c(2);
    c.run_until(1s);
    c.assign(1, 1, checked());
    c.run_until(5s);
    c.kernel.power_off(Cluster::host(1), {});
    c.run_until(8s);
    c.kernel.power_on(Cluster::host(1));
    c.run_until(20s);
    CHECK(c.manager.life(c.names, TaskId{1}).back() ==
          "failed starting: task: non-zero exit (255)");
    CHECK(c.daemons[1]->running_containers() == 0);
}
