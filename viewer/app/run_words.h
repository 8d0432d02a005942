#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "viewer/live/status.h"

namespace glasshive::viewer {

/// What is typed into the command line of a live view: "pause", "run 30s", "rewind 1m", "branch
/// calm", "save mine.yaml", …; everything else is given to the cluster as it stands (a docker line,
/// "fault {…}", "drain w1"). A Diagnostic for a word of ours with a wrong rest. `now`: where the
/// run stands.
Result<Command> command_of(const std::string& line, Time now);

/// "run 30s": each with what it does, for help and completion.
struct RunWord {
    std::string_view usage, purpose;
};
std::span<const RunWord> run_words();

}   // namespace glasshive::viewer
