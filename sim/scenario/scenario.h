#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/spec.h"
#include "yaml/override.h"

/// Turns a scenario file, and what it includes, into a ScenarioSpec or into everything that is
/// wrong with it. Reads, never builds.
namespace glasshive::scenario {

/// Gives the content of an included file, or nothing when there is none of that name. `name` is as
/// written in the scenario: relative to the scenario's folder, or absolute.
using FileReader = std::function<std::optional<std::string>(const std::string& name)>;

/// What is given from outside. Its parameters come before those that a file gives to a script.
struct Given {
    std::optional<std::uint64_t> seed;   ///< Else the file's.
    script::Parameters parameters;
    bool for_others_too = false;         ///< Somebody else takes parameters, too.
    /// Values of the scenario's own keys, put into it before it is read; not into what it includes,
    /// and not for saved sessions.
    std::vector<yaml::Override> overrides = {};
};

/// Reads the file at `path`; included files are relative to its folder. A file *.lua is a script
/// that gives the scenario back as a table: a pure function of seed and parameters.
Result<ScenarioSpec> read_scenario(const std::string& path, const Given& given = {});

/// The same from a text: for tests, fuzzing, and running again what a recording embeds.
/// `file` is only for messages and ScenarioSpec::file.
Result<ScenarioSpec> read_scenario(std::string text, const std::string& file,
                                   const FileReader& read_included, const Given& given = {});

/// What is wrong when parameters are given to a scenario (read from `path`) in which nothing takes
/// them; nothing when something does.
std::optional<Diagnostic> unused_parameters(const std::string& path, const Given& given,
                                            ScenarioSpec& spec);
/// Whether `word` is the path of a value in a scenario (read from `path`), and not a parameter's
/// name: it has a "." or a "[", or is a key that stands at the top of a scenario in YAML.
bool is_override(const std::string& path, const std::string& word);
/// Every script that the scenario names.
std::vector<script::ScriptSpec*> scripts_of(ScenarioSpec& spec);

/// A parameter as somebody writes it: true, 5, 0.5, or a text.
script::Value parameter_value(const std::string& text);

/// A FileReader over ScenarioSpec::inputs (or a recording's copy of them).
FileReader reader_of(std::vector<InputFile> inputs);

/// docs/reference/scenario.md: every key with its type, default, meaning and example, printed from
/// the table that the reader itself checks keys against, so that the two cannot drift apart.
std::string reference_page();

}   // namespace glasshive::scenario
