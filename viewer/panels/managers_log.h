#pragma once

#include <vector>

#include "viewer/draw/widgets.h"
#include "viewer/panels/managers_lanes.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// How a manager's log stood when the manager last spoke of it.
struct LogNow {
    bool known = false;   ///< False in recordings without raft.log, and of a swarm's only manager.
    std::int64_t last = 0, commit = 0;
    NameId leader;   ///< Whom it followed, or itself.
};

/// All of them at one instant.
struct LogsNow {
    std::vector<LogNow> of;      ///< By the order of the managers asked for.
    std::int64_t from = 0;       ///< The bars begin behind this entry.
    std::int64_t longest = 0;    ///< The bars' right end.
    std::int64_t leaders = -1;   ///< Of who leads; -1: nobody, or unknown.
    bool any = false;
};

/// `leader`: who leads; invalid: nobody. Cost: a look-up per manager.
LogsNow logs_of(const record::State& state, const std::vector<NameId>& managers, NameId leader);

/// The log of manager number `manager` as a bar: committed, not committed, and what it lacks;
/// below it words.
void draw_log(Context& context, const Pen& pen, const LogsNow& logs, std::size_t manager,
              const Lane& lane, Rect room);

}   // namespace glasshive::viewer
