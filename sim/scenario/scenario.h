#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scenario/spec.h"

/// Turns a scenario file, and what it includes, into a ScenarioSpec or into everything that is
/// wrong with it. Reads, never builds.
namespace glasshive::scenario {

/// Gives the content of an included file, or nothing when there is none of that name. `name` is as
/// written in the scenario: relative to the scenario's folder, or absolute.
using FileReader = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the file at `path`; included files are relative to its folder.
Result<ScenarioSpec> read_scenario(const std::string& path);

/// The same from a text: for tests, fuzzing, and running again what a recording embeds.
/// `file` is only for messages and ScenarioSpec::file.
Result<ScenarioSpec> read_scenario(std::string text, const std::string& file,
                                   const FileReader& read_included);

/// A FileReader over ScenarioSpec::inputs (or a recording's copy of them).
FileReader reader_of(std::vector<InputFile> inputs);

/// docs/reference/scenario.md: every key with its type, default, meaning and example, printed from
/// the table that the reader itself checks keys against, so that the two cannot drift apart.
std::string reference_page();

}   // namespace glasshive::scenario
