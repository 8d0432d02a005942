#pragma once

#include <ostream>

#include "cli/terminal.h"
#include "compare/report.h"

namespace glasshive::cli {

/// The report's first table for a terminal: means and intervals, and the verdict of each policy
/// against the first one.
void print_comparison(std::ostream& out, const Terminal& terminal, const compare::Report& report);

}   // namespace glasshive::cli
