#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace glasshive::session {

/// A command and the instant it takes effect: after everything that is due at that instant.
struct TimedCommand {
    Time at{};
    std::string text;   ///< As Session::inject takes it.
    friend bool operator==(const TimedCommand&, const TimedCommand&) = default;
};

/// The list as JSON: [{"t_ns": 30000000000, "text": "scale web=5"}]. What is no UTF-8 is replaced.
std::string json_of(const std::vector<TimedCommand>& commands);

/// Reads such a list, which may be a stranger's. `broken` when it is none, or out of order.
Result<std::vector<TimedCommand>> read_given(const std::string& json, const Diagnostic& broken);

}   // namespace glasshive::session
