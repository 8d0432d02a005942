// Goal: what SimGrid's main loop and its flows cost. Method: stars of hosts with one or more
// pullers and no other component; each measurement in a child process, because a process may have
// one engine, and measured there.
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "engine/engine.h"
#include "harness.h"
#include "kernel/kernel.h"

using namespace glasshive;
using namespace glasshive::bench;

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

Figures measured(const Stopwatch& watch, std::int64_t items) {
    return {{"seconds", watch.seconds()}, {"items", static_cast<double>(items)}};
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
Figures timers() {
    Cluster c(10);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        c.add(std::make_unique<Beater>(c.kernel), i % 10);
        c.all.back()->on_timer(0, i);
    }
    c.kernel.pull(c.all[0]->id(), HostId{1}, {.size = gibibyte * 100'000});
    const std::uint64_t before = c.kernel.entries_run();
    const auto entries = static_cast<std::uint64_t>(scaled(3'000'000));
    const Stopwatch watch;
    c.engine.run_until(time_of_ns(1'000'000'000'000'000), entries);
    return measured(watch, static_cast<std::int64_t>(c.kernel.entries_run() - before));
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

Figures flows(std::uint32_t in_flight, std::int64_t total) {
    Cluster c(1000);
    kernel::Rng rng = c.kernel.rng("bench");
    std::int64_t left = total;
    for (std::uint32_t i = 0; i < in_flight; ++i) {
        c.add(std::make_unique<Puller>(c.kernel, rng, left), i * 5 % 1000);
        static_cast<Puller&>(*c.all.back()).pull();
    }
    const Stopwatch watch;
    c.engine.run();
    SIM_ASSERT(c.engine.counts().flows_finished == static_cast<std::uint64_t>(total));
    return measured(watch, total);
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
Figures pull_storm(std::uint32_t nodes) {
    Cluster c(nodes + 1);
    kernel::Rng rng = c.kernel.rng("bench");
    for (std::uint32_t i = 1; i <= nodes; ++i) {
        c.add(std::make_unique<OncePuller>(c.kernel), i);
        c.kernel.after(c.all.back()->id(), rng.between(Duration{0}, Duration{10'000'000'000}), 0);
    }
    const Stopwatch watch;
    c.engine.run();
    SIM_ASSERT(c.engine.counts().flows_finished == nodes);
    return measured(watch, nodes);
}

Figures build(std::size_t hosts) {
    const Stopwatch watch;
    const Cluster cluster(hosts);
    return measured(watch, static_cast<std::int64_t>(hosts));
}

std::uint32_t nodes(std::int64_t full) { return static_cast<std::uint32_t>(scaled(full)); }

[[maybe_unused]] const bool registered[] = {
    in_child("timers/through_simgrid", [](const auto&) { return timers(); }),
    in_child("flows/1000_hosts_200_in_flight",
             [](const auto&) { return flows(200, scaled(100'000)); }),
    in_child("flows/1000_hosts_1000_in_flight",
             [](const auto&) { return flows(1000, scaled(2'000, 1000)); }),
    in_child("engine/pull_storm_1000_nodes",
             [](const auto&) { return pull_storm(nodes(1'000)); }),
    in_child("engine/pull_storm_2000_nodes",
             [](const auto&) { return pull_storm(nodes(2'000)); }),
    in_child("engine/build_100000_hosts", [](const auto&) { return build(nodes(100'000)); }),
};

}   // namespace
