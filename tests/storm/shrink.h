#pragma once

#include <functional>

#include "storm/draft.h"

namespace glasshive::storm {

/// Says whether a draft still breaks in the same way.
using StillBreaks = std::function<bool(const Draft&)>;

/// The smallest draft found that still breaks: entries are left out in halves, quarters… down to
/// one by one, then the run is cut short, again and again until nothing more can go or
/// `tries_most` runs are used up. Requires still_breaks(draft).
/// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002
/// (ddmin).
Draft shrink(Draft draft, const StillBreaks& still_breaks, int tries_most = 400);

}   // namespace glasshive::storm
