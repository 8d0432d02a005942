#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compare/execute.h"
#include "workload/trace/fields.h"
#include "workload/trace/submission_order.h"

namespace glasshive::cli {

/// What is made of a trace.
enum class TraceWhat { tasks, machines, failures };
inline constexpr const char* trace_whats[] = {"tasks", "machines", "failures"};

/// A format that traces come in: what it tells, and the options of reading it.
struct TraceFormat {
    const char* name;
    const char* doc;   ///< For people: which files.
    bool tasks = false, machines = false, failures = false;
    std::vector<compare::OptionInfo> options;
    /// What a share of 1 means, unless the options say it; null: it gives no shares.
    const workload::trace::WholeMachine* whole = nullptr;

    bool tells(TraceWhat what) const;
};
const std::vector<TraceFormat>& trace_formats();
/// Null when no format has that name.
const TraceFormat* trace_format(const std::string& name);
/// By the name of a file, as glasshive compare does: swf, batsim or openb.
std::string trace_format_of(const std::string& file);

/// The files of a trace, in their order, and how they are to be read.
struct TraceInput {
    const TraceFormat* format = nullptr;
    std::vector<std::string> files;
    compare::Settings settings;        ///< Those of the format; others are not looked at.
    std::function<void()> part_done;   ///< Called after each file.
};
/// Each reads everything, and tells at most workload::trace::problems_most problems. Requires that
/// the format tells it. `left_out` counts what cannot be replayed.
Diagnostics read_trace(const TraceInput& input, workload::trace::SubmissionOrder& tasks,
                       std::int64_t& left_out);
Diagnostics read_trace(const TraceInput& input, std::vector<workload::trace::Machine>& machines);
Diagnostics read_trace(const TraceInput& input, std::vector<workload::trace::Failure>& failures,
                       std::int64_t& left_out);

}   // namespace glasshive::cli
