// Goal: what SimGrid's main loop and its flows cost. Method: stars of hosts with one or more
// pullers; each measurement in a child process, because a process may have one engine, and
// measured there.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "engine/engine.h"
#include "kernel/kernel.h"

using namespace glasshive;

namespace {

/// Hosts around one switch, each with a link of its own.
class Star final : public kernel::Topology {
  public:
    Star(std::size_t hosts, Bandwidth bandwidth) : hosts_(hosts), bandwidth_(bandwidth) {}
    std::size_t host_count() const override { return hosts_; }
    std::size_t link_count() const override { return hosts_; }
    std::string_view host_name(HostId) const override { return "host"; }
    kernel::PathInfo path(HostId, HostId) const override {
        return {.latency = std::chrono::microseconds{500}, .bottleneck = bandwidth_};
    }
    void route(HostId from, HostId to, std::vector<LinkId>& out) const override {
        out.push_back(LinkId{from.value});
        out.push_back(LinkId{to.value});
    }
    Bandwidth link_bandwidth(LinkId) const override { return bandwidth_; }
    EventId cut_since(std::uint32_t, HostId, HostId) const override { return scenario_cause; }

  private:
    std::size_t hosts_;
    Bandwidth bandwidth_;
};

struct Cluster {
    explicit Cluster(std::size_t hosts)
        : topology(hosts, gigabits(1)), kernel(stream, topology, 1),
          engine(kernel, topology, engine::Profile::textbook) {}
    void add(std::unique_ptr<kernel::Process> process, std::uint32_t host) {
        all.push_back(std::move(process));
        kernel.start(kernel.add_process(HostId{host}, *all.back()));
    }
    Names names;
    Star topology;
    EventStream stream{names};
    kernel::Kernel kernel;
    engine::Engine engine;
    std::vector<std::unique_ptr<kernel::Process>> all;
};

struct Measured {
    double seconds = 0;
    std::int64_t items = 0;
    std::int64_t peak_bytes = 0;
};

/// Runs `body` in a child; what it measured comes back through a pipe.
Measured in_child(const std::function<Measured()>& body) {
    int ends[2];
    const bool piped = pipe(ends) == 0;
    SIM_ASSERT(piped);
    const pid_t child = fork();
    SIM_ASSERT(child >= 0);
    if (child == 0) {
        Measured measured = body();
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        measured.peak_bytes = std::int64_t{usage.ru_maxrss} * 1024;
        const bool sent = write(ends[1], &measured, sizeof measured) == sizeof measured;
        _exit(sent ? 0 : 2);
    }
    Measured measured;
    const bool received = read(ends[0], &measured, sizeof measured) == sizeof measured;
    close(ends[0]);
    close(ends[1]);
    int status = 0;
    waitpid(child, &status, 0);
    SIM_ASSERT(received);
    SIM_ASSERT(WIFEXITED(status));
    return measured;
}

double seconds_taken(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void measure(benchmark::State& state, const std::function<Measured()>& body) {
    std::int64_t items = 0;
    for (auto _ : state) {
        const Measured measured = in_child(body);
        state.SetIterationTime(measured.seconds);
        items += measured.items;
        state.counters["peak_bytes"] = static_cast<double>(measured.peak_bytes);
    }
    state.SetItemsProcessed(items);
}

/// Beats for ever, each time after another delay of up to a second.
struct Beater final : kernel::Process {
    explicit Beater(kernel::Kernel& k) : kernel(k) {}
    kernel::Kernel& kernel;
    void on_timer(std::uint32_t tag, std::uint64_t x) override {
        const std::uint64_t next = x * 6364136223846793005ULL + 1442695040888963407ULL;
        kernel.after(id(), Duration{static_cast<std::int64_t>(next >> 34)}, tag, next);
    }
};

/// Timers of a thousand processes while one long flow keeps SimGrid's clock busy.
Measured timers() {
    Cluster c(10);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        c.add(std::make_unique<Beater>(c.kernel), i % 10);
        c.all.back()->on_timer(0, i);
    }
    c.kernel.pull(c.all[0]->id(), HostId{1}, {.size = gibibyte * 100'000});
    const std::uint64_t before = c.kernel.entries_run();
    const double seconds = seconds_taken([&] {
        c.engine.run_until(time_of_ns(1'000'000'000'000'000), 3'000'000);
    });
    return {seconds, static_cast<std::int64_t>(c.kernel.entries_run() - before)};
}

/// Pulls from random hosts, `left` times in all.
struct Puller final : kernel::Process {
    Puller(kernel::Kernel& k, kernel::Rng& r, std::int64_t& l) : kernel(k), rng(r), left(l) {}
    kernel::Kernel& kernel;
    kernel::Rng& rng;
    std::int64_t& left;
    void pull() {
        if (left == 0) return;
        --left;
        const auto hosts = kernel.topology().host_count();
        const auto own = kernel.host_of(id()).value;
        auto from = static_cast<std::uint32_t>(rng.below(hosts - 1));
        if (from >= own) ++from;
        kernel.pull(id(), HostId{from}, {.size = {rng.between(std::int64_t{1'000'000},
                                                             std::int64_t{20'000'000})}});
    }
    void on_flow_end(kernel::FlowId, kernel::FlowEnd, std::uint64_t) override { pull(); }
};

Measured flows(std::uint32_t in_flight, std::int64_t total) {
    Cluster c(1000);
    kernel::Rng rng = c.kernel.rng("bench");
    std::int64_t left = total;
    for (std::uint32_t i = 0; i < in_flight; ++i) {
        c.add(std::make_unique<Puller>(c.kernel, rng, left), i * 5 % 1000);
        static_cast<Puller&>(*c.all.back()).pull();
    }
    const double seconds = seconds_taken([&] { c.engine.run(); });
    SIM_ASSERT(c.engine.counts().flows_finished == static_cast<std::uint64_t>(total));
    return {seconds, total};
}

/// Pulls once, when its timer says so.
struct OncePuller final : kernel::Process {
    explicit OncePuller(kernel::Kernel& k) : kernel(k) {}
    kernel::Kernel& kernel;
    void on_timer(std::uint32_t, std::uint64_t) override {
        kernel.pull(id(), HostId{0}, {.size = mebibyte * 200});
    }
};

/// Every node pulls 200 MiB from host 0, starts spread over ten seconds.
Measured pull_storm(std::uint32_t nodes) {
    Cluster c(nodes + 1);
    kernel::Rng rng = c.kernel.rng("bench");
    for (std::uint32_t i = 1; i <= nodes; ++i) {
        c.add(std::make_unique<OncePuller>(c.kernel), i);
        c.kernel.after(c.all.back()->id(), rng.between(Duration{0}, Duration{10'000'000'000}), 0);
    }
    const double seconds = seconds_taken([&] { c.engine.run(); });
    SIM_ASSERT(c.engine.counts().flows_finished == nodes);
    return {seconds, nodes};
}

Measured build(std::size_t hosts) {
    std::unique_ptr<Cluster> cluster;
    const double seconds = seconds_taken([&] { cluster = std::make_unique<Cluster>(hosts); });
    return {seconds, static_cast<std::int64_t>(hosts)};
}

template <std::uint32_t in_flight, std::int64_t total>
void flows_in_flight(benchmark::State& state) {
    measure(state, [] { return flows(in_flight, total); });
}
template <std::uint32_t nodes>
void storm(benchmark::State& state) {
    measure(state, [] { return pull_storm(nodes); });
}
void timers_through_simgrid(benchmark::State& state) { measure(state, timers); }
void build_hosts(benchmark::State& state) {
    measure(state, [] { return build(100'000); });
}

/// One run each, timed inside the child.
void once(benchmark::internal::Benchmark* benchmark) {
    benchmark->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}

}   // namespace

BENCHMARK(timers_through_simgrid)->Name("timers/through_simgrid")->Apply(once);
BENCHMARK_TEMPLATE(flows_in_flight, 200, 100'000)
    ->Name("flows/1000_hosts_200_in_flight")->Apply(once);
BENCHMARK_TEMPLATE(flows_in_flight, 1000, 2'000)
    ->Name("flows/1000_hosts_1000_in_flight")->Apply(once);
BENCHMARK_TEMPLATE(storm, 1'000)->Name("flows/pull_storm_1000_nodes")->Apply(once);
BENCHMARK_TEMPLATE(storm, 2'000)->Name("flows/pull_storm_2000_nodes")->Apply(once);
BENCHMARK(build_hosts)->Name("engine/build_100000_hosts")->Apply(once);
