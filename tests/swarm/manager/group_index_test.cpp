// Goal: the ranking that is kept from one decision to the next is the one that would be made anew,
// costs little per task, and is fair between equals. Method: random changes to clusters of 100
// nodes and more, compared with a fresh index after each round; counts of looks; counts of choices.
#include <catch2/catch.hpp>

#include <algorithm>

#include "swarm/manager/store_bench.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

/// Everything an index says, in a form that can be compared: what it would choose, and why not.
struct Content {
    std::vector<std::pair<Rank, NodeId>> ranks;   // Equals by node: their order is drawn.
    std::vector<std::set<std::uint32_t>> refused;
    std::size_t passed = 0;
    friend bool operator==(const Content&, const Content&) = default;
};

Content content_of(GroupIndex& index, NodeSet nodes, const Needs& needs) {
    kernel::Rng ties(1, "any");
    Content content;
    const Ranking ranking = index.best(nodes, needs, nodes.nodes().size(), ties);
    for (const Candidate& candidate : ranking.candidates) {
        content.ranks.emplace_back(candidate.rank, candidate.node->id);
    }
    REQUIRE(std::is_sorted(ranking.candidates.begin(), ranking.candidates.end(),
                           [](const auto& a, const auto& b) { return a.rank < b.rank; }));
    std::sort(content.ranks.begin(), content.ranks.end());
    for (std::size_t filter = 0; filter < filter_count; ++filter) {
        content.refused.push_back(index.refused(static_cast<Verdict>(filter)));
    }
    content.passed = ranking.passed;
    return content;
}

/// A cluster with room for some tasks of one service, and things that happen to it.
struct Cluster {
    explicit Cluster(std::uint64_t seed) : bench(seed, false), random(seed, "test") {
        const auto count = 100 + random.below(100);
        for (std::uint64_t i = 0; i < count; ++i) {
            NodeConfig config;
            config.cpus = one_cpu * random.between(1, 4);
            config.labels["zone"] = random.below(4) > 0 ? "a" : "b";
            bench.add_node(std::move(config));
        }
        ServiceSpec spec = StoreBench::spec("web");
        spec.task.reservations.cpus = one_cpu;
        spec.task.placement.constraints = {"node.labels.zone==a"};
        web = bench.add_service(spec);
        other = bench.add_service(StoreBench::spec("other"));
    }
    void disturb() {
        for (std::uint64_t i = 0; i < 5; ++i) {
            const NodeId node{static_cast<std::uint32_t>(random.below(bench.store.nodes().size()))};
            switch (random.below(4)) {
                case 0: bench.set_availability(node, Availability::drain); break;
                case 1: bench.set_availability(node, Availability::active); break;
                case 2: bench.set_state(node, NodeState::down); break;
                default: bench.set_state(node, NodeState::ready); break;
            }
        }
        std::vector<TaskId> tasks;
        bench.store.for_each_task([&](const Task& task) { tasks.push_back(task.id); });
        for (const TaskId id : tasks) {
            const auto what = random.below(20);
            if (what == 0) bench.commit(TaskRemove{id});
            if (what == 1) bench.desire(id, TaskState::shutdown);
        }
        bench.add_tasks(random.below(2) > 0 ? web : other,
                        static_cast<std::uint32_t>(random.below(30)));
        if (random.below(3) == 0) bench.add_node();
        bench.schedule();
        if (random.below(3) == 0) haunt();
        bench.driver.run_for(std::chrono::seconds{random.between(1, 100)});
    }
    /// Six failures of the service on one node, as its agent would report them.
    void haunt() {
        for (int i = 0; i < 6; ++i) {
            const TaskId id = bench.add_tasks(web, 1)[0];
            bench.schedule();
            if (!bench.store.task(id)->node.valid()) return;
            bench.observe(id, TaskState::failed);
        }
    }
    StoreBench bench;
    kernel::Rng random;
    ServiceId web, other;
};

}   // namespace

TEST_CASE("a kept ranking equals one made anew", "[swarm][scheduler][random]") {
    std::size_t partial = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Cluster cluster(seed);
        const ServiceSpec& spec = *cluster.bench.store.service(cluster.web).spec;
        const Needs needs = needs_of(spec, cluster.web, 1, spread_policy());
        GroupIndex kept;
        for (int round = 0; round < 30; ++round) {
            CAPTURE(seed, round);
            cluster.disturb();
            const NodeSet& nodes = cluster.bench.scheduler.nodes();
            const Time now = cluster.bench.kernel.now();
            partial += kept.catch_up(nodes, needs, now) < nodes.nodes().size();
            GroupIndex fresh;
            fresh.catch_up(nodes, needs, now);
            REQUIRE(content_of(kept, nodes, needs) == content_of(fresh, nodes, needs));
        }
    }
    REQUIRE(partial > 200);   // Most rounds were followed change by change.
}

TEST_CASE("a node with many failures is chosen last until they are five minutes old",
          "[swarm][scheduler]") {
    StoreBench bench(1, false);
    for (std::uint32_t i = 0; i < indexed_nodes_least; ++i) bench.add_node(100);
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const auto next = [&] {
        const TaskId id = bench.add_tasks(web, 1)[0];
        bench.schedule();
        const NodeId node = bench.store.task(id)->node;
        bench.observe(id, TaskState::failed);
        return node;
    };
    // All nodes but one get a task that stays, so that failures pile up on the last one.
    bench.add_tasks(web, indexed_nodes_least - 1);
    bench.schedule();
    const NodeId haunted = next();
    for (std::uint32_t i = 1; i < max_failures; ++i) REQUIRE(next() == haunted);
    REQUIRE(next() != haunted);
    bench.driver.run_for(monitor_failures + std::chrono::seconds{1});
    REQUIRE(next() == haunted);
}

TEST_CASE("one task costs as little among 10,000 nodes as among 100",
          "[swarm][scheduler][scale]") {
    for (const std::uint32_t count : {100U, 10'000U}) {
        StoreBench bench(1, false);
        for (std::uint32_t i = 0; i < count; ++i) bench.add_node(100);
        const ServiceId web = bench.add_service(StoreBench::spec("web"));
        bench.add_tasks(web, 1);
        bench.schedule();   // Judges all nodes, once.
        const std::uint64_t before = bench.scheduler.effort().filters_run;
        for (int i = 0; i < 50; ++i) {
            bench.add_tasks(web, 1);
            bench.schedule();
        }
        REQUIRE(bench.scheduler.effort().placed == 51);
        REQUIRE(bench.scheduler.effort().filters_run - before <= 100);
    }
}

TEST_CASE("two versions of a service each keep their ranking", "[swarm][scheduler][scale]") {
    constexpr std::uint32_t count = 200;
    StoreBench bench(1, false);
    for (std::uint32_t i = 0; i < count; ++i) bench.add_node(100);
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const auto create = [&] {
        const TaskCreate task = make_task(bench.store, bench.store.service(web), 1, NodeId{});
        bench.commit(task);
        return task.task;
    };
    const auto place = [&](TaskId id) {
        bench.observe(id, TaskState::pending);
        bench.schedule();
        REQUIRE(bench.store.task(id)->node.valid());
    };
    // Tasks of the first version that the allocator gets to only after the update.
    std::vector<TaskId> old;
    for (int i = 0; i < 21; ++i) old.push_back(create());
    ServiceUpdate update;
    update.service = web;
    update.spec = std::make_shared<const ServiceSpec>(StoreBench::spec("web"));
    bench.commit(update);
    place(old[0]);
    place(create());
    const std::uint64_t before = bench.scheduler.effort().filters_run;
    REQUIRE(before >= std::uint64_t{2} * count);   // All nodes were judged for each.
    for (std::size_t i = 1; i < old.size(); ++i) {
        place(old[i]);
        const TaskId young = create();
        REQUIRE(bench.store.task(young)->spec_version != bench.store.task(old[i])->spec_version);
        place(young);
    }
    REQUIRE(bench.scheduler.effort().filters_run - before <= 200);
}

TEST_CASE("among equal nodes none is preferred", "[swarm][scheduler][random]") {
    constexpr std::uint32_t count = 100, rounds = 20'000;
    StoreBench bench(1, false);
    for (std::uint32_t i = 0; i < count; ++i) bench.add_node();
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    std::vector<std::uint32_t> chosen(count);
    for (std::uint32_t i = 0; i < rounds; ++i) {
        const TaskId id = bench.add_tasks(web, 1)[0];
        bench.schedule();
        ++chosen[bench.store.task(id)->node.index()];
        bench.commit(TaskRemove{id});
    }
    // 200 each on average, standard deviation 14.
    for (const std::uint32_t times : chosen) {
        REQUIRE(times > 130);
        REQUIRE(times < 270);
    }
}
