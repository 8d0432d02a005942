#include "compare/plot.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "kernel/math.h"

namespace glasshive::compare {

namespace {

// After Okabe & Ito (2008), which people with any colour vision tell apart; lighter on dark ground.
constexpr const char* light[colours] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                        "#8a6d00", "#7a4fa3", "#4ba3dd", "#444444"};
constexpr const char* dark[colours] = {"#4f9fe0", "#ff8a4c", "#2fd0a0", "#e9a3cb",
                                       "#e8cf52", "#bf9be8", "#a5dcff", "#cccccc"};

std::string series_css(const char* const* palette) {
    std::string css;
    for (std::size_t i = 0; i < colours; ++i) {
        css += fmt::format(".s{0}{{stroke:{1};fill:{1}}}", i, palette[i]);
    }
    return css;
}

std::string class_of(std::size_t series) { return fmt::format("s{}", series % colours); }
std::string dashes_of(std::size_t series) {
    return series < colours ? "" : " stroke-dasharray=\"5 3\"";
}

double log10_of(double x) {
    constexpr double ln10 = 2.302585092994046;
    return kernel::portable_log(x) / ln10;
}

/// From values to places.
struct Scale {
    double low, high, from, to;
    double at(double value) const {
        const double share = high > low ? (value - low) / (high - low) : 0.5;
        return from + std::clamp(share, -0.05, 1.05) * (to - from);
    }
};

std::string number(double value) { return fmt::format("{:.6g}", value + 0.0); }

std::string open_svg(double width, double height, const std::string& title, bool standalone) {
    std::string text = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" "
        "aria-label=\"{2}\"{3}>\n<title>{2}</title>\n",
        width, height, escaped(title),
        standalone ? fmt::format(" width=\"{:.0f}\" height=\"{:.0f}\"", width, height) : "");
    if (standalone) text += "<style>" + plot_css() + "</style>\n";
    return text;
}

/// Where waits of no time and of days are on one picture.
double squeezed(double value) { return log10_of(1 + std::max(0.0, value)); }

/// A tick's place and what is written there.
std::vector<std::pair<double, double>> ticks_along(const Scale& x, bool is_squeezed) {
    std::vector<std::pair<double, double>> all;
    if (!is_squeezed) {
        for (const double tick : ticks(x.low, x.high, 7)) all.emplace_back(tick, tick);
        return all;
    }
    all.emplace_back(0, 0);
    for (double tick = 1; squeezed(tick) <= x.high; tick *= 10)
        all.emplace_back(squeezed(tick), tick);
    return all;
}

void grid_along(std::string& svg, const Scale& x, double top, double bottom,
                bool is_squeezed = false) {
    for (const auto& [tick, shown] : ticks_along(x, is_squeezed)) {
        if (tick < x.low || tick > x.high) continue;
        svg += fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" "
                           "y2=\"{2:.1f}\"/><text class=\"label\" x=\"{0:.1f}\" y=\"{3:.1f}\" "
                           "text-anchor=\"middle\">{4}</text>\n",
                           x.at(tick), top, bottom, bottom + 15, number(shown));
    }
}

void grid_up(std::string& svg, const Scale& y, double left, double right) {
    for (const double tick : ticks(y.low, y.high, 6)) {
        if (tick < y.low || tick > y.high) continue;
        svg += fmt::format("<line class=\"grid\" x1=\"{1:.1f}\" x2=\"{2:.1f}\" y1=\"{0:.1f}\" "
                           "y2=\"{0:.1f}\"/><text class=\"label\" x=\"{3:.1f}\" y=\"{4:.1f}\" "
                           "text-anchor=\"end\">{5}</text>\n",
                           y.at(tick), left, right, left - 6, y.at(tick) + 4, number(tick));
    }
}

std::size_t longest(const std::vector<std::string>& names) {
    std::size_t most = 4;
    for (const std::string& name : names) most = std::max(most, name.size());
    return std::min<std::size_t>(most, 30);
}

Line line_of(const Band& band, bool is_cdf) {
    Line line;
    const std::size_t count = band.mean.size();
    for (std::size_t i = 0; i < count; ++i) line.along.push_back(static_cast<double>(i));
    line.up = band;
    if (!is_cdf) return line;
    // Quantiles by percent: value along, percent up; a band of values has no height, so its edges
    // stand for themselves.
    line.up.mean = line.along;
    line.along.clear();
    for (const double value : band.mean) line.along.push_back(squeezed(value));
    line.up.low.clear();
    line.up.high.clear();
    return line;
}

/// What covers all lines.
void widen(const Line& line, Scale& x, Scale& y) {
    for (const double value : line.along) {
        x.low = std::min(x.low, value);
        x.high = std::max(x.high, value);
    }
    for (const auto* edge : {&line.up.low, &line.up.mean, &line.up.high}) {
        for (const double value : *edge) {
            y.low = std::min(y.low, value);
            y.high = std::max(y.high, value);
        }
    }
}

/// A line with its band.
std::string drawn(const Line& line, const Scale& x, const Scale& y, std::size_t i) {
    std::string mean, band, back, points;
    const std::string series = class_of(i);
    for (std::size_t k = 0; k < line.along.size(); ++k) {
        const double at = x.at(line.along[k]);
        mean += fmt::format("{:.1f},{:.1f} ", at, y.at(line.up.mean[k]));
        if (line.has_points) {
            points +=
                fmt::format("<circle class=\"{} dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>",
                            series, at, y.at(line.up.mean[k]));
        }
        if (line.up.low.empty()) continue;
        band += fmt::format("{:.1f},{:.1f} ", at, y.at(line.up.high[k]));
        back = fmt::format("{:.1f},{:.1f} ", at, y.at(line.up.low[k])) + back;
    }
    std::string svg;
    if (!band.empty()) {
        svg += fmt::format("<polygon class=\"{} band\" points=\"{}{}\"/>\n", series, band, back);
    }
    return svg +
           fmt::format("<polyline class=\"{} line\"{} points=\"{}\"/>\n", series, dashes_of(i),
                       mean) +
           points + (points.empty() ? "" : "\n");
}

}   // namespace

std::string escaped(const std::string& text) {
    std::string all;
    for (const char c : text) {
        switch (c) {
            case '&': all += "&amp;"; break;
            case '<': all += "&lt;"; break;
            case '>': all += "&gt;"; break;
            case '"': all += "&quot;"; break;
            case '\'': all += "&#39;"; break;
            default: all += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
        }
    }
    return all;
}

std::string plot_css() {
    const std::string paper = series_css(light) +
                              ".grid{stroke:#8884;stroke-width:1}.label{fill:#555;stroke:none;"
                              "font:12px system-ui,sans-serif}.level{stroke:#888;stroke-width:1.4;"
                              "stroke-dasharray:6 4}";
    const std::string night = series_css(dark) + ".label{fill:#bbb}";
    return paper +
           // Whatever the colours of a medium say later.
           ".band{fill-opacity:.15;stroke:none!important}"
           ".line{fill:none!important;stroke-width:1.8}"
           ".dot{fill-opacity:.55;stroke:none!important}.mean{stroke-width:2.4}"
           "@media (prefers-color-scheme:dark){" +
           night + "}@media print{" + paper + "}";
}

/// The greatest power of ten that is not above it.
static double power_below(double value) {
    double power = 1;
    while (power > value) power /= 10;
    while (power * 10 <= value) power *= 10;
    return power;
}

std::vector<double> ticks(double low, double high, std::size_t most) {
    if (!std::isfinite(low) || !std::isfinite(high) || most < 2) return {};
    // Nearer than numbers of six digits tell apart: a step might not even change the sum.
    const double largest = std::max(std::abs(low), std::abs(high));
    if (high - low <= largest * 1e-9) return {low};
    const double rough = (high - low) / static_cast<double>(most - 1);
    const double power = power_below(rough);
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough) {
            step = factor * power;
            break;
        }
    }
    std::vector<double> all;
    const double first = std::ceil(low / step) * step;
    for (std::size_t i = 0; i <= 2 * most; ++i) {
        const double at = first + static_cast<double>(i) * step;
        if (at > high + step * 1e-9) break;
        all.push_back(std::abs(at) < step * 1e-9 ? 0 : at);
    }
    return all;
}

std::string dots_svg(const MetricReport& metric, const std::vector<std::string>& policies,
                     bool standalone) {
    constexpr double width = 760, row = 30, top = 8;
    const double left = 16 + 7.2 * static_cast<double>(longest(policies));
    const double bottom = top + row * static_cast<double>(policies.size());
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        for (const double value : metric.values[i]) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    const double margin = high > low ? (high - low) * 0.06 : std::max(1.0, std::abs(high) * 0.05);
    const Scale x{low - margin, high + margin, left, width - 16};
    std::string svg = open_svg(width, bottom + 36, metric.info->title, standalone);
    grid_along(svg, x, top, bottom);
    const std::string unit = metric.info->unit;
    svg += fmt::format("<text class=\"label\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}{}"
                       "</text>\n",
                       (left + width) / 2, bottom + 31, escaped(metric.info->title),
                       unit.empty() ? "" : ", " + escaped(unit));
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const double y = top + row * (static_cast<double>(i) + 0.5);
        const std::string series = class_of(i);
        svg += fmt::format("<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}"
                           "</text>\n",
                           left - 8, y + 4, escaped(policies[i].substr(0, 30)));
        for (const double value : metric.values[i]) {
            svg += fmt::format("<circle class=\"{} dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/>",
                               series, x.at(value), y);
        }
        const Estimate& e = metric.estimates[i];
        svg += fmt::format(
            "\n<line class=\"{0} mean\" x1=\"{1:.1f}\" x2=\"{2:.1f}\" y1=\"{3:.1f}\" "
            "y2=\"{3:.1f}\"/><line class=\"{0} mean\" x1=\"{4:.1f}\" x2=\"{4:.1f}\" "
            "y1=\"{5:.1f}\" y2=\"{6:.1f}\"/>\n",
            series, x.at(e.low), x.at(e.high), y + 9, x.at(e.mean), y + 4, y + 14);
    }
    return svg + "</svg>\n";
}

std::string lines_svg(const LinesLabels& labels, const std::vector<Line>& lines,
                      const std::vector<std::string>& names, bool standalone) {
    constexpr double width = 760, height = 380, left = 58, top = 12, bottom = 330;
    const double right = width - 24 - 7.2 * static_cast<double>(longest(names));
    Scale x{HUGE_VAL, -HUGE_VAL, left, right}, y{HUGE_VAL, -HUGE_VAL, bottom, top};
    for (const Line& line : lines) widen(line, x, y);
    if (labels.level) {
        y.low = std::min(y.low, *labels.level);
        y.high = std::max(y.high, *labels.level);
    }
    std::string svg = open_svg(width, height, labels.title, standalone);
    grid_along(svg, x, top, bottom, labels.is_squeezed);
    grid_up(svg, y, left, right);
    if (labels.level) {
        svg += fmt::format("<line class=\"level\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" "
                           "y2=\"{2:.1f}\"/>\n",
                           left, right, y.at(*labels.level));
    }
    // Where a curve that falls is not.
    const double at = labels.level ? right - 6 : left + 6;
    svg += fmt::format("<text class=\"label\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}"
                       "</text>\n<text class=\"label\" x=\"{:.0f}\" y=\"{:.0f}\"{}>{}</text>\n",
                       (left + right) / 2, bottom + 34, escaped(labels.along), at, top + 12,
                       labels.level ? " text-anchor=\"end\"" : "", escaped(labels.up));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        svg += drawn(lines[i], x, y, i);
        const double legend = top + 16 + 18 * static_cast<double>(i);
        svg += fmt::format("<line class=\"{0} line\"{1} x1=\"{2:.1f}\" x2=\"{3:.1f}\" "
                           "y1=\"{4:.1f}\" y2=\"{4:.1f}\"/><text class=\"label\" x=\"{5:.1f}\" "
                           "y=\"{6:.1f}\">{7}</text>\n",
                           class_of(i), dashes_of(i), right + 8, right + 22, legend, right + 27,
                           legend + 4, escaped(names[i].substr(0, 30)));
    }
    return svg + "</svg>\n";
}

std::string curve_svg(const CurveReport& curve, const std::vector<std::string>& policies,
                      bool standalone) {
    std::vector<Line> lines;
    for (const Band& band : curve.bands) lines.push_back(line_of(band, curve.info->is_cdf));
    return lines_svg({.title = curve.info->title,
                      .along = curve.info->along,
                      .up = curve.info->up,
                      .is_squeezed = curve.info->is_cdf,
                      .level = {}},
                     lines, policies, standalone);
}

}   // namespace glasshive::compare
