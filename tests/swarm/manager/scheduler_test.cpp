// Goal: filters, their words, ranking and timing as in SwarmKit's scheduler. Method: small clusters
// set up by hand; the scheduler is called directly, or through its debounce.
#include <catch2/catch.hpp>

#include <map>

#include "swarm/manager/cluster.h"
#include "swarm/manager/store_bench.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

std::map<NodeId, int> spread(const StoreBench& bench, const std::vector<TaskId>& tasks) {
    std::map<NodeId, int> count;
    for (const TaskId id : tasks) {
        if (bench.store.task(id)->node.valid()) ++count[bench.store.task(id)->node];
    }
    return count;
}

}   // namespace

TEST_CASE("a refused task says why in SwarmKit's words", "[swarm][scheduler]") {
    struct Row {
        const char* what;
        const char* expected;
    };
    const Row row = GENERATE(values<Row>({
        {"drained", "no suitable node (2 nodes not available for new tasks)"},
        {"cpu", "no suitable node (insufficient resources on 2 nodes)"},
        {"memory", "no suitable node (insufficient resources on 2 nodes)"},
        {"generic", "no suitable node (insufficient resources on 2 nodes)"},
        {"constraint", "no suitable node (scheduling constraints not satisfied on 2 nodes)"},
        {"mixed", "no suitable node (1 node not available for new tasks; insufficient resources on "
                  "1 node)"},
        {"max", "no suitable node (max replicas per node limit exceed)"},
        {"port", "no suitable node (host-mode port already in use on 2 nodes)"},
    }));
    CAPTURE(row.what);
    const std::string what = row.what;
    StoreBench bench;
    const NodeId first = bench.add_node(), second = bench.add_node();
    ServiceSpec spec = StoreBench::spec("web");
    std::uint32_t tasks = 1;
    if (what == "drained") {
        bench.set_availability(first, Availability::drain);
        bench.set_availability(second, Availability::pause);
    }
    if (what == "mixed") bench.set_state(first, NodeState::unknown);
    if (what == "cpu" || what == "mixed") spec.task.reservations.cpus = one_cpu * 5;
    if (what == "memory") spec.task.reservations.memory = gibibyte * 9;
    if (what == "generic") spec.task.reservations.generic["gpu"] = 1;
    if (what == "constraint") spec.task.placement.constraints = {"node.labels.zone==x"};
    if (what == "max" || what == "port") tasks = 3;
    if (what == "max") spec.task.placement.max_replicas = 1;
    if (what == "port") {
        PortConfig port;
        port.published = 8080;
        port.mode = PublishMode::host;
        spec.ports.push_back(port);
    }
    const std::vector<TaskId> ids = bench.add_tasks(bench.add_service(spec), tasks);
    bench.schedule();
    REQUIRE(bench.error(ids.back()) == row.expected);
    REQUIRE(bench.store.task(ids.back())->observed == TaskState::pending);
    REQUIRE(bench.log.count(events::decision_refused) == 1);
    // The reason is said once, not at every attempt.
    bench.set_availability(first, bench.store.node(first).availability);
    bench.schedule();
    REQUIRE(bench.log.count(events::decision_refused) == 1);
}

TEST_CASE("generic resources and reservations are given back when a task ends",
          "[swarm][scheduler]") {
    StoreBench bench;
    NodeConfig config;
    config.cpus = one_cpu;
    config.generic["gpu"] = 2;
    bench.add_node(config);
    ServiceSpec spec = StoreBench::spec("train");
    spec.task.reservations.generic["gpu"] = 1;
    const std::vector<TaskId> ids = bench.add_tasks(bench.add_service(spec), 3);
    bench.schedule();
    REQUIRE(spread(bench, ids)[NodeId{0}] == 2);
    bench.observe(ids[0], TaskState::complete);
    bench.schedule();
    REQUIRE(bench.store.task(ids[2])->node == NodeId{0});
}

TEST_CASE("tasks level the nodes of a service, then go round", "[swarm][scheduler]") {
    StoreBench bench;
    for (int i = 0; i < 3; ++i) bench.add_node();
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const std::vector<TaskId> ids = bench.add_tasks(web, 7);
    bench.schedule();
    for (const auto& [node, count] : spread(bench, ids)) REQUIRE((count == 2 || count == 3));
    // A new node takes tasks until it has as many as the others.
    const NodeId fresh = bench.add_node();
    const std::vector<TaskId> more = bench.add_tasks(web, 2, 8);
    bench.schedule();
    REQUIRE(spread(bench, more)[fresh] == 2);
    // Another service looks at its own tasks first, then at the total: the fresh node has the
    // fewest.
    const std::vector<TaskId> other =
        bench.add_tasks(bench.add_service(StoreBench::spec("other")), 4);
    bench.schedule();
    REQUIRE(spread(bench, other).size() == 4);
    REQUIRE(bench.store.task(other[0])->node.valid());
}

TEST_CASE("limits and real use are never looked at, only reservations", "[swarm][scheduler]") {
    StoreBench bench;
    bench.add_node(1, 1);
    ServiceSpec spec = StoreBench::spec("greedy");
    spec.task.limits.cpus = one_cpu * 100;
    spec.task.limits.memory = gibibyte * 100;
    const std::vector<TaskId> ids = bench.add_tasks(bench.add_service(spec), 50);
    bench.schedule();
    REQUIRE(spread(bench, ids)[NodeId{0}] == 50);
}

TEST_CASE("five failures in five minutes make a node last choice, and are then forgotten",
          "[swarm][scheduler]") {
    StoreBench bench;
    const NodeId bad = bench.add_node(), good = bench.add_node();
    ServiceSpec spec = StoreBench::spec("web");
    const ServiceId web = bench.add_service(spec);
    // Keep the other node busier, so that the bad one would be first choice.
    bench.set_availability(bad, Availability::drain);
    bench.add_tasks(web, 3);
    bench.schedule();
    bench.set_availability(bad, Availability::active);
    const auto next = [&] {
        const TaskId id = bench.add_tasks(web, 1)[0];
        bench.schedule();
        const NodeId node = bench.store.task(id)->node;
        bench.observe(id, TaskState::failed);
        return node;
    };
    for (int i = 0; i < 5; ++i) REQUIRE(next() == bad);
    REQUIRE(next() == good);
    bench.driver.run_for(std::chrono::minutes{5} + std::chrono::seconds{1});
    REQUIRE(next() == bad);
}

TEST_CASE("the scheduler waits 50 ms after the last commit, at most a second",
          "[swarm][scheduler]") {
    Cluster cluster(2);
    cluster.start();
    const ServiceId web = cluster.create("web", 1);
    cluster.run_for(milliseconds{49});
    REQUIRE(cluster.tasks(web)[0]->observed == TaskState::pending);
    cluster.run_for(milliseconds{1});
    REQUIRE(cluster.tasks(web)[0]->observed == TaskState::assigned);

    // Commits every 40 ms postpone it, but not for ever.
    cluster.run_until(seconds{5});
    const ServiceId api = cluster.create("api", 1);
    for (int i = 0; i < 24; ++i) {
        cluster.run_for(milliseconds{40});
        cluster.manager.scale_service(web, 1);
    }
    REQUIRE(cluster.tasks(api)[0]->observed == TaskState::pending);   // 960 ms.
    cluster.run_for(milliseconds{41});
    REQUIRE(cluster.tasks(api)[0]->observed == TaskState::assigned);
}

TEST_CASE("a placement explains itself in JSON", "[swarm][scheduler]") {
    struct TextLog final : EventSink {
        std::vector<std::string> texts;
        void on_event(const Event& event, std::string_view text) override {
            if (event.kind == events::decision_placed.id) texts.emplace_back(text);
            if (event.kind == events::decision_refused.id) texts.emplace_back(text);
        }
    };
    StoreBench bench;
    TextLog texts;
    bench.stream.add_sink(&texts);
    for (int i = 0; i < 3; ++i) bench.add_node();
    bench.set_availability(NodeId{2}, Availability::drain);
    ServiceSpec spec = StoreBench::spec("web");
    spec.task.placement.max_replicas = 1;
    bench.add_tasks(bench.add_service(spec), 3);
    bench.schedule();
    REQUIRE(texts.texts.size() == 3);
    const bool first_won = bench.store.task(TaskId{1})->node == NodeId{0};
    const std::string other = first_won ? "n2" : "n1";
    REQUIRE(texts.texts[0] ==
            "{\"runners_up\":[{\"node\":\"" + other +
                "\",\"service_tasks\":0,\"total_tasks\":0}],\"ties\":1,"
                "\"refusals\":{\"not_available\":{\"count\":1,\"nodes\":[\"n3\"]}}}");
    REQUIRE(texts.texts[2] ==
            "{\"not_available\":{\"count\":1,\"nodes\":[\"n3\"]},"
            "\"max_replicas\":{\"count\":2,\"nodes\":[\"n1\",\"n2\"]}}");
}

TEST_CASE("a preassigned task passes the filters of its node or waits there",
          "[swarm][scheduler]") {
    Cluster cluster(2);
    cluster.start();
    ServiceSpec spec = Cluster::spec("monitor", 0);
    spec.mode = ServiceMode::global;
    spec.task.reservations.cpus = one_cpu * 3;
    const ServiceId first = cluster.create(spec);
    cluster.run_for(seconds{2});
    REQUIRE(cluster.manager.status(first).running == 2);
    REQUIRE(cluster.manager.status(first).desired == 2);
    spec.name = "second";
    const ServiceId second = cluster.create(spec);
    cluster.run_for(seconds{2});
    for (const Task* task : cluster.tasks(second)) {
        REQUIRE(task->observed == TaskState::pending);
        REQUIRE(cluster.text(task->error) == "insufficient resources on 1 node");   // No prefix.
    }
    cluster.manager.remove_service(first);
    cluster.run_for(seconds{3});
    REQUIRE(cluster.manager.status(second).running == 2);
}
