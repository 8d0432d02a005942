#pragma once

#include <algorithm>

#include "base/units.h"

namespace glasshive::viewer {

/// Moves the playhead of a recording as time passes before the screen.
struct Player {
    bool playing = false;
    double speed = 1;   ///< Virtual seconds per second: 0.1 to 10,000.

    static constexpr double slowest = 0.1;
    static constexpr double fastest = 10'000;

    void set_speed(double wanted) { speed = std::clamp(wanted, slowest, fastest); }
    /// Where the playhead is `seconds` later. Stops at `end`.
    Time advance(Time at, Time end, double seconds) {
        if (!playing) return at;
        const double step = std::max(0.0, seconds) * speed * 1e9;
        const double room = static_cast<double>((end - at).count());
        if (step < room) return at + Duration{static_cast<std::int64_t>(step)};
        playing = false;
        return std::max(at, end);
    }
};

}   // namespace glasshive::viewer
