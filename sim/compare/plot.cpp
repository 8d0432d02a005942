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

/// Every point of every curve: where it goes along, and how far up its low, mean and high are.
struct Points {
    std::vector<double> along;
    Band up;
};

Points points_of(const Band& band, bool is_cdf) {
    Points points;
    const std::size_t count = band.mean.size();
    for (std::size_t i = 0; i < count; ++i) points.along.push_back(static_cast<double>(i));
    points.up = band;
    if (!is_cdf) return points;
    // Quantiles by percent: value along, percent up; a band of values has no height, so its edges
    // stand for themselves.
    points.up.mean = points.along;
    points.along.clear();
    for (const double value : band.mean) points.along.push_back(squeezed(value));
    points.up.low.clear();
    points.up.high.clear();
    return points;
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
                              "font:12px system-ui,sans-serif}";
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

std::string curve_svg(const CurveReport& curve, const std::vector<std::string>& policies,
                      bool standalone) {
    constexpr double width = 760, height = 380, left = 58, top = 12, bottom = 330;
    const double right = width - 24 - 7.2 * static_cast<double>(longest(policies));
    std::vector<Points> all;
    Scale x{HUGE_VAL, -HUGE_VAL, left, right}, y{HUGE_VAL, -HUGE_VAL, bottom, top};
    for (const Band& band : curve.bands) {
        all.push_back(points_of(band, curve.info->is_cdf));
        const Points& points = all.back();
        for (const double value : points.along) {
            x.low = std::min(x.low, value);
            x.high = std::max(x.high, value);
        }
        for (const auto* edge : {&points.up.low, &points.up.mean, &points.up.high}) {
            for (const double value : *edge) {
                y.low = std::min(y.low, value);
                y.high = std::max(y.high, value);
            }
        }
    }
    std::string svg = open_svg(width, height, curve.info->title, standalone);
    grid_along(svg, x, top, bottom, curve.info->is_cdf);
    grid_up(svg, y, left, right);
    svg += fmt::format("<text class=\"label\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}"
                       "</text>\n<text class=\"label\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n",
                       (left + right) / 2, bottom + 34, escaped(curve.info->along), left + 6,
                       top + 12, escaped(curve.info->up));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Points& points = all[i];
        std::string line, band, back;
        for (std::size_t k = 0; k < points.along.size(); ++k) {
            const double at = x.at(points.along[k]);
            line += fmt::format("{:.1f},{:.1f} ", at, y.at(points.up.mean[k]));
            if (points.up.low.empty()) continue;
            band += fmt::format("{:.1f},{:.1f} ", at, y.at(points.up.high[k]));
            back = fmt::format("{:.1f},{:.1f} ", at, y.at(points.up.low[k])) + back;
        }
        const std::string series = class_of(i);
        if (!band.empty()) {
            svg +=
                fmt::format("<polygon class=\"{} band\" points=\"{}{}\"/>\n", series, band, back);
        }
        svg += fmt::format("<polyline class=\"{} line\"{} points=\"{}\"/>\n", series, dashes_of(i),
                           line);
        const double legend = top + 16 + 18 * static_cast<double>(i);
        svg += fmt::format("<line class=\"{0} line\"{1} x1=\"{2:.1f}\" x2=\"{3:.1f}\" "
                           "y1=\"{4:.1f}\" y2=\"{4:.1f}\"/><text class=\"label\" x=\"{5:.1f}\" "
                           "y=\"{6:.1f}\">{7}</text>\n",
                           series, dashes_of(i), right + 8, right + 22, legend, right + 27,
                           legend + 4, escaped(policies[i].substr(0, 30)));
    }
    return svg + "</svg>\n";
}

}   // namespace glasshive::compare
