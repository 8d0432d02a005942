#include "viewer/draw/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace glasshive::viewer {

std::vector<double> ticks(double from, double to, double count) {
    std::vector<double> found;
    if (!(from < to) || !(count >= 1) || !std::isfinite(to - from)) return found;
    const double raw = (to - from) / count;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw) {
            step = factor * power;
            break;
        }
    }
    const double first = std::ceil(from / step - 1e-9);
    for (double i = first; i * step <= to + step * 1e-9 && found.size() < 1000; ++i)
        found.push_back(i * step + 0.0);   // Never -0.
    return found;
}

std::string tick_text(double value, double step) {
    const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value == 0 ? 0.0 : value);
    return text;
}

std::string short_number(double value) {
    char text[64];
    const double size = std::fabs(value);
    static constexpr struct {
        double factor;
        const char* sign;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    for (const auto& unit : units) {
        if (size < unit.factor) continue;
        std::snprintf(text, sizeof text, "%.3g%s", value / unit.factor, unit.sign);
        return text;
    }
    std::snprintf(text, sizeof text, size < 1e-6 ? "%.0f" : "%.3g", value);
    return text;
}

void draw_time_axis(const Pen& pen, Rect chart, double from, double to) {
    const double count = static_cast<double>(chart.width() / (90 * pen.s));
    const std::vector<double> marks = ticks(from, to, std::max(1.0, count));
    const double step = marks.size() > 1 ? marks[1] - marks[0] : to - from;
    for (const double at : marks) {
        const float x = chart.min.x + static_cast<float>((at - from) / (to - from)) * chart.width();
        pen.list.AddLine({x, chart.min.y}, {x, chart.max.y}, pen.theme.grid, pen.s);
        const std::string text = tick_text(at, step) + " s";
        const float width = text_width(pen.theme.mono, text);
        const float left =
            std::clamp(x - width / 2, chart.min.x, std::max(chart.min.x, chart.max.x - width));
        draw_text(pen.list, pen.theme.mono, {left, chart.max.y + 3 * pen.s}, chart.max.x + pen.s,
                  pen.theme.faint, text);
    }
}

}   // namespace glasshive::viewer
