#include "viewer/panels/store_revision.h"

#include <algorithm>

#include "base/text.h"
#include "viewer/panels/store_feed.h"

namespace glasshive::viewer {

namespace {

using Part = TreeRevision::Part;

std::string names_of(const Context& context, const std::vector<NameId>& nodes) {
    std::string words;
    for (const NameId node : nodes) {
        if (!words.empty()) words += ", ";
        words += short_node(context.glass.text(node));
    }
    return words;
}

}   // namespace

std::string words_of(const Context& context, const RevisionTree& tree, const TreeRevision& one) {
    const bool all = one.held.size() == tree.nodes.size();
    std::string tip;
    switch (one.part) {
        case Part::winner:
            tip = one.deleted ? "The winner, and it is deleted: all leaves are."
                              : "The winner: what readers of all copies are shown.";
            break;
        case Part::conflict:
            tip =
                "A conflict: a live leaf that loses against the winner. Nothing is lost; somebody "
                "has to merge it and delete this leaf.";
            break;
        case Part::deleted_leaf: tip = "A deleted leaf: this branch is closed."; break;
        case Part::inner: tip = "It was edited since."; break;
    }
    if (!one.body) tip += "\nNo copy has what it held: its name is all that is left.";
    tip += "\nheld by " + std::string(all ? "all copies: " : "") + names_of(context, one.held);
    if (!one.newest.empty() && one.newest.size() < tree.nodes.size())
        tip += "\na leaf on " + names_of(context, one.newest);
    if (!one.shown.empty() && one.shown.size() < tree.nodes.size())
        tip += "\nshown by " + names_of(context, one.shown) + " alone";
    return tip + "\nsince " + seconds_text(one.since) + " s";
}

void draw_shape(const Pen& pen, const TreeRevision& one, ImVec2 at) {
    const Theme& theme = pen.theme;
    const float s = pen.s;
    const auto cross = [&](float r, ImU32 colour) {
        pen.list.AddLine({at.x - r, at.y - r}, {at.x + r, at.y + r}, colour, 1.8F * s);
        pen.list.AddLine({at.x - r, at.y + r}, {at.x + r, at.y - r}, colour, 1.8F * s);
    };
    pen.list.AddCircleFilled(at, 7 * s, theme.panel);   // Lines end at its edge.
    switch (one.part) {
        case Part::winner: {
            const float r = 7 * s;
            pen.list.AddQuadFilled({at.x, at.y - r}, {at.x + r, at.y}, {at.x, at.y + r},
                                   {at.x - r, at.y}, theme.accent);
            if (one.deleted) cross(3 * s, theme.panel);
            break;
        }
        case Part::conflict: draw_mood(pen.list, theme, at, 11 * s, Mood::warn); break;
        case Part::deleted_leaf: cross(4 * s, theme.faint); break;
        case Part::inner:
            if (one.body)
                pen.list.AddCircleFilled(at, 3.5F * s, theme.faint);
            else
                pen.list.AddCircle(at, 3.5F * s, theme.faint, 0, 1.3F * s);
    }
}

void draw_edge(const Canvas& canvas, const TreeRevision& one) {
    const Pen& pen = canvas.pen;
    const auto& all = canvas.memory.tree.revisions;
    int parent = one.parent, folded = 0;
    while (parent >= 0 && all[static_cast<std::size_t>(parent)].folded) {
        parent = all[static_cast<std::size_t>(parent)].parent;
        ++folded;
    }
    if (parent < 0) return;
    const ImVec2 a = canvas.at(all[static_cast<std::size_t>(parent)]);
    const ImVec2 b = canvas.at(one);
    const ImU32 colour = faded(one.row == 0 ? pen.theme.accent : pen.theme.faint, 0.6F);
    const float bend = a.y == b.y ? 0 : canvas.column * 0.5F;
    const ImVec2 from{std::max(a.x, b.x - canvas.column), a.y};   // The fork is near the branch.
    if (from.x > a.x) pen.list.AddLine(a, from, colour, 1.6F * pen.s);
    pen.list.AddBezierCubic(from, {from.x + bend, from.y}, {b.x - bend, b.y}, b, colour,
                            1.6F * pen.s);
    if (folded == 0) return;
    const std::string words = "+" + std::to_string(folded);
    const float width = text_width(pen.theme.mono, words) + 8 * pen.s;
    const ImVec2 middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
    if (width > b.x - a.x - 16 * pen.s) return;
    const Rect box{{middle.x - width / 2, middle.y - 8 * pen.s},
                   {middle.x + width / 2, middle.y + 8 * pen.s}};
    pen.list.AddRectFilled(box.min, box.max, pen.theme.panel);
    draw_text(pen.list, pen.theme.mono, {box.min.x + 4 * pen.s, box.min.y}, box.max.x,
              pen.theme.faint, words);
    const Hit hit = pen.hits.at("folded " + words, box.min, box.max);
    if (hit.hovered)
        draw_tip(canvas.context, words + " edits", "One after the other; they are not drawn.");
}

void draw_revision(const Canvas& canvas, const TreeRevision& one) {
    Context& context = canvas.context;
    const Pen& pen = canvas.pen;
    const Theme& theme = context.theme;
    const float s = pen.s;
    const RevisionTree& tree = canvas.memory.tree;
    const ImVec2 at = canvas.at(one);
    const float half = canvas.column / 2;
    const std::string_view name = context.glass.text(one.revision);
    const Hit hit = context.hits.at("revision " + std::string(name), {at.x - half, at.y - 12 * s},
                                    {at.x + half, at.y + 38 * s});
    if (hit.clicked) {
        canvas.memory.chosen = one.revision;
        context.selection.event = one.first;
        context.selection.choose(tree.document);
    }
    const bool chosen = canvas.memory.chosen == one.revision;
    if (chosen || hit.hovered)
        pen.list.AddCircle(at, 11 * s, chosen ? theme.accent : theme.faint, 0, 1.5F * s);
    draw_shape(pen, one, at);
    if (hit.hovered) draw_tip(context, name, words_of(context, tree, one));
    const auto words = [&](float y, ImU32 colour, std::string_view text) {
        const float width = std::min(canvas.column - 6 * s, text_width(theme.mono, text));
        draw_text(pen.list, theme.mono, {at.x - width / 2, y}, at.x + half - 2 * s, colour, text);
    };
    const bool leaf = one.part != Part::inner;
    words(at.y + 9 * s, chosen || leaf ? theme.text : theme.faint, short_revision(name));
    if (one.newest.empty()) return;
    const bool all = one.newest.size() == tree.nodes.size() && tree.nodes.size() > 1;
    std::string nodes = all ? "all " + std::to_string(tree.nodes.size()) + " copies"
                            : names_of(context, one.newest);
    if (text_width(theme.mono, nodes) > canvas.column - 6 * s)
        nodes =
            all ? "all " + std::to_string(tree.nodes.size())
                : std::to_string(one.newest.size()) + " of " + std::to_string(tree.nodes.size());
    words(at.y + 24 * s, one.shown.empty() ? theme.faint : pen.mood(Mood::good), nodes);
}

}   // namespace glasshive::viewer
