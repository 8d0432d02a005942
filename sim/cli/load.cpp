#include "cli/load.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "record/recording.h"
#include "scenario/scenario.h"
#include "session/given/given.h"
#include "world/world.h"
#include "yaml/units.h"

namespace glasshive::cli {

bool is_recording(const std::string& path) {
    if (path.size() > 5 && path.compare(path.size() - 5, 5, ".hive") == 0) return true;
    // By another name: every SQLite file begins so (sqlite.org/fileformat.html).
    std::error_code problem;
    if (!std::filesystem::is_regular_file(path, problem)) return false;
    std::ifstream in(path, std::ios::binary);
    char start[15] = {};
    in.read(start, sizeof start);
    return in && std::string_view(start, sizeof start) == "SQLite format 3";
}

namespace {

script::Parameters parameters_of(const record::Recording& recording) {
    script::Parameters parameters;
    const nlohmann::json table =
        nlohmann::json::parse(recording.meta("parameters").value_or("{}"), nullptr, false);
    if (!table.is_object()) return parameters;
    for (const auto& [name, value] : table.items()) {
        if (value.is_boolean()) parameters[name] = value.get<bool>();
        else if (value.is_number_integer()) parameters[name] = value.get<std::int64_t>();
        else if (value.is_number()) parameters[name] = value.get<double>();
        else if (value.is_string()) parameters[name] = value.get<std::string>();
    }
    return parameters;
}

/// As session::Session wrote them.
std::vector<yaml::Override> overrides_of(const record::Recording& recording) {
    std::vector<yaml::Override> overrides;
    const nlohmann::json table =
        nlohmann::json::parse(recording.meta("set").value_or("{}"), nullptr, false);
    if (!table.is_object()) return overrides;
    for (const auto& [path, value] : table.items()) {
        if (value.is_string()) overrides.push_back({path, value.get<std::string>()});
    }
    return overrides;
}

/// What was given to the run that a recording keeps.
Result<std::vector<session::TimedCommand>> commands_of(const record::Recording& recording) {
    auto kept = recording.commands();
    if (!kept.ok()) return kept.problems();
    std::vector<session::TimedCommand> commands;
    commands.reserve(kept.value().size());
    for (record::Command& each : kept.value()) commands.push_back({each.at, std::move(each.text)});
    return commands;
}

/// Where a session's recording was cut short: at its newest event, or at what was given last.
Result<std::optional<Time>> cut_at(const record::Recording& recording,
                                   const std::vector<session::TimedCommand>& commands) {
    if (recording.clean() || commands.empty()) return std::optional<Time>{};
    const auto newest = recording.newest_time();
    if (!newest.ok()) return newest.problems();
    return std::optional(std::max(newest.value(), commands.back().at));
}

/// A whole number of meta; empty when it is none.
std::optional<std::int64_t> number_of_meta(const record::Recording& recording, const char* key) {
    const auto text = recording.meta(key);
    if (!text) return std::nullopt;
    return yaml::parse_integer(*text).value;
}

Result<Loaded> load_recording(const std::string& path) {
    auto opened = record::Recording::open(path);
    if (!opened.ok()) return opened.problems();
    record::Recording& recording = opened.value();
    const std::string name = recording.meta("scenario").value_or("");
    const auto content = recording.meta("file:" + name);
    if (name.empty() || !content) {
        return Diagnostic{.file = path,
                          .message = "it does not embed the scenario it was made from",
                          .hint = "run the scenario file itself"};
    }
    const std::string seed = recording.meta("seed").value_or("");
    scenario::Given given{
        .seed = {}, .parameters = parameters_of(recording), .overrides = overrides_of(recording)};
    if (!seed.empty()) given.seed = std::strtoull(seed.c_str(), nullptr, 10);
    auto read = scenario::read_scenario(
        *content, name, [&](const std::string& file) { return recording.meta("file:" + file); },
        given);
    if (!read.ok()) return read.problems();
    auto commands = commands_of(recording);
    if (!commands.ok()) return commands.problems();
    Loaded loaded{.spec = std::move(read.value()), .commands = std::move(commands.value()),
                  .stop_at = {}, .recorded_digest = recording.meta("digest").value_or(""),
                  .recorded_version = recording.meta("version").value_or("")};
    if (given.seed) loaded.spec.seed = *given.seed;
    loaded.spec.profile = recording.meta("profile").value_or("") == "realistic"
                              ? scenario::Profile::realistic
                              : scenario::Profile::textbook;
    const auto span = number_of_meta(recording, "duration_ns");
    if (span && *span > 0) loaded.spec.duration = Duration{*span};
    const auto end = number_of_meta(recording, "end_time_ns");
    if (end && *end >= 0) loaded.stop_at = time_of_ns(*end);
    const auto cut = cut_at(recording, loaded.commands);
    if (!cut.ok()) return cut.problems();
    if (cut.value()) loaded.stop_at = loaded.cut_at = cut.value();
    return loaded;
}

}   // namespace

script::Parameters parameters_from(const std::vector<std::string>& words) {
    script::Parameters parameters;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        parameters[word.substr(0, equals)] = scenario::parameter_value(word.substr(equals + 1));
    }
    return parameters;
}

std::vector<yaml::Override> overrides_from(const std::vector<std::string>& words) {
    std::vector<yaml::Override> overrides;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        overrides.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
    return overrides;
}

Result<Loaded> load(const std::string& path, const scenario::Given& given) {
    if (is_recording(path) && !given.overrides.empty()) {
        return Diagnostic{.file = yaml::label_of(given.overrides.front()),
                          .message = "a recording runs again as it was made",
                          .hint = "set it in the scenario file itself"};
    }
    if (is_recording(path) && !given.parameters.empty() && !given.for_others_too) {
        return Diagnostic{.file = "--parameter " + given.parameters.begin()->first,
                          .message = "a recording runs again as it was made",
                          .hint = "give it to the scenario file itself"};
    }
    if (is_recording(path)) return load_recording(path);
    auto read = scenario::read_scenario(path, given);
    if (!read.ok()) return read.problems();
    if (auto problem = scenario::unused_parameters(path, given, read.value())) return *problem;
    const Diagnostics wrong = world::check_scripts(read.value());
    if (has_errors(wrong)) return wrong;
    Loaded loaded{.spec = std::move(read.value()), .commands = {}, .stop_at = {},
                  .recorded_digest = {}, .recorded_version = {}};
    if (!loaded.spec.session) return loaded;
    for (const auto& command : loaded.spec.session->commands) {
        loaded.commands.push_back({Time{} + command.at, command.text});
    }
    if (loaded.spec.session->until) loaded.stop_at = Time{} + *loaded.spec.session->until;
    return loaded;
}

std::optional<Time> where_left(const Loaded& loaded, const scenario::ScenarioSpec& spec) {
    const Time end = Time{} + spec.duration;
    if (loaded.stop_at) return std::min(end, *loaded.stop_at);
    return spec.session ? std::optional(end) : std::nullopt;
}

Result<std::vector<session::TimedCommand>> load_commands(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return Diagnostic{.file = path, .message = "cannot be read"};
    return session::read_given(text.str(), {.file = path,
                                            .message = "is no list of commands",
                                            .hint = "[{\"t_ns\": 30000000000, \"text\": "
                                                    "\"scale web=5\"}], in order of time"});
}

Diagnostics override_spec(scenario::ScenarioSpec& spec, std::optional<std::uint64_t> seed,
                          const std::string& until, const std::string& profile) {
    Diagnostics problems;
    if (seed) spec.seed = *seed;
    if (profile == "realistic") spec.profile = scenario::Profile::realistic;
    if (profile == "textbook") spec.profile = scenario::Profile::textbook;
    if (until.empty()) return problems;
    const auto parsed = yaml::parse_duration(until);
    if (!parsed || parsed.value->count() <= 0) {
        problems.push_back({.file = "--until",
                            .message = "\"" + until + "\" is not a time to stop at",
                            .hint = "write a duration such as 90s, 5m or 1h30m"});
    } else {
        spec.duration = *parsed.value;
    }
    return problems;
}

}   // namespace glasshive::cli
