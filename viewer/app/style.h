#pragma once

#include "viewer/draw/theme.h"

namespace glasshive::viewer {

/// Loads the embedded fonts into the current ImGui context and sets them in the theme. `scale`:
/// pixels per unit, 2 on a HiDPI screen.
void load_fonts(Theme& theme, float scale);
/// ImGui's own widgets (text fields, tooltips, popups) in the theme's colours.
void apply_style(const Theme& theme);

}   // namespace glasshive::viewer
