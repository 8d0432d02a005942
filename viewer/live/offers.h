#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/units.h"
#include "record/state.h"

/// What can be done to a running cluster by a click. Pure: texts in, texts out.
namespace glasshive::viewer {

/// One thing to do, for a button or a line of a menu.
struct Offer {
    std::string label;     ///< "Power off"
    std::string tooltip;   ///< What it does, and what it is a picture of.
    std::string text;      ///< To give: see Give.
    /// What is still to be typed behind `text`, for a small field: "image"; "" for nothing. The
    /// field begins with `typed`.
    std::string asks = "";
    std::string typed = "";
    std::string refused =
        "";   ///< Why it would change nothing now, for a tooltip; "": it can be done.
};

/// What is clicked at, as the state at the playhead has it.
struct Subject {
    std::string type;   ///< "host", "zone", "rack", "link", "node", "service", "task", "fault"…
    std::string name;
    std::string state;            ///< "on", "running", "active"…; may be "".
    std::string host;             ///< Of a task or container: where it executes.
    std::string availability;     ///< Of a node: "active", "pause", "drain"; may be "".
    std::int64_t replicas = -1;   ///< Of a service: how many are wanted; -1: not to be scaled.
};

/// A fault that is active, and can be ended by its number.
struct ActiveFault {
    std::int64_t number = 0;   ///< From 1.
    std::string what;          ///< "power_off"
    std::string target;        ///< "host node-2", "zone a | zone b"
};
std::vector<ActiveFault> active_faults(const record::State& state, const Names& names);

/// What can be done to it; what would change nothing now says why. Faults last so long; nothing:
/// until somebody ends them.
std::vector<Offer> offers_for(const Subject& subject, const std::vector<ActiveFault>& active,
                              std::optional<Duration> lasts);
/// What can be done to several hosts at once: cutting them off from all others, and more.
std::vector<Offer> offers_for_hosts(const std::vector<std::string>& hosts,
                                    std::optional<Duration> lasts);
/// What can be ended of what is active.
std::vector<Offer> offers_to_heal(const std::vector<ActiveFault>& active);

}   // namespace glasshive::viewer
