#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"
#include "kernel/rng.h"
#include "platform/spec.h"

namespace glasshive::platform {

/// The random outages of one target, one after another: up for a draw, down for a draw.
///
/// Pure: the same stream and spec give the same outages. Both draws of an outage are made together,
/// so what else happens meanwhile cannot change them. Each span is at least a nanosecond long.
class Outages {
  public:
    struct Outage {
        Time begins{};
        Time ends{};   ///< time_never when it outlasts the longest run.
    };

    /// The target is up at `from`; no outage begins at or after `until`.
    Outages(kernel::Rng rng, const RandomSpec& spec, Time from, Time until)
        : rng_(rng), spec_(spec), up_since_(from), until_(until) {}

    /// The next outage, or nothing when there is none.
    std::optional<Outage> next();

  private:
    Duration draw(const LawSpec& law);

    kernel::Rng rng_;
    RandomSpec spec_;
    Time up_since_;
    Time until_;
    std::int64_t given_ = 0;
};

/// a + b, or time_never where that would overflow.
Time later(Time a, Duration b);

}   // namespace glasshive::platform
