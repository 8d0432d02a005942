// Goal: the restart supervisor's rules: condition, delay, attempts, window, waiting. Method: tables
// and short stories with scripted agents on a bare kernel.
#include <catch2/catch.hpp>

#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

ServiceSpec with_policy(const std::string& name, RestartPolicy policy) {
    ServiceSpec spec = Cluster::spec(name, 1);
    spec.task.restart = policy;
    return spec;
}

}   // namespace

TEST_CASE("the condition decides whether an ended task is replaced", "[swarm][restart]") {
    struct Row {
        RestartCondition condition;
        TaskState end;
        bool replaced;
    };
    const Row row = GENERATE(values<Row>({
        {RestartCondition::any, TaskState::complete, true},
        {RestartCondition::any, TaskState::failed, true},
        {RestartCondition::on_failure, TaskState::complete, false},
        {RestartCondition::on_failure, TaskState::failed, true},
        {RestartCondition::none, TaskState::complete, false},
        {RestartCondition::none, TaskState::failed, false},
    }));
    CAPTURE(static_cast<int>(row.condition), to_text(row.end));
    Cluster cluster(1);
    cluster.fates["job"].run = seconds{2};
    cluster.fates["job"].end = row.end;
    cluster.start();
    RestartPolicy policy;
    policy.condition = row.condition;
    const ServiceId job = cluster.create(with_policy("job", policy));
    cluster.run_until(seconds{6});
    REQUIRE((cluster.tasks(job).size() == 2) == row.replaced);
    REQUIRE(cluster.tasks(job)[0]->desired == TaskState::shutdown);
    // Both ways are said, with the task's end as the cause.
    const std::vector<Event> restarts = cluster.events(events::task_restart);
    REQUIRE(restarts.size() == 1);
    const EventKind& end =
        row.end == TaskState::failed ? events::task_failed : events::task_complete;
    REQUIRE(restarts[0].cause == cluster.events(end)[0].id);
    const NameId replacement{static_cast<std::uint32_t>(restarts[0].fields[1].integer)};
    REQUIRE(replacement.valid() == row.replaced);
}

TEST_CASE("a crash loop has the period run time plus delay", "[swarm][restart]") {
    const Duration delay =
        GENERATE(Duration(seconds{0}), Duration(seconds{5}), Duration(seconds{20}));
    CAPTURE(seconds_of(delay));
    Cluster cluster(1);
    cluster.fates["crash"].run = seconds{2};
    cluster.start();
    RestartPolicy policy;
    policy.delay = delay;
    cluster.create(with_policy("crash", policy));
    cluster.run_until(minutes{2});
    const std::vector<Event> failed = cluster.events(events::task_failed);
    REQUIRE(failed.size() >= 4);
    for (std::size_t i = 1; i < failed.size(); ++i) {
        const double period = seconds_of(failed[i].time - failed[i - 1].time);
        REQUIRE(period >= 2 + seconds_of(delay));
        REQUIRE(period <= 2 + seconds_of(delay) + 0.7);   // Batches, scheduling, preparing.
    }
}

TEST_CASE("with a window only restarts inside it count", "[swarm][restart]") {
    struct Row {
        Duration run, window;
        bool goes_on;
    };
    const Row row = GENERATE(values<Row>({
        {seconds{1}, minutes{10}, false},   // Three restarts in 18 s: enough.
        {seconds{60}, minutes{1}, true},    // One restart a minute is never three in a minute.
    }));
    CAPTURE(seconds_of(row.run), seconds_of(row.window));
    Cluster cluster(1);
    cluster.fates["crash"].run = row.run;
    cluster.start();
    RestartPolicy policy;
    policy.max_attempts = 3;
    policy.window = row.window;
    cluster.create(with_policy("crash", policy));
    cluster.run_until(minutes{9});
    REQUIRE((cluster.events(events::task_new).size() > 4) == row.goes_on);
    if (!row.goes_on) REQUIRE(cluster.events(events::task_new).size() == 4);
}

TEST_CASE("attempts are counted per slot", "[swarm][restart]") {
    Cluster cluster(2);
    cluster.fates["crash"].run = seconds{1};
    cluster.start();
    RestartPolicy policy;
    policy.max_attempts = 2;
    ServiceSpec spec = with_policy("crash", policy);
    spec.replicas = 3;
    const ServiceId crash = cluster.create(spec);
    cluster.run_until(minutes{2});
    REQUIRE(cluster.events(events::task_new).size() == 3 * 3);
    REQUIRE(cluster.desired_running(crash) == 0);
    // Exhausted slots still count as replicas: one more slot, not four.
    cluster.manager.scale_service(crash, 4);
    cluster.run_for(milliseconds{10});
    REQUIRE(cluster.events(events::task_new).size() == 3 * 3 + 1);
}

TEST_CASE("a replacement is prepared during the delay but runs only after it",
          "[swarm][restart]") {
    Cluster cluster(1);
    cluster.fates["crash"].run = seconds{3};
    cluster.fates["crash"].prepare = seconds{2};
    cluster.start();
    cluster.create("crash", 1);
    cluster.run_until(seconds{20});
    const Event failed = cluster.events(events::task_failed)[0];
    const std::vector<Event> ready = cluster.events(events::task_ready);
    const std::vector<Event> running = cluster.events(events::task_running);
    REQUIRE(ready.size() >= 1);   // The first task passed READY and RUNNING within one batch.
    REQUIRE(ready[0].time > failed.time);
    REQUIRE(ready[0].time < failed.time + seconds{3});
    REQUIRE(running[1].time >= failed.time + seconds{5});
    REQUIRE(running[1].time <= failed.time + milliseconds{5'400});
}

TEST_CASE("slots keep five tasks in all, the live one included", "[swarm][restart][reaper]") {
    Cluster cluster(1);
    cluster.fates["crash"].run = seconds{1};
    cluster.start();
    const ServiceId crash = cluster.create("crash", 2);
    cluster.run_until(minutes{2});
    std::map<std::uint32_t, int> by_slot;
    for (const Task* task : cluster.tasks(crash)) ++by_slot[task->slot];
    REQUIRE(by_slot == std::map<std::uint32_t, int>{{1, 5}, {2, 5}});
    REQUIRE(cluster.events(events::task_removed).size() ==
            cluster.events(events::task_new).size() - 10);
}

TEST_CASE("a failure on a node that comes back after a reboot is restarted there or elsewhere",
          "[swarm][restart]") {
    // The reboot is shorter than the grace period: the node is never down, its tasks are reported
    // failed.
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 2);
    cluster.run_until(seconds{20});
    cluster.crash(1);
    cluster.run_for(seconds{3});
    cluster.kernel.power_on(HostId{1});
    cluster.run_until(seconds{40});
    REQUIRE(cluster.events(events::node_down).empty());
    REQUIRE(cluster.events(events::task_failed).size() == 1);
    REQUIRE(cluster.manager.status(web).running == 2);
}
