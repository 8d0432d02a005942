#pragma once

#include <string>

#include "viewer/app/shown.h"

namespace glasshive::viewer {

/// Shows it in a window of this size, in screen units, until it is closed; then they are the
/// size it had. Draws only when something happened. "" or why there can be no window.
std::string run_window(Shown& view, int& width, int& height);

}   // namespace glasshive::viewer
