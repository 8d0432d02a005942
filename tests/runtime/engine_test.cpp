// Goal: containers live and die as the engine's rules say, and answer at the pace their CPU allows.
// Method: one engine on a bare kernel; every fact is an event or a call it made.
#include "runtime/support.h"

using namespace glasshive;
using namespace glasshive::test;
using runtime::ContainerKey;
using runtime::ContainerOptions;

namespace {
constexpr ContainerKey c1{1}, c2{2};
}

TEST_CASE("a container serves after its start time and ends by itself", "[runtime][engine]") {
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.start_time = 2s;
    o.run_time = 10s;
    o.exit_code = 4;
    b.engine().create(c1, o);
    REQUIRE(!b.engine().is_running(c1));
    b.engine().start(c1);
    b.run_until(1s);
    REQUIRE(b.engine().is_running(c1));
    REQUIRE(!b.engine().is_serving(c1));
    b.run_until(3s);
    REQUIRE(b.engine().is_serving(c1));
    b.run_until(20s);
    REQUIRE(b.host.heard == Heard{"10.000 ended 1 4"});
    REQUIRE(b.all(runtime::events::container_serving)[0].time == Time{} + 2s);
    const Event ended = b.all(runtime::events::container_ended)[0];
    REQUIRE(ended.cause == b.all(runtime::events::container_started)[0].id);
}

TEST_CASE("SIGTERM is obeyed in time, or SIGKILL follows the grace", "[runtime][engine]") {
    struct Row { Duration stop_time, grace; int stop_code; const char* heard; };
    const Row row = GENERATE(values<Row>({
        {0s, 10s, 0, "5.000 ended 1 0"},
        {3s, 10s, 143, "8.000 ended 1 143"},     // An application without a handler.
        {10s, 10s, 0, "15.000 ended 1 0"},       // Just in time.
        {11s, 10s, 0, "15.000 ended 1 137"},
        {1s, 0s, 0, "5.000 ended 1 137"},
    }));
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.run_time = 6s;   // Asked to stop, it does not also end by itself.
    o.stop_time = row.stop_time;
    o.stop_exit_code = row.stop_code;
    b.engine().create(c1, o);
    b.engine().start(c1);
    b.run_until(5s);
    b.engine().stop(c1, row.grace);
    REQUIRE(!b.engine().is_serving(c1));
    b.run_until(30s);
    REQUIRE(b.host.heard == Heard{row.heard});
    REQUIRE(b.log.count(runtime::events::container_ended) == 1);
}

TEST_CASE("crashes follow their rate, and another container's life does not shift them",
          "[runtime][engine]") {
    // 100,000 ppm per second: mean life 10 s. 400 lives: the mean's standard error is 0.5 s.
    EngineBench b;
    for (std::uint64_t key = 1; key <= 400; ++key) {
        ContainerOptions o = b.options(key);
        o.failure_ppm_per_second = 100'000;
        b.engine().create(ContainerKey{key}, o);
        b.engine().start(ContainerKey{key});
    }
    b.run_until(1000s);
    const auto ended = b.all(runtime::events::container_ended);
    REQUIRE(ended.size() == 400);
    double sum = 0;
    for (const Event& e : ended) {
        sum += seconds_of(e.time);
        REQUIRE(e.fields[2].integer == 1);
    }
    REQUIRE(sum / 400 == Approx(10).margin(2));
    EngineBench alone;
    ContainerOptions o = alone.options(7);
    o.failure_ppm_per_second = 100'000;
    alone.engine().create(ContainerKey{7}, o);
    alone.engine().start(ContainerKey{7});
    alone.run_until(1000s);
    const Time life = alone.all(runtime::events::container_ended)[0].time;
    bool same = false;
    for (const Event& e : ended) {
        same = same || (b.names.text(e.subject) == "c7" && e.time == life);
    }
    REQUIRE(same);
}

TEST_CASE("power-off and a killed daemon end every container, each with its reason",
          "[runtime][engine]") {
    const bool power = GENERATE(true, false);
    EngineBench b;
    b.engine().create(c1, b.options(1));
    b.engine().create(c2, b.options(2));
    b.engine().start(c1);
    b.run_until(3s);
    if (power) b.kernel.power_off(HostId{1}, EventId{99});
    else b.kernel.kill(b.host.id(), EventId{99});
    const auto ended = b.all(runtime::events::container_ended);
    REQUIRE(ended.size() == 1);   // c2 never ran.
    REQUIRE(ended[0].time == Time{} + 3s);
    REQUIRE(ended[0].cause == EventId{99});
    REQUIRE(ended[0].fields[2].integer == (power ? 255 : 137));
    REQUIRE(b.engine().running() == 0);
}

TEST_CASE("requests share the host's cores, one core each at most", "[runtime][engine]") {
    // Four cores: six requests of 1 s take 1.5 s, two take 1 s.
    struct Row { int requests; const char* last; };
    const Row row = GENERATE(values<Row>({{2, "1.000 served 2"}, {6, "1.500 served 6"}}));
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.service_time = 1s;
    b.engine().create(c1, o);
    b.engine().start(c1);
    for (int i = 1; i <= row.requests; ++i) b.engine().serve(c1, static_cast<std::uint64_t>(i));
    b.run_until(10s);
    REQUIRE(b.host.heard.size() == static_cast<std::size_t>(row.requests));
    REQUIRE(b.host.heard.back() == row.last);
}

TEST_CASE("a cpus limit bounds the container as a whole, and its queue keeps its order",
          "[runtime][engine]") {
    struct Row { double cpus; Heard heard; };
    const Row row = GENERATE(values<Row>({
        {0.5, {"2.000 served 1", "4.000 served 2", "6.000 served 3"}},
        {1.5, {"1.333 served 1", "1.333 served 2", "2.667 served 3"}},   // Two workers at 0.75.
        {0, {"1.000 served 1", "1.000 served 2", "1.000 served 3"}},
    }));
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.service_time = 1s;
    o.cpus = row.cpus;
    b.engine().create(c1, o);
    b.engine().start(c1);
    for (std::uint64_t i = 1; i <= 3; ++i) b.engine().serve(c1, i);
    b.run_until(10s);
    REQUIRE(b.host.heard == row.heard);
}

TEST_CASE("requests die with their container; one abandoned while it waits is never computed",
          "[runtime][engine]") {
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.service_time = 1s;
    o.cpus = 1;
    o.run_time = 1500ms;
    b.engine().create(c1, o);
    b.engine().start(c1);
    for (std::uint64_t i = 1; i <= 4; ++i) b.engine().serve(c1, i);
    b.engine().abandon(c1, 3);
    b.run_until(10s);
    REQUIRE(b.host.heard ==
            Heard{"1.000 served 1", "1.500 lost 2", "1.500 lost 4", "1.500 ended 1 0"});
}

TEST_CASE("a stopping container finishes what it has while its stop takes time",
          "[runtime][engine]") {
    EngineBench b;
    ContainerOptions o = b.options(1);
    o.service_time = 1s;
    o.stop_time = 2s;
    b.engine().create(c1, o);
    b.engine().start(c1);
    b.engine().serve(c1, 1);
    b.engine().stop(c1, 10s);
    b.run_until(10s);
    REQUIRE(b.host.heard == Heard{"1.000 served 1", "2.000 ended 1 0"});
}
