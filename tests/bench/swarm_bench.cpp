// How fast the manager's side works alone: placing tasks, and counting heartbeats. The whole swarm,
// with real agents and containers, is measured through the world.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "kernel/bare_driver.h"
#include "swarm/manager/manager.h"

using namespace glasshive;
using namespace glasshive::swarm;

namespace {

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

/// Registers and beats; what it is assigned does not interest it.
struct IdleAgent final : kernel::Process {
    IdleAgent(kernel::Kernel& k, HostId h, ProcessId m) : kernel(k), host(h), manager(m) {
        kernel.add_process(host, *this);
    }
    void on_start() override {
        channel = kernel.connect(id(), manager);
        auto body = std::make_shared<NodeDescription>();
        body->host = host;
        send(DispatcherMessage::session_request, body);
    }
    void on_timer(std::uint32_t, std::uint64_t) override { send(DispatcherMessage::heartbeat); }
    void on_message(const kernel::Message& message) override {
        const auto type = static_cast<DispatcherMessage>(message.type);
        if (type == DispatcherMessage::session_accepted) {
            session = message.a;
            send(DispatcherMessage::heartbeat);
        } else if (type == DispatcherMessage::heartbeat_reply) {
            kernel.after(id(), Duration{static_cast<std::int64_t>(message.b)}, 0);
        }
    }
    void send(DispatcherMessage type, std::shared_ptr<const kernel::MessageBody> body = {}) {
        kernel::Outgoing message;
        message.type = static_cast<std::uint16_t>(type);
        message.a = session;
        message.body = std::move(body);
        kernel.send(id(), channel, std::move(message));
    }
    kernel::Kernel& kernel;
    HostId host;
    ProcessId manager;
    ChannelId channel;
    std::uint64_t session = 0;
};

struct Swarm {
    explicit Swarm(std::uint32_t nodes)
        : stream(names), network(nodes + 1), kernel(stream, network, 1), driver(kernel),
          manager(kernel, HostId{0}) {
        for (std::uint32_t i = 1; i <= nodes; ++i) {
            NodeConfig config;
            config.hostname = "n" + std::to_string(i);
            config.cpus = one_cpu * 8;
            config.memory = gibibyte * 16;
            manager.add_node(HostId{i}, std::move(config));
            agents.push_back(std::make_unique<IdleAgent>(kernel, HostId{i}, manager.id()));
        }
        kernel.start(manager.id());
        for (const auto& agent : agents) kernel.start(agent->id());
        driver.run_for(std::chrono::seconds{10});
    }
    Names names;
    EventStream stream;
    FlatNetwork network;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    Manager manager;
    std::vector<std::unique_ptr<IdleAgent>> agents;
};

/// From `service create` to the last task assigned and dispatched: store, allocator, scheduler.
void place_10000_tasks(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        auto swarm = std::make_unique<Swarm>(5'000);
        state.ResumeTiming();
        ServiceSpec spec;
        spec.name = "web";
        spec.replicas = 10'000;
        spec.task.reservations.cpus = one_cpu;
        swarm->manager.create_service(std::move(spec));
        swarm->driver.run_for(std::chrono::milliseconds{60});
        state.PauseTiming();
        if (swarm->manager.scheduler().effort().placed != 10'000) state.SkipWithError("not placed");
        swarm.reset();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(place_10000_tasks)
    ->Name("swarm/place_10000_tasks_5000_nodes")
    ->Iterations(3)->UseRealTime()->Unit(benchmark::kMillisecond);

/// One at a time, as restarts come: each group ranks all nodes.
void place_one_by_one(benchmark::State& state) {
    Swarm swarm(5'000);
    ServiceSpec spec;
    spec.name = "web";
    spec.replicas = 1;
    const ServiceId web = *swarm.manager.create_service(spec);
    std::uint64_t replicas = 1;
    for (auto _ : state) {
        swarm.manager.scale_service(web, ++replicas);
        swarm.driver.run_for(std::chrono::milliseconds{60});
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(place_one_by_one)->Name("swarm/place_one_task_5000_nodes")->Iterations(200)
    ->UseRealTime()->Unit(benchmark::kMicrosecond);

/// Ten minutes of 10,000 idle nodes: agents here do the least an agent can do.
void idle_beats(benchmark::State& state) {
    Swarm swarm(10'000);
    const std::uint64_t before = swarm.kernel.entries_run();
    for (auto _ : state) swarm.driver.run_for(std::chrono::minutes{10});
    state.SetItemsProcessed(static_cast<std::int64_t>(swarm.kernel.entries_run() - before));
}
BENCHMARK(idle_beats)->Name("swarm/idle_10_minutes_10000_nodes_manager_only")->Iterations(1)
    ->UseRealTime()->Unit(benchmark::kMillisecond);

}   // namespace
