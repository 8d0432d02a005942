#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/report.h"

namespace glasshive::compare {

/// Pictures as SVG, without scripts. Colours are classes (s0, s1, … a series each; axis, grid,
/// label), so that a page gives them for light, dark and paper; `standalone` carries its own.

/// A dot per seed, mean and interval, one row a policy.
std::string dots_svg(const MetricReport& metric, const std::vector<std::string>& policies,
                     bool standalone);
/// Means with bands from the least to the greatest seed; a distribution as a CDF.
std::string curve_svg(const CurveReport& curve, const std::vector<std::string>& policies,
                      bool standalone);

/// A line that goes anywhere, with a band around it.
struct Line {
    std::vector<double> along;
    Band up;                   ///< By position in `along`; low and high may be empty: no band.
    bool has_points = false;   ///< Each of its points is drawn.
};
/// What a picture of lines says around them.
struct LinesLabels {
    std::string title, along, up;
    bool is_squeezed = false;      ///< `along` is log10(1 + x), written as x.
    std::optional<double> level;   ///< A line across, at that height.
};
std::string lines_svg(const LinesLabels& labels, const std::vector<Line>& lines,
                      const std::vector<std::string>& names, bool standalone);

/// The colours as CSS, for light, dark and print.
std::string plot_css();

/// Round numbers that cover both, at most `most` of them, ascending.
std::vector<double> ticks(double low, double high, std::size_t most);

/// For HTML and SVG text.
std::string escaped(const std::string& text);

/// How many colours there are; a later series begins anew, dashed.
inline constexpr std::size_t colours = 8;

}   // namespace glasshive::compare
