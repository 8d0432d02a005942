// A row per host and task, a bar per state; faults and other grave events as marks on top.
#include <algorithm>
#include <cmath>
#include <vector>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

namespace {

/// Where an instant stands on the chart.
struct Scale {
    float left, right;
    double from, to;   ///< Seconds.
    float x(Time time) const {
        const double share = to > from ? (seconds_of(time) - from) / (to - from) : 0;
        return left + static_cast<float>(share) * (right - left);
    }
};

/// The step of 1, 2 or 5 times a power of ten that gives at most `count` ticks.
double tick_step(double span, double count) {
    const double raw = std::max(span, 1e-9) / std::max(count, 1.0);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (step * power >= raw) return step * power;
    }
    return 10 * power;
}

void draw_axis(const Context& context, ImDrawList& list, const Scale& scale, Area area) {
    const Theme& theme = context.theme;
    const float bottom = area.max.y - 18 * theme.scale;
    const double step = tick_step(scale.to - scale.from, (scale.right - scale.left) / 90);
    for (double t = scale.from; t <= scale.to; t += step) {
        const float x = scale.x(time_of_ns(static_cast<std::int64_t>(t * 1e9)));
        list.AddLine({x, area.min.y}, {x, bottom}, theme.grid);
        std::string text = seconds_text(time_of_ns(static_cast<std::int64_t>(t * 1e9)), 1);
        draw_text(list, theme.mono, {x, bottom + 3 * theme.scale}, area.max.x, theme.faint, text);
    }
}

void draw_row(const Context& context, ImDrawList& list, const Scale& scale, const SpanRow& row,
              float y, float height) {
    const Theme& theme = context.theme;
    const double pixel = (scale.to - scale.from) / std::max(1.0F, scale.right - scale.left);
    const Duration unit{static_cast<std::int64_t>(pixel * 1e9)};
    for (const Span& span : spans_between(row, Time{}, context.glass.end(), unit)) {
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
        return before_by_number(context.glass.text(a->subject), context.glass.text(b->subject));
    });
    const Scale scale{area.min.x + 110 * s, area.max.x - 8 * s, 0, seconds_of(context.glass.end())};
    const Area chart{{area.min.x, area.min.y + 14 * s}, area.max};
    draw_axis(context, list, scale, chart);
    const float step = 19 * s;
    float y = chart.min.y + 4 * s;
    const float bottom = area.max.y - 22 * s;
    for (std::size_t i = 0; i < rows.size(); ++i, y += step) {
        const bool last = y + 2 * step > bottom && i + 1 < rows.size();
        if (y + step > bottom) break;
        const std::string more = std::to_string(rows.size() - i) + " more rows";
        draw_text(list, theme.mono, {area.min.x, y + s}, scale.left - 8 * s, theme.faint,
                  last ? std::string_view(more) : context.glass.text(rows[i]->subject));
        if (last) break;
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
