#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "words/catalog.h"

/// What docker prints about its own commands, made from the table.
namespace glasshive::words {

/// `docker service create --help`, 80 columns, as with no terminal. `path` is how the command was
/// called: "ps" or "container ls".
std::string help_text(const CommandInfo& command, std::string_view path);
/// `docker service --help`; "" is docker itself.
std::string group_help(std::string_view group);
/// pflag's FlagUsagesWrapped, for a line of `width` columns.
std::string flag_usages(std::span<const FlagInfo> flags, std::size_t width);
/// "docker service create [OPTIONS] IMAGE [COMMAND] [ARG...]".
std::string usage_line(const CommandInfo& command, std::string_view path);

/// What may follow `words` ("docker", "service", ""): names of commands and flags that begin with
/// the last word, in order. For completion and hints.
std::vector<std::string> completions(const std::vector<std::string>& words);

/// docs/reference/docker.md.
std::string reference_page();

}   // namespace glasshive::words
