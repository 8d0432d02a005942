#pragma once

#include <cmath>
#include <cstdint>

#include "base/assert.h"
#include "base/units.h"

namespace glasshive::engine {

/// Where nanoseconds meet SimGrid's doubles. Nothing else converts between the two.

/// How far above a whole nanosecond a double may lie and still mean that nanosecond, in ns.
/// It absorbs SimGrid's rounding (below 0.02 ns in the first day of virtual time) and sits away
/// from the fractions that round sizes and bandwidths give (fifths, quarters, thirds).
inline constexpr double seam_slack_ns = 0.29;
/// SimGrid takes events this close for simultaneous, in seconds; must be below the slack.
inline constexpr double seam_precision_s = 1e-10;

/// The double nearest to `time`, in seconds.
inline double to_seconds(Time time) { return static_cast<double>(ns_of(time)) / 1e9; }

/// The first nanosecond not before `seconds`, less the slack. Beyond the clock's range: never.
inline Time from_seconds(double seconds) {
    SIM_ASSERT(seconds >= 0);
    constexpr double longest_s = 9.0e9;
    if (seconds > longest_s) return time_never;
    return time_of_ns(static_cast<std::int64_t>(std::ceil(seconds * 1e9 - seam_slack_ns)));
}

}   // namespace glasshive::engine
