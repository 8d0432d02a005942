#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "session/given/given.h"

namespace glasshive::client {

/// One line of history: what was given, and where it stands. Enough to make it again.
struct Line {
    std::string name;
    std::vector<session::TimedCommand> given;   ///< In order of time.
    Time at{};
    EventId newest{};
    std::string digest;   ///< Of all events up to there; "" for the present line, which moves on.
};

/// The lines of one session, in the order of their making. One of them is the present one.
class Lines {
  public:
    explicit Lines(Line first) { all_.push_back(std::move(first)); }

    Line& present() { return all_[present_]; }
    const Line& present() const { return all_[present_]; }
    const std::vector<Line>& all() const { return all_; }
    /// Null when there is none.
    Line* find(const std::string& name);
    /// Adds one and makes it the present one. Requires a new name.
    void add(Line line);
    /// Requires one of all().
    void go_to(const std::string& name);
    void forget(const std::string& name);

  private:
    std::vector<Line> all_;
    std::size_t present_ = 0;
};

/// Why a line cannot be called so; "" when it can.
std::string why_no_name(const std::string& name);

}   // namespace glasshive::client
