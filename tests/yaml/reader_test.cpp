// Goal: a schema written with Reader reads what is there and reports every mistake at its place.
// Method: one schema with every kind of getter; texts with the exact list of problems they give.
#include <catch2/catch.hpp>

#include "yaml/reader.h"

using namespace glasshive;
using namespace glasshive::yaml;
using namespace std::chrono_literals;

namespace {

enum class Mode { replicated, global };

struct Service {
    std::string name;
    int replicas = 1;
    Mode mode = Mode::replicated;
    Bytes memory = mebibyte * 64;
    Cpus cpus = one_cpu;
    std::optional<Duration> delay;
    std::vector<std::string> args;
    double loss = 0;
};

struct Spec {
    std::uint64_t seed = 1;
    Duration duration = 60s;
    Bandwidth rate = gigabits(1);
    bool strict = true;
    double speed = 1.0;
    std::vector<Service> services;
    std::vector<std::string> labels;
};

Service read_service(Reader& service) {
    Service spec;
    service.require("name", spec.name);
    service.read("replicas", spec.replicas, {0, 1000});
    service.read("mode", spec.mode, {{"replicated", Mode::replicated}, {"global", Mode::global}});
    Reader resources = service.map("resources");
    resources.read("memory", spec.memory);
    resources.read("cpus", spec.cpus);
    service.read("delay", spec.delay);
    service.read("args", spec.args);
    service.read_fraction("loss", spec.loss);
    service.check(spec.mode == Mode::replicated || !service.has("replicas"), "replicas",
                  "a global service has no replicas", "remove it, or write mode: replicated");
    return spec;
}

Spec read_spec(Reader file) {
    Spec spec;
    file.read("seed", spec.seed);
    file.read("duration", spec.duration);
    file.read("rate", spec.rate);
    file.read("strict", spec.strict);
    file.read("speed", spec.speed, {0.5, 2.0});
    for (Reader& service : file.maps("services")) spec.services.push_back(read_service(service));
    for (const auto& [name, value] : file.entries("labels")) {
        std::string text;
        if (value.into(text)) spec.labels.push_back(name + "=" + text);
    }
    return spec;
}

struct Outcome {
    Spec spec;
    std::string problems;
};

Outcome run(const std::string& text) {
    const Result<Document> document = parse(text, "s.yaml");
    if (!document.ok()) FAIL(to_text(document.problems()[0]));
    Outcome outcome;
    Diagnostics problems;
    outcome.spec = read_spec(Reader(document.value().root(), problems));
    for (const Diagnostic& problem : sorted(problems)) {
        outcome.problems += (outcome.problems.empty() ? "" : "\n") + to_text(problem);
    }
    return outcome;
}

}   // namespace

TEST_CASE("a good file is read with its defaults", "[yaml][reader]") {
    const Outcome outcome = run(
        "seed: 18446744073709551615\nduration: 1m30s\nstrict: false\nspeed: 1.25\n"
        "services:\n"
        "  - {name: web, replicas: 3, resources: {memory: 256MiB, cpus: 0.5}, args: [a, \"b c\"]}\n"
        "  - name: db\n    mode: global\n    delay: 250ms\n    loss: 5%\n    args:\n"
        "labels: {zone: a, tier: 2}\n");
    REQUIRE(outcome.problems.empty());
    REQUIRE(outcome.spec.seed == UINT64_MAX);
    REQUIRE(outcome.spec.duration == 90s);
    REQUIRE(outcome.spec.rate == gigabits(1));
    REQUIRE_FALSE(outcome.spec.strict);
    REQUIRE(outcome.spec.speed == 1.25);
    REQUIRE(outcome.spec.services.size() == 2);
    REQUIRE(outcome.spec.services[0].memory == mebibyte * 256);
    REQUIRE(outcome.spec.services[0].args == std::vector<std::string>{"a", "b c"});
    REQUIRE_FALSE(outcome.spec.services[0].delay);
    REQUIRE(outcome.spec.services[1].mode == Mode::global);
    REQUIRE(outcome.spec.services[1].delay == Duration(250ms));
    REQUIRE(outcome.spec.services[1].loss == 0.05);
    REQUIRE(outcome.spec.services[1].cpus == one_cpu);
    REQUIRE(outcome.spec.labels == std::vector<std::string>{"zone=a", "tier=2"});
}

TEST_CASE("an empty file keeps every default", "[yaml][reader]") {
    const Outcome outcome = run("");
    REQUIRE(outcome.problems.empty());
    REQUIRE(outcome.spec.duration == 60s);
}

TEST_CASE("every mistake is reported at once, with place, path and hint", "[yaml][reader]") {
    const Outcome outcome = run(
        "sede: 1\n"
        "duration: 5\n"
        "speed: 3\n"
        "services:\n"
        "  - {name: web, resources: {memory: 256Mb, gpu: 1}}\n"
        "  - replicas: 1001\n"
        "    mode: globl\n"
        "    args: [1, [2], {a: 3}]\n"
        "  - oops\n"
        "  - {name: x, mode: global, replicas: 2, delay: [1], resources: [1]}\n"
        "labels: [a]\n");
    REQUIRE(
        outcome.problems ==
        "s.yaml:1: sede: unknown key \"sede\"\n"
        "    hint: did you mean seed? valid keys are seed, duration, rate, strict, speed, "
        "services, labels\n"
        "s.yaml:2: duration: \"5\" is not a duration\n"
        "    hint: durations end in ms, s, m or h, such as 250ms or 1m30s; did you mean 5s?\n"
        "s.yaml:3: speed: 3 is out of range\n"
        "    hint: write a number from 0.5 to 2\n"
        "s.yaml:5: services[0].resources.memory: \"256Mb\" is not a size\n"
        "    hint: sizes end in B, KiB, MiB or GiB; did you mean 256MiB?\n"
        "s.yaml:5: services[0].resources.gpu: unknown key \"gpu\"\n"
        "    hint: valid keys are memory, cpus\n"
        "s.yaml:6: services[1]: the key \"name\" is missing\n"
        "s.yaml:6: services[1].replicas: 1001 is out of range\n"
        "    hint: write a number from 0 to 1000\n"
        "s.yaml:7: services[1].mode: \"globl\" is not one of replicated, global\n"
        "    hint: did you mean global?\n"
        "s.yaml:8: services[1].args[1]: expected a text, found a list\n"
        "s.yaml:8: services[1].args[2]: expected a text, found a map\n"
        "s.yaml:9: services[2]: expected a map, found \"oops\"\n"
        "s.yaml:10: services[3].resources: expected a map, found a list\n"
        "    hint: write \"key: value\" lines without \"- \"\n"
        "s.yaml:10: services[3].delay: expected a duration, found a list\n"
        "s.yaml:10: services[3].replicas: a global service has no replicas\n"
        "    hint: remove it, or write mode: replicated\n"
        "s.yaml:11: labels: expected a map, found a list\n"
        "    hint: write \"key: value\" lines without \"- \"");
}

TEST_CASE("a file that is no map is one problem", "[yaml][reader]") {
    REQUIRE(run("- 1\n- 2\n").problems ==
            "s.yaml:1: expected a map, found a list\n"
            "    hint: write \"key: value\" lines without \"- \"");
    REQUIRE(run("hello\n").problems == "s.yaml:1: expected a map, found \"hello\"");
}

TEST_CASE("whole numbers keep their bounds", "[yaml][reader]") {
    REQUIRE(run("seed: -1\n").problems ==
            "s.yaml:1: seed: -1 is out of range\n    hint: write a number of at least 0");
    REQUIRE(run("seed: 18446744073709551616\n").problems ==
            "s.yaml:1: seed: \"18446744073709551616\" is too large");
    REQUIRE(
        run("seed: 1.5\n").problems ==
        "s.yaml:1: seed: \"1.5\" is not a whole number\n    hint: write a whole number such as 3");
}

TEST_CASE("equal problems are told once, in order of line", "[yaml][reader]") {
    const Diagnostic first{"f", 1, "", "a", ""};
    const Diagnostic second{"f", 2, "", "b", ""};
    REQUIRE(sorted({second, first, second}) == Diagnostics{first, second});
}
