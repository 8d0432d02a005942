#pragma once

#include <string>

#include "viewer/app/layout.h"

namespace glasshive::viewer {

/// What a window remembers from one run to the next.
struct Settings {
    Layout layout;
    bool dark = true;
    int width = 1280, height = 800;   ///< Of the window, in screen units.
};

/// Where they are kept: glasshive/viewer.json below $XDG_CONFIG_HOME, else below ~/.config; "" when
/// neither is known.
std::string settings_path();
/// What the file says; where it says nothing, nonsense or a panel that no longer exists, what is
/// set without it.
Settings load_settings(const std::string& path);
/// False when the file cannot be written.
bool save_settings(const std::string& path, const Settings& settings);

}   // namespace glasshive::viewer
