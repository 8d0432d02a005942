#pragma once

#include "viewer/draw/widgets.h"
#include "viewer/model/curves.h"
#include "viewer/panels/time_view.h"

namespace glasshive::viewer {

/// "35 %", "1.2 GiB", "12.5 ms", "3.2k/s".
std::string unit_text(double value, ChartKind::Unit unit);

ImU32 curve_colour(const Theme& theme, const Curve& curve);
/// The part of a plot's `area` where the mouse zooms and pans.
Rect plot_room(const Pen& pen, Rect area);
/// Axes, curves and the values under the mouse, within `area`; the title and the legend are the
/// panel's. `name`: what the plot is called among the hits.
void draw_plot(Context& context, const Pen& pen, TimeView& view, std::string_view name,
               const std::vector<Curve>& curves, ChartKind::Unit unit, Rect area);

}   // namespace glasshive::viewer
