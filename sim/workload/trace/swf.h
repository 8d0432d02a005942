#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "workload/trace/lines.h"
#include "workload/trace/task.h"

namespace glasshive::workload::trace {

/// A log in the Standard Workload Format: batch jobs of a machine of equal processors.
struct SwfLog {
    /// In order of submission, as the file says. gang = processors (allocated, else requested),
    /// cpus = 1 each; estimate = requested time where there is one; name = the job's number.
    std::vector<Task> jobs;
    std::int64_t processors = 0;   ///< MaxProcs of the header, else MaxNodes; 0: not said.
    std::int64_t left_out = 0;     ///< Jobs without a run time or without processors.
};

/// Reads one. Jobs that did not run (run time of 0 or less) or have no processors are left out, as
/// studies of these logs do.
/// Source: Parallel Workloads Archive, "The Standard Workload Format" (version 2.2): 18 columns.
Result<SwfLog> read_swf(Lines lines);

}   // namespace glasshive::workload::trace
