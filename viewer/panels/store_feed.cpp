// The changes feed: which copy wrote which revision of which document, newest first.
#include "viewer/panels/store_feed.h"

#include <algorithm>

#include "base/text.h"
#include "viewer/model/revision_tree.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

constexpr std::size_t slice = 20'000;   // Edits that a frame looks at: a few milliseconds.

/// "cart" of "orders/cart".
std::string_view id_of(std::string_view document, std::string_view database) {
    const std::size_t at = document.find(database);
    const std::size_t slash = at == std::string_view::npos ? at : at + database.size();
    const bool found = slash < document.size() && document[slash] == '/';
    return found ? document.substr(slash + 1) : document;
}

bool has_word(std::string_view text, std::string_view word) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [&](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool passes(const Context& context, const CopyEdit& edit, std::string_view words) {
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = std::min(words.find(' ', at), words.size());
        const std::string_view word = words.substr(at, end - at);
        at = end + 1;
        if (word.empty()) continue;
        const auto in = [&](NameId name) { return has_word(context.glass.text(name), word); };
        if (!in(edit.document) && !in(edit.revision) && !in(edit.node) &&
            !has_word(text_of(edit.is), word))
            return false;
    }
    return true;
}

/// The edits that are listed, in order; with a filter they are gathered a slice a frame.
std::span<const std::uint32_t> listed(Context& context, FeedMemory& memory, NameId database) {
    const auto all = context.story.stores().of_database(database);
    if (memory.told != memory.filter || memory.database != database) {
        memory.told = memory.filter;
        memory.database = database;
        memory.found.clear();
        memory.read = 0;
        memory.scroll.top = 0;
    }
    if (memory.told.empty()) return all;
    const auto& edits = context.story.stores().edits();
    const std::size_t end = std::min(all.size(), memory.read + slice);
    for (; memory.read < end; ++memory.read) {
        if (passes(context, edits[all[memory.read]], memory.told))
            memory.found.push_back(all[memory.read]);
    }
    if (memory.read < all.size()) context.unfinished = true;
    return memory.found;
}

/// The marks of the tree: a dot, a cross, a ring.
void draw_mark(const Pen& pen, CopyEdit::Is is, ImVec2 at) {
    const float r = 3 * pen.s;
    const ImU32 faint = pen.theme.faint;
    if (is == CopyEdit::Is::live) {
        draw_mood(pen.list, pen.theme, at, 7 * pen.s, Mood::good);
    } else if (is == CopyEdit::Is::missing) {
        pen.list.AddCircle(at, r, faint, 0, 1.3F * pen.s);
    } else {
        pen.list.AddLine({at.x - r, at.y - r}, {at.x + r, at.y + r}, faint, 1.5F * pen.s);
        pen.list.AddLine({at.x - r, at.y + r}, {at.x + r, at.y - r}, faint, 1.5F * pen.s);
    }
}

std::string tip_of(const Context& context, const CopyEdit& edit) {
    const auto text = [&](NameId name) { return std::string(context.glass.text(name)); };
    std::string tip = seconds_text(edit.time) + " s on " + text(edit.node);
    if (edit.seq > 0) tip += ", its change " + std::to_string(edit.seq);
    if (!edit.revision.valid()) return tip + "\nthe copy was deleted with its database";
    tip += "\n" + text(edit.revision);
    if (edit.parent.valid()) tip += "\nan edit of " + text(edit.parent);
    switch (edit.is) {
        case CopyEdit::Is::live: break;
        case CopyEdit::Is::deleted: tip += "\nit deletes the document"; break;
        case CopyEdit::Is::missing: tip += "\nthe copy knows of it, but not what it held"; break;
        case CopyEdit::Is::forgotten: tip += "\nthe copy forgot it: purged, or too old"; break;
    }
    return tip + "\nClick to draw its revisions; twice to go to this instant.";
}

void draw_row(Context& context, const Pen& pen, const CopyEdit& edit, bool drawn, Rect row) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const std::string_view document = context.glass.text(edit.document);
    const Hit hit =
        context.hits.at("change #" + std::to_string(number_of(edit.event)), row.min, row.max);
    const bool chosen = context.selection.event == edit.event;
    if (chosen || drawn || hit.hovered)
        pen.list.AddRectFilled(row.min, row.max,
                               chosen ? theme.chosen : faded(theme.grid, hit.hovered ? 0.8F : 0.4F),
                               3 * s);
    if (hit.clicked) context.selection.event = edit.event;
    pick(context, edit.document, hit);
    if (hit.opened) go_to(context, edit.event, edit.document, edit.time);
    if (hit.hovered) draw_tip(context, document, tip_of(context, edit));
    const float y = row.min.y + 3 * s;
    draw_mark(pen, edit.is, {row.min.x + 9 * s, row.min.y + 10 * s});
    const float width = row.width();
    const float seq = row.min.x + 52 * s;
    const float id = seq + 10 * s;
    const float node = width > 250 * s ? row.max.x - 62 * s : row.max.x;
    const float revision = std::max(id + 30 * s, node - 66 * s);
    const float is = width > 340 * s ? revision - 78 * s : revision;
    const bool live = edit.is == CopyEdit::Is::live;
    if (edit.seq > 0)
        draw_text_right(pen.list, theme.mono, {seq, y}, row.min.x + 16 * s, theme.faint,
                        std::to_string(edit.seq));
    draw_text(pen.list, theme.mono, {id, y}, is - 6 * s, live ? theme.text : theme.faint,
              id_of(document, context.glass.text(edit.database)));
    if (is < revision && !live)
        draw_text(pen.list, theme.mono, {is, y}, revision - 4 * s, theme.faint, text_of(edit.is));
    draw_text(pen.list, theme.mono, {revision, y}, node - 4 * s, live ? theme.text : theme.faint,
              edit.revision.valid() ? short_revision(context.glass.text(edit.revision)) : "all");
    if (node < row.max.x)
        draw_text(pen.list, theme.mono, {node, y}, row.max.x - 2 * s, theme.faint,
                  short_node(context.glass.text(edit.node)));
}

void draw_filter(Context& context, FeedMemory& memory, Rect row) {
    ImGui::SetCursorScreenPos(row.min);
    ImGui::PushFont(context.theme.body);
    ImGui::SetNextItemWidth(row.width());
    const char* hint = "Filter: id, revision, node or deleted";
    if (text_width(context.theme.body, hint) + 18 * context.theme.scale > row.width())
        hint = "Filter";
    ImGui::InputTextWithHint("##changes", hint, memory.filter, sizeof memory.filter);
    ImGui::PopFont();
    context.hits.at("filter changes", row.min, row.max);
}

}   // namespace

std::string_view short_node(std::string_view node) {
    const std::size_t at = node.find('@');
    return at == std::string_view::npos || at + 1 == node.size() ? node : node.substr(at + 1);
}

void draw_feed(Context& context, const Pen& pen, FeedMemory& memory, NameId database,
               NameId document, Area area) {
    const float s = pen.s;
    const StoreLog& log = context.story.stores();
    Area rows = area;
    if (area.height() > 90 * s) {
        draw_filter(context, memory, {area.min, {area.max.x, area.min.y + 24 * s}});
        rows.min.y += 30 * s;
    }
    const auto all = listed(context, memory, database);
    const auto until = std::partition_point(all.begin(), all.end(), [&](std::uint32_t place) {
        return log.edits()[place].event <= context.now.last;
    });
    const auto count = static_cast<std::size_t>(until - all.begin());
    if (number_of(log.untold_from(database)) != 0 && rows.height() > 90 * s) {
        draw_text(pen.list, context.theme.body, {rows.min.x, rows.max.y - 18 * s}, rows.max.x,
                  context.theme.faint, "Not every document is listed: the run has too many.");
        rows.max.y -= 22 * s;
    }
    if (count == 0) {
        draw_wrapped(pen.list, context.theme.body, rows.min, rows.width(), rows.max.y,
                     context.theme.faint,
                     memory.told.empty()
                         ? "No copy has written anything yet. Move the playhead on."
                         : "No change up to the playhead has these words. Use fewer of them.");
        return;
    }
    const float step = 20 * s;
    scroll(pen, memory.scroll, rows, static_cast<double>(step) * static_cast<double>(count));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(memory.scroll, rows, step, count);
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const CopyEdit& edit = log.edits()[all[count - 1 - i]];
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        draw_row(context, pen, edit, edit.document == document,
                 {{rows.min.x - 4 * s, y}, {rows.max.x - 8 * s, y + step}});
    }
}

}   // namespace glasshive::viewer
