#pragma once

#include <string_view>
#include <variant>

#include "words/command.h"

namespace glasshive::words {

using Parsed = std::variant<Command, Printed>;

/// Reads one command line ("docker service scale web=5"), or gives what docker 28.2.2 prints
/// instead and its exit status: help, version, a usage error. A line that is no docker command, or
/// needs a shell, gives a sentence of ours and status 2. Pure; nothing of the machine is looked at.
Parsed parse_line(std::string_view line);

/// The same for words that are split already; the first is "docker".
Parsed parse_words(const Texts& words);

/// The flags of a command that the simulation gives a meaning to. The rest is accepted, checked as
/// docker checks it, and named in Command::unsimulated.
std::set<std::string, std::less<>> simulated_flags(Verb verb);

}   // namespace glasshive::words
