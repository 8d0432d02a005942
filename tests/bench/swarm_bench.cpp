// Goal: how fast the manager's side works alone, and how the scheduler's cost per task grows with
// the cluster. Method: managers with agents that only beat; a store and a scheduler with nothing
// around them. The whole swarm, with real agents and containers, is in world_bench.cpp.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "desk.h"
#include "harness.h"
#include "kernel/bare_driver.h"
#include "swarm/manager/manager.h"
#include "swarm/scheduler/policies/policies.h"

using namespace glasshive;
using namespace glasshive::swarm;
using bench::Desk;
using bench::FlatNetwork;

namespace {

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
          state(kernel), manager(kernel, HostId{0}, state) {
        manager.found(raft::MemberId{0}, {raft::MemberId{0}});
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
    ReplicatedState state;
    Manager manager;
    std::vector<std::unique_ptr<IdleAgent>> agents;
};

/// From `service create` to the last task assigned and dispatched: store, allocator, scheduler.
void place_10000_tasks(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        const auto tasks = static_cast<std::uint64_t>(bench::scaled(10'000));
        auto swarm = std::make_unique<Swarm>(static_cast<std::uint32_t>(bench::scaled(5'000)));
        state.ResumeTiming();
        ServiceSpec spec;
        spec.name = "web";
        spec.replicas = tasks;
        spec.task.reservations.cpus = one_cpu;
        swarm->manager.create_service(std::move(spec));
        swarm->driver.run_for(std::chrono::milliseconds{60});
        state.PauseTiming();
        if (swarm->manager.scheduler().effort().placed != tasks) state.SkipWithError("not placed");
        swarm.reset();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(place_10000_tasks)
    ->Name("swarm/place_10000_tasks_5000_nodes")
    ->Iterations(3)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Ten minutes of 10,000 idle nodes: agents here do the least an agent can do.
void idle_beats(benchmark::State& state) {
    Swarm swarm(static_cast<std::uint32_t>(bench::scaled(10'000)));
    const std::uint64_t before = swarm.kernel.entries_run();
    for (auto _ : state) swarm.driver.run_for(std::chrono::minutes{10});
    state.SetItemsProcessed(static_cast<std::int64_t>(swarm.kernel.entries_run() - before));
}
BENCHMARK(idle_beats)->Name("swarm/idle_10_minutes_10000_nodes_manager_only")->Iterations(1)
    ->UseRealTime()->Unit(benchmark::kMillisecond);

// --- The scheduler alone -------------------------------------------------------------------------

/// `tasks` tasks at a time on `nodes` nodes; the time is that of placing them.
void place(benchmark::State& state, PlacementPolicy policy, std::int64_t nodes,
           std::int64_t tasks) {
    Desk desk(static_cast<std::uint32_t>(nodes), built_in(policy));
    desk.ask_for(1);
    desk.place();   // What is done once per service and cluster is not the cost of a task.
    const std::uint64_t before = desk.scheduler.effort().placed;
    for (auto _ : state) {
        desk.ask_for(tasks);
        state.SetIterationTime(desk.place());
    }
    const auto placed = static_cast<std::int64_t>(desk.scheduler.effort().placed - before);
    if (placed != state.iterations() * tasks) state.SkipWithError("not all were placed");
    state.SetItemsProcessed(placed);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->ArgName("nodes")->UseManualTime()->Unit(benchmark::kMicrosecond);
    for (const int nodes : {100, 1'000, 10'000, 100'000}) benchmark->Arg(nodes);
}

/// One task at a time, as failures come: the index over the nodes has to be there already. And a
/// thousand at a time, as services start.
[[maybe_unused]] const bool policies = [] {
    const std::pair<const char*, PlacementPolicy> all[] = {
        {"spread", PlacementPolicy::spread},       {"binpack", PlacementPolicy::binpack},
        {"random", PlacementPolicy::random},       {"first_fit", PlacementPolicy::first_fit},
        {"best_fit", PlacementPolicy::best_fit},   {"dot_product", PlacementPolicy::dot_product}};
    for (const auto& [name, policy] : all) {
        const std::string series = std::string("scheduler/") + name;
        const auto singly = [policy](benchmark::State& state) {
            place(state, policy, state.range(0), 1);
        };
        const auto thousand = [policy](benchmark::State& state) {
            place(state, policy, state.range(0), 1'000);
        };
        benchmark::RegisterBenchmark((series + "_singly").c_str(), singly)
            ->Apply(sizes)->Iterations(300);
        if (policy == PlacementPolicy::spread) {
            benchmark::RegisterBenchmark((series + "_thousand").c_str(), thousand)
                ->Apply(sizes)->Iterations(5);
        }
    }
    return true;
}();

}   // namespace
