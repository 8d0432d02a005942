// A document's tree of revisions, over all copies: who wins, what is in conflict, who lags.
#include "viewer/panels/store_tree.h"

#include <algorithm>
#include <cmath>

#include "viewer/panels/parts.h"
#include "viewer/panels/store_revision.h"

namespace glasshive::viewer {

namespace {

/// The document's name and what is to be known of it at once.
float draw_head(Context& context, const Pen& pen, const RevisionTree& tree, Area area) {
    const float s = pen.s;
    const Theme& theme = context.theme;
    const float width = draw_link(context, pen.list, theme.title, area.min, area.max.x,
                                  tree.document, "A document: click to select it.");
    float x = area.min.x + width + 10 * s;
    const auto pill = [&](bool shown, const std::string& text, Mood mood) {
        if (!shown) return;
        const float used = draw_pill(pen, {x, area.min.y - s}, area.max.x, text, pen.mood(mood));
        if (used > 0) x += used + 6 * s;
    };
    pill(tree.conflicts > 0,
         std::to_string(tree.conflicts) + (tree.conflicts == 1 ? " conflict" : " conflicts"),
         Mood::warn);
    pill(tree.differ, "copies differ", Mood::warn);
    pill(tree.cut, "older ones left out", Mood::idle);
    return area.min.y + 28 * s;
}

void draw_legend(const Pen& pen, Area row) {
    struct Entry {
        TreeRevision::Part part;
        bool body;
        std::string_view words;
    };
    using Part = TreeRevision::Part;
    static constexpr Entry entries[] = {{Part::winner, true, "winner"},
                                        {Part::conflict, true, "conflict"},
                                        {Part::deleted_leaf, true, "deleted"},
                                        {Part::inner, true, "edited since"},
                                        {Part::inner, false, "no copy has its body"}};
    float x = row.min.x + 8 * pen.s;
    for (const Entry& entry : entries) {
        const float width = text_width(pen.theme.body, entry.words);
        if (x + width + 14 * pen.s > row.max.x) break;
        TreeRevision one;
        one.part = entry.part;
        one.body = entry.body;
        draw_shape(pen, one, {x, row.min.y + 8 * pen.s});
        draw_text(pen.list, pen.theme.body, {x + 12 * pen.s, row.min.y}, row.max.x, pen.theme.faint,
                  entry.words);
        x += width + 34 * pen.s;
    }
}

/// The chosen revision in words, or the winner; below the drawing, where there is room for it.
void draw_words(Context& context, const Pen& pen, const TreeMemory& memory, Area area) {
    const float s = pen.s;
    const auto& all = memory.tree.revisions;
    const auto is_meant = [&](const TreeRevision& one) {
        return one.revision == memory.chosen && one.revision.valid();
    };
    auto meant = std::find_if(all.begin(), all.end(), is_meant);
    if (meant == all.end())
        meant = std::find_if(all.begin(), all.end(), [](const TreeRevision& one) {
            return one.part == TreeRevision::Part::winner;
        });
    if (meant == all.end()) return;
    pen.list.AddLine(area.min, {area.max.x, area.min.y}, context.theme.edge, s);
    draw_shape(pen, *meant, {area.min.x + 8 * s, area.min.y + 17 * s});
    draw_text(pen.list, context.theme.mono, {area.min.x + 22 * s, area.min.y + 10 * s}, area.max.x,
              context.theme.text, context.glass.text(meant->revision));
    const Clip clip(area);
    draw_wrapped(pen.list, context.theme.body, {area.min.x, area.min.y + 32 * s}, area.width(),
                 area.max.y, context.theme.faint, words_of(context, memory.tree, *meant));
}

/// Narrow drawings keep to the left; what is wider shows its newest end and is dragged.
Canvas canvas_of(Context& context, const Pen& pen, TreeMemory& memory, Area area) {
    const float s = pen.s;
    const RevisionTree& tree = memory.tree;
    Canvas canvas{context, pen, memory, area};
    const auto columns = static_cast<float>(std::max(1, tree.columns));
    canvas.column = std::min(area.width() / columns, 150 * s);
    if (canvas.column < 74 * s)   // Whole columns, as many as there is room for.
        canvas.column = area.width() / std::max(1.0F, std::floor(area.width() / (74 * s)));
    canvas.row = 56 * s;
    const float over = std::max(0.0F, columns * canvas.column - area.width());
    const bool inside = area.holds(ImGui::GetIO().MouseClickedPos[0]);
    if (inside && ImGui::IsWindowHovered() && ImGui::IsMouseDragging(ImGuiMouseButton_Left))
        memory.pan += ImGui::GetIO().MouseDelta.x;
    memory.pan = std::clamp(memory.pan, 0.0F, over);
    canvas.more_left = over > 0 && memory.pan < over;
    canvas.more_right = memory.pan > 0;
    canvas.left = area.min.x + canvas.column / 2 - over + memory.pan;
    scroll(pen, memory.scroll, area,
           static_cast<double>(canvas.row) * static_cast<double>(tree.rows));
    canvas.top = area.min.y + 14 * s - static_cast<float>(memory.scroll.top);
    return canvas;
}

/// Over what goes on beyond an edge: a click moves there.
void draw_more(const Canvas& canvas, bool left) {
    const Pen& pen = canvas.pen;
    const float s = pen.s;
    const float x = left ? canvas.area.min.x : canvas.area.max.x - 26 * s;
    const Rect box{{x, canvas.area.min.y + 4 * s}, {x + 18 * s, canvas.area.min.y + 24 * s}};
    const Hit hit = pen.hits.at(left ? "earlier" : "later", box.min, box.max);
    pen.list.AddRectFilled(box.min, box.max, hit.hovered ? pen.theme.chosen : pen.theme.grid,
                           4 * s);
    const ImVec2 middle{x + 9 * s, box.min.y + 10 * s};
    const float tip = (left ? -3 : 3) * s;
    pen.list.AddTriangleFilled({middle.x + tip, middle.y}, {middle.x - tip, middle.y - 5 * s},
                               {middle.x - tip, middle.y + 5 * s}, pen.theme.text);
    if (hit.hovered)
        draw_tip(canvas.context, left ? "Earlier revisions" : "Later revisions",
                 "Click, or drag the drawing.");
    const float seen = std::floor(canvas.area.width() / canvas.column + 0.5F);
    const float way = std::max(1.0F, seen - 1) * canvas.column;
    if (hit.clicked) canvas.memory.pan += left ? way : -way;
}

}   // namespace

void draw_tree(Context& context, const Pen& pen, TreeMemory& memory, NameId document, Area area) {
    const float s = pen.s;
    const StoreLog& log = context.story.stores();
    if (memory.document != document || memory.last != context.now.last ||
        memory.edits != log.edits().size()) {
        if (memory.document != document) memory.pan = 0;
        memory.tree = revisions_of(log, context.glass, document, context.now.last);
        memory.document = document;
        memory.last = context.now.last;
        memory.edits = log.edits().size();
    }
    area.min.y = draw_head(context, pen, memory.tree, area);
    if (memory.tree.revisions.empty()) {
        draw_wrapped(pen.list, context.theme.body, area.min, area.width(), area.max.y,
                     context.theme.faint,
                     "No copy holds a revision of it at this instant. Move the playhead on, or "
                     "choose another document among the changes.");
        return;
    }
    if (area.height() > 130 * s) {
        draw_legend(pen, {{area.min.x, area.max.y - 18 * s}, area.max});
        area.max.y -= 24 * s;
    }
    const float words = 150 * s;
    if (area.height() > words + 110 * s) {
        const float drawn = 64 * s * static_cast<float>(memory.tree.rows);
        const float at = area.min.y + std::min(drawn, area.height() - words);
        draw_words(context, pen, memory, {{area.min.x, at}, area.max});
        area.max.y = at - 6 * s;
    }
    if (area.height() < 20 * s || area.width() < 40 * s) return;
    const Clip clip(area);
    const Canvas canvas = canvas_of(context, pen, memory, area);
    for (const TreeRevision& one : memory.tree.revisions) {
        if (!one.folded) draw_edge(canvas, one);
    }
    for (const TreeRevision& one : memory.tree.revisions) {
        const ImVec2 at = canvas.at(one);
        const bool seen = at.y > area.min.y - canvas.row && at.y < area.max.y + canvas.row &&
                          at.x > area.min.x - canvas.column && at.x < area.max.x + canvas.column;
        if (!one.folded && seen) draw_revision(canvas, one);
    }
    if (canvas.more_left) draw_more(canvas, true);
    if (canvas.more_right) draw_more(canvas, false);
}

}   // namespace glasshive::viewer
