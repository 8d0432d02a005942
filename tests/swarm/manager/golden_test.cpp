// Goal: the manager heals a swarm as SwarmKit does, with SwarmKit's delays. Method: golden checks 1
// to 5 and 12 of our SwarmKit notes and exercise ORC-4, each derived from the cited code, on a bare
// kernel with scripted agents.
#include <catch2/catch.hpp>

#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

double at(const Event& event) { return seconds_of(event.time); }

/// The last event of a kind about any task of the service; fails the test when there is none.
Event last(const Cluster& cluster, const EventKind& kind) {
    const std::vector<Event> found = cluster.events(kind);
    REQUIRE(!found.empty());
    return found.back();
}

}   // namespace

TEST_CASE("a service comes up and every state is reported", "[swarm][golden]") {
    Cluster cluster(3);
    cluster.start();
    REQUIRE(cluster.events(events::node_ready).size() == 3);
    const ServiceId web = cluster.create("web", 3);
    cluster.run_for(seconds{2});
    REQUIRE(cluster.manager.status(web).running == 3);
    REQUIRE(cluster.manager.status(web).desired == 3);
    std::set<NodeId> used;
    for (const Task* task : cluster.tasks(web)) {
        REQUIRE(task->observed == TaskState::running);
        REQUIRE(cluster.text(task->message) == "started");
        used.insert(task->node);
    }
    REQUIRE(used.size() == 3);   // Spread: one each.
    REQUIRE(cluster.events(events::decision_placed).size() == 3);
    REQUIRE(cluster.events(events::decision_refused).empty());
    // service.created <- task.new <- task.pending <- decision.placed <- task.assigned.
    const Event assigned = last(cluster, events::task_assigned);
    REQUIRE(cluster.leads_to(assigned.id, cluster.events(events::service_created)[0].id));
}

TEST_CASE("a crashed worker is down in 9 to 16.6 s, replaced 5 s later, and shows 4/3",
          "[swarm][golden]") {
    const std::uint64_t seed = GENERATE(1U, 2U, 3U, 4U, 5U);
    CAPTURE(seed);
    Cluster cluster(3, seed);
    cluster.start();
    const ServiceId web = cluster.create("web", 3);
    cluster.run_until(seconds{30});
    const EventId fault = cluster.crash(1);
    cluster.run_until(seconds{60});

    const Event down = last(cluster, events::node_down);
    REQUIRE(at(down) > 30 + 9);
    REQUIRE(at(down) <= 30 + 16.5 + 0.1);   // Grace, then the dispatcher's 100 ms batch.
    REQUIRE(down.cause == fault);
    REQUIRE(cluster.text(cluster.node(1).message) == "heartbeat failure");

    // The replacement is created at once, prepared meanwhile, and runs after the restart delay.
    const Event created = last(cluster, events::task_new);
    REQUIRE(created.time == down.time);
    REQUIRE(cluster.leads_to(created.id, down.id));
    REQUIRE(cluster.leads_to(created.id, fault));
    const Event restart = last(cluster, events::task_restart);
    REQUIRE(created.cause == restart.id);
    REQUIRE(restart.cause == down.id);
    const Event running = last(cluster, events::task_running);
    REQUIRE(at(running) >= at(down) + 5);
    REQUIRE(at(running) <= at(down) + 5.3);

    // The dead node's task is still believed to run: 4/3.
    REQUIRE(cluster.manager.status(web).running == 4);
    REQUIRE(cluster.manager.status(web).desired == 3);

    // It returns: registers, stops what it should, and nothing moves back.
    cluster.kernel.power_on(HostId{1});
    cluster.run_until(seconds{90});
    REQUIRE(cluster.node(1).state == NodeState::ready);
    REQUIRE(cluster.manager.status(web).running == 3);
    for (const Task* task : cluster.tasks(web)) {
        if (task->desired <= TaskState::running) REQUIRE(task->node != NodeId{0});
    }
    REQUIRE(cluster.text(NameId{static_cast<std::uint32_t>(
                last(cluster, events::node_ready).fields[1].integer)}) == "down");
}

TEST_CASE("restart none leaves a dead node's slot empty; on-failure ignores exit 0",
          "[swarm][golden]") {
    Cluster cluster(2);
    cluster.fates["job"].run = seconds{3};
    cluster.fates["job"].end = TaskState::complete;
    cluster.start();
    ServiceSpec once = Cluster::spec("once", 2);
    once.task.restart = RestartPolicy{};
    once.task.restart->condition = RestartCondition::none;
    const ServiceId none = cluster.create(once);
    ServiceSpec job = Cluster::spec("job", 2);
    job.task.restart = RestartPolicy{};
    job.task.restart->condition = RestartCondition::on_failure;
    const ServiceId finished = cluster.create(job);
    cluster.run_until(seconds{20});
    REQUIRE(cluster.manager.status(finished).running == 0);
    REQUIRE(cluster.manager.status(finished).completed == 2);
    REQUIRE(cluster.tasks(finished).size() == 2);

    cluster.crash(1);
    cluster.run_until(seconds{80});
    REQUIRE(cluster.node(1).state == NodeState::down);
    REQUIRE(cluster.desired_running(none) == 1);
    REQUIRE(cluster.tasks(none).size() == 2);   // No task was made for the empty slot.

    // The replica count is not refilled by an unrelated reconcile either: both slots count.
    cluster.manager.scale_service(finished, 3);
    cluster.run_until(seconds{81});
    REQUIRE(cluster.tasks(finished).size() == 3);
}

TEST_CASE("max_attempts 3 makes four tasks per slot, then silence, until the service is updated",
          "[swarm][golden]") {
    Cluster cluster(1);
    cluster.fates["crash"].run = seconds{1};
    cluster.start();
    ServiceSpec spec = Cluster::spec("crash", 1);
    spec.task.restart = RestartPolicy{};
    spec.task.restart->max_attempts = 3;
    const ServiceId crash = cluster.create(spec);
    cluster.run_until(seconds{120});
    REQUIRE(cluster.events(events::task_new).size() == 4);
    REQUIRE(cluster.events(events::task_failed).size() == 4);
    REQUIRE(cluster.tasks(crash).size() == 4);
    REQUIRE(cluster.desired_running(crash) == 0);

    // An update with another environment forgives: four more attempts; four rows stay.
    spec.task.container.env = {"A=1"};
    cluster.manager.update_service(crash, spec);
    cluster.run_until(seconds{240});
    REQUIRE(cluster.events(events::task_new).size() == 8);
    REQUIRE(cluster.tasks(crash).size() == 4);
}

TEST_CASE("a failing image is rejected every 5 s, and the fifth failure makes a node last choice",
          "[swarm][golden]") {
    Cluster cluster(2);
    cluster.fates["bad"].reject = true;
    cluster.start();
    cluster.create("bad", 1);
    cluster.run_until(seconds{60});
    const std::vector<Event> rejected = cluster.events(events::task_rejected);
    REQUIRE(rejected.size() >= 9);
    // The first replacement is held for 5 s, but prepared, and rejected, at once.
    REQUIRE(at(rejected[1]) - at(rejected[0]) < 0.5);
    for (std::size_t i = 2; i < rejected.size(); ++i) {
        REQUIRE(at(rejected[i]) - at(rejected[i - 1]) == Approx(5.0).margin(0.35));
    }
    // Ten failures in a minute: once a node has five, the other takes over until both have.
    std::map<std::int64_t, int> by_node;
    for (const Event& event : cluster.events(events::task_assigned)) {
        ++by_node[event.fields[2].integer];
    }
    REQUIRE(by_node.size() == 2);
    for (const auto& [node, count] : by_node) REQUIRE(count >= 5);
}

TEST_CASE("scaling 3 to 1 takes from the node with two replicas first", "[swarm][golden]") {
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 3);
    cluster.run_until(seconds{10});
    cluster.manager.scale_service(web, 1);
    cluster.run_until(seconds{20});
    const std::vector<const Task*> left = cluster.tasks(web);
    REQUIRE(left.size() == 1);   // Victims are removed, not kept as history.
    REQUIRE(left[0]->slot == 1);
    REQUIRE(left[0]->observed == TaskState::running);
    // 3 to 2 keeps one on each node.
    const ServiceId api = cluster.create("api", 3);
    cluster.run_until(seconds{30});
    cluster.manager.scale_service(api, 2);
    cluster.run_until(seconds{40});
    const std::vector<const Task*> two = cluster.tasks(api);
    REQUIRE(two.size() == 2);
    REQUIRE(two[0]->node != two[1]->node);
}

TEST_CASE("draining moves a task without the 5 s delay, but waits for the old one to stop",
          "[swarm][golden]") {
    struct Row {
        Duration stop;
        double least, most;   // From drain until the replacement runs, seconds.
    };
    // A stop that takes too long is waited for one minute, no more.
    const Row row = GENERATE(values<Row>({{seconds{3}, 3.0, 3.8}, {minutes{5}, 60.0, 60.5}}));
    CAPTURE(seconds_of(row.stop));
    Cluster cluster(2);
    cluster.fates["web"].stop = row.stop;
    cluster.start();
    const ServiceId web = cluster.create("web", 1);
    cluster.run_until(seconds{10});
    const NodeId old = cluster.tasks(web)[0]->node;
    REQUIRE(cluster.manager.set_availability(old, Availability::drain));
    cluster.run_until(seconds{80});
    const Event running = last(cluster, events::task_running);
    REQUIRE(at(running) - 10 >= row.least);
    REQUIRE(at(running) - 10 <= row.most);
    REQUIRE(cluster.tasks(web).back()->node != old);
    REQUIRE(cluster.leads_to(running.id, last(cluster, events::node_availability).id));
}

TEST_CASE("a manager that loses power keeps its state and picks the swarm up again",
          "[swarm][golden]") {
    Cluster cluster(3);
    cluster.start();
    const ServiceId web = cluster.create("web", 6);
    cluster.run_until(seconds{10});
    REQUIRE(cluster.manager.status(web).running == 6);
    cluster.kernel.power_off(HostId{0}, scenario_cause);
    REQUIRE(!cluster.manager.scale_service(web, 1));   // Nobody answers.
    cluster.run_until(seconds{20});
    cluster.crash(1);                                   // Unseen: the manager is off.
    cluster.run_until(seconds{40});
    cluster.kernel.power_on(HostId{0});
    cluster.run_until(milliseconds{40'001});
    REQUIRE(cluster.node(2).state == NodeState::unknown);
    cluster.run_until(seconds{60});
    REQUIRE(cluster.node(2).state == NodeState::ready);
    REQUIRE(cluster.node(1).state == NodeState::unknown);
    cluster.run_until(seconds{100});
    const Event down = last(cluster, events::node_down);
    REQUIRE(at(down) > 40 + 27);
    REQUIRE(at(down) <= 40 + 33.1);
    REQUIRE(cluster.desired_running(web) == 6);
    REQUIRE(cluster.manager.status(web).running == 8);   // Two of them on the dead node.
}

TEST_CASE("recovery is detection, then the restart delay or the pull, whichever is longer (ORC-4)",
          "[swarm][golden]") {
    struct Row {
        Duration prepare;   // An image that is cached, and one that is pulled.
        bool node;          // The node crashes, or the task does.
        double least, most; // From the new task's creation until it runs, seconds.
    };
    const Row row = GENERATE(values<Row>({{milliseconds{100}, true, 5.0, 5.3},
                                          {seconds{8}, true, 8.0, 8.3},
                                          {milliseconds{100}, false, 5.0, 5.3},
                                          {seconds{8}, false, 8.0, 8.3}}));
    CAPTURE(seconds_of(row.prepare), row.node);
    Cluster cluster(3);
    cluster.fates["web"].prepare = row.prepare;
    if (!row.node) cluster.fates["web"].run = seconds{20};
    cluster.start();
    cluster.create("web", row.node ? 3 : 1);
    cluster.run_until(seconds{row.node ? 30 : 20});
    const EventId fault = row.node ? cluster.crash(1) : EventId{};
    cluster.run_until(seconds{row.node ? 60 : 45});

    const Event trouble = last(cluster, row.node ? events::node_down : events::task_failed);
    const Event created = last(cluster, events::task_new);
    const Event running = last(cluster, events::task_running);
    CHECK(created.time == trouble.time);   // Prepared while the delay runs, not after it.
    CHECK(at(running) - at(created) >= row.least);
    CHECK(at(running) - at(created) <= row.most);
    CHECK(cluster.leads_to(running.id, row.node ? fault : trouble.id));
    if (row.node) CHECK(at(trouble) - 30 > 9);   // A task's own crash needs no detection.
}

TEST_CASE("a crash loop of start 1 s, run 2 s and delay 5 s starts eight times a minute (ORC-4)",
          "[swarm][golden]") {
    Cluster cluster(2);
    cluster.fates["web"].run = seconds{3};   // Its second of starting is part of its life.
    cluster.start();
    cluster.create("web", 1);
    cluster.run_until(seconds{90});
    const std::vector<Event> started = cluster.events(events::task_running);
    REQUIRE(started.size() > 8);
    CHECK(at(started[7]) - at(started[0]) < 60);
    CHECK(at(started[8]) - at(started[0]) > 60);
}
