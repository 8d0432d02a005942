#pragma once

#include <ostream>

#include "base/result.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace glasshive::cli {

/// One diagnostic, its hint on a line of its own.
void print_problem(std::ostream& out, const Terminal& terminal, const Diagnostic& problem);
/// Every diagnostic, errors red, then "N problems; nothing was run." when there is an error.
void print_problems(std::ostream& out, const Terminal& terminal, const Diagnostics& problems);
/// The same as a JSON array on one line, for --json.
void print_problems_json(std::ostream& out, const Diagnostics& problems);
/// How a command ends that cannot do what it was asked for: all that is wrong, where --json wants
/// it or to standard error. Gives back exit_user_error.
int refuse(const CommonOptions& common, const Diagnostics& problems);

}   // namespace glasshive::cli
