#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/script/scripted_check.h"
#include "cli/terminal.h"

namespace glasshive::cli {

using Checks = std::vector<std::unique_ptr<check::ScriptedCheck>>;

/// Loads the scripts; every problem of all of them. `parameters`: "name=value".
Result<Checks> load_checks(const std::vector<std::string>& files,
                           const std::vector<std::string>& parameters, const EventRegistry& kinds,
                           const Names& names);
/// What each found: its violations, its figures, what it printed.
void print_checks(std::ostream& out, const Terminal& terminal, const Checks& checks);
nlohmann::ordered_json checks_json(const Checks& checks);
/// 0: all held; 1: something did not; 2: a script failed.
int exit_code_of(const Checks& checks);
/// What went wrong in scripts while they ran.
Diagnostics problems_of(const Checks& checks);

}   // namespace glasshive::cli
