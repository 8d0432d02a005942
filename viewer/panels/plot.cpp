#include "viewer/panels/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "viewer/draw/axis.h"

namespace glasshive::viewer {

namespace {

/// Room of one plot and what a pixel of it means.
struct Axes {
    TimeScale time;
    Rect area;
    double top = 1;
    float y(double value) const {
        const double share = std::clamp(value / top, -0.05, 1.05);
        return area.max.y - static_cast<float>(share) * area.height();
    }
};

/// What numbers are counted in: bytes go by powers of 1024.
double unit_of(double most, ChartKind::Unit unit) {
    double factor = 1;
    const bool bytes = unit == ChartKind::Unit::bytes || unit == ChartKind::Unit::bytes_per_second;
    while (bytes && most / factor >= 1024 && factor < 1e12) factor *= 1024;
    return factor;
}

/// A bit more than the largest value: a round number.
double top_of(const std::vector<Curve>& curves, ChartKind::Unit unit) {
    double most = 0;
    for (const Curve& curve : curves) {
        for (const Reading& point : curve.points) most = std::max(most, point.max);
    }
    if (!(most > 0) || !std::isfinite(most)) return 1;
    if (unit == ChartKind::Unit::share && most <= 1 && most > 0.4) return 1;
    const double one = unit_of(most, unit);
    const double power = one * std::pow(10, std::floor(std::log10(most / one)));
    for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0}) {
        if (factor * power >= most * 1.02) return factor * power;
    }
    return 20 * power;
}

void fill_below(const Pen& pen, const std::vector<ImVec2>& line, float bottom, float top,
                ImU32 colour) {
    const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
    const float height = std::max(1.0F, bottom - top);
    for (std::size_t first = 0; first + 1 < line.size(); first += 5000) {
        const std::size_t last = std::min(line.size() - 1, first + 5000);
        const auto pairs = static_cast<int>(last - first + 1);
        pen.list.PrimReserve((pairs - 1) * 6, pairs * 2);
        const auto base = static_cast<ImDrawIdx>(pen.list._VtxCurrentIdx);
        for (int i = 0; i + 1 < pairs; ++i) {
            const auto a = static_cast<ImDrawIdx>(base + 2 * i);
            for (const int k : {0, 2, 1, 1, 2, 3})
                pen.list.PrimWriteIdx(static_cast<ImDrawIdx>(a + k));
        }
        for (std::size_t i = first; i <= last; ++i) {
            const float share = std::clamp((bottom - line[i].y) / height, 0.0F, 1.0F);
            pen.list.PrimWriteVtx(line[i], white, faded(colour, 0.06F + 0.26F * share));
            pen.list.PrimWriteVtx({line[i].x, bottom}, white, faded(colour, 0.02F));
        }
    }
}

void draw_curve(const Pen& pen, const Axes& axes, const Curve& curve, ImU32 colour, bool fill) {
    std::vector<ImVec2> line;
    line.reserve(curve.points.size() * 2 + 1);
    const auto finish = [&] {
        if (line.empty()) return;
        if (fill) fill_below(pen, line, axes.area.max.y, axes.area.min.y, colour);
        pen.list.AddPolyline(line.data(), static_cast<int>(line.size()),
                             curve.other ? faded(colour, 0.45F) : colour, 0,
                             (curve.other ? 3.0F : 1.6F) * pen.s);
        line.clear();
    };
    Time before{};
    for (const Reading& point : curve.points) {
        const ImVec2 at{axes.time.x(point.time), axes.y(point.mean)};
        if (!line.empty() && point.time - before > curve.gap) finish();
        if (curve.holds && !line.empty() && line.back().y != at.y)
            line.push_back({at.x, line.back().y});
        if (point.max - point.min > axes.top * 0.01)   // A bucket: what it hides.
            pen.list.AddRectFilled({at.x, axes.y(point.max)},
                                   {at.x + 1.5F * pen.s, axes.y(point.min)}, faded(colour, 0.25F));
        line.push_back(at);
        before = point.time;
    }
    // A gauge stands at its last value up to the end of what is recorded.
    const float end = std::min(axes.area.max.x, axes.time.x(axes.time.cursor.end()));
    if (curve.holds && !line.empty() && line.back().x < end) line.push_back({end, line.back().y});
    finish();
}

void draw_grid(const Pen& pen, const Axes& axes, ChartKind::Unit unit, float left) {
    const double count = std::max(1.0, static_cast<double>(axes.area.height() / (34 * pen.s)));
    const double one = unit_of(axes.top, unit);
    for (const double tick : ticks(0, axes.top / one, count)) {
        const double value = tick * one;
        const float y = axes.y(value);
        pen.list.AddLine({axes.area.min.x, y}, {axes.area.max.x, y}, pen.theme.grid, pen.s);
        draw_text_right(pen.list, pen.theme.mono,
                        {axes.area.min.x - 8 * pen.s, y - pen.theme.mono->FontSize / 2}, left,
                        pen.theme.faint, unit_text(value, unit));
    }
}

void tell_values(Context& context, const Pen& pen, const Axes& axes,
                 const std::vector<Curve>& curves, ChartKind::Unit unit) {
    const float x = ImGui::GetIO().MousePos.x;
    const Time at = axes.time.at(x);
    pen.list.AddLine({x, axes.area.min.y}, {x, axes.area.max.y}, faded(pen.theme.text, 0.35F),
                     pen.s);
    std::string tip;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const Reading* reading = reading_at(curves[i], at);
        if (reading == nullptr) continue;
        if (!tip.empty()) tip += "\n";
        tip += curves[i].label + "  " + unit_text(reading->mean, unit);
        if (reading->max > reading->min)
            tip += "  (" + unit_text(reading->min, unit) + " to " + unit_text(reading->max, unit) +
                   ")";
        pen.list.AddCircleFilled({x, axes.y(reading->mean)}, 3.5F * pen.s,
                                 curve_colour(pen.theme, curves[i]));
    }
    draw_tip(context, seconds_text(at) + " s", tip.empty() ? "nothing measured yet" : tip);
}

}   // namespace

std::string unit_text(double value, ChartKind::Unit unit) {
    using Unit = ChartKind::Unit;
    char text[64];
    const double size = std::fabs(value);
    switch (unit) {
        case Unit::share: std::snprintf(text, sizeof text, "%.3g %%", value * 100); return text;
        case Unit::seconds:
            if (size < 1e-3 && size > 0)
                std::snprintf(text, sizeof text, "%.3g µs", value * 1e6);
            else if (size < 1 && size > 0)
                std::snprintf(text, sizeof text, "%.3g ms", value * 1e3);
            else
                std::snprintf(text, sizeof text, "%.3g s", value);
            return text;
        case Unit::bytes:
        case Unit::bytes_per_second: {
            static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
            std::size_t i = 0;
            for (; std::fabs(value) >= 1024 && i + 1 < std::size(units); ++i) value /= 1024;
            std::snprintf(text, sizeof text, "%.3g %s%s", value, units[i],
                          unit == Unit::bytes ? "" : "/s");
            return text;
        }
        case Unit::per_second: return short_number(value) + "/s";
        default: return short_number(value);
    }
}

ImU32 curve_colour(const Theme& theme, const Curve& curve) {
    if (curve.worth > 0) return theme.moods[static_cast<int>(Mood::good)];
    if (curve.worth < 0) return theme.moods[static_cast<int>(Mood::bad)];
    return line_colour(theme, curve.number);
}

Rect plot_room(const Pen& pen, Rect area) {
    const float left = area.width() > 220 * pen.s ? 66 * pen.s : 0;
    return {{area.min.x + left, area.min.y + 6 * pen.s}, {area.max.x, area.max.y - 18 * pen.s}};
}

void draw_plot(Context& context, const Pen& pen, TimeView& view, std::string_view name,
               const std::vector<Curve>& curves, ChartKind::Unit unit, Rect area) {
    const Rect room = plot_room(pen, area);
    if (room.width() < 20 * pen.s || room.height() < 20 * pen.s) return;
    steer_time(context, view, name, {{room.min.x, area.min.y}, {room.max.x, area.max.y}});
    const Axes axes{{room.min.x, room.max.x, *view.cursor}, room, top_of(curves, unit)};
    draw_time_axis(pen, room, static_cast<double>(ns_of(view.cursor->from())) / 1e9,
                   static_cast<double>(ns_of(view.cursor->to())) / 1e9);
    if (room.min.x > area.min.x) draw_grid(pen, axes, unit, area.min.x);
    {
        const Clip clip({{room.min.x, room.min.y - 2}, {room.max.x, room.max.y + 1}});
        for (std::size_t i = curves.size(); i-- > 0;)
            draw_curve(pen, axes, curves[i], curve_colour(pen.theme, curves[i]),
                       !curves[i].other && (i == 0 || curves[i].worth != 0));
        draw_playhead(context, pen.list, view, room, false);
    }
    if (room.holds(ImGui::GetIO().MousePos) && view.drag == TimeView::Drag::none &&
        ImGui::IsWindowHovered())
        tell_values(context, pen, axes, curves, unit);
}

}   // namespace glasshive::viewer
