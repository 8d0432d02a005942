#include "scenario/read_session.h"

#include <algorithm>

#include "scenario/inject.h"
#include "scenario/schema.h"

namespace glasshive::scenario {

namespace {

/// Nobody types more, and each is read with care.
constexpr std::size_t given_max = 10'000;

/// The folder of a file as it was typed, with a slash behind it; "" without one.
std::string folder_of(const std::string& file) {
    return file.substr(0, file.find_last_of('/') + 1);
}

std::string beside(const std::string& file, const std::string& name) {
    return name.starts_with('/') ? name : folder_of(file) + name;
}

/// The scenario that a session names; its problems, or that it is not there, go to `problems`.
std::optional<ScenarioSpec> read_played(const yaml::Value& value, const std::string& file,
                                        const FileReader& read_included, const Given& given,
                                        Diagnostics& problems) {
    std::string name;
    if (!value.into(name)) return std::nullopt;
    auto content = name.empty() ? std::nullopt : read_included(name);
    if (!content) {
        value.error("there is no file " + yaml::quoted(name), "paths are relative to this file");
        return std::nullopt;
    }
    const FileReader beside_it = [&](const std::string& included) {
        return read_included(beside(name, included));
    };
    auto read = read_plain_scenario(std::move(*content), beside(file, name), beside_it, given);
    if (read.ok()) return std::move(read.value());
    problems.insert(problems.end(), read.problems().begin(), read.problems().end());
    return std::nullopt;
}

/// A scenario in Lua is made from the seed. What is wrong with that is said by read_frame.
Given seed_of(Map& map) {
    Diagnostics elsewhere;
    Given given;
    std::uint64_t seed = 0;
    if (yaml::Value(map.value("seed").node(), "seed", elsewhere).into(seed)) given.seed = seed;
    return given;
}

/// Reports what is wrong with a command where the command stands.
void check_given(const yaml::Value& line, const std::string& text, const InjectionReader& reader) {
    const auto read = reader.read(text);
    if (read.ok()) return;
    for (const Diagnostic& problem : read.problems()) {
        const std::string where = problem.path.empty() ? "" : problem.path + ": ";
        line.error(where + problem.message, problem.hint);
    }
}

/// `spec`: null when it could not be read, and nobody knows what its commands may name.
SavedSession read_given(Map& map, const ScenarioSpec* spec) {
    SavedSession saved;
    Duration until{};
    if (map.read("until", until)) saved.until = until;
    std::optional<InjectionReader> reader;
    if (spec != nullptr) reader.emplace(*spec);
    const std::vector<yaml::Value> items = map.value("commands").items();
    if (!map.check(items.size() <= given_max, "commands",
                   std::to_string(items.size()) + " commands; at most " +
                       std::to_string(given_max) + " can be given")) {
        return saved;
    }
    for (const yaml::Value& item : items) {
        Map given(Part::given, item);
        SavedSession::Command command;
        const bool timed = given.require("at", command.at);
        const bool late = timed && saved.until && command.at > *saved.until;
        given.check(!late, "at", "is after the session's end", "until says where that is");
        if (!given.require("do", command.text)) continue;
        if (reader) check_given(given.value("do"), command.text, *reader);
        saved.commands.push_back(std::move(command));
    }
    std::stable_sort(saved.commands.begin(), saved.commands.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return saved;
}

/// Everything but the scenario: what counts instead of what that says.
void read_frame(Map& map, ScenarioSpec& spec) {
    map.read("seed", spec.seed);
    map.read("profile", spec.profile,
             {{"textbook", Profile::textbook}, {"realistic", Profile::realistic}});
    map.read("duration", spec.duration);
    map.check(spec.duration > Duration::zero(), "duration", "a run lasts longer than 0s",
              "such as duration: 5m");
}

}   // namespace

bool is_session(const yaml::Node& root) { return root.is_map() && root.find("session").exists(); }

Result<ScenarioSpec> read_session(const yaml::Node& root, const std::string& file,
                                  const FileReader& read_included, const Diagnostics& more) {
    Diagnostics problems = more, of_scenario;
    std::optional<ScenarioSpec> spec;
    SavedSession saved;
    {   // The maps report what they were not asked for when they go.
        Map top(Part::scenario, yaml::Reader(root, problems));
        check_schema(top);
        Map map(Part::session, top.value("session"));
        for (const KeyInfo& key : section(Part::scenario).keys) {
            if (key.key == "schema" || key.key == "session") continue;
            top.check(!top.has(key.key), key.key, "a session takes this from its scenario",
                      map.has_key(key.key) ? "write it below session" : "remove it");
        }
        const Given given = seed_of(map);
        spec = read_played(map.required("scenario"), file, read_included, given, of_scenario);
        ScenarioSpec unknown;   // For what else is wrong here.
        read_frame(map, spec ? *spec : unknown);
        saved = read_given(map, spec ? &*spec : nullptr);
        if (spec && saved.until) {
            map.check(*saved.until <= spec->duration, "until", "is after the end of the run",
                      "the run lasts " + glasshive::to_text(spec->duration));
        }
    }
    Diagnostics all = yaml::sorted(std::move(problems));
    all.insert(all.end(), of_scenario.begin(), of_scenario.end());
    if (has_errors(all)) return all;
    spec->session = std::move(saved);
    spec->warnings.insert(spec->warnings.begin(), all.begin(), all.end());
    return std::move(*spec);
}

}   // namespace glasshive::scenario
