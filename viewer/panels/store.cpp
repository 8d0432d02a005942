// Document stores: shards over nodes with their copies and who lags, what requests were told with
// how many copies, replications; or changes and revisions of documents.
#include <algorithm>

#include "viewer/model/store_rows.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/store_documents.h"
#include "viewer/panels/store_matrix.h"
#include "viewer/panels/store_requests.h"

namespace glasshive::viewer {

namespace {

struct StoreMemory {
    Time at{};
    EventId last{};
    std::size_t map_edits = 0;   ///< That the log knew then.
    bool read = false;
    StoreNow now;
    NameId chosen;   ///< The database that is shown.
    std::vector<StoreRequest> requests;
    NameId requests_of;
    std::size_t said_of = 0;   ///< Requests that the log knew then.
    Scroll list, matrix, said;
    std::size_t view = 0;   ///< Of `views`.
    NameId seen;            ///< The document that was selected when somebody looked last.
    DocumentsMemory documents;
};
constexpr std::string_view views[] = {"Copies", "Documents"};

/// Which database the selection means; null: none.
const StoreDatabase* meant_by(const Context& context, const StoreMemory& memory, NameId subject) {
    const StoreLog& log = context.story.stores();
    const auto edits = log.of_document(subject);
    const NameId of_document = edits.empty() ? subject : log.edits()[edits.front()].database;
    for (const StoreDatabase& database : memory.now.databases) {
        if (database.name == subject || database.name == of_document) return &database;
        for (const CopyCell& copy : database.copies) {
            if (copy.name == subject) return &database;
        }
    }
    return nullptr;
}

const StoreDatabase& shown(Context& context, StoreMemory& memory) {
    const std::size_t map_edits = context.story.stores().map_edits().size();
    if (!memory.read || memory.at != context.now.at || memory.last != context.now.last ||
        memory.map_edits != map_edits) {
        memory.read = true;
        memory.map_edits = map_edits;
        memory.at = context.now.at;
        memory.last = context.now.last;
        memory.now = store_of(context.now, context.glass, &context.story.stores());
        memory.requests_of = NameId{};
    }
    static const StoreDatabase none;
    if (memory.now.databases.empty()) return none;
    if (const StoreDatabase* meant = meant_by(context, memory, context.selection.subject))
        memory.chosen = meant->name;
    const StoreDatabase* chosen = meant_by(context, memory, memory.chosen);
    if (chosen == nullptr) chosen = &memory.now.databases.front();
    const std::size_t said_of = context.story.stores().requests_of(chosen->name).size();
    if (memory.view == 0 && (memory.requests_of != chosen->name || memory.said_of != said_of)) {
        memory.requests = requests_of(context, chosen->name, 60);
        memory.requests_of = chosen->name;
        memory.said_of = said_of;
    }
    return *chosen;
}

Mood mood_of(const StoreDatabase& database) {
    if (database.down > 0) return Mood::bad;
    return database.behind > 0 || database.agreement == "differ" ? Mood::warn : Mood::good;
}

void draw_list(Context& context, const Pen& pen, StoreMemory& memory, const StoreDatabase& shown,
               Area area) {
    const float s = pen.s;
    const float step = 40 * s;
    const auto& all = memory.now.databases;
    scroll(pen, memory.list, area, static_cast<double>(step) * static_cast<double>(all.size()));
    const Clip clip(area);
    const RowsSeen seen = rows_seen(memory.list, area, step, all.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const StoreDatabase& one = all[i];
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        const Rect row{{area.min.x, y}, {area.max.x - 2 * s, y + step - 3 * s}};
        std::string words = "q " + std::to_string(one.q) + " · " + std::to_string(one.documents) +
                            (one.documents == 1 ? " doc" : " docs");
        std::string tip = std::to_string(one.q) + " shards, " + std::to_string(one.copies.size()) +
                          " copies on " + std::to_string(one.nodes.size()) + " nodes, " +
                          std::to_string(one.documents) + " documents";
        if (one.splits()) tip += "\nsome copies are split already, others are not yet";
        if (one.behind > 0) tip += "\n" + std::to_string(one.behind) + " copies lag";
        if (one.down > 0) tip += "\n" + std::to_string(one.down) + " copies are out of reach";
        if (one.agreement == "differ") tip += "\ncopies hold different revisions";
        const Hit hit = offer(context, one.name, row.min, row.max,
                              tip + "\nA shard is a range of the ids' hashes; its copies are on "
                                    "as many nodes.");
        if (one.name == shown.name || hit.hovered)
            pen.list.AddRectFilled(row.min, row.max,
                                   one.name == shown.name ? context.theme.chosen
                                                          : faded(context.theme.grid, 0.6F),
                                   4 * s);
        draw_mood(pen.list, context.theme, {row.min.x + 12 * s, y + 11 * s}, 9 * s, mood_of(one));
        draw_text(pen.list, context.theme.body, {row.min.x + 22 * s, y + 2 * s}, row.max.x - 4 * s,
                  context.theme.text, context.glass.text(one.name));
        draw_text(pen.list, context.theme.mono, {row.min.x + 22 * s, y + 19 * s}, row.max.x - 4 * s,
                  context.theme.faint, words);
    }
}

/// A document that gets selected is shown.
void choose_view(Context& context, const Pen& pen, StoreMemory& memory, Area area) {
    const NameId document = document_selected(context);
    if (document.valid() && document != memory.seen) memory.view = 1;
    memory.seen = document;
    const TitleRow row(context, "Store", area);
    if (row.room.width() < 160 * pen.s)   // No room to choose: the selection does.
        memory.view = document.valid() ? 1 : 0;
    memory.view =
        segmented(pen, {row.room.max.x, row.room.min.y}, row.room.min.x, views, memory.view);
}

}   // namespace

void draw_store(Context& context, ImDrawList& list, Area area) {
    auto& memory = context.memory.of<StoreMemory>();
    const Pen pen{context.theme, list, context.hits};
    choose_view(context, pen, memory, area);
    const StoreDatabase& database = shown(context, memory);
    if (memory.now.databases.empty()) {
        draw_empty(context, list, area, "No document store has a database at this instant.",
                   "Move the playhead behind the first db.copy; or give a scenario one, "
                   "`stores: [{name: couchdb, databases: [orders]}]`, and run it again.");
        return;
    }
    const float s = pen.s;
    const bool wide = area.width() > 560 * s;
    const bool tall = area.height() > 260 * s;
    Area rest = area;
    if (area.width() > 400 * s) {
        rest.min.x += 150 * s;
        draw_list(context, pen, memory, database,
                  {{area.min.x - 6 * s, area.min.y}, {rest.min.x - 10 * s, area.max.y}});
    }
    if (memory.view == 1) {
        draw_documents(context, pen, memory.documents, database.name, rest);
        return;
    }
    Area matrix = rest, said = rest;
    if (wide && !tall) {
        matrix.max.x = rest.min.x + rest.width() * 0.5F;
        said.min.x = matrix.max.x + 14 * s;
    } else {
        const float high = 22 * s + 30 * s * static_cast<float>(database.shards.size());
        matrix.max.y = rest.min.y + std::min(high, rest.height() * 0.5F);
        said.min.y = matrix.max.y + 10 * s;
    }
    if (matrix.width() < 40 * s) return;
    draw_matrix(context, pen, memory.matrix, database, matrix);
    draw_requests(context, pen, memory.said, database.name, memory.requests,
                  memory.now.replications, said);
}

}   // namespace glasshive::viewer
