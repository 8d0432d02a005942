#pragma once

#include <span>
#include <string>
#include <vector>

#include "viewer/draw/widgets.h"
#include "viewer/model/store_rows.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// Something that a coordinator decided, or that copies did for one another.
struct StoreRequest {
    EventId event{};
    Time time{};
    std::string kind;                         ///< "db.write"
    std::string node;                         ///< That coordinated.
    NameId document;                          ///< That it is about, where that is known.
    std::string words;                        ///< What is to be said beside.
    std::string state;                        ///< "running", of what takes several steps.
    int times = 1;                            ///< That this was said at one instant.
    std::int64_t status = 0;                  ///< As in HTTP; 0: none.
    std::int64_t replies = -1, wanted = -1;   ///< Equal replies of copies, and the quorum.
};

/// The last ones about a database up to the playhead, the newest first, at most `most`.
std::vector<StoreRequest> requests_of(Context& context, NameId database, std::size_t most);

/// Requests with their quorum, and below them replications.
void draw_requests(Context& context, const Pen& pen, Scroll& scroll, NameId database,
                   std::span<const StoreRequest> requests,
                   std::span<const Replication> replications, Area area);

}   // namespace glasshive::viewer
