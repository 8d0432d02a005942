#pragma once

#include <string>

#include "viewer/app/view.h"

namespace glasshive::viewer {

/// A button with a word in a bar of the window, from `x` on. `possible`: a click counts; else it
/// is pale, and its tooltip says why. Returns where the next one begins.
float draw_button(View& view, ImDrawList& list, Area bar, float x, const std::string& word,
                  const std::string& tip, bool possible, bool& clicked);
/// How wide that is, with the gap behind it.
float button_width(const Theme& theme, const std::string& word);

}   // namespace glasshive::viewer
