#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>

#include "cli/terminal.h"

namespace glasshive::cli {

/// A progress bar of things that are done one after another: how many, and the time to go. Appears
/// on a terminal only, and when they take more than two seconds.
class CountProgress {
  public:
    /// `since`: when the whole began that this is a part of; the two seconds count from there.
    CountProgress(std::ostream& out, const Terminal& terminal, std::size_t all, std::string unit,
                  std::optional<std::chrono::steady_clock::time_point> since = {});
    void one_more();
    /// Wipes the bar's line so that something else may be printed.
    void clear();

  private:
    using Wall = std::chrono::steady_clock;
    std::ostream& out_;
    const Terminal& terminal_;
    std::size_t all_, done_ = 0;
    std::string unit_;
    Wall::time_point started_, since_;
    bool visible_ = false;
};

}   // namespace glasshive::cli
