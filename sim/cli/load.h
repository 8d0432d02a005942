#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/scenario.h"
#include "scenario/spec.h"
#include "session/session.h"

namespace glasshive::cli {

/// A scenario to run, from its file or from what a recording embeds.
struct Loaded {
    scenario::ScenarioSpec spec;
    std::vector<session::TimedCommand> commands;   ///< Of the recorded session, if it was one.
    std::optional<Time> stop_at;                   ///< Where that session was ended early.
    std::optional<Time> cut_at;                    ///< Where its recording is cut short, if it is.
    std::string recorded_digest;                   ///< Of the recording, if it is one and whole.
    std::string recorded_version;                  ///< Of the program that made it.
};

/// "name=value" as parameters of scripts.
script::Parameters parameters_from(const std::vector<std::string>& words);

/// "path=value" as values of the scenario's own keys.
std::vector<yaml::Override> overrides_from(const std::vector<std::string>& words);

/// Reads a scenario or a saved session (.yaml), or a recording (.hive: its embedded files, seed,
/// profile, commands, and where it ended). A recording whose program died lists no commands: its
/// events tell them. `given`: what the command line says; not for recordings, which embed theirs.
Result<Loaded> load(const std::string& path, const scenario::Given& given = {});
/// Where the session that a file keeps was left; nothing: it keeps none, or nobody knows. At most
/// the end that `spec` says.
std::optional<Time> where_left(const Loaded& loaded, const scenario::ScenarioSpec& spec);
/// Reads a list of commands as a recording's meta has it: JSON, "t_ns" and "text" of each.
Result<std::vector<session::TimedCommand>> load_commands(const std::string& path);
/// Applies what the command line overrides. `until` in our duration grammar.
Diagnostics override_spec(scenario::ScenarioSpec& spec, std::optional<std::uint64_t> seed,
                          const std::string& until, const std::string& profile);
bool is_recording(const std::string& path);

}   // namespace glasshive::cli
