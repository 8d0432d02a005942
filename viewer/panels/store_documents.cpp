#include "viewer/panels/store_documents.h"

#include <algorithm>

#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

/// Nobody chose one: the newest that came into conflict, or that was changed at all.
NameId most_telling(Context& context, NameId database) {
    constexpr std::size_t looked_at_max = 20'000;
    const StoreLog& log = context.story.stores();
    const auto all = log.of_database(database);
    const auto documents = context.now.state.type_named("document");
    NameId newest;
    std::size_t looked_at = 0;
    for (std::size_t i = all.size(); i-- > 0 && looked_at < looked_at_max; ++looked_at) {
        const CopyEdit& edit = log.edits()[all[i]];
        if (edit.event > context.now.last) continue;
        if (!newest.valid()) newest = edit.document;
        const record::StateRow* row =
            documents ? context.now.state.find(*documents, edit.document) : nullptr;
        if (row != nullptr && context.now.state.state_text(*row) == "conflict")
            return edit.document;
    }
    return newest;
}

}   // namespace

NameId document_selected(const Context& context) {
    const NameId subject = context.selection.subject;
    return context.story.stores().of_document(subject).empty() ? NameId{} : subject;
}

void draw_documents(Context& context, const Pen& pen, DocumentsMemory& memory, NameId database,
                    Area area) {
    const float s = pen.s;
    const StoreLog& log = context.story.stores();
    if (log.of_database(database).empty()) {
        draw_empty(context, pen.list, area, "Nothing is said of this database's documents.",
                   "Write one: a client of the scenario, or `glasshive serve`. Recordings of older "
                   "versions do not hold revisions: run the scenario again.");
        return;
    }
    const NameId selected = document_selected(context);
    if (selected.valid()) memory.chosen = selected;
    const auto of_chosen = log.of_document(memory.chosen);
    const bool here = !of_chosen.empty() && log.edits()[of_chosen.front()].database == database;
    const NameId document = here ? memory.chosen : most_telling(context, database);
    Area feed = area, tree = area;
    const bool low = area.height() < 260 * s;
    if (area.width() > 520 * s || (low && area.width() > 380 * s)) {
        feed.max.x = area.min.x + std::clamp(area.width() * 0.4F, 190 * s, 430 * s);
        tree.min.x = feed.max.x + 22 * s;
        pen.list.AddLine({feed.max.x + 9 * s, area.min.y}, {feed.max.x + 9 * s, area.max.y},
                         context.theme.edge, s);
    } else {
        tree.max.y = area.min.y + area.height() * 0.55F;
        feed.min.y = tree.max.y + 8 * s;
    }
    draw_feed(context, pen, memory.feed, database, document, feed);
    if (document.valid())
        draw_tree(context, pen, memory.tree, document, tree);
    else
        draw_wrapped(pen.list, context.theme.body, tree.min, tree.width(), tree.max.y,
                     context.theme.faint,
                     "No document is there yet. Move the playhead on; a change that is clicked "
                     "shows its document's revisions here.");
}

}   // namespace glasshive::viewer
