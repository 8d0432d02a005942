// Two recordings beside each other, event by event, and where they part.
#include <algorithm>
#include <memory>

#include "viewer/draw/axis.h"
#include "viewer/model/divergence.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

constexpr std::uint64_t slice = 1'500;   // Events of each, per frame: a millisecond or two.

/// Shared, so that the panels' memory can keep them.
struct CompareMemory {
    Scroll scroll;
    const Glass* other = nullptr;
    std::shared_ptr<Divergence> parting;
    std::shared_ptr<EventList> left, right;
    std::string problem;
    bool went = false;   ///< The list has gone to where they part.
    EventId last{};      ///< Where it went since.
};

std::string file_name(const Glass& glass) {
    const std::string& path = glass.recording().path();
    return path.substr(path.rfind('/') + 1);
}

void read_on(Context& context, CompareMemory& memory) {
    if (memory.other != context.other) {
        memory = {};
        memory.other = context.other;
        memory.parting = std::make_shared<Divergence>(context.glass, *context.other);
        memory.left = std::make_shared<EventList>(context.glass);
        memory.right = std::make_shared<EventList>(*context.other);
    }
    if (const auto problem = memory.parting->advance(slice)) memory.problem = problem->message;
    memory.left->advance(slice);
    memory.right->advance(slice);
    if (!memory.parting->done() || !memory.left->done() || !memory.right->done())
        context.unfinished = true;
}

void draw_cell(Context& context, const Pen& pen, const EventLine* line, Rect cell, bool differs) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    if (line == nullptr) return;
    const float y = cell.min.y + 3 * s;
    const float kind = cell.min.x + 76 * s;
    const float subject = kind + std::min(150 * s, cell.width() * 0.32F);
    const bool later = line->time > context.now.at;
    const ImU32 word = differs ? pen.mood(Mood::warn) : theme.faint;
    draw_text(pen.list, theme.mono, {cell.min.x + 8 * s, y}, kind - 6 * s, theme.faint,
              seconds_text(line->time));
    draw_text(pen.list, theme.mono, {kind, y}, subject - 8 * s, later ? faded(word, 0.6F) : word,
              line->kind);
    std::string rest(short_name(line->subject_text));
    rest += "   " + line->details;
    draw_text(pen.list, theme.mono, {subject, y}, cell.max.x - 8 * s,
              later ? faded(theme.text, 0.6F) : theme.text, rest);
}

void draw_pair(Context& context, const Pen& pen, CompareMemory& memory, std::uint64_t row,
               Rect area) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const float middle = (area.min.x + area.max.x) / 2;
    const EventLine* left = row < memory.left->size() ? memory.left->at(row) : nullptr;
    const EventLine* right = row < memory.right->size() ? memory.right->at(row) : nullptr;
    const std::uint64_t number = number_of((left != nullptr    ? left->id
                                            : right != nullptr ? right->id
                                                               : EventId{}));
    const auto first = memory.parting->first();
    const bool parted = first && number >= *first;
    const bool same =
        left != nullptr && right != nullptr && left->time == right->time &&
        left->kind == right->kind &&
        without_ids(left->subject_text) == without_ids(right->subject_text) &&
        (without_ids(left->details) == without_ids(right->details) || left->kind == "run.started");
    const Hit hit = pen.hits.at("#" + std::to_string(number), area.min, area.max);
    if (parted && !same)
        pen.list.AddRectFilled(area.min, area.max, faded(pen.mood(Mood::warn), 0.08F));
    if (hit.hovered) pen.list.AddRectFilled(area.min, area.max, faded(theme.grid, 0.7F), 3 * s);
    if (left != nullptr && left->id == context.selection.event)
        pen.list.AddRectFilled(area.min, {middle - 6 * s, area.max.y}, theme.chosen, 3 * s);
    if (first && number == *first) {
        pen.list.AddLine(area.min, {area.max.x, area.min.y}, pen.mood(Mood::warn), 1.5F * s);
        pen.list.AddRectFilled(area.min, {area.min.x + 3 * s, area.max.y}, pen.mood(Mood::warn));
    }
    draw_cell(context, pen, left, {area.min, {middle - 6 * s, area.max.y}}, parted && !same);
    draw_cell(context, pen, right, {{middle + 6 * s, area.min.y}, area.max}, parted && !same);
    if (hit.hovered) {
        std::string tip;
        for (const EventLine* line : {left, right}) {
            if (line == nullptr) continue;
            tip += (tip.empty() ? "" : "\n") + seconds_text(line->time, 9) + " s  " + line->kind +
                   "  " + line->subject_text + "\n" + line->details;
        }
        draw_tip(context, "#" + std::to_string(number) + (same ? "  the same in both" : ""), tip);
    }
    if (!hit.clicked) return;
    if (left != nullptr) go_to(context, left->id, left->subject, left->time);
}

std::string verdict(const CompareMemory& memory) {
    if (!memory.problem.empty()) return memory.problem;
    const auto first = memory.parting->first();
    if (!memory.parting->done())
        return "Comparing: " + std::to_string(static_cast<int>(memory.parting->progress() * 100)) +
               " %, the same so far";
    if (!first) return "The same, event by event.";
    if (*first <= 1) return "They part at their first event: other scenarios, most likely.";
    return "The same up to event #" + std::to_string(*first - 1) + "; then they part.";
}

}   // namespace

void draw_compare(Context& context, ImDrawList& list, Area area) {
    if (context.other == nullptr) {
        draw_empty(context, list, area, "One recording is open.",
                   "Open two to see where they part: glasshive-viewer A.hive B.hive");
        return;
    }
    auto& memory = context.memory.of<CompareMemory>();
    read_on(context, memory);
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const Pen pen{theme, list, context.hits};
    const float middle = (area.min.x + area.max.x) / 2;
    const auto first = memory.parting->first();
    const Mood mood = first ? Mood::warn : memory.parting->done() ? Mood::good : Mood::busy;
    draw_mood(list, theme, {area.min.x + 6 * s, area.min.y + 9 * s}, 9 * s, mood);
    draw_text(list, theme.body, {area.min.x + 18 * s, area.min.y + s}, area.max.x, theme.text,
              verdict(memory));
    const Hit go = pen.hits.at("verdict", area.min, {area.max.x, area.min.y + 20 * s});
    if (go.hovered && first) draw_tip(context, "", "Click to go to where they part.");
    draw_text(list, theme.title, {area.min.x, area.min.y + 24 * s}, middle - 8 * s, theme.text,
              file_name(context.glass));
    draw_text(list, theme.title, {middle + 6 * s, area.min.y + 24 * s}, area.max.x, theme.text,
              file_name(*context.other));
    const Rect rows{{area.min.x - 6 * s, area.min.y + 50 * s}, {area.max.x + 6 * s, area.max.y}};
    if (rows.height() < 20 * s) return;
    const float step = 20 * s;
    const std::uint64_t size = std::max(memory.left->size(), memory.right->size());
    const auto last = memory.left->position_of(context.now.last);
    const auto show = [&](std::uint64_t row) {
        scroll_to(memory.scroll, static_cast<double>(row > 4 ? row - 4 : 0), step, rows.height());
        scroll_to(memory.scroll, static_cast<double>(row + 4), step, rows.height());
    };
    const auto parts = first ? memory.left->position_of(EventId{*first}) : std::nullopt;
    const bool moved = memory.last != context.now.last;
    memory.last = context.now.last;
    if (parts && (!memory.went || go.clicked))
        show(*parts);
    else if (moved && memory.went && last)
        show(*last);
    memory.went = memory.went || memory.parting->done();
    scroll(pen, memory.scroll, rows, static_cast<double>(size) * static_cast<double>(step));
    const Clip clip(rows);
    const RowsSeen seen = rows_seen(memory.scroll, rows, step, size);
    for (std::size_t i = seen.first; i < seen.last; ++i) {
        const float y = seen.y + static_cast<float>(i - seen.first) * step;
        draw_pair(context, pen, memory, i, {{rows.min.x, y}, {rows.max.x - 8 * s, y + step}});
    }
    list.AddLine({middle, area.min.y + 24 * s}, {middle, area.max.y}, theme.edge, s);
}

}   // namespace glasshive::viewer
