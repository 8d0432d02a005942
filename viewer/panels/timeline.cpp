// A row per host and task, a bar per state; faults and other grave events as marks on top.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "viewer/model/time_cursor.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

namespace {

/// Where an instant stands on the chart.
struct Scale {
    float left, right;
    TimeCursor cursor;   ///< The span that is shown.
    float width() const { return std::max(1.0F, right - left); }
    float x(Time time) const {
        return left + static_cast<float>(cursor.pixel_of(time, static_cast<double>(width())));
    }
    Duration pixel() const {
        const auto span = static_cast<double>((cursor.to() - cursor.from()).count());
        return Duration{static_cast<std::int64_t>(span / static_cast<double>(width()))};
    }
};

/// The step of 1, 2 or 5 times a power of ten that gives at most `count` ticks.
Duration tick_step(Duration span, double count) {
    const double raw = std::max(1.0, static_cast<double>(span.count()) / std::max(count, 1.0));
    std::int64_t power = 1;
    while (static_cast<double>(power) * 10 <= raw) power *= 10;
    for (const std::int64_t step : {1, 2, 5}) {
        if (static_cast<double>(step * power) >= raw) return Duration{step * power};
    }
    return Duration{power > INT64_MAX / 10 ? INT64_MAX : 10 * power};
}

void draw_axis(const Context& context, ImDrawList& list, const Scale& scale, Area area) {
    const Theme& theme = context.theme;
    const float bottom = area.max.y - 18 * theme.scale;
    const Time end = scale.cursor.to();
    const Duration step = tick_step(end - scale.cursor.from(),
                                    static_cast<double>(scale.width() / (90 * theme.scale)));
    for (Time t = scale.cursor.from();; t += step) {
        const float x = scale.x(t);
        list.AddLine({x, area.min.y}, {x, bottom}, theme.grid);
        draw_text(list, theme.mono, {x, bottom + 3 * theme.scale}, area.max.x, theme.faint,
                  seconds_text(t, 1));
        if (end - t < step) break;
    }
}

void draw_row(const Context& context, ImDrawList& list, const Scale& scale, const SpanRow& row,
              float y, float height) {
    const Theme& theme = context.theme;
    for (const Span& span :
         spans_between(row, scale.cursor.from(), scale.cursor.to(), scale.pixel())) {
        const Mood mood = mood_of(span.state);
        if (mood == Mood::idle) continue;
        const ImU32 colour = theme.moods[static_cast<int>(mood)];
        const float left = scale.x(span.from);
        const float right = std::max(left + 2, scale.x(span.to) - 1);
        const bool calm = mood == Mood::good;
        const ImU32 fill = calm ? (colour & 0x00FFFFFFU) | 0x50000000U : colour;
        list.AddRectFilled({left, y}, {right, y + height}, fill, 3 * theme.scale);
        if (!calm && right - left > 40 * theme.scale && height >= 12 * theme.scale)
            draw_text(list, theme.mono,
                      {left + 5 * theme.scale, y + (height - theme.mono->FontSize) / 2},
                      right - 4 * theme.scale, ink_on(colour), span.state);
    }
}

}   // namespace

void draw_timeline(Context& context, ImDrawList& list, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    std::vector<const SpanRow*> rows;
    for (const SpanRow& row : context.story.rows()) {
        if (row.type == "host" || row.type == "task") rows.push_back(&row);
    }
    if (rows.empty() || context.glass.end() == Time{}) {
        draw_empty(context, list, area, "Nothing happened that lasts.",
                   "Record a run: glasshive run SCENARIO --record FILE");
        return;
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const SpanRow* a, const SpanRow* b) {
        if (a->type != b->type) return a->type == "host";
        return natural_less(context.glass.text(a->subject), context.glass.text(b->subject));
    });
    const Scale scale{area.min.x + 110 * s, area.max.x - 8 * s, TimeCursor(context.glass.end())};
    const Area chart{{area.min.x, area.min.y + 14 * s}, area.max};
    draw_axis(context, list, scale, chart);
    const float step = 19 * s;
    float y = chart.min.y + 4 * s;
    const float bottom = area.max.y - 22 * s;
    for (std::size_t i = 0; i < rows.size(); ++i, y += step) {
        const bool last = y + 2 * step > bottom && i + 1 < rows.size();
        if (y + step > bottom) break;
        if (last) {
            draw_text(list, theme.mono, {area.min.x, y + s}, scale.left - 8 * s, theme.faint,
                      std::to_string(rows.size() - i) + " more rows");
            break;
        }
        draw_text(list, theme.mono, {area.min.x, y + s}, scale.left - 8 * s, theme.faint,
                  context.glass.text(rows[i]->subject));
        draw_row(context, list, scale, *rows[i], y, 14 * s);
    }
    for (const Mark& mark : context.story.marks()) {
        if (mark.kind.substr(0, 6) != "fault.") continue;
        const float x = scale.x(mark.time);
        list.AddLine({x, chart.min.y}, {x, bottom}, theme.moods[static_cast<int>(Mood::warn)], s);
        draw_mood(list, theme, {x, area.min.y + 8 * s}, 8 * s, Mood::warn);
    }
    const float now = scale.x(context.selection.playhead);
    list.AddLine({now, area.min.y + 6 * s}, {now, bottom}, theme.text, 1.5F * s);
    list.AddTriangleFilled({now - 5 * s, area.min.y}, {now + 5 * s, area.min.y},
                           {now, area.min.y + 8 * s}, theme.text);
}

}   // namespace glasshive::viewer
