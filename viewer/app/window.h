#pragma once

#include <string>

#include "viewer/app/view.h"

namespace glasshive::viewer {

/// Shows the view in a window until it is closed. Draws only when something happened. "" or why
/// there can be no window.
std::string run_window(View& view, int width, int height);

}   // namespace glasshive::viewer
