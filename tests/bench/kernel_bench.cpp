// Goal: what the kernel alone costs per timer and per message. Method: processes that re-arm their
// own timers, and pairs that answer each other, driven by drain() without SimGrid. A bare binary
// heap with the same due times and nothing else around it runs beside, as the machine's yardstick.
#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <queue>
#include <tuple>
#include <vector>

#include "base/assert.h"
#include "kernel/kernel.h"

using namespace glasshive;

namespace {

/// Every path is the same: what is measured is the kernel, not route search.
class OnePath final : public kernel::Topology {
  public:
    explicit OnePath(std::size_t hosts) : hosts_(hosts) {}
    std::size_t host_count() const override { return hosts_; }
    std::size_t link_count() const override { return 0; }
    std::string_view host_name(HostId) const override { return "host"; }
    kernel::PathInfo path(HostId, HostId) const override {
        return {.latency = std::chrono::microseconds{100}, .bottleneck = gigabits(1)};
    }
    void route(HostId, HostId, std::vector<LinkId>&) const override {}
    Bandwidth link_bandwidth(LinkId) const override { return gigabits(1); }
    EventId cut_since(std::uint32_t, HostId, HostId) const override { return scenario_cause; }

  private:
    std::size_t hosts_;
};

std::uint64_t next_draw(std::uint64_t x) {
    return x * 6364136223846793005ULL + 1442695040888963407ULL;
}
/// Below 1.07 s, in nanoseconds.
std::int64_t delay_of(std::uint64_t draw) { return static_cast<std::int64_t>(draw >> 34); }

/// Beats for ever, each time after another delay of up to a second.
struct Beater final : kernel::Process {
    explicit Beater(kernel::Kernel& k) : kernel(k) {}
    kernel::Kernel& kernel;
    void on_timer(std::uint32_t tag, std::uint64_t x) override {
        const std::uint64_t next = next_draw(x);
        kernel.after(id(), Duration{delay_of(next)}, tag, next);
    }
};

/// Answers every message on the channel it came on.
struct Echo final : kernel::Process {
    explicit Echo(kernel::Kernel& k) : kernel(k) {}
    kernel::Kernel& kernel;
    void on_message(const kernel::Message& message) override {
        if (message.channel.valid()) {
            kernel.send(id(), message.channel, {.type = 1, .a = message.a + 1});
        } else {
            kernel.send_datagram(id(), message.from, {.type = 1, .a = message.a + 1});
        }
    }
};

template <class P>
struct Kernel {
    explicit Kernel(std::uint32_t processes) : topology(processes), kernel(stream, topology, 1) {
        for (std::uint32_t i = 0; i < processes; ++i) {
            all.push_back(std::make_unique<P>(kernel));
            kernel.start(kernel.add_process(HostId{i}, *all.back()));
        }
    }
    Names names;
    OnePath topology;
    EventStream stream{names};
    kernel::Kernel kernel;
    std::vector<std::unique_ptr<P>> all;
};

constexpr std::uint64_t batch = 100'000;

void drain(benchmark::State& state, kernel::Kernel& kernel) {
    for (auto _ : state) {
        const auto end = kernel.drain(time_never, batch);
        SIM_ASSERT(end == kernel::Kernel::Drained::events_spent);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

template <std::uint32_t processes>
void timers_drained(benchmark::State& state) {
    Kernel<Beater> k(processes);
    for (std::size_t i = 0; i < k.all.size(); ++i) k.all[i]->on_timer(0, i);
    drain(state, k.kernel);
}

/// Due time, order of insertion, draw: what a heap needs for the order that the wheel keeps.
template <std::uint32_t entries>
void binary_heap(benchmark::State& state) {
    using Entry = std::tuple<std::int64_t, std::uint64_t, std::uint64_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap;
    std::uint64_t serial = 0;
    for (std::uint64_t i = 0; i < entries; ++i) {
        heap.emplace(delay_of(next_draw(i)), serial++, next_draw(i));
    }
    for (auto _ : state) {
        for (std::uint64_t i = 0; i < batch; ++i) {
            const auto [due, inserted, draw] = heap.top();
            heap.pop();
            heap.emplace(due + delay_of(next_draw(draw)), serial++, next_draw(draw));
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

void datagrams(benchmark::State& state) {
    Kernel<Echo> k(1000);
    for (std::size_t i = 0; i + 1 < k.all.size(); i += 2) {
        k.kernel.send_datagram(k.all[i]->id(), k.all[i + 1]->id(), {.type = 1});
    }
    drain(state, k.kernel);
}

void stream_messages(benchmark::State& state) {
    Kernel<Echo> k(1000);
    for (std::size_t i = 0; i + 1 < k.all.size(); i += 2) {
        const ChannelId channel = k.kernel.connect(k.all[i]->id(), k.all[i + 1]->id());
        k.kernel.send(k.all[i]->id(), channel, {.type = 1});
    }
    drain(state, k.kernel);
}

}   // namespace

// No Arg(): it would become part of the name that targets.json looks up.
BENCHMARK_TEMPLATE(timers_drained, 1'000)->Name("timers/drained");
BENCHMARK_TEMPLATE(timers_drained, 10'000)->Name("timers/drained_10000_pending");
BENCHMARK_TEMPLATE(timers_drained, 100'000)->Name("timers/drained_100000_pending");
BENCHMARK_TEMPLATE(timers_drained, 1'000'000)->Name("timers/drained_1000000_pending");
BENCHMARK_TEMPLATE(binary_heap, 1'000)->Name("yardstick/heap");
BENCHMARK_TEMPLATE(binary_heap, 10'000)->Name("yardstick/heap_10000_pending");
BENCHMARK_TEMPLATE(binary_heap, 100'000)->Name("yardstick/heap_100000_pending");
BENCHMARK_TEMPLATE(binary_heap, 1'000'000)->Name("yardstick/heap_1000000_pending");
BENCHMARK(stream_messages)->Name("messages/cached_path");
BENCHMARK(datagrams)->Name("messages/datagrams");
