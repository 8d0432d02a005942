// Goal: an autoscaler's script sees what was scraped, the shipped ones follow their formulas, and
// one that is wrong says where. Method: metrics made by hand, look after look.
#include "policy/autoscaling.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

using namespace glasshive;
using namespace std::chrono_literals;
using autoscale::Metrics;
using policy::ScriptedRule;

namespace {

Names& names() {
    static Names all;
    return all;
}

std::unique_ptr<ScriptedRule> from_text(const std::string& text,
                                        script::Parameters parameters = {}) {
    auto loaded = ScriptedRule::load({.name = "own.lua", .file = "folder/own.lua", .text = text,
                                      .parameters = std::move(parameters)},
                                     names(), 1, "web");
    if (!loaded.ok()) FAIL(to_text(loaded.problems().front()));
    return std::move(loaded.value());
}

std::unique_ptr<ScriptedRule> shipped(const std::string& name, script::Parameters parameters = {}) {
    std::ifstream in(SOURCE_DIR "/lua/policies/" + name + ".lua");
    return from_text({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()},
                     std::move(parameters));
}

constexpr Cpus half_cpu{500'000'000};
const autoscale::Spec spec{.service = "web", .every = 15s, .min = 1, .max = 100};

/// `measured` tasks that use `utilisation` of the half CPU that each reserves.
Metrics busy(std::uint64_t desired, std::uint64_t running, std::uint64_t measured,
             double utilisation) {
    Metrics metrics{.desired = desired, .running = running, .reserved = half_cpu,
                    .interval = 15s};
    metrics.tasks.assign(measured, {.cpus = utilisation / 2});
    return metrics;
}

std::string failure(ScriptedRule& rule, const Metrics& metrics = {}) {
    try {
        rule.desired(spec, metrics, Time{15s});
    } catch (const RunFailure& failed) {
        const std::string said = to_text(failed.problem);
        return said.substr(0, said.find('\n'));   // Without the trace.
    }
    return "";
}

}   // namespace

TEST_CASE("each field of service and metrics says what was scraped", "[policy][autoscaler]") {
    Metrics metrics{.desired = 4, .running = 3, .reserved = half_cpu, .interval = 10s,
                    .requests = 25, .failed = 2, .in_flight = 7, .answered = 20,
                    .latency_p50 = 20ms, .latency_p95 = 1s};
    metrics.tasks = {{.name = names().intern("web.1"), .node = names().intern("n1"), .cpus = 0.25},
                     {.name = names().intern("web.2"), .node = names().intern("n2"), .cpus = 0.5}};
    const auto rule = from_text(R"(
        return {desired = function(service, metrics)
            local found = {service.name, service.desired, service.running, service.min,
                           service.max, service.nano_cpus, service.time, metrics.interval,
                           metrics.measured, metrics.utilisation, metrics.requests_per_second,
                           metrics.in_flight, metrics.answered, metrics.failed,
                           metrics.latency_p50, metrics.latency_p95}
            for _, column in ipairs {metrics.task, metrics.node, metrics.cpus} do
                for i = 1, #column do found[#found + 1] = column[i] end
            end
            for i, value in ipairs(found) do found[i] = tostring(value) end
            error(table.concat(found, " "), 0)
        end})");
    CHECK(failure(*rule, metrics) ==
          "folder/own.lua:2: web 4 3 1 100 500000000 15.0 10.0 2 0.75 2.5 7 20 2 0.02 1.0 "
          "web.1 web.2 n1 n2 0.25 0.5");
    const auto empty = from_text(R"(
        return {desired = function(_, metrics)
            assert(metrics.utilisation == nil and metrics.latency_p50 == nil)
            assert(metrics.latency_p95 == nil and #metrics.cpus == 0)
            return 1.5
        end})");
    CHECK(empty->desired(spec, {}, Time{}) == 1.5);
}

TEST_CASE("mistakes in an autoscaler are told when it is loaded", "[policy][autoscaler]") {
    struct Row {
        const char *text, *message;
    };
    const Row row = GENERATE(values<Row>({
        {"return {wanted = function() end}", "folder/own.lua:1: an autoscaler has no entry wanted"},
        {"return {desired = 3}", "folder/own.lua: desired is not a function"},
        {"return {}", "folder/own.lua: an autoscaler needs a function desired"},
        {"\nlocal a = ", "folder/own.lua:2: "},
    }));
    const auto loaded = ScriptedRule::load(
        {.name = "own.lua", .file = "folder/own.lua", .text = row.text, .parameters = {}}, names(),
        1, "web");
    REQUIRE(!loaded.ok());
    CHECK_THAT(to_text(loaded.problems().front()), Catch::StartsWith(row.message));
}

TEST_CASE("an answer that is no number ends the run with its line", "[policy][autoscaler]") {
    for (const char* answer : {"nil", "true", "'3'", "{}", "0/0"}) {
        CAPTURE(answer);
        CHECK(failure(*from_text("\nreturn {desired = function() return " + std::string(answer) +
                                 " end}")) ==
              "folder/own.lua:2: desired gave back something else than a number");
    }
    CHECK(failure(*from_text("return {desired = function(s)\nreturn s.nme end}")) != "");
    CHECK(failure(*from_text("return {desired = function()\nreturn 1 / 0 end}")) == "");
}

TEST_CASE("target-utilisation.lua follows the rule of Kubernetes", "[policy][autoscaler]") {
    struct Row {
        const char* what;
        std::uint64_t desired, running, measured;
        double utilisation, wanted;
    };
    // The target is half of what is reserved, the tolerance a tenth of that.
    const Row row = GENERATE(values<Row>({
        {"ceil(4 * 0.9 / 0.5)", 4, 4, 4, 0.9, 8},
        {"rounded up: 10 * 0.56 / 0.5 = 11.2", 10, 10, 10, 0.56, 12},
        {"within the tolerance", 10, 10, 10, 0.549, 10},
        {"within the tolerance below", 10, 10, 10, 0.451, 10},
        {"nothing is known", 5, 0, 0, 0, 5},
        {"at most the double", 10, 10, 10, 2.0, 20},
        {"or four more", 1, 1, 1, 10.0, 5},
        {"two that start count as idle: 4 * 0.9 / 6 = 0.6, ratio 1.2", 6, 4, 4, 0.9, 8},
        {"which may turn a rise into nothing: 4 * 0.7 / 6 = 0.47", 6, 4, 4, 0.7, 6},
        {"what is missing counts as idle when others are full: 3 * 0.8 / 4", 4, 4, 3, 0.8, 5},
        {"and as full when they are idle: (3 * 0.1 + 1) / 4 = 0.325", 4, 4, 3, 0.1, 3},
        {"which may turn a fall into nothing: (2 * 0.1 + 2) / 4 = 0.55", 4, 4, 2, 0.1, 4},
    }));
    CAPTURE(row.what);
    const auto rule = shipped("target-utilisation");
    const Metrics metrics = busy(row.desired, row.running, row.measured, row.utilisation);
    CHECK(rule->desired(spec, metrics, Time{15s}) == row.wanted);
}

TEST_CASE("target-utilisation.lua comes down to the most of the last five minutes",
          "[policy][autoscaler]") {
    const auto rule = shipped("target-utilisation");
    const auto look = [&](int seconds, std::uint64_t desired, double utilisation) {
        return rule->desired(spec, busy(desired, desired, desired, utilisation),
                             Time{std::chrono::seconds{seconds}});
    };
    CHECK(look(15, 4, 1.0) == 8);
    CHECK(look(30, 8, 0.375) == 8);    // Wants 6; 15 s ago it was 8.
    CHECK(look(45, 8, 0.0625) == 8);   // Wants 1.
    CHECK(look(300, 8, 0.0625) == 8);
    CHECK(look(315, 8, 0.0625) == 6);  // The 8 is five minutes old, the 6 is not.
    CHECK(look(330, 6, 0.0625) == 1);
    CHECK(look(345, 1, 1.0) == 2);     // Upwards at once.
    const auto hasty = shipped("target-utilisation", {{"window", std::int64_t{0}}});
    CHECK(hasty->desired(spec, busy(8, 8, 8, 1.0), Time{15s}) == 16);
    CHECK(hasty->desired(spec, busy(16, 16, 16, 0.25), Time{30s}) == 8);
}

TEST_CASE("target-utilisation.lua needs something to take a share of", "[policy][autoscaler]") {
    Metrics metrics = busy(2, 2, 2, 0.5);
    metrics.reserved = Cpus{};
    CHECK_THAT(failure(*shipped("target-utilisation"), metrics),
               Catch::Contains("web reserves no CPUs: share of what?"));
}

TEST_CASE("queue-based.lua asks for in flight by per_task", "[policy][autoscaler]") {
    const auto rule = shipped("queue-based", {{"per_task", std::int64_t{100}}});
    const auto look = [&](int seconds, std::uint64_t in_flight) {
        return rule->desired(spec, {.desired = 1, .in_flight = in_flight},
                             Time{std::chrono::seconds{seconds}});
    };
    CHECK(look(15, 250) == 3);   // keda.sh's own example.
    CHECK(look(30, 0) == 3);     // A minute's most.
    CHECK(look(45, 101) == 3);
    CHECK(look(75, 0) == 2);
    CHECK(look(105, 0) == 0);
}
