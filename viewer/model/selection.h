#pragma once

#include <string>

#include "base/event.h"

namespace glasshive::viewer {

/// What all panels share: one selected thing and one instant.
struct Selection {
    std::string type;   ///< "host", "service", "task", "container", "event"; "" for nothing.
    NameId subject;     ///< Invalid for events.
    EventId event{};    ///< 0 unless an event is selected.
    Time playhead{};    ///< What every panel shows.
};

}   // namespace glasshive::viewer
