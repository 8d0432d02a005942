#include "cli/load.h"

#include <nlohmann/json.hpp>

#include "record/recording.h"
#include "scenario/scenario.h"
#include "yaml/units.h"

namespace glasshive::cli {

bool is_recording(const std::string& path) {
    return path.size() > 5 && path.compare(path.size() - 5, 5, ".hive") == 0;
}

namespace {

/// The commands a recording lists; a stranger's file may hold anything there.
Result<std::vector<session::TimedCommand>> commands_of(const record::Recording& recording) {
    std::vector<session::TimedCommand> commands;
    const std::string text = recording.meta("commands").value_or("[]");
    const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
    const Diagnostic broken{.file = recording.path(), .message = "its list of commands is damaged",
                            .hint = "run the scenario file itself"};
    if (!list.is_array()) return broken;
    for (const auto& entry : list) {
        if (!entry.is_object() || !entry.contains("t_ns") || !entry.contains("text")) return broken;
        if (!entry["t_ns"].is_number_integer() || !entry["text"].is_string()) return broken;
        commands.push_back({time_of_ns(entry["t_ns"].get<std::int64_t>()),
                            entry["text"].get<std::string>()});
    }
    return commands;
}

Result<Loaded> load_recording(const std::string& path) {
    auto opened = record::Recording::open(path);
    if (!opened.ok()) return opened.problems();
    const record::Recording& recording = opened.value();
    const std::string name = recording.meta("scenario").value_or("");
    const auto content = recording.meta("file:" + name);
    if (name.empty() || !content) {
        return Diagnostic{.file = path,
                          .message = "it does not embed the scenario it was made from",
                          .hint = "run the scenario file itself"};
    }
    auto read = scenario::read_scenario(
        *content, name, [&](const std::string& file) { return recording.meta("file:" + file); });
    if (!read.ok()) return read.problems();
    auto commands = commands_of(recording);
    if (!commands.ok()) return commands.problems();
    Loaded loaded{.spec = std::move(read.value()), .commands = std::move(commands.value()),
                  .recorded_digest = recording.meta("digest").value_or("")};
    const std::string seed = recording.meta("seed").value_or("");
    if (!seed.empty()) loaded.spec.seed = std::strtoull(seed.c_str(), nullptr, 10);
    if (recording.meta("profile").value_or("") == "realistic") {
        loaded.spec.profile = scenario::Profile::realistic;
    }
    const std::string end = recording.meta("duration_ns").value_or("");
    if (!end.empty()) {
        const Duration span{std::strtoll(end.c_str(), nullptr, 10)};
        if (span.count() > 0) loaded.spec.duration = span;
    }
    return loaded;
}

}   // namespace

Result<Loaded> load(const std::string& path) {
    if (is_recording(path)) return load_recording(path);
    auto read = scenario::read_scenario(path);
    if (!read.ok()) return read.problems();
    return Loaded{.spec = std::move(read.value()), .commands = {}, .recorded_digest = {}};
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
