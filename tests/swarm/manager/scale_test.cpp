// Goal: size does not hurt: work per task and memory per task stay small. Method: count operations
// and bytes, not time. The figures in seconds are the bench's (tests/bench/swarm_bench.cpp).
#include <catch2/catch.hpp>

#include <malloc.h>

#include "swarm/manager/store_bench.h"
#include "swarm/reconcile/reaper.h"
#include "swarm/reconcile/replicated.h"
#include "swarm/restart/supervisor.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

constexpr bool sanitized =
#if defined(__SANITIZE_ADDRESS__)
    true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    true;
#else
    false;
#endif
#else
    false;
#endif

std::size_t bytes_in_use() { return mallinfo2().uordblks; }

}   // namespace

TEST_CASE("10,000 tasks on 5,000 nodes cost about one look per node and one per task",
          "[swarm][scheduler][scale]") {
    constexpr std::uint32_t nodes = 5'000, tasks = 10'000;
    StoreBench bench(1, false);
    for (std::uint32_t i = 0; i < nodes; ++i) bench.add_node();
    ServiceSpec spec = StoreBench::spec("web");
    spec.task.reservations.cpus = one_cpu;
    const std::vector<TaskId> ids = bench.add_tasks(bench.add_service(spec), tasks);
    bench.schedule();
    const SchedulingEffort& effort = bench.scheduler.effort();
    REQUIRE(effort.placed == tasks);
    REQUIRE(effort.groups == 1);
    REQUIRE(effort.filters_run <= nodes + tasks);
    std::vector<int> per_node(nodes);
    for (const TaskId id : ids) ++per_node[bench.store.task(id)->node.index()];
    REQUIRE(*std::min_element(per_node.begin(), per_node.end()) == 2);
    REQUIRE(*std::max_element(per_node.begin(), per_node.end()) == 2);
}

TEST_CASE("full nodes are skipped without being looked at again", "[swarm][scheduler][scale]") {
    // All nodes but one are full after one task each; the rest of the tasks go to that one.
    constexpr std::uint32_t nodes = 1'000, tasks = 3'000;
    StoreBench bench(1, false);
    for (std::uint32_t i = 0; i + 1 < nodes; ++i) bench.add_node(1);
    bench.add_node(5'000, 1);
    ServiceSpec spec = StoreBench::spec("web");
    spec.task.reservations.cpus = one_cpu;
    bench.add_tasks(bench.add_service(spec), tasks);
    bench.schedule();
    REQUIRE(bench.scheduler.effort().placed == tasks);
    REQUIRE(bench.scheduler.effort().filters_run <= 2 * nodes + tasks);
}

TEST_CASE("a live task costs less than 1.2 kB, indexes and name included",
          "[swarm][state][memory]") {
    constexpr std::uint32_t tasks = 20'000;
    StoreBench bench(1, false);
    RestartSupervisor restarts(bench.store, bench.owner);
    UpdateSupervisor updates(bench.store, restarts, bench.owner);
    ReplicatedOrchestrator replicated(bench.store, restarts, updates);
    TaskReaper reaper(bench.store, bench.owner);
    bench.store.subscribe(Proposer::restart, restarts);
    bench.store.subscribe(Proposer::replicated, replicated);
    bench.store.subscribe(Proposer::reaper, reaper);
    for (int i = 0; i < 1'000; ++i) bench.add_node(100, 100);
    const ServiceId web = bench.add_service(StoreBench::spec("a_service_with_a_long_name"));
    bench.add_tasks(web, 1);
    bench.schedule();
    const std::size_t before = bytes_in_use();
    bench.add_tasks(web, tasks, 2);
    bench.schedule();
    bench.store.for_each_task([&](const Task& task) {
        if (task.observed == TaskState::assigned) {
            bench.observe(task.id, TaskState::running, "started", false);
        }
    });
    bench.settle();
    reaper.on_timer();
    const std::size_t after = bytes_in_use();
    REQUIRE(bench.store.status(web).running == tasks + 1);
    if (sanitized) return;   // The sanitizer's allocator keeps its own books.
    REQUIRE(after > before);
    const double each = static_cast<double>(after - before) / tasks;
    CAPTURE(each);
    REQUIRE(each > sizeof(Task));   // Something was measured.
    REQUIRE(each < 1'200);
}

TEST_CASE("places of removed tasks are used again", "[swarm][state][memory]") {
    StoreBench bench(1, false);
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    for (int round = 0; round < 20; ++round) {
        for (const TaskId id : bench.add_tasks(web, 100)) bench.commit(TaskRemove{id});
        REQUIRE(bench.store.task_count() == 0);
    }
    REQUIRE(bench.store.places() <= 101);
}
