#pragma once

#include <vector>

#include "base/result.h"
#include "workload/trace/lines.h"
#include "workload/trace/task.h"

namespace glasshive::workload::trace {

/// A workload of Batsim (JSON) with jobs of type delay: gang = machines, run = the profile's delay,
/// estimate = walltime. In order of submission; equal times in the file's order.
/// Source: Batsim, "Input workload": jobs (id, subtime, res, walltime, profile), profiles.
Result<std::vector<Task>> read_batsim(Lines lines);

}   // namespace glasshive::workload::trace
