#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/trace_formats.h"
#include "workload/trace/filters.h"

namespace glasshive::cli {

/// What is to be changed about a trace while it is converted, in this order.
struct TraceChange {
    Time from{}, to = time_never;   ///< The window.
    double sample = 1;
    double load = 1;              ///< Tasks arrive that many times as fast.
    double runs = 1;              ///< They run that many times as long.
    std::optional<double> cpus;   ///< Demand to be reached: CPUs of the cluster times a share.
    bool repeat = false;          ///< By repeating tasks that stay, not by arrivals.
    std::uint64_t seed = 1;
};
/// The options of it (--set); failures have a window alone, machines nothing.
std::vector<compare::OptionInfo> trace_change_options(TraceWhat what);
/// Reads them, or adds what is wrong.
TraceChange trace_change(const compare::Settings& settings, std::uint64_t seed,
                         Diagnostics& problems);

/// A trace with all of its changes.
class ChangedTrace {
  public:
    /// Measures demand where it is to be reached: reads `order` once, and begins it again. Null
    /// when something is wrong. `order` must outlive it.
    static std::unique_ptr<ChangedTrace> of(workload::trace::SubmissionOrder& order,
                                            const TraceChange& change, Diagnostics& problems);
    bool next(workload::trace::Task& out) { return sources_.back()->next(out); }

  private:
    ChangedTrace(workload::trace::SubmissionOrder& order, const TraceChange& change);
    std::vector<std::unique_ptr<workload::trace::TaskSource>> sources_;   // Each of the one before.
};

/// Failures in the window. A machine that was down when it begins fails at its beginning.
void cut_failures(std::vector<workload::trace::Failure>& failures, const TraceChange& change);

}   // namespace glasshive::cli
