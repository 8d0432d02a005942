// Goal: however a run is cut into pieces, it is the same run. Method: one busy cluster (random
// pulls, timers, cuts), driven in one go, in many, entry by entry, and twice; traces are compared.
#include "engine/support.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/assert.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

constexpr std::int64_t end_ns = 20'000'000'000;

/// Twelve hosts that pull from each other at random, each end starting the next pull.
struct Busy {
    Busy(std::ostream& out, std::uint64_t seed) : cluster(out, 12), rng(seed, "busy") {
        for (std::uint32_t i = 0; i < 12; ++i) {
            Puller& puller = cluster.at(i);
            puller.on_end_do = [this, i](std::uint64_t) { next(i); };
            puller.on_timer_do = [this, i](std::uint32_t tag, std::uint64_t) {
                if (tag == 0) next(i);
            };
            cluster.kernel.after(puller.id(), rng.between(Duration{0}, Duration{1'000'000'000}), 0);
        }
    }
    void next(std::uint32_t host) {
        const auto from = static_cast<std::uint32_t>(rng.below(12));
        const auto bytes = rng.between(std::int64_t{1}, std::int64_t{40'000'000});
        const Duration timeout{rng.between(std::int64_t{100'000'000}, std::int64_t{4'000'000'000})};
        cluster.at(host).pull(HostId{from}, bytes, host, timeout);
        if (rng.below(4) == 0) cluster.kernel.after(cluster.at(host).id(), Duration{12'345}, 1);
    }
    Cluster cluster;
    kernel::Rng rng;
};

std::string driven(const std::function<void(engine::Engine&, kernel::Kernel&)>& drive) {
    return in_child([&](std::ostream& out) {
        Busy busy(out, 5);
        drive(busy.cluster.engine, busy.cluster.kernel);
        out << "end " << ns_of(busy.cluster.kernel.now());
    });
}

}   // namespace

TEST_CASE("a run cut into pieces or steps is the same run", "[engine]") {
    const auto at_once = [](auto& engine, auto&) { engine.run_until(time_of_ns(end_ns)); };
    const std::string whole = driven(at_once);
    REQUIRE(std::count(whole.begin(), whole.end(), '\n') > 300);
    const std::string again = driven(at_once);
    CHECK(again == whole);
    const std::string pieces = driven([](auto& engine, auto&) {
        for (std::int64_t t = 0; t <= end_ns; t += 1'250'000) engine.run_until(time_of_ns(t));
    });
    CHECK(pieces == whole);
    const std::string stepped = driven([](auto& engine, auto& kernel) {
        while (!engine.run_until(time_of_ns(end_ns), 1)) SIM_ASSERT(ns_of(kernel.now()) <= end_ns);
    });
    CHECK(stepped == whole);
}

TEST_CASE("what is injected between two runs happens at the pause's instant", "[engine]") {
    const std::string trace = in_child([](std::ostream& out) {
        Cluster c(out);
        for (std::uint64_t i = 1; i <= 3; ++i) {
            c.engine.run_until(time_of_ns(static_cast<std::int64_t>(i) * 1'000'000'007));
            c.at(1).pull(HostId{0}, 10'000'000, i);
        }
        c.engine.run();
        Puller late(c.kernel, out);
        c.kernel.start(c.kernel.add_process(HostId{2}, late));
        c.kernel.after(late.id(), Duration{3}, 1);
        SIM_ASSERT(c.engine.step());
        SIM_ASSERT(!c.engine.step());
        c.engine.run_until(c.kernel.now());
        out << ns_of(c.kernel.now());
    });
    REQUIRE(trace ==
            "1101000007 flow 1 done\n"
            "2101000014 flow 2 done\n"
            "3101000021 flow 3 done\n"
            "3101000024 timer 1\n"
            "3101000024");
}

TEST_CASE("a second engine in one process is our bug and is said so", "[engine]") {
    int status = 0;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);   // Not the test runner's.
        if (freopen("/dev/null", "w", stderr) == nullptr) _exit(3);
        std::ostringstream ignored;
        Cluster one(ignored);
        Cluster two(ignored);
        _exit(0);
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("an engine may end with flows in flight", "[engine]") {
    const std::string trace = in_child([](std::ostream& out) {
        Cluster c(out);
        c.at(1).pull(HostId{0}, 1'000'000'000, 1);
        c.engine.run_until(time_of_ns(500'000'000));
        c.kernel.power_off(HostId{1}, scenario_cause);
        c.at(2).pull(HostId{0}, 1'000'000'000, 2);
        c.engine.run_until(time_of_ns(800'000'000));
        out << c.engine.counts().flows_started << ' ' << c.engine.counts().flows_stopped;
    });
    REQUIRE(trace == "2 1");
}
