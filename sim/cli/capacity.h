#pragma once

#include "cli/commands.h"
#include "compare/plan.h"

namespace glasshive::cli {

/// What of the words does not go with --capacity.
Diagnostics check_capacity(const CompareOptions& options, const compare::Plan& plan);

/// Searches the least number of machines for each policy and variant of the plan, whose goal says
/// what they have to do; each number tried is a folder of its own below DIR/sizes, so that a search
/// that was killed goes on. Writes the report and prints the answers.
int search_capacity(const CompareOptions& options, const compare::Plan& plan);

}   // namespace glasshive::cli
