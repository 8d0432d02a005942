#pragma once

#include <array>
#include <string>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

inline constexpr std::size_t slots_count = 5;

/// How the panes share the window, and which tab each of them shows. Remembered between runs.
struct Layout {
    float side = 0.72F;     ///< Where the right column begins, as a share of the width.
    float upper = 0.36F;    ///< Where the timeline begins, as a share of the left column's height.
    float lower = 0.71F;    ///< Where the events begin.
    float middle = 0.40F;   ///< Where the inspector begins in the right column.
    std::array<std::string, slots_count> shown;   ///< The panel of each slot; "": its first.
    std::string alone;                      ///< The one panel that fills the window; "": all panes.

    /// Brings a panel to the front of its pane, or to the whole window when one fills it.
    void show(std::string_view panel);
};

/// The panel that a slot shows.
const Panel& shown_panel(const Layout& layout, Slot slot);
/// Draws the panes into `area`, with tabs to click and gaps to drag. Where it is too small for five
/// panes one of them is drawn alone: five titles say nothing.
void draw_panes(Context& context, Layout& layout, Area area);

}   // namespace glasshive::viewer
