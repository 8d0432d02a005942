#pragma once

#include <string>
#include <vector>

#include "viewer/model/picture.h"

namespace glasshive::viewer {

/// A link of the platform, as it is at one instant.
struct Wire {
    NameId name;
    NameId a, b;                  ///< A host or a switch each; a is the lower end.
    std::int64_t bandwidth = 0;   ///< Bits per second, now.
    std::int64_t latency = 0;     ///< Nanoseconds one way, now.
    std::int64_t loss = 0;        ///< Packets lost per million, now.
    NameId worse;                 ///< What is worse than it was built; invalid: nothing.
    bool down = false;
    int flows = 0;   ///< Bulk transfers under way that cross it: see count_flows().

    bool odd() const { return down || worse.valid(); }
};

/// A bulk transfer under way.
struct FlowNow {
    NameId name, from, to;
    std::int64_t size = 0;
    Time since{};
    bool stalled = false;
};

/// A fault between groups of hosts: a partition, packets that are lost or late.
struct Cut {
    NameId fault, what;
    bool whole = true;                         ///< Nothing gets through: a partition.
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
    std::vector<int> odd;    ///< Which of them are down or worse than they were built.
    std::vector<int> busy;   ///< Which of them carry flows: see count_flows().
    std::vector<FlowNow> flows;
    std::vector<Cut> cuts;
    std::vector<Said> said;   ///< Of the last moments, newest last, a pair of hosts once.
    bool other_links = false;   ///< Than those it was made from.

    /// Which event each link was read at, so that what nobody spoke of is not read again.
    struct Read {
        NameId name;
        EventId last{};
    };
    std::vector<Read> read;
};

/// Cost: a glance at the live links, the flows, and the last few hundred events. `window`: how long
/// ago a message may have been said. `before`: another instant of the same recording, which spares
/// reading anew what nobody spoke of in between.
Wires wires_of(const Picture& picture, Glass& glass, Duration window, Wires before = {});

}   // namespace glasshive::viewer
