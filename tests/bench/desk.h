#pragma once

#include <memory>
#include <string>
#include <utility>

#include "harness.h"
#include "kernel/bare_driver.h"
#include "swarm/scheduler/policy.h"
#include "swarm/scheduler/scheduler.h"
#include "swarm/state/store.h"

/// The scheduler alone, with nothing around it but a store.
namespace glasshive::bench {

using namespace glasshive::swarm;

struct FlatNetwork final : kernel::Topology {
    explicit FlatNetwork(std::size_t hosts) : hosts_(hosts) {}
    std::size_t host_count() const override { return hosts_; }
    std::size_t link_count() const override { return 0; }
    std::string_view host_name(HostId) const override { return "h"; }
    kernel::PathInfo path(HostId, HostId) const override {
        return {.latency = std::chrono::milliseconds{1}, .bottleneck = gigabits(1)};
    }
    void route(HostId, HostId, std::vector<LinkId>&) const override {}
    Bandwidth link_bandwidth(LinkId) const override { return gigabits(1); }
    EventId cut_since(std::uint32_t, HostId, HostId) const override { return scenario_cause; }
    std::size_t hosts_;
};

/// A store with `nodes` nodes that have room, one service, and the scheduler.
struct Desk final : kernel::Process {
    Desk(std::uint32_t nodes, const Policy& policy)
        : stream(names), network(nodes), kernel(stream, network, 1), driver(kernel), store(kernel),
          scheduler(store, kernel.add_process(HostId{0}, *this), policy) {
        kernel.start(id());
        store.subscribe(Proposer::scheduler, scheduler);
        auto config = std::make_shared<NodeConfig>();
        config->cpus = one_cpu * 1'000'000;
        for (std::uint32_t i = 0; i < nodes; ++i) {
            NodeCreate create;
            create.node = store.new_node_id();
            create.host = HostId{i};
            create.hostname = names.intern("n" + std::to_string(i));
            create.config = config;
            NodeUpdate ready;
            ready.node = create.node;
            ready.state = NodeState::ready;
            propose(std::move(create));
            propose(std::move(ready));
        }
        ServiceCreate service;
        service.service = store.new_service_id();
        service.name = names.intern("web");
        auto spec = std::make_shared<ServiceSpec>();
        spec->name = "web";
        spec->task.reservations.cpus = one_cpu;
        service.spec = spec;
        propose(std::move(service));
        scheduler.schedule();
    }
    void on_timer(std::uint32_t, std::uint64_t) override {}   // schedule() is called by hand.
    template <class What>
    void propose(What what) {
        {
            Batch batch(store, Proposer::api);
            batch.add(std::move(what));
        }
        commit();
    }
    void commit() {
        while (store.commit_next()) {
        }
    }
    /// New tasks that wait for a node.
    void ask_for(std::int64_t tasks) {
        Batch batch(store, Proposer::api);
        for (std::int64_t i = 0; i < tasks; ++i) {
            TaskCreate create = make_task(store, store.service(ServiceId{0}), ++slots, NodeId{});
            TaskUpdate pending;
            pending.task = create.task;
            pending.observed = TaskState::pending;
            batch.add(std::move(create));
            batch.add(std::move(pending));
        }
    }
    /// CPU seconds that placing what waits takes.
    double place() {
        commit();
        const double before = thread_seconds();
        scheduler.schedule();
        commit();
        return thread_seconds() - before;
    }
    Names names;
    EventStream stream;
    FlatNetwork network;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    Store store;
    Scheduler scheduler;
    std::uint32_t slots = 0;
};

}   // namespace glasshive::bench
