#include "viewer/panels/store_matrix.h"

#include <algorithm>

#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

Mood mood_of(const CopyCell& copy) {
    if (copy.place == CopyCell::Place::left) return Mood::idle;
    if (!copy.up) return Mood::bad;
    if (copy.place == CopyCell::Place::filling) return Mood::busy;
    return copy.behind > 0 ? Mood::warn : Mood::good;
}

/// "80000000" where there is little room, and "80-ff" where some range lies in another.
std::string label_of(std::string_view range, bool narrow, bool splits) {
    if (!narrow || range.size() < 17) return std::string(range);
    if (!splits) return std::string(range.substr(0, range.find('-')));
    return std::string(range.substr(0, 2)) + "-" + std::string(range.substr(9, 2));
}

void draw_copy(Context& context, const Pen& pen, const CopyCell& copy, Rect cell) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const Mood mood = mood_of(copy);
    pen.list.AddRectFilled(cell.min, cell.max, faded(pen.mood(mood), 0.16F), 3 * s);
    const auto furthest = static_cast<double>(copy.seq + copy.behind);
    const float share =
        copy.behind == 0 ? 1.0F : static_cast<float>(static_cast<double>(copy.seq) / furthest);
    draw_bar(pen, {{cell.min.x, cell.max.y - 4 * s}, cell.max}, share, pen.mood(mood));
    std::string tip = "change " + std::to_string(copy.seq) + ", " + std::to_string(copy.documents) +
                      " documents, on " + std::string(context.glass.text(copy.node));
    if (!copy.up) tip += "\nits node is not there: it says no more";
    if (copy.place == CopyCell::Place::filling)
        tip += "\nbeing filled from the wider range's copy beside it: nobody asks it yet";
    if (copy.place == CopyCell::Place::left)
        tip += "\nthe shard map names it no longer: a file that nobody asks";
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
    // The tip has what there is no room for: half a number would be another one.
    if (text_width(theme.mono, words) > cell.width() - 22 * s) return;
    const std::string behind = " -" + std::to_string(copy.behind);
    const float room = cell.width() - 22 * s;
    const char* const aside = copy.place == CopyCell::Place::filling ? " filling"
                              : copy.place == CopyCell::Place::left  ? " not in the map"
                                                                     : "";
    if (text_width(theme.mono, words + aside) <= room) words += aside;
    if (copy.behind > 0 && text_width(theme.mono, words + behind) <= room) words += behind;
    draw_text(pen.list, theme.mono, {cell.min.x + 20 * s, cell.min.y + 3 * s}, cell.max.x - 2 * s,
              copy.behind > 0 ? pen.mood(mood) : theme.text, words);
}

}   // namespace

void draw_matrix(Context& context, const Pen& pen, Scroll& top, const StoreDatabase& database,
                 Area area) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const bool narrow = area.width() < 480 * s;   // A range then goes by where it begins.
    const bool splits = database.splits();
    const float label = std::min((!narrow ? 150 : splits ? 50 : 72) * s, area.width() * 0.35F);
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
    scroll(pen, top, rows, static_cast<double>(step) * static_cast<double>(database.shards.size()));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(top, rows, step, database.shards.size());
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const ShardRow& shard = database.shards[i];
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        const float inside = (narrow ? 6 : 8) * s * static_cast<float>(std::min(shard.depth, 3));
        draw_text(pen.list, theme.mono, {area.min.x + inside, y + 5 * s},
                  area.min.x + label - 6 * s, theme.faint,
                  label_of(context.glass.text(shard.range), narrow, splits));
        for (std::size_t node = 0; node < shard.copies.size(); ++node) {
            const float x = area.min.x + label + static_cast<float>(node) * width;
            if (shard.copies[node] < 0) continue;
            draw_copy(context, pen, database.copies[static_cast<std::size_t>(shard.copies[node])],
                      {{x + 2 * s, y + s}, {x + width - 2 * s, y + step - 2 * s}});
        }
    }
}

}   // namespace glasshive::viewer
