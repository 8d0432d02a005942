// Goal: owners, pauses, messages, flows and work behave as a host's operating system would.
// Method: probes on two hosts, 1 ms and 1 Gbps apart, write down what they hear and when.
#include <catch2/catch.hpp>

#include "kernel/support.h"

using namespace glasshive;
using namespace glasshive::test;
using namespace std::chrono_literals;

TEST_CASE("a killed process never sees the timers of its earlier life", "[kernel][owner]") {
    Bench b(1);
    b.kernel.after(b.process(0), 1s, 1);
    b.run_for(500ms);
    b.kernel.kill(b.process(0), EventId{5});
    b.kernel.start(b.process(0));
    b.kernel.after(b.process(0), 1s, 2);
    b.run_for(2s);
    REQUIRE(b.heard(0) == Heard{"0.500000 stop", "0.500000 start", "1.500000 timer 2"});
}

TEST_CASE("a cancelled timer stays silent and its slot serves again", "[kernel][timer]") {
    Bench b(1);
    const auto first = b.kernel.after(b.process(0), 1s, 1);
    b.kernel.cancel(first);
    b.kernel.after(b.process(0), 2s, 2);
    b.kernel.cancel(first);   // Must not hit the timer that took its slot.
    b.run_for(3s);
    REQUIRE(b.heard(0) == Heard{"2.000000 timer 2"});
}

TEST_CASE("a paused host gets what it missed on resume, in order of due time", "[kernel][pause]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(1), b.process(0));
    b.kernel.after(b.process(0), 3s, 3);
    b.kernel.after(b.process(0), 1s, 1);
    b.kernel.send(b.process(1), channel, {.a = 9});
    b.kernel.pause(b.host(0), EventId{5});
    b.run_for(10s);
    REQUIRE(b.heard(0).empty());
    b.kernel.resume(b.host(0));
    b.run_for(1s);
    REQUIRE(b.heard(0) == Heard{"10.000000 message 9", "10.000000 timer 1", "10.000000 timer 3"});
}

TEST_CASE("a datagram is lost to a cut, a dead receiver or chance, and says so",
          "[kernel][datagram]") {
    Bench b(2);
    b.kernel.send_datagram(b.process(0), b.process(1), {.a = 1, .size = Bytes{0}});
    b.run_for(10ms);
    b.topology.cut(b.host(0), b.host(1));
    b.kernel.send_datagram(b.process(0), b.process(1), {.a = 2});
    b.topology.heal(b.host(0), b.host(1));
    b.kernel.power_off(b.host(1), EventId{5});
    b.kernel.send_datagram(b.process(0), b.process(1), {.a = 3});
    b.run_for(10ms);
    REQUIRE(b.heard(1)[0] == "0.001000 message 1");
    REQUIRE(b.log.count(kernel::events::message_dropped) == 2);
    const auto totals = b.kernel.traffic();
    REQUIRE(totals.sent == totals.received + totals.lost + totals.in_flight);
    REQUIRE(totals.lost == 128);
}

TEST_CASE("a timer that awaited a dead process is caused by what killed it", "[kernel][cause]") {
    Bench b(2);
    b.kernel.power_off(b.host(1), EventId{42});
    struct Waiter final : kernel::Process {
        explicit Waiter(kernel::Kernel& k) : kernel(k) {}
        kernel::Kernel& kernel;
        EventId cause{};
        void on_timer(std::uint32_t, std::uint64_t) override { cause = kernel.cause(); }
    } waiter(b.kernel);
    b.kernel.add_process(b.host(0), waiter);
    b.kernel.start(waiter.id());
    b.kernel.after(waiter.id(), 1s, 1, 0, b.process(1));
    b.run_for(2s);
    REQUIRE(waiter.cause == EventId{42});
}

TEST_CASE("a stream keeps its order when some of it was under way at the cut",
          "[kernel][message]") {
    struct Row {
        std::int64_t latency_ms;
        std::int64_t cut_ms;       // For 5 ms.
        std::int64_t send_ms[4];
    };
    const Row row = GENERATE(values<Row>({
        {50, 95, {60, 70, 115, 120}},     // The second arrives after the third was sent.
        {50, 95, {60, 97, 115, 120}},     // The second is sent into the cut.
        {300, 295, {2, 290, 520, 600}},   // The first is due again before the second arrives.
    }));
    CAPTURE(row.latency_ms, row.send_ms[1]);
    Bench b(2);
    b.topology.set_path({.latency = std::chrono::milliseconds{row.latency_ms},
                         .bottleneck = gigabits(1)});
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.run_for(2s);   // The handshake.
    for (std::int64_t ms = 0; ms < 2000; ++ms) {
        for (std::uint64_t i = 0; i < 4; ++i) {
            if (row.send_ms[i] == ms) b.kernel.send(b.process(0), channel, {.a = i + 1});
        }
        if (ms == row.cut_ms) b.topology.cut(b.host(0), b.host(1));
        if (ms == row.cut_ms + 5) b.topology.heal(b.host(0), b.host(1));
        if (ms == row.cut_ms || ms == row.cut_ms + 5) b.kernel.topology_changed();
        b.run_for(1ms);
    }
    REQUIRE(b.log.count(kernel::events::message_stalled) == 1);
    std::vector<std::string> order;
    for (const std::string& line : b.heard(1)) order.push_back(line.substr(line.find(' ') + 1));
    REQUIRE(order == Heard{"message 1", "message 2", "message 3", "message 4"});
}

TEST_CASE("dropped messages are forgotten when no timer could ask for them", "[kernel][message]") {
    Bench b(60);
    const auto drop_all = [&] {
        for (std::size_t from = 0; from < 60; ++from) {
            for (std::size_t to = 0; to < 60; ++to) {
                if (from == to) continue;
                b.topology.cut(b.host(from), b.host(to));
                b.kernel.send_datagram(b.process(from), b.process(to), {});
            }
        }
    };
    drop_all();
    REQUIRE(b.log.count(kernel::events::message_dropped) == 3540);
    REQUIRE(b.kernel.drops_remembered() <= 1025);   // Nobody waits for anybody.
    b.kernel.after(b.process(0), 1s, 1, 0, b.process(1));
    drop_all();
    REQUIRE(b.kernel.drops_remembered() == 3540);   // Any may be why.
}

TEST_CASE("a flow waits its latency, then moves its bytes", "[kernel][flow]") {
    Bench b(2);
    b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{125'000'000}});
    b.run_for(5s);
    REQUIRE(b.heard(0) == Heard{"1.001000 flow done"});
}

TEST_CASE("a cut flow keeps what it has and goes on at heal", "[kernel][flow]") {
    Bench b(2);
    b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{125'000'000}});
    b.run_for(501ms);   // Half of it.
    b.topology.cut(b.host(1), b.host(0));
    b.kernel.topology_changed();
    b.run_for(10s);
    REQUIRE(b.heard(0).empty());
    b.topology.heal(b.host(1), b.host(0));
    b.kernel.topology_changed();
    b.run_for(5s);
    REQUIRE(b.heard(0) == Heard{"11.002000 flow done"});
    const auto totals = b.kernel.traffic();
    REQUIRE(totals.received == 125'000'000);
}

TEST_CASE("a wait for an earlier flow's first byte does not start a later one", "[kernel][flow]") {
    Bench b(2);
    b.topology.set_path({.latency = 100ms, .bottleneck = gigabits(1)});
    const auto cut = [&] {
        b.topology.cut(b.host(1), b.host(0));
        b.kernel.topology_changed();
        b.topology.heal(b.host(1), b.host(0));
        b.kernel.topology_changed();
    };
    const auto cancelled = [&](int stalls) {
        const kernel::FlowId flow = b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{1}});
        for (int i = 0; i < stalls; ++i) cut();
        b.kernel.cancel(flow);
        b.run_for(10ms);
    };
    cancelled(1);   // Leaves a wait that ends at 100 ms.
    cancelled(0);
    b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{125'000'000}});
    b.run_for(2s);
    REQUIRE(b.heard(0) == Heard{"1.120000 flow done"});
}

TEST_CASE("a flow ends at the caller's timeout even if it healed before", "[kernel][flow]") {
    Bench b(2);
    b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{1'250'000'000}, .timeout = 4s});
    b.run_for(1s);
    b.topology.cut(b.host(1), b.host(0));
    b.kernel.topology_changed();
    b.run_for(1s);
    b.topology.heal(b.host(1), b.host(0));
    b.kernel.topology_changed();
    b.run_for(20s);
    REQUIRE(b.heard(0) == Heard{"4.000000 flow timed_out"});
}

TEST_CASE("a flow whose source rebooted is reset when the source is back", "[kernel][flow]") {
    Bench b(2);
    b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{1'250'000'000}});
    b.run_for(1s);
    b.kernel.power_off(b.host(1), EventId{5});
    b.run_for(1s);
    REQUIRE(b.heard(0).empty());
    b.kernel.power_on(b.host(1));
    b.run_for(1s);
    REQUIRE(b.heard(0) == Heard{"2.000000 flow reset"});
}

TEST_CASE("two pieces of work share a CPU by weight and freeze with their host", "[kernel][work]") {
    Bench b(1);
    const auto cpu = b.kernel.add_queue(b.host(0), 1.0, 1.0);
    b.kernel.work(b.process(0), cpu, {.amount = 1, .weight = 1, .tag = 1});
    b.kernel.work(b.process(0), cpu, {.amount = 3, .weight = 3, .tag = 3});
    b.run_for(1s);
    b.kernel.pause(b.host(0), EventId{5});
    b.run_for(10s);
    b.kernel.resume(b.host(0));
    b.run_for(10s);
    // Rates 1/4 and 3/4: both would end at 4 s, and were frozen for 10.
    REQUIRE(b.heard(0) == Heard{"14.000000 work 1", "14.000000 work 3"});
}

TEST_CASE("a slow CPU slows what runs, what comes, and what is limited", "[kernel][work]") {
    Bench b(1);
    const auto cpu = b.kernel.add_queue(b.host(0), 2.0, 1.0);
    b.kernel.work(b.process(0), cpu, {.amount = 2, .tag = 1});               // One core.
    b.kernel.work(b.process(0), cpu, {.amount = 2, .cap = 0.5, .tag = 2});   // Half a core.
    b.run_for(1s);
    b.kernel.set_queue_speed(cpu, 0.1);
    b.run_for(5s);                                                           // 0.5 and 0.25 done.
    b.kernel.work(b.process(0), cpu, {.amount = 0.01, .cap = 0.5, .tag = 3});
    b.run_for(1s);
    b.kernel.set_queue_speed(cpu, 1);
    b.run_for(10s);
    REQUIRE(b.heard(0) == Heard{"6.200000 work 3", "7.400000 work 1", "9.400000 work 2"});
}

TEST_CASE("work that is done at the instant of a pause is handed over on resume",
          "[kernel][work]") {
    Bench b(1);
    const auto cpu = b.kernel.add_queue(b.host(0), 1.0, 1.0);
    struct Pauser final : kernel::Process {
        explicit Pauser(kernel::Kernel& k) : kernel(k) {}
        kernel::Kernel& kernel;
        void on_timer(std::uint32_t, std::uint64_t) override {
            kernel.pause(HostId{0}, EventId{5});
        }
    } pauser(b.kernel);
    b.kernel.start(b.kernel.add_process({}, pauser));
    b.kernel.after(pauser.id(), 1s, 1);                           // Before the work, same instant.
    b.kernel.work(b.process(0), cpu, {.amount = 1, .tag = 1});
    b.run_for(2s);
    REQUIRE(b.heard(0).empty());
    const auto late = b.kernel.add_queue(b.host(0), 1.0, 1.0);    // Of a paused host: stands still.
    b.kernel.work(b.process(0), late, {.amount = 0.5, .tag = 2});
    b.run_for(1s);
    b.kernel.resume(b.host(0));
    b.run_for(1s);
    REQUIRE(b.heard(0) == Heard{"3.000000 work 1", "3.500000 work 2"});
}

TEST_CASE("a long job beside many short ones leaves no trail of queue entries", "[kernel][work]") {
    Bench b(1);
    const auto cpu = b.kernel.add_queue(b.host(0), 1.0, 1.0);
    b.kernel.work(b.process(0), cpu, {.amount = 1000, .tag = 9});
    for (int i = 0; i < 1000; ++i) {
        b.kernel.work(b.process(0), cpu, {.amount = 0.1, .tag = 1});
        b.run_for(1s);
    }
    REQUIRE(b.heard(0).size() == 1000);
    // One look for each short job, one for the long one, which the last of them brought nearer.
    REQUIRE(b.kernel.entries_run() <= 1001);
    REQUIRE(b.kernel.entries_pending() <= 2);
    b.run_for(200s);
    REQUIRE(b.heard(0).back() == "1100.000000 work 9");
}

TEST_CASE("everything dies with its host and nothing of it comes back", "[kernel][power]") {
    Bench b(2);
    const auto cpu = b.kernel.add_queue(b.host(0), 1.0, 1.0);
    b.kernel.work(b.process(0), cpu, {.amount = 1});
    b.kernel.pull(b.process(0), b.host(1), {.size = Bytes{125'000'000}});
    b.kernel.after(b.process(0), 1s, 1);
    b.run_for(500ms);
    b.kernel.power_off(b.host(0), EventId{5});
    b.run_for(5s);
    b.kernel.power_on(b.host(0));
    b.run_for(5s);
    REQUIRE(b.heard(0) == Heard{"0.500000 stop", "5.500000 start"});
    const auto totals = b.kernel.traffic();
    REQUIRE(totals.sent == totals.received + totals.lost + totals.in_flight);
    REQUIRE(totals.in_flight == 0);
}
