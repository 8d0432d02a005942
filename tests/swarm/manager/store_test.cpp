// Goal: the store's promises: what may change, what is refused, who hears of it. Method: direct
// proposals.
#include <catch2/catch.hpp>

#include "swarm/manager/store_bench.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

struct Ear final : Subscriber {
    std::vector<Committed::Kind> heard;
    std::size_t rejected = 0;
    void on_commit(std::span<const Committed> changes) override {
        for (const Committed& change : changes) heard.push_back(change.kind);
    }
    void on_rejected(const Change&) override { ++rejected; }
};

}   // namespace

TEST_CASE("nothing is true before it is committed", "[swarm][state]") {
    StoreBench bench;
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const TaskCreate create = make_task(bench.store, bench.store.service(web), 1, NodeId{});
    bench.store.propose(Proposer::replicated, {Change{create, {}}});
    REQUIRE(bench.store.task(create.task) == nullptr);
    REQUIRE(bench.store.outstanding(Proposer::replicated) == 1);
    REQUIRE(bench.store.outstanding(Proposer::global) == 0);
    REQUIRE(bench.store.commit_next());
    REQUIRE(bench.store.task(create.task) != nullptr);
    REQUIRE(bench.store.outstanding(Proposer::replicated) == 0);
    REQUIRE(!bench.store.commit_next());
}

TEST_CASE("states never go back, and a task is assigned once", "[swarm][state]") {
    StoreBench bench;
    const NodeId first = bench.add_node(), second = bench.add_node();
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const TaskId id = bench.add_tasks(web, 1)[0];
    Ear ear;
    bench.store.subscribe(Proposer::api, ear);

    TaskUpdate assign;
    assign.task = id;
    assign.observed = TaskState::assigned;
    assign.node = first;
    bench.commit(assign);
    REQUIRE(bench.store.task(id)->node == first);
    assign.node = second;
    assign.message = bench.names.intern("again");
    bench.commit(assign);
    REQUIRE(bench.store.task(id)->node == first);
    REQUIRE(ear.rejected == 1);

    bench.observe(id, TaskState::running);
    bench.observe(id, TaskState::preparing);
    REQUIRE(bench.store.task(id)->observed == TaskState::running);
    REQUIRE(ear.rejected == 2);

    bench.desire(id, TaskState::remove);
    bench.desire(id, TaskState::shutdown);
    REQUIRE(bench.store.task(id)->desired == TaskState::remove);
    REQUIRE(ear.rejected == 3);
    REQUIRE(ear.heard.size() == 3);   // Who rejected changes are hidden from: everybody.
}

TEST_CASE("an eviction is void when the task was stopped before it commits", "[swarm][state]") {
    StoreBench bench;
    Ear ear;
    bench.store.subscribe(Proposer::api, ear);
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const std::vector<TaskId> ids = bench.add_tasks(web, 2);
    TaskUpdate evict;
    evict.observed = TaskState::rejected;
    evict.only_while_wanted = true;
    bench.desire(ids[0], TaskState::shutdown);
    for (const TaskId id : ids) {
        evict.task = id;
        bench.commit(evict);
    }
    REQUIRE(bench.store.task(ids[0])->observed == TaskState::pending);
    REQUIRE(bench.store.task(ids[1])->observed == TaskState::rejected);
    REQUIRE(ear.rejected == 1);
}

TEST_CASE("changes of what is gone are rejected", "[swarm][state]") {
    StoreBench bench;
    Ear ear;
    bench.store.subscribe(Proposer::api, ear);
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    const TaskId id = bench.add_tasks(web, 1)[0];
    bench.commit(TaskRemove{id});
    bench.commit(TaskRemove{id});
    bench.desire(id, TaskState::shutdown);
    bench.commit(ServiceRemove{web});
    bench.commit(ServiceRemove{web});
    bench.commit(make_task(bench.store, bench.store.service(web), 1, NodeId{}));
    REQUIRE(ear.rejected == 4);
    REQUIRE(bench.store.task_count() == 0);
}

TEST_CASE("batches are cut into transactions of at most two hundred", "[swarm][state]") {
    StoreBench bench;
    const ServiceId web = bench.add_service(StoreBench::spec("web"));
    {
        Batch batch(bench.store, Proposer::replicated);
        for (std::uint32_t i = 0; i < 450; ++i) {
            batch.add(make_task(bench.store, bench.store.service(web), i + 1, NodeId{}));
        }
    }
    REQUIRE(bench.store.outstanding(Proposer::replicated) == 3);
    bench.settle();
    REQUIRE(bench.store.task_count() == 450);
}

TEST_CASE("the status counts observed running tasks, whatever is desired", "[swarm][state]") {
    StoreBench bench;
    bench.add_node();
    ServiceSpec spec = StoreBench::spec("web");
    spec.replicas = 3;
    const ServiceId web = bench.add_service(spec);
    const std::vector<TaskId> ids = bench.add_tasks(web, 3);
    bench.schedule();
    for (const TaskId id : ids) bench.observe(id, TaskState::running);
    bench.desire(ids[0], TaskState::shutdown);
    REQUIRE(bench.store.status(web).running == 3);
    REQUIRE(bench.store.status(web).desired == 3);
    bench.observe(ids[0], TaskState::shutdown);
    bench.observe(ids[1], TaskState::complete);
    REQUIRE(bench.store.status(web).running == 1);
    REQUIRE(bench.store.status(web).completed == 1);
}
