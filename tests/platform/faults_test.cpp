// Goal: faults strike, compose and end as their specs say, and every consequence names its cause.
// Method: a bare kernel without SimGrid; transcripts of events, and paths asked for at instants.
#include <catch2/catch.hpp>
#include <map>

#include "platform/world.h"

namespace glasshive::platform::test {
namespace {

using Lines = std::vector<std::string>;

/// Says when it starts, beats and stops.
struct Ticker final : kernel::Process {
    Ticker(kernel::Kernel& in, HostId on) : kernel(in) {
        kernel.start(kernel.add_process(on, *this));
    }
    void on_start() override {
        ++starts;
        kernel.after(id(), seconds{1}, 0);
    }
    void on_timer(std::uint32_t, std::uint64_t) override {
        ++ticks;
        kernel.after(id(), seconds{1}, 0);
    }
    void on_stop() override { ++stops; }
    kernel::Kernel& kernel;
    int starts = 0, ticks = 0, stops = 0;
};

TEST_CASE("a power failure stops a host's processes and its end boots them", "[platform][faults]") {
    World world(star(2), {fault(FaultKind::power_off, on_host("node-1"), 10, 5)});
    Ticker struck(world.kernel, world.host("node-1")), other(world.kernel, world.host("node-2"));
    world.run_to(12.5);
    REQUIRE_FALSE(world.is_on("node-1"));
    REQUIRE(struck.stops == 1);
    world.run_to(20.5);
    REQUIRE(world.is_on("node-1"));
    REQUIRE(struck.starts == 2);
    // At 10 s the fault and the tenth tick fall together, the fault having been planned first.
    REQUIRE(struck.ticks == 9 + 5);
    REQUIRE(other.ticks == 20);
    REQUIRE(world.recorder.lines() ==
            Lines{"10.0 fault.started fault 1", "10.0 host.off node-1", "15.0 fault.ended fault 1",
                  "15.0 host.on node-1"});
    const std::vector<Event>& events = world.recorder.events;
    REQUIRE(events[0].cause == scenario_cause);
    REQUIRE(events[1].cause == events[0].id);
    REQUIRE(events[2].cause == events[0].id);
    REQUIRE(events[3].cause == events[2].id);
}

TEST_CASE("fault.started says number, kind, target and strike", "[platform][faults]") {
    FaultSpec second = fault(FaultKind::pause, on(TargetSpec::Of::zone, "b"), 2, 1);
    second.repeat = RepeatSpec{seconds{10}, 3};
    World world(small_tree(), {fault(FaultKind::slow_cpu, on_host("n1"), 1), second});
    world.run_to(100);
    const std::vector<Event> started = world.recorder.of("fault.started");
    REQUIRE(started.size() == 1 + 3);
    for (int strike = 1; strike <= 3; ++strike) {
        const Event& event = started[strike];
        CAPTURE(strike);
        REQUIRE(event.time == Time{seconds{2 + 10 * (strike - 1)}});
        REQUIRE(event.fields[0].integer == 2);
        REQUIRE(world.recorder.text_of(event.fields[1]) == "pause");
        REQUIRE(world.recorder.text_of(event.fields[2]) == "zone b");
        REQUIRE(event.fields[3].integer == strike);
    }
    REQUIRE(world.recorder.of("host.paused").size() == 3 * 4);   // Four hosts in zone b.
    REQUIRE(world.recorder.of("host.resumed").size() == 3 * 4);
    REQUIRE(world.injector.strikes(2) == 3);
}

TEST_CASE("a host that two faults switch off comes back when both have ended",
          "[platform][faults]") {
    const TargetSpec rack = on(TargetSpec::Of::rack, "a-rack1");
    World world(small_tree(), {fault(FaultKind::power_off, on_host("n1"), 10, 20),
                               fault(FaultKind::power_off, rack, 20, 30)});
    world.run_to(29);
    REQUIRE_FALSE(world.is_on("n1"));
    REQUIRE_FALSE(world.is_on("n2"));
    world.run_to(31);   // Fault 1 is over, fault 2 holds the rack until 50 s.
    REQUIRE_FALSE(world.is_on("n1"));
    world.run_to(51);
    REQUIRE(world.is_on("n1"));
    REQUIRE(world.recorder.of("host.off").size() == 2);   // Once per host, though n1 was hit twice.
    REQUIRE(world.recorder.of("host.on").size() == 2);
}

TEST_CASE("a host whose power returns during a pause boots and freezes", "[platform][faults]") {
    World world(star(1), {fault(FaultKind::pause, on_host("node"), 10, 30),
                          fault(FaultKind::power_off, on_host("node"), 20, 10)});
    world.run_to(60);
    REQUIRE(world.recorder.lines() ==
            Lines{"10.0 fault.started fault 1", "10.0 host.paused node",
                  "20.0 fault.started fault 2", "20.0 host.off node",
                  "30.0 fault.ended fault 2", "30.0 host.on node", "30.0 host.paused node",
                  "40.0 fault.ended fault 1", "40.0 host.resumed node"});
    REQUIRE_FALSE(world.is_paused("node"));
}

TEST_CASE("latency, loss and bandwidth faults stack and leave no trace", "[platform][faults]") {
    const TargetSpec cable = on(TargetSpec::Of::link, "node-1--core");
    FaultSpec slow = fault(FaultKind::added_latency, cable, 10, 40);
    slow.latency = milliseconds{3};
    FaultSpec slower = fault(FaultKind::added_latency, cable, 20, 20);
    slower.latency = milliseconds{7};
    FaultSpec half_lost = fault(FaultKind::packet_loss, cable, 10, 40);
    half_lost.loss = 0.5;
    FaultSpec fifth_lost = fault(FaultKind::packet_loss, on_host("node-2"), 20, 20);
    fifth_lost.loss = 0.2;
    FaultSpec tenth = fault(FaultKind::reduced_bandwidth, cable, 10, 40);
    FaultSpec half = fault(FaultKind::reduced_bandwidth, cable, 20, 20);
    half.factor = 0.5;
    World world(star(2), {slow, slower, half_lost, fifth_lost, tenth, half});
    const kernel::PathInfo built = path(world.platform, "node-1", "node-2");

    world.run_to(15);
    kernel::PathInfo now = path(world.platform, "node-2", "node-1");
    REQUIRE(now.latency == built.latency + milliseconds{3});
    REQUIRE(now.loss_ppm == 500'000);
    REQUIRE(now.bottleneck == megabits(100));
    world.run_to(25);
    now = path(world.platform, "node-1", "node-2");
    REQUIRE(now.latency == built.latency + milliseconds{3 + 7});
    REQUIRE(now.loss_ppm == 600'000);            // 1 - (1 - 0.5)(1 - 0.2)
    REQUIRE(now.bottleneck == megabits(50));     // 1000 * 0.1 * 0.5
    world.run_to(45);
    now = path(world.platform, "node-1", "node-2");
    REQUIRE(now.latency == built.latency + milliseconds{3});
    REQUIRE(now.bottleneck == megabits(100));
    world.run_to(60);
    now = path(world.platform, "node-1", "node-2");
    REQUIRE(now.latency == built.latency);
    REQUIRE(now.loss_ppm == 0);
    REQUIRE(now.bottleneck == built.bottleneck);
    REQUIRE(world.recorder.of("link.restored").size() == 2);   // Each cable once.
    REQUIRE(world.recorder.of("link.degraded").size() == 6 + 4);   // Ends but each cable's last.
}

TEST_CASE("a rack's link fault strikes its uplink, a star's the access links",
          "[platform][faults]") {
    const FaultSpec spec = fault(FaultKind::link_down, on(TargetSpec::Of::rack, "a-rack1"), 10, 10);
    World tree(small_tree(), {spec});
    tree.run_to(15);
    REQUIRE(tree.recorder.lines() ==
            Lines{"10.0 fault.started fault 1", "10.0 link.down rack/a-rack1--zone/a"});
    REQUIRE(connected(tree.platform, "n1", "n2"));
    REQUIRE_FALSE(connected(tree.platform, "n1", "n3"));
    REQUIRE_FALSE(connected(tree.platform, "n8", "n2"));
    tree.run_to(25);
    REQUIRE(connected(tree.platform, "n1", "n3"));

    PlatformSpec flat = small_tree();
    flat.topology.kind = TopologyKind::star;
    World around(flat, {spec});
    around.run_to(15);
    REQUIRE(around.recorder.of("link.down").size() == 2);   // n1 and n2 hang on the core.
    REQUIRE_FALSE(connected(around.platform, "n1", "n2"));
}

TEST_CASE("a link that two faults hold down is up when both have ended", "[platform][faults]") {
    const TargetSpec cable = on(TargetSpec::Of::link, "node-1--core");
    World world(star(2), {fault(FaultKind::link_down, cable, 10, 20),
                          fault(FaultKind::link_down, on_host("node-1"), 15, 25)});
    world.run_to(35);
    REQUIRE_FALSE(connected(world.platform, "node-1", "node-2"));
    world.run_to(41);
    REQUIRE(connected(world.platform, "node-1", "node-2"));
    REQUIRE(world.recorder.of("link.down").size() == 1);
    REQUIRE(world.recorder.of("link.up").size() == 1);
}

TEST_CASE("a partition is directed when it is one-way, and no link is down", "[platform][faults]") {
    FaultSpec deaf = between(FaultKind::partition, {{"node-1"}, {"node-2", "node-3"}}, 10, 10);
    deaf.one_way = true;
    World world(star(4), {deaf, between(FaultKind::partition, {{"node-4"}}, 30, 10)});
    world.run_to(15);
    REQUIRE_FALSE(connected(world.platform, "node-1", "node-2"));
    REQUIRE_FALSE(connected(world.platform, "node-1", "node-3"));
    REQUIRE(connected(world.platform, "node-2", "node-1"));   // The other direction is whole.
    REQUIRE(connected(world.platform, "node-2", "node-3"));
    REQUIRE(connected(world.platform, "node-1", "node-4"));   // In no group.
    REQUIRE(world.recorder.of("link.down").empty());
    world.run_to(25);
    REQUIRE(connected(world.platform, "node-1", "node-2"));
    world.run_to(35);   // One group alone: from everybody else, both ways.
    REQUIRE_FALSE(connected(world.platform, "node-4", "node-1"));
    REQUIRE_FALSE(connected(world.platform, "node-1", "node-4"));
    REQUIRE(connected(world.platform, "node-1", "node-2"));
}

TEST_CASE("three groups keep apart pairwise", "[platform][faults]") {
    World world(star(7), {between(FaultKind::partition,
                                  {{"node-1", "node-2"}, {"node-3"}, {"node-4", "node-5"}}, 10)});
    world.run_to(11);
    std::map<int, int> group{{1, 1}, {2, 1}, {3, 2}, {4, 3}, {5, 3}, {6, 0}, {7, 0}};
    for (int a = 1; a <= 7; ++a) {
        for (int b = 1; b <= 7; ++b) {
            const bool apart = group[a] != 0 && group[b] != 0 && group[a] != group[b];
            CAPTURE(a, b);
            REQUIRE(connected(world.platform, "node-" + std::to_string(a),
                              "node-" + std::to_string(b)) == !apart);
        }
    }
}

TEST_CASE("loss and latency between groups leave other pairs alone", "[platform][faults]") {
    FaultSpec late = between(FaultKind::added_latency, {{"node-1"}, {"node-2"}}, 10, 10);
    late.latency = milliseconds{100};
    late.one_way = true;
    FaultSpec lossy = between(FaultKind::packet_loss, {{"node-1"}, {"node-2"}}, 10, 10);
    lossy.loss = 0.25;
    World world(star(3), {late, lossy});
    const Duration built = path(world.platform, "node-1", "node-2").latency;
    world.run_to(15);
    REQUIRE(path(world.platform, "node-1", "node-2").latency == built + milliseconds{100});
    REQUIRE(path(world.platform, "node-2", "node-1").latency == built);
    REQUIRE(path(world.platform, "node-2", "node-1").loss_ppm == 250'000);
    REQUIRE(path(world.platform, "node-1", "node-3").latency == built);
    REQUIRE(path(world.platform, "node-1", "node-3").loss_ppm == 0);
    world.run_to(25);
    REQUIRE(path(world.platform, "node-1", "node-2").latency == built);
    REQUIRE(path(world.platform, "node-1", "node-2").loss_ppm == 0);
}

TEST_CASE("slow and full faults of CPU and disk compose", "[platform][faults]") {
    FaultSpec slow = fault(FaultKind::slow_cpu, on_host("node-1"), 10, 30);
    slow.factor = 0.5;
    FaultSpec slower = fault(FaultKind::slow_cpu, on_host("node-1"), 20, 10);
    slower.factor = 0.2;
    World world(star(2), {slow, slower, fault(FaultKind::full_disk, on_host("node-1"), 10, 20),
                     fault(FaultKind::full_disk, on_host("node-1"), 15, 30),
                     fault(FaultKind::slow_disk, on_host("node-1"), 10, 10)});
    const HostId host = world.host("node-1");
    REQUIRE(world.machines.reserve_disk(host, gibibyte * 40));
    world.run_to(12);
    REQUIRE(world.machines.cpu_factor(host) == 0.5);
    REQUIRE(world.machines.disk_factor(host) == 0.1);
    REQUIRE_FALSE(world.machines.reserve_disk(host, Bytes{1}));
    world.run_to(25);
    REQUIRE(world.machines.cpu_factor(host) == Approx(0.1));   // 0.5 * 0.2
    world.run_to(35);
    REQUIRE(world.machines.cpu_factor(host) == 0.5);   // Exactly: no rounding stays behind.
    REQUIRE_FALSE(world.machines.reserve_disk(host, Bytes{1}));   // Full until 45 s.
    world.run_to(50);
    REQUIRE(world.machines.cpu_factor(host) == 1);
    REQUIRE(world.machines.disk_free(host) == gibibyte * 60);
    REQUIRE(world.recorder.of("disk.full").size() == 1);
    REQUIRE(world.recorder.of("disk.freed").size() == 1);
    REQUIRE(world.recorder.of("host.slowed").size() == 3);     // 0.5, 0.1, 0.5
    REQUIRE(world.recorder.of("host.restored").size() == 1);
}

TEST_CASE("a fault injected now strikes within the call, a later one at its time",
          "[platform][faults]") {
    World world(star(2), {fault(FaultKind::pause, on_host("node-2"), 1, 1)});
    world.run_to(10);
    const EventId now =
        world.injector.inject(fault(FaultKind::power_off, on_host("node-1"), 0, 5));
    REQUIRE(now != scenario_cause);
    REQUIRE_FALSE(world.is_on("node-1"));
    REQUIRE(world.injector.inject(fault(FaultKind::power_off, on_host("node-2"), 12, 1)) ==
            scenario_cause);
    world.run_to(20);
    REQUIRE(world.recorder.lines() ==
            Lines{"1.0 fault.started fault 1", "1.0 host.paused node-2", "2.0 fault.ended fault 1",
                  "2.0 host.resumed node-2", "10.0 fault.started fault 2", "10.0 host.off node-1",
                  "12.0 fault.started fault 3", "12.0 host.off node-2", "13.0 fault.ended fault 3",
                  "13.0 host.on node-2", "15.0 fault.ended fault 2", "15.0 host.on node-1"});
}

TEST_CASE("stopping a fault ends its strikes early and drops those to come", "[platform][faults]") {
    FaultSpec spec = fault(FaultKind::power_off, on_host("node-1"), 10, 50);
    spec.repeat = RepeatSpec{seconds{20}, 0};
    World world(star(2), {spec});
    world.run_to(35);   // Struck at 10 s and at 30 s; both are active.
    REQUIRE(world.injector.strikes(1) == 2);
    REQUIRE(world.injector.stop(1) != scenario_cause);
    REQUIRE(world.is_on("node-1"));
    world.run_to(500);
    REQUIRE(world.injector.strikes(1) == 2);
    REQUIRE(world.recorder.of("fault.ended").size() == 2);
    REQUIRE(world.injector.stop(7) == scenario_cause);
}

TEST_CASE("a failure trace switches its hosts off and on", "[platform][faults]") {
    FaultSpec spec;
    spec.trace_file = "outages.csv";
    spec.trace = {{"node-2", seconds{5}, seconds{9}, 2},
                  {"node-1", seconds{3}, std::nullopt, 3},
                  {"node-2", seconds{8}, seconds{12}, 4}};   // Overlaps the first: off until 12 s.
    World world(star(2), {spec});
    world.run_to(60);
    REQUIRE(world.recorder.lines() ==
            Lines{"3.0 fault.started fault 1", "3.0 host.off node-1", "5.0 fault.started fault 1",
                  "5.0 host.off node-2", "8.0 fault.started fault 1", "9.0 fault.ended fault 1",
                  "12.0 fault.ended fault 1", "12.0 host.on node-2"});
    const Event first = world.recorder.of("fault.started")[0];
    REQUIRE(world.recorder.text_of(first.fields[2]) == "host node-1");
}

}   // namespace
}   // namespace glasshive::platform::test
