#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "compare/folder.h"
#include "compare/plan.h"

namespace glasshive::cli {

/// Whether the engine and its options go with the other words.
Diagnostics check_engine(const CompareOptions& options);
/// What a progress bar says of the runs, and since when somebody waits.
struct RunsShown {
    std::string unit = "runs";
    std::optional<std::chrono::steady_clock::time_point> since = {};
};
/// Does the runs of the plan that the folder has no result of, by processes here or by Slurm; what
/// went wrong. A signal that ends it cancels Slurm's jobs first.
Diagnostics run_missing(const CompareOptions& options, const compare::Folder& folder,
                        const compare::Plan& plan, const RunsShown& shown = {});

}   // namespace glasshive::cli
