#pragma once

#include <string>
#include <vector>

#include "viewer/model/picture.h"

namespace glasshive::viewer {

/// A link of the platform, as it is at one instant.
struct Wire {
    NameId name;
    NameId a, b;                  ///< A host or a switch each; a is the lower end.
    std::int64_t bandwidth = 0;   ///< Bits per second, as built.
    bool down = false;
    int flows = 0;   ///< Bulk transfers under way that cross it: see count_flows().
};

/// A bulk transfer under way.
struct FlowNow {
    NameId name, from, to;
    std::int64_t size = 0;
    Time since{};
    bool stalled = false;
};

/// Hosts that a fault keeps from hearing others.
struct Cut {
    NameId fault;
    std::vector<std::vector<NameId>> groups;   ///< The hosts of each side; "everybody else": empty.
    std::string words;                         ///< The target as the fault says it.
};

/// A message that was lost or stood still a moment ago, or got through again.
struct Said {
    enum class What { dropped, stalled, resumed, lost } what = What::dropped;
    NameId from, to;
    Time time{};
    EventId event{};
};

/// The network at one instant.
struct Wires {
    std::vector<NameId> switches;   ///< What links name and no host is called.
    std::vector<Wire> links;
    std::vector<FlowNow> flows;
    std::vector<Cut> cuts;
    std::vector<Said> said;   ///< Of the last moments, newest last, a pair of hosts once.
};

/// Cost: the live links and flows, and the last few hundred events. `window`: how long ago a
/// message may have been said. `before`: another instant of the same recording, which spares
/// reading anew what never changes.
Wires wires_of(const Picture& picture, Glass& glass, Duration window, Wires before = {});

}   // namespace glasshive::viewer
