#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include <imgui.h>

#include "viewer/draw/hits.h"
#include "viewer/draw/theme.h"

namespace glasshive::viewer {

/// Keeps drawing and mouse within a rectangle of the current ImGui window while it lives.
class Clip {
  public:
    explicit Clip(Rect area) { ImGui::PushClipRect(area.min, area.max, true); }
    ~Clip() { ImGui::PopClipRect(); }
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;
};

/// What every widget draws with.
struct Pen {
    const Theme& theme;
    ImDrawList& list;
    Hits& hits;
    float s = theme.scale;   ///< Pixels per unit of the grid.
    ImU32 mood(Mood mood) const { return theme.moods[static_cast<int>(mood)]; }
};

/// Where a list stands that is longer than its rectangle. Doubles: ten million rows are more
/// pixels than a float can tell apart, which is why this is no ImGui child.
struct Scroll {
    double top = 0;   ///< Pixels of the content above the rectangle.
    bool dragging = false;
    float grip = 0;   ///< Where in the thumb the mouse took hold.
};
/// Wheel, and a thumb at the right edge where the content of `length` pixels is longer than `seen`
/// is high; keeps `top` within the content. True when the person moved it.
bool scroll(const Pen& pen, Scroll& scroll, Rect seen, double length);
/// The same where the wheel counts within `wheel` alone: over a chart it zooms.
bool scroll(const Pen& pen, Scroll& scroll, Rect seen, double length, Rect wheel);
/// Makes row `row` of rows `step` pixels high visible, moving as little as needed.
void scroll_to(Scroll& scroll, double row, float step, float seen);

/// The rows of a uniform list that are on the screen: first..last (one past it), and where the
/// first one stands.
struct RowsSeen {
    std::size_t first = 0, last = 0;
    float y = 0;
};
RowsSeen rows_seen(const Scroll& scroll, Rect seen, float step, std::size_t count);

float text_width(ImFont* font, std::string_view text);
/// Ends at `right`; cut with "…" where it would begin before `left`. Returns where it begins.
float draw_text_right(ImDrawList& list, ImFont* font, ImVec2 right, float left, ImU32 colour,
                      std::string_view text);
/// Several lines of at most `width` pixels. Returns the height; draws nothing below `bottom`.
float draw_wrapped(ImDrawList& list, ImFont* font, ImVec2 at, float width, float bottom,
                   ImU32 colour, std::string_view text);

/// `colour` with `share` (0..1) of its opacity.
ImU32 faded(ImU32 colour, float share);
/// From `a` (share 0) to `b` (share 1).
ImU32 mixed(ImU32 a, ImU32 b, float share);
/// The n-th of the colours that lines of one chart are told apart by; they repeat after six.
ImU32 line_colour(const Theme& theme, std::size_t n);

/// A share of a whole, 0..1, as a bar.
void draw_bar(const Pen& pen, Rect area, float share, ImU32 colour);
/// A word in a rounded frame. Returns its width; draws nothing where it would pass `right`.
float draw_pill(const Pen& pen, ImVec2 at, float right, std::string_view text, ImU32 colour);
/// One of several, side by side, ending at `right`. Returns the one that is chosen from now on.
/// Hit names are the words. Draws nothing when there is no room left of `right` up to `left`.
std::size_t segmented(const Pen& pen, ImVec2 right, float left,
                      std::span<const std::string_view> words, std::size_t chosen);
/// The height of segmented().
inline float segmented_height(const Theme& theme) { return 22 * theme.scale; }

}   // namespace glasshive::viewer
