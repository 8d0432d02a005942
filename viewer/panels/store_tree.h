#pragma once

#include "viewer/draw/widgets.h"
#include "viewer/model/revision_tree.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// A document's revisions, as the panel keeps them.
struct TreeMemory {
    RevisionTree tree;
    NameId document;
    EventId last{};          ///< The newest event that the tree knows.
    std::size_t edits = 0;   ///< Of the log when it was made.
    NameId chosen;           ///< The revision that was clicked.
    Scroll scroll;
    float pan = 0;   ///< Pixels that the drawing was moved to the right.
};

/// The revisions of a document that copies hold at the playhead, generations from left to right:
/// winner, conflicts, deleted leaves, which copies stand at which. Requires a document of the log.
void draw_tree(Context& context, const Pen& pen, TreeMemory& memory, NameId document, Area area);

}   // namespace glasshive::viewer
