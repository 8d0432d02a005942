#pragma once

#include <string>

#include "cli/commands.h"
#include "compare/plan.h"

namespace glasshive::cli {

/// What was typed, as a plan; or all that is wrong with it.
Result<compare::Plan> compare_plan(const CompareOptions& options);
/// The command line that makes the plan again.
std::string compare_command_of(const compare::Plan& plan);

}   // namespace glasshive::cli
