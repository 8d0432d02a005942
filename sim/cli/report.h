#pragma once

#include <ostream>
#include <string>

#include "cli/check_report.h"
#include "cli/decision_table.h"
#include "cli/terminal.h"
#include "session/session.h"

namespace glasshive::cli {

/// What `run` prints after the timeline.
struct ReportContext {
    const scenario::ScenarioSpec& spec;
    const session::Outcome& outcome;
    double wall_seconds = 0;
    std::string record_path;
    std::string replay_command;
    bool quiet = false;             ///< Verdicts, digest and replay command only.
    const DecisionList* decisions = nullptr;   ///< For JSON; null: not asked for.
    const Checks* checks = nullptr;            ///< Null: none.
};

/// Verdicts with their figures, the summary table (unless quiet), digest and replay command.
void print_report(std::ostream& out, const Terminal& terminal, const ReportContext& context);
/// The same as one JSON object, stable keys: see docs/reference/cli.md.
void print_report_json(std::ostream& out, const ReportContext& context);

/// 0: every expectation held; 1: one did not; 3: an invariant broke.
int exit_code(const session::Outcome& outcome);

}   // namespace glasshive::cli
