#pragma once

#include <chrono>
#include <ostream>

#include "base/units.h"
#include "cli/terminal.h"

namespace glasshive::cli {

/// A progress bar on a terminal: virtual time, speed-up over real time, time to go. Appears only
/// when the run has lasted two seconds, redraws at most ten times a second, and shows nothing
/// elsewhere. The only reader of the wall clock in the command line; it decides nothing in the run.
class Progress {
  public:
    /// Of a run, or of the part of one that begins at `begin`.
    Progress(std::ostream& out, const Terminal& terminal, Time end, Time begin = Time{});

    void update(Time now);
    /// Wipes the bar's line so that something else may be printed.
    void clear();
    /// Wall seconds since construction.
    double elapsed_seconds() const;

  private:
    using Wall = std::chrono::steady_clock;
    std::ostream& out_;
    const Terminal& terminal_;
    Time end_, begin_;
    Wall::time_point started_;
    Wall::time_point drawn_;
    bool visible_ = false;
};

}   // namespace glasshive::cli
