// Goal: the incremental scheduler chooses what SwarmKit's algorithm chooses. Method: 200 random
// clusters with several rounds of change each, against a naive model that draws the same ties.
#include <catch2/catch.hpp>

#include "swarm/manager/naive_scheduler.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

/// A random cluster and the random things that happen to it.
struct RandomCluster {
    explicit RandomCluster(std::uint64_t seed)
        : bench(seed), naive(bench.store, seed), random(seed, "test") {
        const auto nodes = 1 + random.below(30);
        for (std::uint64_t i = 0; i < nodes; ++i) {
            NodeConfig config;
            config.cpus = one_cpu * random.between(1, 8);
            config.memory = gibibyte * random.between(1, 16);
            if (random.below(3) > 0) config.labels["zone"] = random.below(2) > 0 ? "a" : "b";
            bench.add_node(std::move(config));
        }
        const auto service_count = 1 + random.below(5);
        for (std::uint64_t i = 0; i < service_count; ++i) add_service();
    }
    void add_service() {
        ServiceSpec spec = StoreBench::spec("s" + std::to_string(services.size()));
        if (random.below(2) > 0)
            spec.task.reservations.cpus = Cpus{random.between(1, 4) * 500'000'000};
        if (random.below(3) == 0) spec.task.reservations.memory = gibibyte * random.between(1, 4);
        if (random.below(3) == 0) {
            spec.task.placement.constraints = {random.below(2) > 0 ? "node.labels.zone==a"
                                                                   : "node.labels.zone==b"};
        }
        if (random.below(3) == 0) spec.task.placement.max_replicas = 1 + random.below(3);
        if (random.below(4) == 0) {
            PortConfig port;
            port.published = static_cast<std::uint32_t>(8080 + random.below(2));
            port.mode = PublishMode::host;
            spec.ports.push_back(port);
        }
        services.push_back(bench.add_service(std::move(spec)));
    }
    /// Tasks end, are shut down or reaped; nodes come and go; time passes.
    void disturb() {
        std::vector<TaskId> tasks;
        bench.store.for_each_task([&](const Task& task) { tasks.push_back(task.id); });
        for (const TaskId id : tasks) {
            const Task& task = *bench.store.task(id);
            switch (random.below(8)) {
                case 0: fail(task); break;
                case 1:
                    if (task.node.valid()) bench.observe(id, TaskState::complete);
                    break;
                case 2: bench.desire(id, TaskState::shutdown); break;
                case 3: bench.commit(TaskRemove{id}); break;
                default: break;
            }
        }
        for (const Node& node : bench.store.nodes()) {
            switch (random.below(8)) {
                case 0: bench.set_availability(node.id, Availability::drain); break;
                case 1: bench.set_state(node.id, NodeState::down); break;
                case 2:
                    bench.set_availability(node.id, Availability::active);
                    bench.set_state(node.id, NodeState::ready);
                    break;
                default: break;
            }
        }
        bench.driver.run_for(std::chrono::seconds{random.between(1, 120)});
    }
    void fail(const Task& task) {
        if (!task.node.valid() || task.observed > TaskState::running) return;
        naive.failures.push_back(
            {task.node, task.service, task.spec_version, bench.kernel.now()});
        bench.observe(task.id, TaskState::failed);
    }
    /// Failures pile up on a node, so that it becomes last choice.
    void haunt() {
        const ServiceId service = services[random.below(services.size())];
        for (int i = 0; i < 6; ++i) {
            const TaskId id = bench.add_tasks(service, 1)[0];
            compare();
            fail(*bench.store.task(id));
        }
    }
    void compare() {
        naive.schedule();
        bench.schedule();
        for (const auto& [task, node] : naive.placed) {
            CAPTURE(static_cast<std::uint64_t>(task), node.value);
            REQUIRE(bench.store.task(task)->node == node);
            REQUIRE(bench.store.task(task)->observed == TaskState::assigned);
            ++placed;
        }
        for (const auto& [task, text] : naive.refused) {
            REQUIRE(!bench.store.task(task)->node.valid());
            REQUIRE(bench.error(task) == text);
            ++refused;
        }
    }

    StoreBench bench;
    NaiveScheduler naive;
    kernel::Rng random;
    std::vector<ServiceId> services;
    std::size_t placed = 0, refused = 0;
};

}   // namespace

TEST_CASE("200 random clusters are filled exactly as the naive algorithm fills them",
          "[swarm][scheduler][random]") {
    std::size_t placed = 0, refused = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        RandomCluster cluster(seed);
        for (int round = 0; round < 5; ++round) {
            for (const ServiceId service : cluster.services) {
                cluster.bench.add_tasks(service,
                                        static_cast<std::uint32_t>(cluster.random.below(25)));
            }
            cluster.compare();
            cluster.disturb();
            if (round == 2) cluster.haunt();
        }
        placed += cluster.placed;
        refused += cluster.refused;
    }
    REQUIRE(placed > 5'000);    // The clusters were neither all full
    REQUIRE(refused > 5'000);   // nor all empty.
}
