// Document stores: shards over nodes with their copies and who lags, what requests were told with
// how many copies, replications; or changes and revisions of documents.
#include <algorithm>

#include "viewer/model/store_rows.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/store_documents.h"
#include "viewer/panels/store_requests.h"

namespace glasshive::viewer {

namespace {

struct StoreMemory {
    Time at{};
    EventId last{};
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
    if (!memory.read || memory.at != context.now.at || memory.last != context.now.last) {
        memory.read = true;
        memory.at = context.now.at;
        memory.last = context.now.last;
        memory.now = store_of(context.now, context.glass);
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
        std::string words = "q " + std::to_string(one.shards.size()) + " · " +
                            std::to_string(one.documents) + " docs";
        std::string tip = std::to_string(one.shards.size()) + " shards, " +
                          std::to_string(one.copies.size()) + " copies on " +
                          std::to_string(one.nodes.size()) + " nodes, " +
                          std::to_string(one.documents) + " documents";
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

void draw_copy(Context& context, const Pen& pen, const CopyCell& copy, std::int64_t furthest,
               Rect cell) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const Mood mood = !copy.up ? Mood::bad : copy.behind > 0 ? Mood::warn : Mood::good;
    pen.list.AddRectFilled(cell.min, cell.max, faded(pen.mood(mood), 0.16F), 3 * s);
    const float share =
        furthest == 0
            ? 1.0F
            : static_cast<float>(static_cast<double>(copy.seq) / static_cast<double>(furthest));
    draw_bar(pen, {{cell.min.x, cell.max.y - 4 * s}, cell.max}, share, pen.mood(mood));
    std::string tip = "change " + std::to_string(copy.seq) + ", " + std::to_string(copy.documents) +
                      " documents, on " + std::string(context.glass.text(copy.node));
    if (!copy.up) tip += "\nits node is not there: it says no more";
    if (copy.behind > 0)
        tip += "\n" + std::to_string(copy.behind) + " changes behind the copy that is furthest";
    tip += "\nEach copy counts its own changes: equal copies may have unlike numbers.\nA copy "
           "speaks of itself once a second at most.";
    const Hit hit = offer(context, copy.name, cell.min, cell.max, tip);
    if (hit.hovered || context.selection.subject == copy.name)
        pen.list.AddRect(cell.min, cell.max, theme.accent, 3 * s, 0, 1.5F * s);
    if (cell.width() < 14 * s) return;
    draw_mood(pen.list, theme, {cell.min.x + 10 * s, cell.min.y + 11 * s}, 8 * s, mood);
    if (cell.width() < 34 * s) return;
    std::string words = std::to_string(copy.seq);
    const std::string behind = " -" + std::to_string(copy.behind);
    const float room = cell.width() - 22 * s;
    if (copy.behind > 0 && text_width(theme.mono, words + behind) <= room) words += behind;
    draw_text(pen.list, theme.mono, {cell.min.x + 20 * s, cell.min.y + 3 * s}, cell.max.x - 2 * s,
              copy.behind > 0 ? pen.mood(mood) : theme.text, words);
}

void draw_matrix(Context& context, const Pen& pen, StoreMemory& memory,
                 const StoreDatabase& database, Area area) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const bool narrow = area.width() < 480 * s;   // A range then goes by where it begins.
    const float label = std::min((narrow ? 72 : 150) * s, area.width() * 0.35F);
    const float width = (area.width() - label - 12 * s) / static_cast<float>(database.nodes.size());
    for (std::size_t i = 0; i < database.nodes.size(); ++i) {
        const float x = area.min.x + label + static_cast<float>(i) * width;
        std::string_view text = context.glass.text(database.nodes[i]);
        if (text_width(theme.mono, text) > width - 22 * s)   // "couchdb@node-1" is node-1's.
            text = context.glass.text(database.hosts[i]);
        if (text_width(theme.mono, text) > width - 22 * s && text.rfind('-') < text.size() - 1)
            text = text.substr(text.rfind('-') + 1);
        offer(context, database.nodes[i], {x, area.min.y}, {x + width, area.min.y + 20 * s},
              database.nodes_up[i] ? "a node of the store"
                                   : "a node of the store; it is not there");
        if (width < 16 * s) continue;
        draw_mood(pen.list, theme, {x + 8 * s, area.min.y + 10 * s}, 8 * s,
                  database.nodes_up[i] ? Mood::good : Mood::bad);
        draw_text(pen.list, theme.mono, {x + 18 * s, area.min.y + 2 * s}, x + width - 4 * s,
                  theme.faint, text);
    }
    const Rect rows{{area.min.x, area.min.y + 22 * s}, area.max};
    const float step = 30 * s;
    scroll(pen, memory.matrix, rows,
           static_cast<double>(step) * static_cast<double>(database.shards.size()));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(memory.matrix, rows, step, database.shards.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const ShardRow& shard = database.shards[i];
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        std::string_view range = context.glass.text(shard.range);
        if (narrow) range = range.substr(0, range.find('-'));
        draw_text(pen.list, theme.mono, {area.min.x, y + 5 * s}, area.min.x + label - 6 * s,
                  theme.faint, range);
        std::int64_t furthest = 0;
        for (const int copy : shard.copies) {
            if (copy >= 0)
                furthest = std::max(furthest, database.copies[static_cast<std::size_t>(copy)].seq);
        }
        for (std::size_t node = 0; node < shard.copies.size(); ++node) {
            const float x = area.min.x + label + static_cast<float>(node) * width;
            if (shard.copies[node] < 0) continue;
            draw_copy(context, pen, database.copies[static_cast<std::size_t>(shard.copies[node])],
                      furthest, {{x + 2 * s, y + s}, {x + width - 2 * s, y + step - 2 * s}});
        }
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
    draw_matrix(context, pen, memory, database, matrix);
    draw_requests(context, pen, memory.said, database.name, memory.requests,
                  memory.now.replications, said);
}

}   // namespace glasshive::viewer
