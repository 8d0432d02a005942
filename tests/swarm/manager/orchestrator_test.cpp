// Goal: services keep the shape they were asked for: slots, global tasks, updates, removal,
// evictions. Method: short stories with scripted agents on a bare kernel.
#include <catch2/catch.hpp>

#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

ServiceSpec global(const std::string& name) {
    ServiceSpec spec = Cluster::spec(name, 0);
    spec.mode = ServiceMode::global;
    return spec;
}

std::vector<std::uint32_t> slots(const Cluster& cluster, ServiceId service) {
    std::vector<std::uint32_t> found;
    for (const Task* task : cluster.tasks(service)) {
        if (task->desired <= TaskState::running) found.push_back(task->slot);
    }
    std::sort(found.begin(), found.end());
    return found;
}

}   // namespace

TEST_CASE("scaling up fills the lowest missing slots", "[swarm][orchestrator]") {
    Cluster cluster(3);
    cluster.start();
    const ServiceId web = cluster.create("web", 5);
    cluster.run_until(seconds{5});
    cluster.manager.scale_service(web, 3);
    cluster.run_until(seconds{10});
    const std::vector<std::uint32_t> kept = slots(cluster, web);
    REQUIRE(kept.size() == 3);
    cluster.manager.scale_service(web, 6);
    cluster.run_until(seconds{15});
    REQUIRE(slots(cluster, web) == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6});
    REQUIRE(cluster.manager.status(web).running == 6);
}

TEST_CASE("changes at one instant are seen one after the other", "[swarm][orchestrator]") {
    Cluster cluster(3);
    cluster.start();
    const ServiceId web = cluster.create("web", 3);
    for (const std::uint64_t replicas : {5, 2, 7, 4}) cluster.manager.scale_service(web, replicas);
    cluster.run_until(seconds{5});
    REQUIRE(slots(cluster, web).size() == 4);
    REQUIRE(cluster.manager.status(web).running == 4);
}

TEST_CASE("a thousand replicas are proposed in transactions of two hundred",
          "[swarm][orchestrator]") {
    Cluster cluster(10);
    cluster.start();
    const ServiceId web = cluster.create("web", 1000);
    cluster.run_until(seconds{5});
    REQUIRE(cluster.manager.status(web).running == 1000);
    REQUIRE(slots(cluster, web).back() == 1000);
}

TEST_CASE("removing a service stops its tasks and forgets them", "[swarm][orchestrator]") {
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 4);
    const ServiceId agent = cluster.create(global("agent"));
    cluster.run_until(seconds{5});
    REQUIRE(cluster.manager.remove_service(web));
    REQUIRE(cluster.manager.remove_service(agent));
    REQUIRE(!cluster.manager.remove_service(web));
    REQUIRE(!cluster.manager.find_service("web"));
    cluster.run_until(milliseconds{5'300});
    REQUIRE(cluster.manager.status(web).running == 4);   // Kept until the agents have stopped them.
    cluster.run_until(seconds{10});
    REQUIRE(cluster.store().task_count() == 0);
    for (const auto& worker : cluster.agents) REQUIRE(worker->running() == 0);
    // The name is free again.
    REQUIRE(cluster.create("web", 1) != web);
}

TEST_CASE("an update replaces tasks only when what runs changes", "[swarm][orchestrator]") {
    struct Row {
        const char* change;
        bool replaces;
    };
    const Row row = GENERATE(values<Row>({
        {"image", true}, {"env", true}, {"limit", true}, {"port", true}, {"force", true},
        {"label", false}, {"replicas", false}, {"update", false},
        {"constraint met", false}, {"constraint unmet", true},
    }));
    CAPTURE(row.change);
    const std::string change = row.change;
    Cluster cluster(2);
    cluster.start();
    ServiceSpec spec = Cluster::spec("web", 2);
    const ServiceId web = cluster.create(spec);
    cluster.run_until(seconds{5});
    const std::size_t before = cluster.events(events::task_new).size();
    if (change == "image") spec.task.container.image = "nginx:2";
    if (change == "env") spec.task.container.env = {"A=1"};
    if (change == "limit") spec.task.limits.memory = gibibyte;
    if (change == "port") spec.ports.push_back(PortConfig{});
    if (change == "force") spec.task.force_update = 1;
    if (change == "label") spec.labels["team"] = "blue";
    if (change == "replicas") spec.replicas = 2;
    if (change == "update") spec.update = UpdateConfig{};
    if (change == "constraint met") spec.task.placement.constraints = {"node.role == worker"};
    if (change == "constraint unmet") spec.task.placement.constraints = {"node.hostname == w1"};
    REQUIRE(cluster.manager.update_service(web, spec));
    cluster.run_until(seconds{10});
    const std::size_t created = cluster.events(events::task_new).size() - before;
    REQUIRE((created > 0) == row.replaces);
    REQUIRE(cluster.manager.status(web).running == 2);
    REQUIRE(slots(cluster, web) == std::vector<std::uint32_t>{1, 2});
    for (const Task* task : cluster.tasks(web)) {
        if (change == "constraint unmet" && task->desired == TaskState::running) {
            REQUIRE(task->node == NodeId{0});
        }
    }
}

TEST_CASE("a global service follows the nodes", "[swarm][orchestrator][global]") {
    Cluster cluster(4);
    cluster.start();
    ServiceSpec spec = global("agent");
    spec.task.placement.constraints = {"node.hostname != w4"};
    const ServiceId agent = cluster.create(spec);
    cluster.run_until(seconds{5});
    REQUIRE(cluster.manager.status(agent).running == 3);

    // Drain: stopped, not replaced elsewhere. Active again: added.
    cluster.manager.set_availability(NodeId{0}, Availability::drain);
    cluster.run_until(seconds{15});
    REQUIRE(cluster.manager.status(agent).running == 2);
    cluster.manager.set_availability(NodeId{0}, Availability::active);
    cluster.run_until(seconds{25});
    REQUIRE(cluster.manager.status(agent).running == 3);

    // Down: shut down; back: added.
    const EventId fault = cluster.crash(2);
    cluster.run_until(seconds{60});
    REQUIRE(cluster.desired_running(agent) == 2);
    const Event desired = cluster.events(events::task_desired).back();
    REQUIRE(cluster.leads_to(desired.id, fault));
    cluster.kernel.power_on(HostId{2});
    cluster.run_until(seconds{90});
    REQUIRE(cluster.manager.status(agent).running == 3);

    // Pause: a failure there is not repaired.
    cluster.manager.set_availability(NodeId{2}, Availability::pause);
    for (const Task* task : cluster.tasks(agent)) {
        if (task->node == NodeId{2} && task->observed == TaskState::running) {
            cluster.agents[2]->report(task->id, TaskState::failed, "started", "gone", 1);
        }
    }
    cluster.run_until(seconds{120});
    REQUIRE(cluster.manager.status(agent).running == 2);
}

TEST_CASE("a failing global task is restarted on its node", "[swarm][orchestrator][global]") {
    Cluster cluster(2);
    cluster.fates["agent"].run = seconds{5};
    cluster.start();
    const ServiceId agent = cluster.create(global("agent"));
    cluster.run_until(seconds{30});
    REQUIRE(cluster.events(events::task_new).size() == 8);
    std::map<NodeId, int> per_node;
    for (const Task* task : cluster.tasks(agent)) ++per_node[task->node];
    REQUIRE(per_node == std::map<NodeId, int>{{NodeId{0}, 4}, {NodeId{1}, 4}});
}

TEST_CASE("removing a label evicts constrained tasks; adding one moves nothing",
          "[swarm][orchestrator][enforcer]") {
    Cluster cluster(2);
    cluster.start();
    cluster.manager.set_labels(NodeId{0}, {{"disk", "ssd"}});
    ServiceSpec spec = Cluster::spec("db", 1);
    spec.task.placement.constraints = {"node.labels.disk == ssd"};
    const ServiceId db = cluster.create(spec);
    cluster.run_until(seconds{5});
    REQUIRE(cluster.tasks(db)[0]->node == NodeId{0});
    cluster.manager.set_labels(NodeId{1}, {{"disk", "ssd"}});
    cluster.run_until(seconds{10});
    REQUIRE(cluster.events(events::task_new).size() == 1);

    cluster.manager.set_labels(NodeId{0}, {});
    cluster.run_until(milliseconds{10'300});
    const Task& evicted = *cluster.tasks(db)[0];
    REQUIRE(evicted.observed == TaskState::rejected);
    REQUIRE(cluster.text(evicted.message) == "task rejected by constraint enforcer");
    REQUIRE(cluster.text(evicted.error) == "assigned node no longer meets constraints");
    cluster.run_until(seconds{17});   // Restart delay 5 s.
    REQUIRE(cluster.tasks(db).back()->node == NodeId{1});
    REQUIRE(cluster.tasks(db).back()->observed == TaskState::running);
    REQUIRE(cluster.agents[0]->running() == 0);
}
