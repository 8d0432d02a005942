#pragma once

#include "base/event.h"

namespace glasshive::viewer {

/// What all panels share: one selected thing and one instant.
struct Selection {
    NameId subject;   ///< A host, a service, a task, …: whatever goes by that name. Invalid: none.
    Time playhead{};   ///< What every panel shows.
};

}   // namespace glasshive::viewer
