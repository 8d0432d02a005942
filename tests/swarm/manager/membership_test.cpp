// Goal: whom a manager serves: members with a valid certificate, and nobody who was removed.
// Method: a manager with fake agents whose certificates and sessions are in the test's hands.
#include <catch2/catch.hpp>

#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

std::string error_of(const Cluster& cluster, const Event& refused) {
    return std::string(cluster.text(NameId{static_cast<std::uint32_t>(refused.fields[1].integer)}));
}

std::size_t running_on(const Cluster& cluster, ServiceId service, std::uint32_t worker) {
    std::size_t count = 0;
    for (const Task* task : cluster.tasks(service)) {
        const bool there = task->node == cluster.node(worker).id;
        count += there && task->observed == TaskState::running ? 1 : 0;
    }
    return count;
}

}   // namespace

TEST_CASE("a certificate counts at the handshake: a session outlives it, a new one is refused",
          "[swarm][membership]") {
    Cluster cluster(2);
    cluster.agents[0]->certificate_until = time_of_ns(60'000'000'000);
    cluster.start();
    const ServiceId web = cluster.create("web", 2);
    cluster.run_until(minutes{2});
    // Its session has been open since before: TLS looks at certificates once.
    CHECK(cluster.node(1).state == NodeState::ready);
    CHECK(cluster.events(events::access_refused).empty());

    cluster.crash(1);
    cluster.run_for(seconds{1});
    cluster.kernel.power_on(HostId{1});
    cluster.run_for(minutes{3});
    const auto refused = cluster.events(events::access_refused);
    REQUIRE(refused.size() == 1);   // Said once, though it asks again and again.
    CHECK(error_of(cluster, refused[0]).find("tls: bad certificate") != std::string::npos);
    CHECK(cluster.node(1).state == NodeState::down);
    CHECK(running_on(cluster, web, 2) == 2);
}

TEST_CASE("a removed node: tasks orphaned and replaced, session cut, certificate refused",
          "[swarm][membership]") {
    Cluster cluster(3);
    cluster.start();
    const ServiceId web = cluster.create("web", 3);
    ServiceSpec everywhere = Cluster::spec("all", 1);
    everywhere.mode = ServiceMode::global;
    const ServiceId all = cluster.create(everywhere);
    cluster.run_for(seconds{2});
    REQUIRE(cluster.tasks(all).size() == 3);
    REQUIRE(cluster.manager.remove_node(cluster.node(2).id));
    CHECK_FALSE(cluster.manager.remove_node(cluster.node(2).id));
    CHECK_FALSE(cluster.manager.set_availability(cluster.node(2).id, Availability::drain));
    cluster.run_for(seconds{20});
    CHECK(cluster.node(2).removed);
    CHECK(cluster.store().find_node(HostId{2}) == nullptr);
    CHECK(cluster.tasks(all).size() == 2);   // Nobody keeps a history of a node that is gone.
    CHECK(running_on(cluster, web, 1) + running_on(cluster, web, 3) == 3);
    const auto refused = cluster.events(events::access_refused);
    REQUIRE(refused.size() == 1);
    CHECK(error_of(cluster, refused[0]).find("was removed from swarm") != std::string::npos);
    // The agent cannot be told: what it runs, it runs on.
    CHECK(cluster.agents[1]->running() == 2);
    // Silence of somebody who is no member makes nobody down.
    CHECK(cluster.events(events::node_down).empty());

    // As another node the machine is welcome, and the old one's tasks are none of its business.
    NodeConfig config;
    config.hostname = "w2";
    config.cpus = one_cpu * 4;
    config.memory = gibibyte * 8;
    cluster.manager.add_node(HostId{2}, std::move(config));
    cluster.run_for(seconds{30});
    const Node* again = cluster.store().find_node(HostId{2});
    REQUIRE(again != nullptr);
    CHECK(again->id != cluster.node(2).id);
    CHECK(again->state == NodeState::ready);
    CHECK(cluster.tasks(all).size() == 3);
}

TEST_CASE("an agent that asks gets a certificate for as long as the swarm says now",
          "[swarm][membership]") {
    Cluster cluster(1);
    cluster.start();
    auto changed = std::make_shared<ClusterObject>(cluster.store().cluster());
    changed->certificate_validity = std::chrono::hours{2};
    REQUIRE(cluster.manager.set_cluster(changed, "swarm updated"));
    cluster.agents[0]->ask_for_certificate();
    cluster.run_for(seconds{1});
    const Time until = cluster.agents[0]->certificate_until;
    CHECK(until >= Time{std::chrono::hours{2} + seconds{1}});
    CHECK(until < Time{std::chrono::hours{2} + seconds{1} + milliseconds{10}});
    CHECK(cluster.events(events::certificate_issued).size() == 1);
}
