#pragma once

#include "viewer/panels/cluster_grid.h"

namespace glasshive::viewer {

/// A rectangle that the mouse spans over hosts: all that it touches are chosen together. Kept by
/// the panel between frames.
struct HostBox {
    bool down = false;    ///< The button went down over the hosts.
    bool moved = false;   ///< Far enough to be no click.
    bool adds = false;    ///< To those that were chosen before: shift was held.
    ImVec2 from{}, to{};
    std::vector<NameId> before;

    Rect area() const {
        return {{std::min(from.x, to.x), std::min(from.y, to.y)},
                {std::max(from.x, to.x), std::max(from.y, to.y)}};
    }
};

/// Lets the mouse span a box over `area` and draws it. `before`: what was chosen before this frame.
/// The selection follows the box while it is drawn.
void span_box(Context& context, const Pen& pen, const HostGrid& grid, HostBox& box, Rect area,
              const std::vector<NameId>& before);

}   // namespace glasshive::viewer
