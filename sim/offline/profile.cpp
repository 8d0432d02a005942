#include "offline/profile.h"

#include <iterator>

#include "base/assert.h"

namespace glasshive::offline {

/// A step that begins there, made if need be.
std::map<Time, std::int32_t>::iterator Profile::step_at(Time at) {
    const auto next = free_.upper_bound(at);
    SIM_ASSERT(next != free_.begin());
    const auto here = std::prev(next);
    return here->first == at ? here : free_.emplace_hint(next, at, here->second);
}

void Profile::take(Time from, Duration length, std::int32_t processors) {
    const auto end = step_at(saturating_add(from, length));
    for (auto at = step_at(from); at != end; ++at) at->second -= processors;
}

Time Profile::earliest(Duration length, std::int32_t processors) const {
    Time candidate = free_.begin()->first;
    for (auto at = free_.begin(); at != free_.end(); ++at) {
        if (at->first >= saturating_add(candidate, length)) break;
        if (at->second >= processors) continue;
        SIM_ASSERT(std::next(at) != free_.end());   // In the end all are free.
        candidate = std::next(at)->first;
    }
    return candidate;
}

}   // namespace glasshive::offline
