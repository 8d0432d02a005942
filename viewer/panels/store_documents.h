#pragma once

#include "viewer/panels/store_feed.h"
#include "viewer/panels/store_tree.h"

namespace glasshive::viewer {

/// Changes and revisions, as the panel keeps them.
struct DocumentsMemory {
    FeedMemory feed;
    TreeMemory tree;
    NameId chosen;   ///< The document that was selected last.
};

/// The document that the selection means; invalid when it means none.
NameId document_selected(const Context& context);

/// The changes of a database beside the revisions of one document.
void draw_documents(Context& context, const Pen& pen, DocumentsMemory& memory, NameId database,
                    Area area);

}   // namespace glasshive::viewer
