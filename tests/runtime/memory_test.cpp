// Goal: memory is what kills containers that reservations never looked at. Method: one engine on a
// host with 1 GiB; what each container really uses, and who is killed.
#include "runtime/support.h"

using namespace glasshive;
using namespace glasshive::test;
using runtime::ContainerKey;

namespace {
struct MemoryBench : EngineBench {
    MemoryBench() { host.machine.memory = gibibyte; }
    void start(std::uint64_t key, std::int64_t mebibytes, std::int64_t limit = 0,
               Duration start_time = {}) {
        runtime::ContainerOptions o = options(key);
        o.memory = mebibyte * mebibytes;
        o.memory_limit = mebibyte * limit;
        o.start_time = start_time;
        engine().create(ContainerKey{key}, o);
        engine().start(ContainerKey{key});
    }
    /// "c1 host out of memory": who ended, and why.
    std::vector<std::string> ends() const {
        std::vector<std::string> out;
        for (const Event& e : all(runtime::events::container_ended)) {
            const auto why = NameId{static_cast<std::uint32_t>(e.fields[3].integer)};
            out.push_back(std::string(names.text(e.subject)) + " " + std::string(names.text(why)));
        }
        return out;
    }
};
}   // namespace

TEST_CASE("a container above its own limit is killed when it has grown", "[runtime][memory]") {
    MemoryBench b;
    b.start(1, 300, 256, 2s);
    b.start(2, 256, 256, 2s);   // Exactly at its limit is allowed.
    b.run_until(1999ms);
    REQUIRE(b.ends().empty());
    b.run_until(5s);
    REQUIRE(b.ends() == std::vector<std::string>{"c1 over its memory limit"});
    REQUIRE(b.host.heard == Heard{"2.000 ended 1 137"});
    REQUIRE(b.engine().is_serving(ContainerKey{2}));
    REQUIRE(b.host.machine.memory == mebibyte * (1024 - 256));
}

TEST_CASE("a host without memory kills its largest containers until the rest fits",
          "[runtime][memory]") {
    MemoryBench b;
    b.start(1, 500);
    b.start(2, 300);
    b.start(3, 100);
    b.run_until(1s);
    REQUIRE(b.ends().empty());
    b.start(4, 400);   // 1300 MiB in all: the 500 of c1 must go, and that is enough.
    b.run_until(2s);
    REQUIRE(b.ends() == std::vector<std::string>{"c1 host out of memory"});
    REQUIRE(b.engine().is_serving(ContainerKey{4}));
    REQUIRE(b.host.machine.memory == mebibyte * (1024 - 800));
    b.start(5, 900);   // It is the largest itself.
    b.run_until(3s);
    REQUIRE(b.ends() == std::vector<std::string>{"c1 host out of memory", "c5 host out of memory"});
}

TEST_CASE("of equals the newest is killed", "[runtime][memory]") {
    MemoryBench b;
    for (std::uint64_t key = 1; key <= 3; ++key) b.start(key, 400);
    b.run_until(1s);
    REQUIRE(b.ends() == std::vector<std::string>{"c3 host out of memory"});
}

TEST_CASE("a container that is being stopped can be killed for its memory", "[runtime][memory]") {
    MemoryBench b;
    runtime::ContainerOptions slow = b.options(1);
    slow.memory = mebibyte * 600;
    slow.stop_time = 20s;
    b.engine().create(ContainerKey{1}, slow);
    b.engine().start(ContainerKey{1});
    b.run_until(1s);
    b.engine().stop(ContainerKey{1}, 30s);
    b.start(2, 500);
    b.run_until(60s);   // Past the end the stop would have had.
    REQUIRE(b.ends() == std::vector<std::string>{"c1 host out of memory"});
    REQUIRE(b.engine().is_serving(ContainerKey{2}));
}

TEST_CASE("memory comes back however a container ends", "[runtime][memory]") {
    MemoryBench b;
    b.start(1, 600);
    b.run_until(1s);
    SECTION("stopped") {
        b.engine().stop(ContainerKey{1}, 10s);
        b.run_until(2s);
    }
    SECTION("stopped before it had grown") {
        b.start(2, 100, 0, 10s);
        b.engine().stop(ContainerKey{2}, 10s);
        b.engine().stop(ContainerKey{1}, 10s);
        b.run_until(20s);
    }
    SECTION("power lost") { b.kernel.power_off(HostId{1}, EventId{99}); }
    REQUIRE(b.host.machine.memory == gibibyte);
}
