// Goal: docker service create and update mean what docker means by them, and refuse in its words.
// Method: goldens of the real docker (tests/transcripts/words): every refusal exactly; for accepted
// lines the engine's view of the body docker posts equals the spec made here.
#include <catch2/catch.hpp>

#include "engine_body.h"
#include "words/parse.h"
#include "words/update.h"

using namespace glasshive;
using namespace glasshive::words;
using namespace glasshive::words::test;

namespace {

/// True when the step needs the engine's answer: a name is looked up, which this module does not
/// do.
bool needs_engine(const Step& step) {
    for (const char* text : {"secret not found", "config not found", "network nope not found"}) {
        if (step.err.find(text) != std::string::npos) return true;
    }
    return false;
}

void check_printed(const Step& step, const Printed& printed) {
    REQUIRE(printed.err == step.err);
    REQUIRE(printed.out == step.out);
    REQUIRE(printed.exit_code == step.exit_code);
    REQUIRE(step.requests.empty());
}

/// What the simulation has no place for is refused openly where docker goes on.
bool refused_here(const Printed& printed) {
    return printed.err.find("not simulated") != std::string::npos ||
           printed.err.rfind("Error response from daemon: ", 0) == 0;
}

}   // namespace

TEST_CASE("service create makes the spec docker makes, or fails as it fails", "[words][golden]") {
    const Json state = engine_state();
    int made = 0, refused = 0;
    for (const char* file : {"service_create", "service_mounts_ports"}) {
        for (const Step& step : read_transcript(file)) {
            CAPTURE(step.file, step.line, step.command);
            const Parsed parsed = parse_line(step.command);
            if (const Printed* printed = std::get_if<Printed>(&parsed)) {
                if (step.exit_code == 0 && refused_here(*printed)) continue;
                check_printed(step, *printed);
                ++refused;
                continue;
            }
            if (needs_engine(step)) continue;
            REQUIRE(step.exit_code == 0);
            REQUIRE(step.requests.size() == 1);
            const auto& create = std::get<ServiceCreate>(std::get<Command>(parsed).what);
            Json expected = dump(spec_of(step.requests[0].body, state));
            Json actual = dump(create.spec);
            if (step.command.find("source=./rel") != std::string::npos) {
                // docker makes it absolute by its own folder, which no run may know.
                expected["mounts"][0][1] = "./rel";
            }
            REQUIRE(actual == expected);
            ++made;
        }
    }
    REQUIRE(made > 50);
    REQUIRE(refused > 60);
}

TEST_CASE("service update changes the spec as docker does, or fails as it fails",
          "[words][golden]") {
    const Json state = engine_state();
    int changed = 0, refused = 0;
    for (const Step& step : read_transcript("service_update")) {
        CAPTURE(step.line, step.command);
        const Parsed parsed = parse_line(step.command);
        if (const Printed* printed = std::get_if<Printed>(&parsed)) {
            check_printed(step, *printed);
            ++refused;
            continue;
        }
        const auto& update = std::get<ServiceUpdate>(std::get<Command>(parsed).what);
        if (update.rollback) {
            REQUIRE(step.requests.at(0).path.find("rollback=previous") != std::string::npos);
            continue;
        }
        const Json& before = find(state.at("services"), update.service);
        const Updated after = apply(update, spec_of(before.at("Spec"), state));
        if (step.exit_code != 0) {
            CHECK(after.problem + "\n" == step.err);
            ++refused;
            continue;
        }
        if (after.problem.rfind("Error response from daemon: ", 0) == 0) continue;
        CHECK(after.problem == "");
        CHECK(dump(after.spec) == dump(spec_of(step.requests.at(0).body, state)));
        ++changed;
    }
    REQUIRE(changed > 60);
    REQUIRE(refused > 10);
}

TEST_CASE("updates do not depend on how often they are applied where docker's do not",
          "[words][update]") {
    const auto apply_line = [](const std::string& line, swarm::ServiceSpec spec) {
        const Parsed parsed = parse_line(line);
        const auto& update = std::get<ServiceUpdate>(std::get<Command>(parsed).what);
        return apply(update, std::move(spec)).spec;
    };
    for (const char* changes :
         {"--env-add A=1", "--publish-add 80:80", "--mount-add source=a,target=/b",
          "--label-add a=b", "--dns-add 1.1.1.1", "--image x:1"}) {
        CAPTURE(changes);
        const std::string line = std::string("docker service update ") + changes + " web";
        const swarm::ServiceSpec once = apply_line(line, {});
        REQUIRE(dump(apply_line(line, once)) == dump(once));
        REQUIRE(dump(once) != dump(swarm::ServiceSpec{}));
    }
    const swarm::ServiceSpec forced = apply_line("docker service update --force web", {});
    REQUIRE(forced.task.force_update == 1);
}
