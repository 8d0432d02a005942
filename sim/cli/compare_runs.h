#pragma once

#include "cli/commands.h"
#include "compare/folder.h"
#include "compare/plan.h"

namespace glasshive::cli {

/// Whether the engine and its options go with the other words.
Diagnostics check_engine(const CompareOptions& options);
/// Does the runs of the plan that the folder has no result of, by processes here or by Slurm; what
/// went wrong. A signal that ends it cancels Slurm's jobs first.
Diagnostics run_missing(const CompareOptions& options, const compare::Folder& folder,
                        const compare::Plan& plan);

}   // namespace glasshive::cli
