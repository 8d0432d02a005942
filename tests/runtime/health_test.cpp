// Goal: probes find out what docker's would, as late as docker's would. Method: the rules alone
// with made-up results; then one engine whose application hangs, fails, or is slow to start.
#include "runtime/support.h"

using namespace glasshive;
using namespace glasshive::test;
using runtime::Care;
using runtime::ContainerKey;
using runtime::ContainerOptions;
using runtime::Health;
using runtime::HealthPolicy;
using runtime::HealthStatus;
using runtime::probe_failed;
using runtime::probe_timed_out;

namespace {

constexpr ContainerKey c1{1};
Time at(Duration d) { return Time{} + d; }

/// One container with this care; what its probes amount to, until `until`.
Heard story(Care care, ContainerOptions options, Duration until) {
    EngineBench b;
    options.subject = b.names.intern("c1");
    options.service = b.names.intern("web");
    b.engine().create(c1, options, care);
    b.engine().start(c1);
    b.run_until(until);
    return b.host.heard;
}

}   // namespace

TEST_CASE("retries must be consecutive, and one success is enough", "[runtime][health]") {
    Health health({.retries = 3}, Time{});
    const auto probe = [&](int exit_code) { return health.take({Time{}, Time{}, exit_code}); };
    CHECK(health.status() == HealthStatus::starting);
    CHECK_FALSE(probe(1));
    CHECK_FALSE(probe(1));
    CHECK(probe(0));
    CHECK(health.status() == HealthStatus::healthy);
    CHECK(health.failing_streak() == 0);
    CHECK_FALSE(probe(-1));
    CHECK_FALSE(probe(1));
    CHECK(probe(1));
    CHECK(health.status() == HealthStatus::unhealthy);
    CHECK_FALSE(probe(1));
    CHECK(health.failing_streak() == 4);
    CHECK(probe(0));
    CHECK(health.status() == HealthStatus::healthy);
    REQUIRE(health.log().size() == 5);   // Of eight.
    CHECK(health.log()[4].exit_code == 0);
    CHECK(health.log()[3].exit_code == 1);
}

TEST_CASE("a result is kept with the engine's words about it", "[runtime][health]") {
    Health health({.timeout = 30s}, Time{});
    CHECK(health.log().empty());
    health.take({at(30s), at(30s), probe_failed});
    health.take({at(60s), at(90s), probe_timed_out});
    REQUIRE(health.log().size() == 2);
    CHECK(health.log()[0].start == at(30s));
    CHECK(health.output_of(health.log()[0]).empty());
    CHECK(health.output_of(health.log()[1]) == "Health check exceeded timeout (30s)");
}

TEST_CASE("the start period forgives failures until the first success", "[runtime][health]") {
    Health health({.interval = 30s, .start_period = 60s, .start_interval = 5s, .retries = 1},
                  Time{});
    CHECK(health.wait(at(0s)) == 5s);
    CHECK_FALSE(health.take({at(5s), at(5s), 1}));
    CHECK(health.failing_streak() == 0);
    CHECK(health.wait(at(59s)) == 5s);
    CHECK(health.wait(at(60s)) == 30s);
    SECTION("a probe that begins after it counts") {
        CHECK(health.take({at(60s), at(61s), 1}));
        CHECK(health.status() == HealthStatus::unhealthy);
    }
    SECTION("so does one after the first success, even within it") {
        CHECK(health.take({at(10s), at(10s), 0}));
        CHECK(health.wait(at(10s)) == 30s);
        CHECK(health.take({at(40s), at(40s), 1}));
        CHECK(health.status() == HealthStatus::unhealthy);
    }
}

TEST_CASE("with the defaults a fast failing probe takes 90 s, a hanging one 180 s (ORC-5)",
          "[runtime][health][golden]") {
    // Probe time is 5 ms, and each interval begins at a probe's end.
    CHECK(story({.health = HealthPolicy{}, .fails_after = 1s}, {}, 5min) ==
          Heard{"90.015 unhealthy"});
    CHECK(story({.health = HealthPolicy{}, .hangs_after = 1s}, {}, 5min) ==
          Heard{"180.000 unhealthy"});
}

TEST_CASE("the first probe comes an interval after the start", "[runtime][health]") {
    CHECK(story({.health = HealthPolicy{.interval = 10s}}, {}, 1min) == Heard{"10.005 healthy"});
    const Care eager{.health = HealthPolicy{.interval = 30s, .start_period = 20s,
                                            .start_interval = 2s}};
    CHECK(story(eager, {.start_time = 7s}, 5min) == Heard{"8.020 healthy"});
}

TEST_CASE("a slow starter is unhealthy without a start period and lives with one (ORC-5)",
          "[runtime][health][golden]") {
    CHECK(story({.health = HealthPolicy{}}, {.start_time = 100s}, 95s) ==
          Heard{"90.015 unhealthy"});
    CHECK(story({.health = HealthPolicy{.start_period = 120s}}, {.start_time = 100s}, 5min)
              .front()
              .substr(0, 4) == "100.");
}

TEST_CASE("an application that recovers is healthy again, and answers what it left waiting",
          "[runtime][health]") {
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.service_time = 10ms;
    b.engine().create(c1, o, Care{.health = HealthPolicy{.interval = 5s, .timeout = 2s},
                                  .hangs_after = 6s, .recovers_after = 30s});
    b.engine().start(c1);
    b.run_until(10s);
    b.engine().serve(c1, 7);
    b.engine().serve(c1, 8);
    b.engine().abandon(c1, 8);   // Its client went away.
    b.run_until(1min);
    REQUIRE(b.host.heard.size() == 4);
    CHECK(b.host.heard[0] == "5.005 healthy");
    CHECK(b.host.heard[1].substr(7) == "unhealthy");
    CHECK(b.host.heard[2] == "36.010 served 7");
    CHECK(b.host.heard[3].substr(7) == "healthy");
    const std::vector<Event> trouble = b.all(runtime::events::container_trouble);
    REQUIRE(trouble.size() == 2);
    // What is to blame for the verdict is the trouble, not the container's start.
    const Event verdict = b.all(runtime::events::health_status)[1];
    const Event probe = b.log.events[number_of(verdict.cause) - 1];
    CHECK(probe.cause == trouble[0].id);
}

TEST_CASE("a failing application answers with errors", "[runtime][health]") {
    EngineBench b;
    b.engine().create(c1, b.options(1), Care{.fails_after = 1s});
    b.engine().start(c1);
    b.run_until(2s);
    b.engine().serve(c1, 7);
    CHECK(b.host.heard == Heard{"2.000 error 7"});
    CHECK(b.engine().health(c1) == HealthStatus::none);
}

TEST_CASE("probes of a busy host time out", "[runtime][health]") {
    EngineBench b;
    b.engine().create(c1, b.options(1),
                      Care{.health = HealthPolicy{.interval = 10s, .timeout = 1s,
                                                  .probe_time = 100ms}});
    b.engine().start(c1);
    b.run_until(5s);
    b.kernel.set_queue_speed(b.host.machine.cpu(HostId{1}), 0.05);   // Everything takes 20 times.
    b.run_until(1min);
    CHECK(b.host.heard == Heard{"33.000 unhealthy"});
}

TEST_CASE("a paused host holds its probes", "[runtime][health]") {
    EngineBench b;
    b.engine().create(c1, b.options(1), Care{.health = HealthPolicy{.interval = 10s,
                                                                    .timeout = 1s,
                                                                    .retries = 1}});
    b.engine().start(c1);
    b.run_until(5s);
    b.kernel.pause(HostId{1}, {});
    b.run_until(65s);
    CHECK(b.all(runtime::events::health_probe).empty());
    b.kernel.resume(HostId{1});
    b.run_until(80s);   // The one that fell due meanwhile, once, and the next an interval later.
    CHECK(b.host.heard == Heard{"65.005 healthy"});
    CHECK(b.all(runtime::events::health_probe).size() == 2);
}

TEST_CASE("what waits for a worker when the trouble begins meets it too", "[runtime][health]") {
    const bool hangs = GENERATE(true, false);
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.cpus = 1;
    o.service_time = 2s;
    b.engine().create(c1, o, Care{.hangs_after = hangs ? 3s : 0s, .fails_after = hangs ? 0s : 3s,
                                  .recovers_after = 10s});
    b.engine().start(c1);
    b.run_until(2s);
    b.engine().serve(c1, 7);   // Until 4 s: it is past the point where the trouble strikes.
    b.engine().serve(c1, 8);
    b.run_until(1min);
    CHECK(b.host.heard == (hangs ? Heard{"4.000 served 7", "15.000 served 8"}
                                 : Heard{"3.000 error 8", "4.000 served 7"}));
}

TEST_CASE("asked to stop, a container is not probed; SIGTERM may be ignored", "[runtime][health]") {
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.ignores_sigterm = true;
    b.engine().create(c1, o, Care{.health = HealthPolicy{.interval = 10s, .retries = 1},
                                  .hangs_after = 15s});
    b.engine().start(c1);
    b.run_until(25s);   // A probe hangs.
    b.engine().stop(c1, 10s);
    b.run_until(5min);
    CHECK(b.host.heard == Heard{"10.005 healthy", "35.000 ended 1 137"});
}
