#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <imgui.h>

namespace glasshive::viewer {

/// A rectangle in pixels.
struct Rect {
    ImVec2 min, max;
    float width() const { return max.x - min.x; }
    float height() const { return max.y - min.y; }
    bool holds(ImVec2 at) const {
        return at.x >= min.x && at.x < max.x && at.y >= min.y && at.y < max.y;
    }
};

/// What the mouse does at a thing in this frame.
struct Hit {
    bool hovered = false;
    bool clicked = false;   ///< The left button went down.
    bool opened = false;    ///< A double click.
    bool menu = false;      ///< The right button went down.
};

/// Where the mouse can do something. Panels ask as they draw; tests, which have no eyes, find the
/// things again by name.
class Hits {
  public:
    /// A new frame. `remember` keeps the rectangles for find(): a text and a look-up for each.
    void begin(bool remember);
    /// The panel that draws from now on: what it names is called "Cluster/node-2".
    void enter(std::string_view panel) { panel_ = panel; }
    /// What the mouse does between `min` and `max` of the current ImGui window. Nothing where a
    /// popup or another window lies above, or where the window clips it.
    Hit at(std::string_view name, ImVec2 min, ImVec2 max);
    /// Where a thing was drawn in this frame, if it was and begin() remembers.
    std::optional<Rect> find(const std::string& name) const;
    /// All remembered ones, by name.
    const std::map<std::string, Rect>& all() const { return seen_; }

  private:
    bool remember_ = false;
    std::string_view panel_;
    std::map<std::string, Rect> seen_;
};

}   // namespace glasshive::viewer
