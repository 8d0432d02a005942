// Goal: GPUs that are shared are taken and given back device by device, fragmentation is what the
// paper says, and scores are what their sources' own tables say. Method: small nodes by hand.
#include <catch2/catch.hpp>

#include "swarm/manager/store_bench.h"
#include "swarm/scheduler/fragmentation.h"
#include "swarm/scheduler/policies/kube_scores.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

Gpus gpus_with(std::initializer_list<int> left, GpuModels model = 0) {
    Gpus gpus;
    gpus.model = model;
    for (const int each : left) gpus.left[gpus.count++] = static_cast<std::int16_t>(each);
    return gpus;
}

constexpr GpuNeed share(int milli) { return {.count = 1, .milli = milli}; }
constexpr GpuNeed whole(int count) { return {.count = count, .milli = whole_gpu}; }

NodeInfo node_with(std::int64_t cpus, std::int64_t memory, std::int64_t used_cpus,
                   std::int64_t used_memory) {
    auto config = std::make_shared<NodeConfig>();
    config->cpus = {cpus};
    config->memory = {memory};
    NodeInfo node;
    node.cpus_free = {cpus - used_cpus};
    node.memory_free = {memory - used_memory};
    node.config = std::move(config);
    return node;
}

Needs needs_with(std::int64_t cpus, std::int64_t memory) {
    Needs needs;
    needs.cpus = {cpus};
    needs.memory = {memory};
    return needs;
}

}   // namespace

TEST_CASE("a share takes the tightest GPU, whole ones the first free ones", "[swarm][gpus]") {
    Gpus gpus = gpus_with({1000, 300, 500, 1000});
    CHECK(gpus.tightest(share(300)) == 0b0010);
    CHECK(gpus.tightest(share(400)) == 0b0100);
    CHECK(gpus.tightest(share(600)) == 0b0001);
    CHECK(gpus.first(whole(2)) == 0b1001);
    CHECK(gpus.has(whole(2)));
    CHECK_FALSE(gpus.has(whole(3)));
    CHECK(gpus.total_left() == 2800);

    gpus.take(whole(2), 0b1001);
    gpus.take(share(300), 0b0010);
    CHECK(gpus.left[0] == 0);
    CHECK(gpus.left[1] == 0);
    CHECK(gpus.tasks[0] == 1);   // Shares.
    CHECK(gpus.tasks[2] == 1);   // Two whole ones.
    CHECK(gpus.total_left() == 500);
    gpus.give_back(whole(2), 0b1001);
    gpus.give_back(share(300), 0b0010);
    CHECK(gpus.total_left() == 2800);
    CHECK(gpus.tasks[0] + gpus.tasks[2] == 0);
}

TEST_CASE("models say where a task may run at all", "[swarm][gpus]") {
    const Gpus t4 = gpus_with({1000}, 0b01), unnamed = gpus_with({1000});
    GpuNeed need = whole(1);
    CHECK(t4.has(need));
    need.models = 0b10;
    CHECK_FALSE(t4.has(need));
    CHECK_FALSE(unnamed.has(need));
    need.models = 0b11;
    CHECK(t4.has(need));
    CHECK(Gpus{}.has({}));   // Who asks for no GPU needs none.
    CHECK_FALSE(Gpus{}.has(whole(1)));
}

TEST_CASE("fragmentation is what typical tasks cannot use", "[swarm][gpus]") {
    const Cpus eight = one_cpu * 8;
    const Gpus gpus = gpus_with({400, 1000});
    const auto of = [&](const TypicalTask& task, Cpus cpus) {
        return fragmentation(cpus, gpus, {task});
    };
    // It fits, and cannot use what is left of the first GPU.
    CHECK(of({one_cpu, whole(1), 1}, eight) == 400);
    CHECK(of({one_cpu, share(300), 1}, eight) == 0);
    CHECK(of({one_cpu, whole(2), 1}, eight) == 1400);         // Too few whole ones.
    CHECK(of({one_cpu * 9, share(300), 1}, eight) == 1400);   // Too few CPUs.
    CHECK(of({one_cpu, {}, 1}, eight) == 1400);               // Wants no GPU: all is out of use.
    CHECK(of({one_cpu, {.count = 1, .milli = 300, .models = 1}, 1}, eight) == 1400);
    // Half of each.
    CHECK(fragmentation(eight, gpus, {{one_cpu, whole(1), 0.5}, {one_cpu, whole(2), 0.5}}) == 900);
    CHECK(fragmentation(eight, Gpus{}, {{one_cpu, whole(1), 1}}) == 0);
}

TEST_CASE("typical tasks are the most frequent ones, down to 95 percent", "[swarm][gpus]") {
    std::vector<Demand> all;
    const Demand often{.cpus = one_cpu, .gpu_milli = 500, .gpu_count = 1};
    const Demand also{.cpus = one_cpu * 2, .gpu_milli = 500, .gpu_count = 1};
    const Demand rare{.cpus = one_cpu * 3};
    for (int i = 0; i < 48; ++i) all.push_back(often);
    for (int i = 0; i < 48; ++i) all.push_back(also);
    for (int i = 0; i < 4; ++i) all.push_back(rare);
    const TypicalTasks typical = typical_of(all);
    REQUIRE(typical.size() == 2);            // 96 of 100.
    CHECK(typical[0].cpus == one_cpu * 2);   // As frequent, and larger.
    CHECK(typical[0].share == Approx(0.5));
    CHECK(typical[0].share + typical[1].share == Approx(1));
    CHECK(typical_of(std::vector<Demand>{}).empty());
}

TEST_CASE("Kubernetes' scores are those of its own tests", "[swarm][gpus]") {
    // kubernetes pkg/scheduler/framework/plugins/noderesources/least_allocated_test.go.
    struct Row {
        std::int64_t cpu, memory;   // Of the pod.
        NodeInfo first, second;
        KubeWeights weights;
        std::int64_t expected_first, expected_second;
    };
    const Row rows[] = {
        {3000, 5000, node_with(4000, 10000, 0, 0), node_with(6000, 10000, 0, 0), {}, 37, 50},
        {0, 0, node_with(10000, 20000, 6000, 0), node_with(10000, 20000, 6000, 5000), {}, 70, 57},
        {3000,
         5000,
         node_with(10000, 20000, 3000, 0),
         node_with(10000, 20000, 3000, 5000),
         {},
         57,
         45},
        {3000,
         5000,
         node_with(10000, 20000, 3000, 0),
         node_with(10000, 50000, 3000, 5000),
         {},
         57,
         60},
        {3000, 0, node_with(4000, 10000, 3000, 0), node_with(4000, 10000, 3000, 5000), {}, 50, 25},
        {3000,
         5000,
         node_with(4000, 10000, 0, 0),
         node_with(6000, 10000, 0, 0),
         {.cpus = 1, .memory = 2},
         41,
         50}};
    for (const Row& row : rows) {
        CAPTURE(row.cpu, row.memory, row.expected_first);
        const Needs needs = needs_with(row.cpu, row.memory);
        CHECK(least_allocated(row.first, needs, row.weights) == row.expected_first);
        CHECK(least_allocated(row.second, needs, row.weights) == row.expected_second);
    }
    // most_allocated and balanced_allocation, worked out from their formulas.
    const Needs needs = needs_with(3000, 5000);
    CHECK(most_allocated(node_with(10000, 20000, 3000, 5000), needs) == 55);   // (60 + 50) / 2
    CHECK(most_allocated(node_with(4000, 10000, 3000, 0), needs) == 25);       // Over capacity: 0.
    CHECK(balanced_allocation(node_with(10000, 20000, 3000, 0), needs) == 65);   // 1 - |.6 - .25|
    CHECK(balanced_allocation(node_with(3000, 20000, 0, 0), needs) == 0);        // Full.
    // Of nodes larger than any there is, nothing overflows.
    const NodeInfo huge = node_with(one_cpu.count * 10'000, std::int64_t{1} << 60, 0, 0);
    CHECK(least_allocated(huge, needs_with(one_cpu.count * 5'000, std::int64_t{1} << 59)) == 50);
}

TEST_CASE("GPU policies work online, by the generic resource gpu", "[swarm][gpus]") {
    const auto expected_node = [](PlacementPolicy policy, std::uint32_t first_task) {
        StoreBench bench(1, false, policy);
        for (const std::int64_t gpus : {4, 4, 0}) {
            NodeConfig config;
            config.cpus = one_cpu * 16;
            config.memory = gibibyte * 64;
            if (gpus > 0) config.generic["gpu"] = gpus;
            bench.add_node(std::move(config));
        }
        ServiceSpec one = StoreBench::spec("one"), two = StoreBench::spec("two");
        one.task.reservations.generic["gpu"] = 1;
        two.task.reservations.generic["gpu"] = 2;
        const ServiceId ones = bench.add_service(one), twos = bench.add_service(two);
        bench.add_tasks(twos, first_task);
        bench.schedule();
        const auto tasks = bench.add_tasks(ones, 1);
        bench.schedule();
        return bench.store.task(tasks.front())->node.value;
    };
    // One node has two GPUs in use: packing takes the next from there; clustering goes where
    // nothing of another kind is.
    CHECK(expected_node(PlacementPolicy::gpu_packing, 1) == 0);
    CHECK(expected_node(PlacementPolicy::gpu_clustering, 1) == 1);
    // Tasks that want two are typical, too: one of the pair that is left would make the other
    // useless.
    CHECK(expected_node(PlacementPolicy::fgd, 1) == 1);
}
