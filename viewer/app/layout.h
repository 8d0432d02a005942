#pragma once

#include <string>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// Loads the embedded fonts into the current ImGui context and sets them in the theme.
void load_fonts(Theme& theme, float scale);
/// Draws header and panes over the whole display; only the named panel when `panel` is not empty.
void draw_window(Context& context, const std::string& panel);

}   // namespace glasshive::viewer
