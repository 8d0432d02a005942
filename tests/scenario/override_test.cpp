// Goal: whoever runs a scenario sets its values without editing it, under the same rules as in the
// file. Method: one small scenario, read with overrides.
#include <catch2/catch.hpp>

#include "support.h"

using namespace scenario_test;

namespace {

const std::string written = "schema: 1\nduration: 1m\n"
                            "platform: {hosts: [{name: \"n{}\", count: 3, cpus: 4}]}\n"
                            "services: [{name: web, image: w, replicas: 2}]\n"
                            "expect: [service web has 2 running tasks at the end]\n";

Result<scenario::ScenarioSpec> with(std::vector<yaml::Override> overrides,
                                    const std::string& text = written,
                                    const std::string& file = "s.yaml") {
    return scenario::read_scenario(
        text, file, [](const std::string&) { return std::nullopt; },
        scenario::Given{.seed = {}, .parameters = {}, .overrides = std::move(overrides)});
}

std::string problems_with(std::vector<yaml::Override> overrides) {
    const auto read = with(std::move(overrides));
    return read.ok() ? "" : text_of(read.problems());
}

}   // namespace

TEST_CASE("values of every part of a scenario are set from outside", "[scenario][override]") {
    const auto read = with({{"services.web.replicas", "6"},
                            {"services[0].reservations.memory", "1GiB"},
                            {"platform.hosts[0].cpus", "8"},
                            {"scheduler", "{policy: binpack}"},
                            {"faults", "[{at: 10s, do: power_off, host: n2}]"},
                            {"expect", "[]"},
                            {"seed", "7"}});
    REQUIRE(read.ok());
    const scenario::ScenarioSpec& spec = read.value();
    CHECK(spec.services[0].replicas == 6);
    CHECK(spec.services[0].task.reservations.memory == gibibyte);
    CHECK(spec.platform.hosts[0].cores == one_cpu * 8);
    CHECK(spec.policy == swarm::PlacementPolicy::binpack);
    CHECK(spec.faults.size() == 1);
    CHECK(spec.expectations.empty());
    CHECK(spec.seed == 7);
    CHECK(spec.overrides.size() == 7);
    CHECK(spec.inputs[0].content == written);   // What a recording embeds is what was written.
}

TEST_CASE("a scenario in Lua is overridden when its table is there", "[scenario][override]") {
    const std::string lua = "return {schema = 1, platform = {hosts = 2}, "
                            "services = {{name = 'web', image = 'w', replicas = 2}}}";
    const auto read = with({{"services.web.replicas", "5"}}, lua, "s.lua");
    REQUIRE(read.ok());
    CHECK(read.value().services[0].replicas == 5);
    const auto wrong = with({{"services.web.replicas", "no"}, {"seed", "5"}}, lua, "s.lua");
    REQUIRE_FALSE(wrong.ok());
    CHECK(text_of(wrong.problems()) ==
          "--set services.web.replicas: services[0].replicas: \"no\" is not a whole number\n"
          "    hint: write a whole number such as 3\n"
          "s.lua: seed: a scenario in Lua is given its seed\n    hint: --seed 7\n");
}

TEST_CASE("mistakes name the option, the path, and what was meant", "[scenario][override]") {
    CHECK(problems_with({{"services.web.replicas", "many", "--vary"}, {"hosts[0].cpus", "8"}}) ==
          "--set hosts[0].cpus: hosts is not there, and has no items\n"
          "    hint: did you mean platform.hosts[0].cpus?\n"
          "--vary services.web.replicas: services[0].replicas: \"many\" is not a whole number\n"
          "    hint: write a whole number such as 3\n");
    CHECK(problems_with({{"services.web.replcas", "3"}})
              .starts_with("--set services.web.replcas: services[0].replcas: unknown key "
                           "\"replcas\"\n    hint: did you mean replicas? valid keys are "));
    CHECK(problems_with({{"cpus", "3"}})
              .starts_with("--set cpus: cpus: unknown key \"cpus\"\n"
                           "    hint: did you mean platform.hosts[0].cpus? valid keys are "));
    CHECK(problems_with({{"session", "{}"}})
              .starts_with("--set session: session: is for a saved session\n"));
    // What a good value makes wrong elsewhere is told there.
    CHECK(problems_with({{"services.web.name", "api"}}).starts_with("s.yaml:5: expect[0]: "));
    // What follows from a mistake in an override is told once.
    CHECK(problems_with({{"platform.hosts[0].count", "0"}})
              .starts_with("--set platform.hosts[0].count: platform.hosts[0].count: 0 is out"));
}

TEST_CASE("a saved session keeps to what was saved", "[scenario][override]") {
    const auto read = with({{"services.web.replicas", "3"}},
                           "schema: 1\nsession: {scenario: s.yaml, commands: []}\n");
    REQUIRE_FALSE(read.ok());
    CHECK(text_of(read.problems()) ==
          "--set services.web.replicas: a saved session is played as it was saved\n"
          "    hint: set it in the scenario that it was saved from\n");
}

TEST_CASE("a word is a path or a parameter", "[scenario][override]") {
    CHECK(scenario::is_override("s.yaml", "services.web.replicas"));
    CHECK(scenario::is_override("s.yaml", "faults[0]"));
    CHECK(scenario::is_override("s.yaml", "duration"));
    CHECK_FALSE(scenario::is_override("s.yaml", "replicas"));
    CHECK_FALSE(scenario::is_override("s.lua", "duration"));   // A script may call it so.
    CHECK(scenario::is_override("s.lua", "services[0].replicas"));
}
