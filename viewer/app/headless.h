#pragma once

#include <functional>
#include <string>

namespace glasshive::viewer {

/// Draws one frame without display or GPU and writes it as a PNG. `begin` runs once with a current
/// ImGui context (fonts), `draw` between NewFrame and Render. Returns "" or what went wrong.
std::string draw_to_png(const std::string& path, int width, int height,
                        const std::function<void()>& begin, const std::function<void()>& draw);

}   // namespace glasshive::viewer
