// Goal: a saved session reads as the scenario that it was saved from, with what was given to it;
// every mistake in either file is named at its place.
// Method: small texts; mistakes that fit no single file are in tests/scenarios/broken.
#include <catch2/catch.hpp>

#include "support.h"

using namespace scenario_test;
using namespace std::chrono_literals;

namespace {

const std::string played = "schema: 1\nseed: 3\nduration: 2m\nplatform: {hosts: 3}\n"
                           "services: [{name: web, image: nginx}]\n";

std::string session(const std::string& rest) {
    return "schema: 1\nsession:\n  scenario: a.yaml\n" + rest;
}

}   // namespace

TEST_CASE("a session is its scenario, and what was given to it", "[scenario][session]") {
    const auto spec = good(session("  seed: 7\n  until: 30.000000001s\n  commands:\n"
                                   "    - {at: 20s, do: drain node-3}\n"
                                   "    - {at: 10s, do: scale web=2}\n"
                                   "    - {at: 20s, do: activate node-3}\n"),
                           {{"a.yaml", played}});
    CHECK(spec.file == "a.yaml");
    CHECK(spec.seed == 7);
    CHECK(spec.duration == 2min);
    CHECK(spec.services.size() == 1);
    CHECK(spec.inputs.size() == 1);
    CHECK(spec.inputs.front().content == played);
    REQUIRE(spec.session);
    CHECK(spec.session->until == 30'000'000'001ns);
    std::vector<std::string> texts;   // In order of time, then of the file.
    for (const auto& each : spec.session->commands) texts.push_back(each.text);
    CHECK(texts == std::vector<std::string>{"scale web=2", "drain node-3", "activate node-3"});
}

TEST_CASE("what a session does not say is the scenario's", "[scenario][session]") {
    const auto spec = good(session(""), {{"a.yaml", played}});
    CHECK(spec.seed == 3);
    CHECK(spec.profile == scenario::Profile::textbook);
    REQUIRE(spec.session);
    CHECK_FALSE(spec.session->until);
    CHECK(spec.session->commands.empty());
    CHECK_FALSE(good(played).session);
}

TEST_CASE("files that the scenario includes are beside it", "[scenario][session]") {
    const Files files{{"x/a.yaml", "schema: 1\nplatform: {hosts: 3}\nstack: y/shop.yaml\n"},
                      {"x/y/shop.yaml", "services: {web: {image: nginx}}\n"}};
    const auto spec = good("schema: 1\nsession: {scenario: x/a.yaml}\n", files);
    CHECK(spec.file == "x/a.yaml");
    REQUIRE(spec.inputs.size() == 2);
    CHECK(spec.inputs[1].name == "y/shop.yaml");
    // So it is read again from what it was read from.
    const auto again = scenario::read_scenario(spec.inputs[0].content, spec.file,
                                               scenario::reader_of(spec.inputs));
    REQUIRE(again.ok());
    CHECK(again.value().services.size() == 1);
}

TEST_CASE("mistakes of a session are named where they are", "[scenario][session]") {
    struct Row { const char* rest; const char* problem; };
    const Row row = GENERATE(values<Row>({
        {"  sead: 7\n", "s.yaml:4: session.sead: unknown key \"sead\"\n    hint: did you mean "},
        {"  until: 3m\n", "s.yaml:4: session.until: is after the end of the run\n    hint: the run "
                          "lasts 2m"},
        {"  duration: 0s\n", "s.yaml:4: session.duration: a run lasts longer than 0s"},
        {"  commands: scale web=5\n", "s.yaml:4: session.commands: expected a list"},
        {"  commands: [{do: scale web=5}]\n",
         "s.yaml:4: session.commands[0]: the key \"at\" is missing"},
        {"  until: 1s\n  commands: [{at: 2s, do: scale web=5}]\n",
         "s.yaml:5: session.commands[0].at: is after the session's end"},
        {"  commands:\n    - {at: 1s, do: scale web=5}\n    - {at: 1s, do: scale wbe=5}\n",
         "s.yaml:6: session.commands[1].do: no service is named \"wbe\"\n    hint: did you mean "},
        {"  commands: [{at: 1s, do: reboot node-1}]\n",
         "s.yaml:4: session.commands[0].do: unknown command \"reboot\""},
        {"  commands: [{at: 1s, do: \"fault {do: power_off, host: w9}\"}]\n",
         "s.yaml:4: session.commands[0].do: fault.host: no host is named \"w9\""},
        {"  commands: [{at: 1s, do: docker srvice ls}]\n",
         "s.yaml:4: session.commands[0].do: docker: unknown command"},
        {"faults: []\n", "s.yaml:4: faults: a session takes this from its scenario\n    hint: "
                         "remove it"},
        {"seed: 5\n", "s.yaml:4: seed: a session takes this from its scenario\n    hint: write it "
                      "below session"},
        {"colour: red\n", "s.yaml:4: colour: unknown key"},
    }));
    CAPTURE(row.rest);
    const auto result = read(session(row.rest), {{"a.yaml", played}});
    REQUIRE_FALSE(result.ok());
    CHECK(result.problems().size() == 1);
    CHECK(text_of(result.problems()).find(row.problem) == 0);
}

TEST_CASE("mistakes of both files are named at once, the session's first", "[scenario][session]") {
    const auto result = read(session("  sead: 7\n"), {{"a.yaml", "schema: 1\nplatfrm: 3\n"}});
    REQUIRE_FALSE(result.ok());
    const std::string text = text_of(result.problems());
    CHECK(text.find("s.yaml:4: session.sead") == 0);
    CHECK(text.find("a.yaml:2: platfrm: unknown key") != std::string::npos);
}

TEST_CASE("a session is played on a scenario that is there", "[scenario][session]") {
    CHECK(text_of(read(session(""), {}).problems()).find(
              "s.yaml:3: session.scenario: there is no file \"a.yaml\"") == 0);
    CHECK(text_of(read("schema: 1\nsession:\n", {}).problems()).find("\"scenario\" is missing") !=
          std::string::npos);
    CHECK(text_of(read(session(""), {{"a.yaml", "services: {web: {image: nginx}}\n"}}).problems())
              .find("a.yaml:1: this is a Compose file") == 0);
    // Itself, or another one: it would have no end, or two lists of commands.
    const auto itself = read("schema: 1\nsession: {scenario: s.yaml}\n",
                             {{"s.yaml", "schema: 1\nsession: {scenario: b.yaml}\n"}});
    REQUIRE_FALSE(itself.ok());
    CHECK(text_of(itself.problems()) ==
          "s.yaml:2: session: this is a saved session; a session is played on a scenario\n"
          "    hint: name what it was saved from: b.yaml\n");
}

TEST_CASE("more commands than anybody types are refused", "[scenario][session]") {
    std::string many = session("  commands:\n");
    for (int i = 0; i < 10'001; ++i) many += "    - {at: 1s, do: scale web=1}\n";
    const auto result = read(many, {{"a.yaml", played}});
    REQUIRE_FALSE(result.ok());
    CHECK(text_of(result.problems()).find("10001 commands; at most 10000 can be given") !=
          std::string::npos);
}
