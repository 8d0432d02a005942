// A row per host, slot or task, a bar per state; faults, decisions and commands as marks on top.
#include <algorithm>
#include <cmath>

#include "viewer/draw/axis.h"
#include "viewer/model/timeline_rows.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/time_view.h"

namespace glasshive::viewer {

namespace {

struct TimelineMemory {
    TimelineRows rows;
    Scroll scroll;
    std::size_t group = 0;
    NameId sought;           ///< Whose row the chart was asked for last.
    bool found = false;      ///< It went there.
    std::size_t lines = 0;   ///< How many there were when it was looked for.
};

/// Makes the row of what was selected visible; one that is not there yet is waited for.
void follow(const Context& context, TimelineMemory& memory, float step, float seen) {
    const auto& lines = memory.rows.lines();
    const NameId chosen = context.selection.subject;
    if (memory.sought == chosen && (memory.found || memory.lines == lines.size())) return;
    memory.sought = chosen;
    memory.lines = lines.size();
    const auto line = std::find_if(lines.begin(), lines.end(), [chosen](const TimelineLine& one) {
        return chosen.valid() && one.subject == chosen;
    });
    memory.found = line != lines.end();
    if (memory.found)
        scroll_to(memory.scroll, static_cast<double>(line - lines.begin()), step, seen);
}

constexpr std::string_view group_words[] = {"All", "Hosts", "Slots", "Tasks"};

/// What all parts of the chart need.
struct Chart {
    Context& context;
    Pen pen;
    TimeScale scale;
    Rect area;   ///< Of the bars.
};

Mood mark_mood(std::string_view kind) {
    if (kind == "fault.started") return Mood::warn;
    if (kind == "node.down" || kind == "node.removed" || kind == "decision.refused" ||
        kind == "update.paused" || kind == "script.failed" || kind == "script.not_held")
        return Mood::bad;
    if (kind == "fault.ended" || kind == "update.completed" || kind == "raft.leader")
        return Mood::good;
    return Mood::busy;
}

void draw_span(const Chart& chart, const SpanRow& row, const Span& span, Rect bar) {
    const Theme& theme = chart.pen.theme;
    const float s = chart.pen.s;
    const Mood mood = mood_of(span.state);
    if (mood == Mood::idle && row.type != "host") return;
    const ImU32 colour = chart.pen.mood(mood);
    bar.min.x = std::max(bar.min.x, chart.area.min.x);
    bar.max.x = std::min(std::max(bar.min.x + 2, bar.max.x), chart.area.max.x);
    if (bar.max.x <= bar.min.x) return;
    const bool calm = mood == Mood::good;
    // What is believed of a host that is otherwise well is a thin line along its bar.
    if (row.type == "node") {
        if (calm) return;
        bar.min.y = bar.max.y - 4 * s;
    }
    const float round = std::min(3 * s, bar.width() / 2);
    chart.pen.list.AddRectFilled(bar.min, bar.max,
                                 calm ? faded(colour, 0.30F) : faded(colour, 0.9F),
                                 row.type == "node" ? 0 : round);
    if (row.type != "node" && bar.width() > 36 * s && (!calm || row.type == "task"))
        draw_text(chart.pen.list, theme.mono,
                  {bar.min.x + 6 * s, bar.min.y + (bar.height() - theme.mono->FontSize) / 2},
                  bar.max.x - 4 * s, calm ? faded(theme.text, 0.75F) : ink_on(colour), span.state);
    const Hit hit = chart.pen.hits.at({}, bar.min, bar.max);
    if (!hit.hovered || chart.context.memory.of<TimeView>().drag != TimeView::Drag::none) return;
    chart.pen.list.AddRect(bar.min, bar.max, theme.text, round, 0, s);
    std::string tip = row.type == "node" ? "believed " : "";
    tip += std::string(span.state) + " from " + seconds_text(span.from) + " s to " +
           seconds_text(span.to) + " s\n" + to_text(span.to - span.from) + ", said by event #" +
           std::to_string(number_of(span.said_by));
    draw_tip(chart.context, chart.context.glass.text(row.subject), tip);
    if (hit.menu) pick(chart.context, row.subject, hit);
    if (hit.opened) {
        chart.context.selection.playhead = span.from;
        chart.context.selection.event = span.said_by;
    }
}

void draw_line(const Chart& chart, const TimelineRows& rows, const TimelineLine& line, float y,
               float left) {
    Context& context = chart.context;
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const float height = 15 * s;
    const bool chosen = context.selection.holds(line.subject);
    if (chosen)
        chart.pen.list.AddRectFilled({left - 6 * s, y - 2 * s},
                                     {chart.area.min.x - 4 * s, y + height + 2 * s}, theme.chosen,
                                     3 * s);
    const float x = left + (line.heading || chart.pen.theme.scale == 0 ? 0 : 4 * s);
    const Hit label = context.hits.at(line.label, {left - 6 * s, y - 2 * s},
                                      {chart.area.min.x - 6 * s, y + height + 2 * s});
    pick(context, line.subject, label);
    draw_text(chart.pen.list, line.heading ? theme.body : theme.mono,
              {x, y + (line.heading ? 0 : s)}, chart.area.min.x - 8 * s,
              chosen || label.hovered || line.heading ? theme.text : theme.faint, line.label);
    if (line.heading) return;
    if (label.hovered)
        draw_tip(context, context.glass.text(line.subject),
                 "A click selects it, the right button has its menu.");
    for (std::uint32_t i = line.first; i < line.last; ++i) {
        const SpanRow& row = context.story.rows()[rows.order()[i]];
        for (const Span& span : spans_between(row, chart.scale.cursor.from(),
                                              chart.scale.cursor.to(), chart.scale.pixel()))
            draw_span(chart, row, span,
                      {{chart.scale.x(span.from), y},
                       {chart.scale.x(span.to) - (row.type == "node" ? 0.0F : 1.0F), y + height}});
    }
}

void tell_marks(const Chart& chart, std::vector<Mark>::const_iterator first, std::size_t count) {
    const Glass& glass = chart.context.glass;
    std::string tip;
    for (std::size_t i = 0; i < count && i < 6; ++i) {
        const Mark& mark = *(first + static_cast<std::ptrdiff_t>(i));
        tip += (i > 0 ? "\n" : "") + seconds_text(mark.time) + " s  " + std::string(mark.kind) +
               "  " + std::string(glass.text(mark.subject));
    }
    if (count > 6) tip += "\n" + std::to_string(count - 6) + " more";
    draw_tip(chart.context, {}, tip);
}

/// One sign for all marks within 9 px: of two hundred thousand, a few look-ups per pixel.
void draw_marks(const Chart& chart) {
    Context& context = chart.context;
    const float s = context.theme.scale;
    const auto& marks = context.story.marks();
    const auto from = [&](Time t) {
        return std::partition_point(marks.begin(), marks.end(),
                                    [t](const Mark& mark) { return mark.time < t; });
    };
    const float y = chart.area.min.y - 18 * s;
    auto mark = from(chart.scale.cursor.from());
    while (mark != marks.end() && mark->time <= chart.scale.cursor.to()) {
        const float x = chart.scale.x(mark->time);
        const auto next = std::max(mark + 1, from(chart.scale.at(x + 9 * s)));
        const auto count = static_cast<std::size_t>(next - mark);
        auto gravest = mark;
        for (auto one = mark; one != next && one - mark < 64; ++one) {
            if (mark_mood(one->kind) == Mood::bad) gravest = one;
            if (one->kind == "fault.started") {
                gravest = one;
                break;
            }
        }
        const Mood mood = mark_mood(gravest->kind);
        const bool chosen = context.selection.event == gravest->event;
        const bool line = mood == Mood::warn || mood == Mood::bad || chosen;
        if (line)
            chart.pen.list.AddLine(
                {chart.scale.x(gravest->time), chart.area.min.y - 10 * s},
                {chart.scale.x(gravest->time), chart.area.max.y},
                faded(chosen ? context.theme.accent : chart.pen.mood(mood), 0.8F), s);
        draw_mood(chart.pen.list, context.theme, {chart.scale.x(gravest->time), y}, 9 * s, mood);
        const std::string name = "mark " + std::to_string(number_of(gravest->event));
        const Hit hit = context.hits.at(name, {x - 4 * s, y - 8 * s}, {x + 9 * s, y + 9 * s});
        if (hit.hovered) tell_marks(chart, mark, count);
        if (hit.menu) pick(context, gravest->subject, hit);
        if (hit.clicked) {
            context.selection.event = gravest->event;
            context.selection.choose(gravest->subject);
            context.selection.playhead = gravest->time;
        }
        mark = next;
    }
}

std::string span_text(const TimeView& view) {
    if (view.marked_from && view.marked_to)
        return to_text(std::max(*view.marked_from, *view.marked_to) -
                       std::min(*view.marked_from, *view.marked_to)) +
               " marked";
    return to_text(view.cursor->to() - view.cursor->from()) + " shown";
}

}   // namespace

void draw_timeline(Context& context, ImDrawList& list, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    auto& memory = context.memory.of<TimelineMemory>();
    const Pen pen{theme, list, context.hits};
    if (context.glass.end() == Time{} || (context.story.rows().empty() && context.story.done())) {
        draw_empty(context, list, area, "Nothing happened that lasts.",
                   "Record a run: glasshive run SCENARIO --record FILE");
        return;
    }
    {
        const TitleRow row(context, "Timeline", area);
        memory.group = segmented(pen, {row.room.max.x, row.room.min.y}, row.room.min.x, group_words,
                                 memory.group);
    }
    memory.rows.update(context.story, context.glass,
                       static_cast<TimelineRows::Group>(memory.group));
    TimeView& view = time_view(context);
    const float label = std::min(112 * s, area.width() * 0.28F);
    const Rect bars{{area.min.x + label, area.min.y + 26 * s},
                    {area.max.x - 10 * s, area.max.y - 18 * s}};
    if (bars.width() < 20 * s || bars.height() < 12 * s) return;
    steer_time(context, view, "chart",
               {{bars.min.x, bars.min.y - 4 * s}, {bars.max.x, area.max.y}});
    const double from = static_cast<double>(view.cursor->from().time_since_epoch().count()) / 1e9;
    const double to = static_cast<double>(view.cursor->to().time_since_epoch().count()) / 1e9;
    draw_time_axis(pen, bars, from, to);
    draw_text(list, theme.mono, {area.min.x, bars.max.y + 3 * s}, bars.min.x - 8 * s, theme.faint,
              span_text(view));
    const Chart chart{context, pen, {bars.min.x, bars.max.x, *view.cursor}, bars};
    const float step = 20 * s;
    const Rect seen{{area.min.x - 6 * s, bars.min.y}, {area.max.x, bars.max.y}};
    const auto& lines = memory.rows.lines();
    const float y0 = 3 * s;
    follow(context, memory, step, seen.height() - 2 * y0);
    scroll(pen, memory.scroll, {{bars.max.x, seen.min.y}, seen.max},
           static_cast<double>(step) * static_cast<double>(lines.size()) + static_cast<double>(y0),
           {area.min, {bars.min.x, area.max.y}});
    {
        const Clip clip(seen);
        const RowsSeen shown = rows_seen(memory.scroll, seen, step, lines.size());
        for (std::size_t i = shown.first; i < shown.last; ++i)
            draw_line(chart, memory.rows, lines[i],
                      shown.y + y0 + static_cast<float>(i - shown.first) * step, area.min.x);
    }
    draw_marks(chart);
    draw_playhead(context, list, view, bars, true);
}

}   // namespace glasshive::viewer
