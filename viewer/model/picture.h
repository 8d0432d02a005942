#pragma once

#include "viewer/model/cluster.h"

namespace glasshive::viewer {

/// Everything that is shown of one instant. Never changed once it is made.
struct Picture {
    Time at{};
    EventId last{};   ///< The newest event at or before `at`.
    record::State state;
    Cluster cluster;
};

}   // namespace glasshive::viewer
