#pragma once

#include "base/event.h"

namespace glasshive::viewer {

/// What all panels share: one selected thing, one event and one instant.
struct Selection {
    NameId subject;   ///< A host, a service, a task, …: whatever goes by that name. Invalid: none.
    EventId event{};   ///< The event that was chosen last; 0: none.
    Time playhead{};   ///< What every panel shows.
};

}   // namespace glasshive::viewer
