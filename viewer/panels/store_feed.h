#pragma once

#include <string>
#include <vector>

#include "viewer/draw/widgets.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// The changes of a database's copies, as the panel keeps them.
struct FeedMemory {
    char filter[128] = "";
    std::string told;       ///< The filter that `found` belongs to.
    NameId database;        ///< Likewise.
    std::size_t read = 0;   ///< How many of the database's edits were looked at.
    std::vector<std::uint32_t> found;
    Scroll scroll;
};

/// What copies wrote, newest first, up to the playhead; a row chooses its document. `document`: the
/// one that is drawn beside it.
void draw_feed(Context& context, const Pen& pen, FeedMemory& memory, NameId database,
               NameId document, Area area);

/// "node-1" of "couchdb@node-1"; other names as they are.
std::string_view short_node(std::string_view node);

}   // namespace glasshive::viewer
