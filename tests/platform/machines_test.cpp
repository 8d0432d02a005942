// Goal: hosts compute and store at the speeds of their spec, faulty or not, and gauges tell of it.
// Method: a process that works on the queues; completion instants against equations.
#include <catch2/catch.hpp>
#include <map>

#include "platform/world.h"

namespace glasshive::platform::test {
namespace {

/// Notes when each piece of work is done.
struct Worker final : kernel::Process {
    Worker(World& in, HostId on) : world(in), host(on) {
        world.kernel.start(world.kernel.add_process(on, *this));
    }
    void compute(double core_seconds, std::uint32_t tag) {
        world.kernel.work(id(), world.machines.cpu(host), {.amount = core_seconds, .tag = tag});
    }
    void read(Bytes size, std::uint32_t tag) {
        world.kernel.work(id(), world.machines.disk(host),
                          {.amount = world.machines.read_work(host, size), .tag = tag});
    }
    void write(Bytes size, std::uint32_t tag) {
        world.kernel.work(id(), world.machines.disk(host),
                          {.amount = world.machines.write_work(host, size), .tag = tag});
    }
    void on_work_done(std::uint32_t tag, std::uint64_t) override {
        done[tag] = seconds_of(world.kernel.now());
    }
    World& world;
    HostId host;
    std::map<std::uint32_t, double> done;
};

PlatformSpec two_cores() {
    PlatformSpec spec = star(2);
    spec.hosts[0].cores = one_cpu * 2;
    spec.hosts[0].speed = 1.5;
    spec.hosts[0].disk.read = megabits(800);    // 100 MB/s
    spec.hosts[0].disk.write = megabits(400);   // 50 MB/s
    return spec;
}

TEST_CASE("one thread runs at a core's speed, three share two cores", "[platform][machines]") {
    World world(two_cores(), {});
    Worker alone(world, world.host("node-1")), crowd(world, world.host("node-2"));
    alone.compute(3, 1);
    for (std::uint32_t tag = 1; tag <= 3; ++tag) crowd.compute(3, tag);
    world.run_to(60);
    REQUIRE(alone.done[1] == Approx(3 / 1.5));             // One core at 1.5.
    REQUIRE(crowd.done[3] == Approx(3 * 3 / (2 * 1.5)));   // 9 core-seconds on 2 cores at 1.5.
}

TEST_CASE("a slow host computes at its factor while the fault lasts", "[platform][machines]") {
    FaultSpec slow = fault(FaultKind::slow_cpu, on_host("node-1"), 1, 4);
    slow.factor = 0.5;
    World world(two_cores(), {slow});
    Worker worker(world, world.host("node-1"));
    for (std::uint32_t tag = 1; tag <= 2; ++tag) worker.compute(6, tag);
    world.run_to(60);
    // Each thread: 1 s at 1.5, 4 s at 0.75, the rest at 1.5: 1.5 + 3 + 1.5 * 1 = 6.
    REQUIRE(worker.done[1] == Approx(6));
    REQUIRE(worker.done[2] == Approx(6));
}

TEST_CASE("a lone thread on a host at a tenth runs at a tenth", "[platform][machines]") {
    FaultSpec slow = fault(FaultKind::slow_cpu, on_host("node-1"), 1);
    slow.factor = 0.1;
    World world(two_cores(), {slow});
    Worker worker(world, world.host("node-1"));
    worker.compute(3, 1);
    world.run_to(60);
    REQUIRE(worker.done[1] == Approx(1 + 1.5 / 0.15));   // Half done, the rest at 1.5 / 10.
}

TEST_CASE("two readers of a slow disk share what the fault leaves", "[platform][machines]") {
    FaultSpec slow = fault(FaultKind::slow_disk, on_host("node-1"), 1, 4);
    slow.factor = 0.5;
    World world(two_cores(), {slow});
    Worker worker(world, world.host("node-1"));
    for (std::uint32_t tag = 1; tag <= 2; ++tag) worker.read(Bytes{200'000'000}, tag);
    world.run_to(60);
    // Four seconds of disk time in all: 1 s at full, 4 s at half, 1 s at full.
    REQUIRE(worker.done[1] == Approx(6));
    REQUIRE(worker.done[2] == Approx(6));
}

TEST_CASE("reads and writes share the disk's time", "[platform][machines]") {
    World world(two_cores(), {});
    Worker worker(world, world.host("node-1"));
    worker.read(Bytes{200'000'000}, 1);    // 2 s of the disk when alone.
    worker.write(Bytes{200'000'000}, 2);   // 4 s when alone.
    world.run_to(60);
    REQUIRE(worker.done[1] == Approx(4));   // Half the disk each, until the read has its 2 s.
    REQUIRE(worker.done[2] == Approx(6));   // 6 s of disk time in all.
}

TEST_CASE("a slow disk stretches what is left", "[platform][machines]") {
    FaultSpec slow = fault(FaultKind::slow_disk, on_host("node-1"), 1);
    slow.factor = 0.25;
    World world(two_cores(), {slow});
    Worker worker(world, world.host("node-1"));
    worker.read(Bytes{200'000'000}, 1);
    world.run_to(60);
    REQUIRE(worker.done[1] == Approx(1 + 1 / 0.25));   // One done, one left.
}

TEST_CASE("memory and disk are set aside until they are full", "[platform][machines]") {
    World world(star(1), {});
    const HostId host = world.host("node");
    REQUIRE(world.machines.reserve_memory(host, gibibyte * 5));
    REQUIRE_FALSE(world.machines.reserve_memory(host, gibibyte * 4));   // 8 GiB in all.
    REQUIRE(world.machines.memory_free(host) == gibibyte * 3);
    world.machines.release_memory(host, gibibyte * 2);
    REQUIRE(world.machines.reserve_memory(host, gibibyte * 5));
    REQUIRE(world.machines.memory_free(host) == Bytes{});
    REQUIRE_FALSE(world.machines.reserve_disk(host, gibibyte * 101));
    REQUIRE(world.machines.reserve_disk(host, gibibyte * 100));
    REQUIRE(world.machines.disk_free(host) == Bytes{});
}

TEST_CASE("gauges are handed on when they changed", "[platform][machines]") {
    World world(two_cores(), {});
    Sampler sampler(world.kernel, world.machines, seconds{1});
    world.kernel.start(sampler.id());
    Worker worker(world, world.host("node-1"));
    world.run_to(2.5);
    REQUIRE(world.recorder.samples.empty());   // Nothing is in use.
    worker.compute(3, 1);                      // One of two cores until 4.5 s.
    REQUIRE(world.machines.reserve_memory(worker.host, gibibyte));
    world.run_to(10);
    struct Reading {
        double time, value;
    };
    std::map<std::string, std::vector<Reading>> series;
    for (const Sample& sample : world.recorder.samples) {
        REQUIRE(world.names.text(sample.subject) == "node-1");
        series[std::string(world.names.text(sample.series))].push_back(
            {seconds_of(sample.time), sample.value});
    }
    REQUIRE(series.size() == 2);
    REQUIRE(series["host.cpu"].size() == 2);
    REQUIRE(series["host.cpu"][0].time == 3);
    REQUIRE(series["host.cpu"][0].value == Approx(0.5));
    REQUIRE(series["host.cpu"][1].time == 5);
    REQUIRE(series["host.cpu"][1].value == 0);
    REQUIRE(series["host.memory"].size() == 1);
    REQUIRE(series["host.memory"][0].value == 1024.0 * 1024 * 1024);
}

TEST_CASE("a run begins by saying what hosts and links there are", "[platform][machines]") {
    World world(small_tree(), {});
    world.machines.announce();
    const std::vector<Event> hosts = world.recorder.of("host.added");
    REQUIRE(hosts.size() == 8);
    REQUIRE(world.recorder.subject(hosts[4]) == "n5");
    REQUIRE(world.recorder.text_of(hosts[4].fields[0]) == "b");
    REQUIRE(world.recorder.text_of(hosts[4].fields[1]) == "b-rack1");
    REQUIRE(hosts[4].fields[2].real == 4);
    const std::vector<Event> links = world.recorder.of("link.added");
    REQUIRE(links.size() == 8 + 4 + 2);
    REQUIRE(world.recorder.subject(links.back()) == "zone/b--core");
    REQUIRE(links.back().fields[2].integer == 400'000'000);
}

}   // namespace
}   // namespace glasshive::platform::test
