#pragma once

#include <string>
#include <vector>

#include "viewer/draw/widgets.h"

namespace glasshive::viewer {

/// Round numbers between `from` and `to`, both included, at most `count` (at least one step of 1,
/// 2 or 5 times a power of ten). Empty unless from < to and count >= 1.
std::vector<double> ticks(double from, double to, double count);
/// A tick with as many decimals as ticks `step` apart need: "12.5".
std::string tick_text(double value, double step);
/// A number in few letters: "950", "12.5k", "3.2M", "0.25".
std::string short_number(double value);

/// Vertical lines at round seconds between `from` and `to` over `chart`, and their words below it
/// in the 18 px of the grid that follow.
void draw_time_axis(const Pen& pen, Rect chart, double from, double to);

}   // namespace glasshive::viewer
