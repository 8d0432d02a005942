#pragma once

#include <cstdint>
#include <map>

#include "base/units.h"

namespace glasshive::offline {

/// How many processors are free from now on, as far as estimates tell: what reservations are made
/// in. Cost: linear in the number of steps.
class Profile {
  public:
    Profile(Time now, std::int32_t free) { free_[now] = free; }

    /// Takes processors for a while. Requires that they are free then, but for jobs that run.
    void take(Time from, Duration length, std::int32_t processors);
    /// The first instant from which `processors` are free for all of `length`. Requires that there
    /// are as many at all.
    Time earliest(Duration length, std::int32_t processors) const;

  private:
    std::map<Time, std::int32_t>::iterator step_at(Time at);

    std::map<Time, std::int32_t> free_;   // From this instant to the next one.
};

}   // namespace glasshive::offline
