#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "scenario/spec.h"

namespace glasshive::scenario {

/// Gives the content of a file that a line names; nothing when there is none.
using NamedFile = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads one line as somebody types it, "docker service scale web=6", with what the files it names
/// hold (a Compose file, a secret's content). `at` is left at 0. Problems are docker's own words,
/// and a warning never stands alone: those of a Compose file come in `warnings`.
Result<CommandSpec> read_docker_line(const std::string& line, const platform::Where& where,
                                     const NamedFile& read, Diagnostics& warnings);

/// The short forms in docker's words: "docker service scale web=5".
std::string docker_words(const CommandSpec& command);

}   // namespace glasshive::scenario
