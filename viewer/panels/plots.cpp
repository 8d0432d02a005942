// Any series over time: requests, percentiles of their latency, gauges, how often a kind of event
// came; a second recording lies below in wider, paler lines.
#include <algorithm>
#include <memory>

#include "viewer/panels/parts.h"
#include "viewer/panels/plot.h"

namespace glasshive::viewer {

namespace {

/// The curves of one chart, as long as nothing they depend on changed.
struct PlotKept {
    Time from{}, to{};
    NameId subject;
    float width = 0;
    std::uint64_t requests = 0;
    bool read = false;
    std::vector<Curve> curves;
};

struct PlotsMemory {
    Scroll scroll;
    std::vector<ChartKind> charts;
    std::vector<PlotKept> kept;
    bool listed = false, had_requests = false;
    EventId event{};
    Time end{};
    std::string alone;   ///< Title of the chart that fills the panel.
    /// The second recording's, read a slice a frame. Shared, so that it can be kept.
    std::shared_ptr<LatencyReader> others;
    const Glass* other = nullptr;
};

/// What the second recording's requests took, as far as it was read; null: there is none.
const Latencies* others_latencies(Context& context, PlotsMemory& memory) {
    constexpr std::uint64_t slice = 5'000;   // Events: a millisecond or two.
    if (memory.other != context.other) {
        memory.other = context.other;
        memory.others.reset();
        if (context.other != nullptr)
            memory.others = std::make_shared<LatencyReader>(*context.other);
    }
    if (!memory.others) return nullptr;
    memory.others->advance(slice);   // Damage ends it: Compare says so.
    if (!memory.others->done()) context.unfinished = true;
    return &memory.others->latencies();
}

/// Lists the charts anew when there may be others.
void list_charts(Context& context, PlotsMemory& memory) {
    const bool requests = !context.story.latencies().empty();
    if (memory.listed && memory.had_requests == requests &&
        memory.event == context.selection.event && memory.end == context.glass.end())
        return;
    std::string kind;
    if (number_of(context.selection.event) != 0) {
        const auto line = context.glass.lines(number_of(context.selection.event),
                                              number_of(context.selection.event));
        if (line.ok() && !line.value().empty()) kind = line.value().front().kind;
    }
    memory.charts = charts_of(context.glass, context.story, kind);
    memory.kept.assign(memory.charts.size(), {});
    memory.listed = true;
    memory.had_requests = requests;
    memory.event = context.selection.event;
    memory.end = context.glass.end();
}

const std::vector<Curve>& curves(Context& context, const ChartKind& chart, PlotKept& kept,
                                 const TimeCursor& cursor, float width, const Latencies* others) {
    const Latencies& latencies = context.story.latencies();
    std::uint64_t requests = 0;   // Drawn anew for a thousand more of them, and at the end.
    if (chart.of == ChartKind::Of::latency) {
        requests = latencies.count() / 1000;
        if (others != nullptr) requests += others->count() / 1000 + (context.unfinished ? 0 : 1);
    }
    if (kept.read && kept.from == cursor.from() && kept.to == cursor.to() &&
        kept.subject == context.selection.subject && kept.width == width &&
        kept.requests == requests)
        return kept.curves;
    const CurveSpan span{cursor.from(), cursor.to(), cursor.level(static_cast<double>(width)),
                         static_cast<std::size_t>(width)};
    const std::string_view chosen = context.glass.text(context.selection.subject);
    kept = {cursor.from(),
            cursor.to(),
            context.selection.subject,
            width,
            requests,
            true,
            curves_of(context.glass, &latencies, chart, chosen, span)};
    if (context.other != nullptr) {
        for (Curve& curve : curves_of(*context.other, others, chart, chosen, span)) {
            curve.other = true;
            curve.subject = {};
            curve.label += " (other)";
            kept.curves.push_back(std::move(curve));
        }
    }
    return kept.curves;
}

/// Title, and the names of the curves as far as there is room.
void draw_head(Context& context, const Pen& pen, PlotsMemory& memory, const ChartKind& chart,
               const std::vector<Curve>& lines, Rect row) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const Hit hit = context.hits.at("title " + chart.title, row.min,
                                    {row.min.x + row.width() * 0.4F, row.max.y});
    if (hit.clicked) memory.alone = memory.alone.empty() ? chart.title : "";
    if (hit.hovered)
        draw_tip(context, chart.title,
                 memory.alone.empty() ? "Click to see it alone." : "Click to see all charts.");
    const float title = draw_text(pen.list, theme.title, row.min, row.max.x,
                                  hit.hovered ? theme.accent : theme.text, chart.title);
    const float note =
        draw_text(pen.list, theme.body, {row.min.x + title + 8 * s, row.min.y + 2 * s}, row.max.x,
                  theme.faint, chart.note);
    const auto width_of = [&](const Curve& curve) {
        return text_width(theme.mono, curve.label) + 26 * s;
    };
    float room = row.width() - title - note - 24 * s;
    std::size_t shown = 0;   // The first ones, as many as there is room for.
    while (shown < lines.size() && room >= width_of(lines[shown])) room -= width_of(lines[shown++]);
    float x = row.max.x + 6 * s;
    for (std::size_t i = shown; i-- > 0;) {
        const float width = width_of(lines[i]);
        x -= width;
        const ImU32 colour = curve_colour(theme, lines[i]);
        pen.list.AddRectFilled({x, row.min.y + 8 * s}, {x + 12 * s, row.min.y + 11 * s},
                               lines[i].other ? faded(colour, 0.45F) : colour, s);
        const ImVec2 at{x + 16 * s, row.min.y + 3 * s};
        const bool chosen =
            lines[i].subject.valid() && lines[i].subject == context.selection.subject;
        draw_text(pen.list, theme.mono, at, row.max.x + s, chosen ? theme.text : theme.faint,
                  lines[i].label);
        if (lines[i].subject.valid())
            offer(context, lines[i].subject, {x, row.min.y}, {x + width - 6 * s, row.max.y},
                  "Click to select.");
    }
}

}   // namespace

void draw_plots(Context& context, ImDrawList& list, Area area) {
    auto& memory = context.memory.of<PlotsMemory>();
    list_charts(context, memory);
    if (memory.charts.empty()) {
        draw_empty(context, list, area, "Nothing was measured in this run.",
                   "Let clients send requests, or choose an event to see how often its kind came.");
        return;
    }
    const Pen pen{context.theme, list, context.hits};
    const float s = pen.s;
    TimeView& view = time_view(context);
    const Latencies* const others = others_latencies(context, memory);
    const bool alone = std::any_of(memory.charts.begin(), memory.charts.end(),
                                   [&](const ChartKind& one) { return one.title == memory.alone; });
    if (!alone) memory.alone.clear();
    const std::size_t count = alone ? 1 : memory.charts.size();
    // Two beside each other where there is room for that.
    const std::size_t columns = !alone && area.width() > 900 * s && count > 1 ? 2 : 1;
    const std::size_t rows = (count + columns - 1) / columns;
    const float gap = 24 * s;
    const float step = std::max(150 * s, (area.height() + gap) / static_cast<float>(rows));
    const float width = (area.width() - 10 * s - gap * static_cast<float>(columns - 1)) /
                        static_cast<float>(columns);
    const Clip clip({{area.min.x - 8 * s, area.min.y}, {area.max.x + 8 * s, area.max.y}});
    std::size_t place = 0;
    bool over_plot = false;
    for (std::size_t i = 0; i < memory.charts.size(); ++i) {
        const ChartKind& chart = memory.charts[i];
        if (alone && chart.title != memory.alone) continue;
        const float x = area.min.x + static_cast<float>(place % columns) * (width + gap);
        const float y = area.min.y - static_cast<float>(memory.scroll.top) +
                        static_cast<float>(place / columns) * step;
        ++place;
        if (y + step < area.min.y || y > area.max.y) continue;
        const auto& lines = curves(context, chart, memory.kept[i], *view.cursor, width, others);
        draw_head(context, pen, memory, chart, lines, {{x, y}, {x + width, y + 20 * s}});
        const Rect plot{{x, y + 26 * s}, {x + width, y + step - gap + 14 * s}};
        over_plot = over_plot || plot_room(pen, plot).holds(ImGui::GetIO().MousePos);
        draw_plot(context, pen, view, chart.title, lines, chart.unit, plot);
    }
    scroll(pen, memory.scroll, {{area.max.x - 6 * s, area.min.y}, {area.max.x + 6 * s, area.max.y}},
           static_cast<double>(step) * static_cast<double>(rows) - static_cast<double>(gap),
           over_plot ? Rect{} : area);
}

}   // namespace glasshive::viewer
