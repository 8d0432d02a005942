// Goal: random failures repeat with the seed, do not know of each other, and follow their law.
// Method: draw outages from streams as the injector names them; compare runs and moments.
#include <catch2/catch.hpp>
#include <map>

#include "platform/outages.h"
#include "platform/world.h"

namespace glasshive::platform::test {
namespace {

LawSpec exponential(int mean_s) { return {LawSpec::Law::exponential, seconds{mean_s}, 1}; }
LawSpec weibull(int scale_s, double shape) {
    return {LawSpec::Law::weibull, seconds{scale_s}, shape};
}

FaultSpec random_power(RandomSpec random) {
    FaultSpec spec;
    spec.targets = {on(TargetSpec::Of::all, "")};
    spec.random = random;
    return spec;
}

/// Lines of one host, or of all, after an hour.
std::vector<std::string> hour(int hosts, std::uint64_t seed, RandomSpec random,
                              const std::string& only = "", bool fault_before = false) {
    std::vector<FaultSpec> faults{random_power(random)};
    if (fault_before) {   // Another random fault, after the first: its draws are its own.
        faults.push_back(random_power(random));
        faults[1].kind = FaultKind::slow_cpu;
    }
    World world(star(hosts), faults, seed);
    world.run_to(3600);
    std::vector<std::string> lines;
    for (const Event& event : world.recorder.events) {
        const std::string kind = world.recorder.kind(event);
        if (kind != "host.off" && kind != "host.on") continue;
        const std::string subject = world.recorder.subject(event);
        if (only.empty() || subject == only) {
            lines.push_back(std::to_string(ns_of(event.time)) + " " + kind + " " + subject);
        }
    }
    return lines;
}

TEST_CASE("equal seeds give equal failures, another seed others", "[platform][random]") {
    const RandomSpec random = GENERATE(RandomSpec{exponential(300), exponential(20)},
                                       RandomSpec{weibull(300, 0.7), weibull(30, 2)});
    const std::vector<std::string> first = hour(5, 42, random);
    REQUIRE(first.size() > 30);   // 5 hosts, an hour, a failure each 320 s: about 56, twice.
    REQUIRE(hour(5, 42, random) == first);
    REQUIRE(hour(5, 43, random) != first);
}

TEST_CASE("a host fails as before when hosts or faults are added", "[platform][random]") {
    const RandomSpec random{exponential(300), exponential(20)};
    const std::vector<std::string> alone = hour(2, 7, random, "node-2");
    REQUIRE(alone.size() > 5);
    REQUIRE(hour(9, 7, random, "node-2") == alone);
    REQUIRE(hour(9, 7, random, "node-2", true) == alone);
    REQUIRE(hour(9, 7, random, "node-3") != hour(9, 7, random, "node-4"));
}

TEST_CASE("mean spans are those of the law", "[platform][random]") {
    // Exponential: the mean. Weibull: scale * gamma(1 + 1/shape); gamma(1.5) = 0.886227 for shape
    // 2.
    struct Row {
        LawSpec law;
        double mean_s;
    };
    const Row row = GENERATE(values<Row>({{exponential(100), 100}, {weibull(100, 2), 88.6227}}));
    Outages outages(kernel::Rng(5, "fault/1/node"), RandomSpec{row.law, exponential(10)}, Time{},
                    time_never);
    constexpr int draws = 20000;
    double up = 0, down = 0;
    Time since{};
    for (int i = 0; i < draws; ++i) {
        const Outages::Outage outage = outages.next().value();
        up += seconds_of(outage.begins - since);
        down += seconds_of(outage.ends - outage.begins);
        since = outage.ends;
    }
    // The mean of 20,000 draws strays by less than 1 % of itself (one deviation), here three
    // allowed.
    REQUIRE(up / draws == Approx(row.mean_s).epsilon(0.03));
    REQUIRE(down / draws == Approx(10).epsilon(0.03));
}

TEST_CASE("random failures end with their count or their time", "[platform][random]") {
    RandomSpec random{exponential(50), exponential(5)};
    random.times = 3;
    FaultSpec counted = random_power(random);
    World by_count(star(2), {counted});
    by_count.run_to(36000);
    REQUIRE(by_count.injector.strikes(1) == 2 * 3);

    FaultSpec timed = random_power({exponential(50), exponential(5)});
    timed.at = seconds{1000};
    timed.until = seconds{2000};
    World by_time(star(2), {timed});
    by_time.run_to(36000);
    const std::vector<Event> started = by_time.recorder.of("fault.started");
    REQUIRE(started.size() > 10);   // Two hosts, 1000 s, one each 55 s: about 36.
    REQUIRE(started.front().time >= Time{seconds{1000}});
    REQUIRE(started.back().time < Time{seconds{2000}});
    REQUIRE(by_time.recorder.of("fault.ended").size() == started.size());
}

TEST_CASE("what fails together fails at the same instant", "[platform][random]") {
    RandomSpec random{exponential(100), exponential(10)};
    random.together = true;
    World world(star(4), {random_power(random)});
    world.run_to(2000);
    std::map<Time, int> off;
    for (const Event& event : world.recorder.of("host.off")) ++off[event.time];
    REQUIRE(off.size() > 5);
    for (const auto& [time, hosts] : off) REQUIRE(hosts == 4);
}

}   // namespace
}   // namespace glasshive::platform::test
