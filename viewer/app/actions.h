#pragma once

#include <span>
#include <string_view>

#include "viewer/app/view.h"

namespace glasshive::viewer {

/// What a key does. One table for keys, help and palette.
struct Action {
    std::string_view name;   ///< "Play or pause", as palette and help call it.
    std::string_view keys;   ///< "Space", as people read it.
    int key;                 ///< GLFW's code.
    int modifiers;           ///< GLFW_MOD_CONTROL, GLFW_MOD_SHIFT or 0.
    void (*run)(View& view);
    /// It is of use only where a run goes on.
    bool live_only() const { return name.substr(0, 4) == "Run:"; }
};
std::span<const Action> actions();

}   // namespace glasshive::viewer
