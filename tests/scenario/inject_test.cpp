// Goal: what is asked of a running cluster is read and checked as a scenario's own entries are.
// Method: texts as typed, against a small scenario.
#include <catch2/catch.hpp>

#include "scenario/inject.h"
#include "support.h"

using namespace scenario_test;
using namespace std::chrono_literals;
using Do = scenario::CommandSpec::Do;

namespace {

const scenario::ScenarioSpec& running() {
    static const scenario::ScenarioSpec spec =
        with_hosts("services: [{name: web, image: nginx}]\n");
    return spec;
}

}   // namespace

TEST_CASE("commands are read from their words", "[scenario][inject]") {
    const auto scale = scenario::read_injection("scale web=5", running());
    REQUIRE(scale.ok());
    CHECK(scale.value().command->what == Do::scale);
    CHECK(scale.value().command->replicas == 5);
    const auto update = scenario::read_injection("  update web nginx:2 ", running());
    REQUIRE(update.ok());
    CHECK(update.value().command->image == "nginx:2");
    for (const auto& [text, what] : std::vector<std::pair<std::string, Do>>{
             {"drain node-2", Do::drain}, {"pause node-2", Do::pause},
             {"activate node-2", Do::activate}}) {
        const auto read = scenario::read_injection(text, running());
        REQUIRE(read.ok());
        CHECK(read.value().command->what == what);
        CHECK(read.value().command->host == "node-2");
        CHECK_FALSE(read.value().fault);
    }
}

TEST_CASE("a line is typed at a host, and a fault ends by its number", "[scenario][inject]") {
    const auto line = scenario::read_injection("on node-2 docker kill web.1", running());
    REQUIRE(line.ok());
    CHECK(line.value().command->on == "node-2");
    CHECK(line.value().command->line == "docker kill web.1");
    const auto heal = scenario::read_injection("heal 2", running());
    REQUIRE(heal.ok());
    CHECK(heal.value().heal == 2);
    CHECK_FALSE(heal.value().command);
}

TEST_CASE("a fault strikes now unless it says when", "[scenario][inject]") {
    const auto now = scenario::read_injection("fault {do: power_off, host: node-2, for: 30s}",
                                              running());
    REQUIRE(now.ok());
    REQUIRE(now.value().fault);
    CHECK(now.value().fault->at == 0s);
    CHECK(now.value().fault->lasts == 30s);
    CHECK_FALSE(now.value().command);
}

TEST_CASE("what cannot be injected says why", "[scenario][inject]") {
    struct Row { const char* text; const char* problem; };
    const Row row = GENERATE(values<Row>({
        {"", "unknown command"},
        {"reboot node-1", "unknown command \"reboot\""},
        {"scale web", "scale needs SERVICE=N"},
        {"scale web=-1", "scale needs SERVICE=N"},
        {"scale wbe=2", "no service is named \"wbe\""},
        {"update web", "update needs SERVICE IMAGE"},
        {"heal", "heal needs the NUMBER"},
        {"heal 0", "heal needs the NUMBER"},
        {"heal 1 2", "heal needs the NUMBER"},
        {"on node-9 docker ps", "no host is named \"node-9\""},
        {"on node-1 scale web=2", "only docker's lines are typed at a host"},
        {"drain", "drain needs one HOST"},
        {"drain node-9", "no host is named \"node-9\""},
        {"fault {do: power_off, host: node-9}", "no host is named \"node-9\""},
        {"fault {do: power_off", "not valid YAML"},
        {"fault", "the key \"do\" is missing"},
        {"fault {do: power_off, trace: x.csv}", "only files that the scenario itself includes"},
    }));
    CAPTURE(row.text);
    const auto result = scenario::read_injection(row.text, running());
    REQUIRE_FALSE(result.ok());
    CHECK(text_of(result.problems()).find(row.problem) != std::string::npos);
}
