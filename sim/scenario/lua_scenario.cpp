#include "scenario/lua_scenario.h"

#include <algorithm>
#include <utility>

#include "scenario/load.h"
#include "script/sandbox.h"

namespace glasshive::scenario {

namespace {

std::string base_name(const std::string& file) { return file.substr(file.find_last_of('/') + 1); }

}   // namespace

Result<ScenarioSpec> read_lua_scenario(const std::string& text, const std::string& file,
                                       const FileReader& read_included, const Given& given) {
    const std::uint64_t seed = given.seed.value_or(ScenarioSpec{}.seed);
    // Without folders: what it makes does not depend on where somebody stands.
    script::Sandbox sandbox(base_name(file), {}, kernel::Rng(seed, "scenario"));
    sandbox.set_parameters(given.parameters);
    const auto described = sandbox.describe(text);
    if (!described.ok()) {
        Diagnostics problems = described.problems();
        for (Diagnostic& problem : problems) problem.file = file;
        return problems;
    }
    Loader loader(file, text, read_included, given);
    Diagnostics more;
    for (const std::string& name : described.value().functions) {
        if (name == "script") continue;
        more.push_back({.file = file,
                        .line = 0,
                        .path = name,
                        .message = "is a function",
                        .hint = "only script is one"});
    }
    auto document = yaml::parse(described.value().json, file);
    if (!document.ok()) return document.problems();
    const yaml::Document changed = yaml::overridden(document.value(), given.overrides, more);
    if (changed.root().find("seed").exists()) {
        more.push_back({.file = file,
                        .line = 0,
                        .path = "seed",
                        .message = "a scenario in Lua is given its seed",
                        .hint = "--seed 7"});
    }
    loader.read(changed.root());
    auto read = loader.finish(more, document.value().root());
    if (!read.ok()) {
        Diagnostics problems = read.problems();
        for (Diagnostic& problem : problems) {
            if (problem.file == file) problem.line = 0;
        }
        return problems;
    }
    ScenarioSpec spec = std::move(read.value());
    spec.seed = seed;
    const auto& functions = described.value().functions;
    if (std::find(functions.begin(), functions.end(), "script") != functions.end()) {
        spec.script = script::ScriptSpec{.name = base_name(file),
                                         .file = file,
                                         .text = text,
                                         .parameters = given.parameters,
                                         .in_scenario = true};
    }
    return spec;
}

}   // namespace glasshive::scenario
