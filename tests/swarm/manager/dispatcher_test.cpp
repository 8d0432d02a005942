// Goal: sessions, heartbeats and reports as SwarmKit's dispatcher handles them. Method: scripted
// agents that are silent, cut off, too eager or wrong.
#include <catch2/catch.hpp>

#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

TEST_CASE("an agent beats every 4.5 to 5.5 s", "[swarm][dispatcher]") {
    Cluster cluster(1);
    cluster.start();
    cluster.run_until(seconds{1000});
    // One beat at registration, then a new period each time: 5 s on average.
    REQUIRE(cluster.agents[0]->beats >= 190);
    REQUIRE(cluster.agents[0]->beats <= 211);
    REQUIRE(cluster.events(events::node_down).empty());
}

TEST_CASE("a partitioned worker goes down because of the cut and returns with a complete set",
          "[swarm][dispatcher]") {
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 2);
    cluster.run_until(seconds{20});
    const std::size_t sets = cluster.agents[0]->complete_sets;
    cluster.topology.cut(HostId{1}, HostId{0});
    cluster.topology.cut(HostId{0}, HostId{1});
    cluster.kernel.topology_changed();
    cluster.run_until(seconds{50});
    REQUIRE(cluster.node(1).state == NodeState::down);
    REQUIRE(number_of(cluster.events(events::node_down)[0].cause) == 7777);   // FlatTopology's cut.
    // Its container runs on: two live replicas of one slot.
    REQUIRE(cluster.agents[0]->running() + cluster.agents[1]->running() == 3);
    cluster.topology.heal(HostId{1}, HostId{0});
    cluster.topology.heal(HostId{0}, HostId{1});
    cluster.kernel.topology_changed();
    cluster.run_until(seconds{120});
    REQUIRE(cluster.node(1).state == NodeState::ready);
    REQUIRE(cluster.agents[0]->complete_sets > sets);
    REQUIRE(cluster.agents[0]->running() == 0);
    REQUIRE(cluster.manager.status(web).running == 2);
}

TEST_CASE("a report that goes back in life is dropped", "[swarm][dispatcher]") {
    Cluster cluster(1);
    cluster.start();
    const ServiceId web = cluster.create("web", 1);
    cluster.run_until(seconds{5});
    const TaskId id = cluster.tasks(web)[0]->id;
    cluster.agents[0]->report(id, TaskState::starting, "starting");
    cluster.run_for(seconds{1});
    REQUIRE(cluster.store().task(id)->observed == TaskState::running);
    REQUIRE(cluster.events(events::task_starting).empty());
    // The newest report of a batch counts; here it goes forward.
    cluster.agents[0]->report(id, TaskState::failed, "started", "boom", 3);
    cluster.agents[0]->report(id, TaskState::running, "started");
    cluster.run_for(seconds{1});
    REQUIRE(cluster.store().task(id)->observed == TaskState::running);
}

TEST_CASE("an agent may not speak of another node's task", "[swarm][dispatcher]") {
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 1);
    cluster.run_until(seconds{5});
    const Task& task = *cluster.tasks(web)[0];
    FakeAgent& stranger = *cluster.agents[task.node == NodeId{0} ? 1 : 0];
    stranger.report(task.id, TaskState::failed, "started", "slander", 1);
    cluster.run_for(seconds{1});
    REQUIRE(cluster.store().task(task.id)->observed == TaskState::running);
}

TEST_CASE("registrations are limited to three in eight seconds", "[swarm][dispatcher]") {
    Cluster cluster(1);
    cluster.start();
    REQUIRE(cluster.agents[0]->complete_sets == 1);
    for (int i = 0; i < 4; ++i) {
        cluster.kernel.kill(cluster.agents[0]->id(), scenario_cause);
        cluster.run_for(milliseconds{200});
        cluster.kernel.start(cluster.agents[0]->id());
        cluster.run_for(milliseconds{600});
    }
    REQUIRE(cluster.agents[0]->complete_sets == 3);
    cluster.run_until(seconds{40});
    REQUIRE(cluster.agents[0]->complete_sets >= 4);   // Later it is let in again.
    REQUIRE(cluster.node(1).state == NodeState::ready);
}

TEST_CASE("after a day down, a node's tasks are orphaned", "[swarm][dispatcher]") {
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 2);
    cluster.run_until(seconds{10});
    cluster.crash(1);
    cluster.run_until(seconds{60});
    REQUIRE(cluster.manager.status(web).running == 3);
    cluster.run_until(std::chrono::hours{24});
    REQUIRE(cluster.events(events::task_orphaned).empty());
    cluster.run_until(std::chrono::hours{24} + minutes{1});
    REQUIRE(cluster.events(events::task_orphaned).size() == 1);
    REQUIRE(cluster.leads_to(cluster.events(events::task_orphaned)[0].id,
                             cluster.events(events::node_down)[0].id));
    REQUIRE(cluster.manager.status(web).running == 2);
}

TEST_CASE("a node that never registers goes down from unknown", "[swarm][dispatcher]") {
    Cluster cluster(2);
    cluster.agents[1]->mute = true;
    cluster.start();
    cluster.run_until(seconds{26});
    REQUIRE(cluster.node(2).state == NodeState::unknown);
    cluster.run_until(seconds{34});
    REQUIRE(cluster.node(2).state == NodeState::down);
    REQUIRE(cluster.text(cluster.node(2).message) ==
            "heartbeat failure for node in \"unknown\" state");
    REQUIRE(cluster.node(1).state == NodeState::ready);
}

TEST_CASE("equal seeds give equal runs", "[swarm][dispatcher]") {
    const auto story = [](std::uint64_t seed) {
        Cluster cluster(5, seed);
        cluster.fates["crash"].run = seconds{7};
        cluster.start();
        cluster.create("web", 12);
        cluster.create("crash", 3);
        cluster.run_until(seconds{20});
        cluster.crash(3);
        cluster.run_until(seconds{90});
        std::vector<std::tuple<std::int64_t, std::uint16_t, std::uint64_t>> digest;
        for (const Event& event : cluster.log.events) {
            digest.emplace_back(ns_of(event.time), event.kind, number_of(event.cause));
        }
        return digest;
    };
    REQUIRE(story(3) == story(3));
    REQUIRE(story(3) != story(4));
}
