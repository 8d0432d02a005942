#pragma once

#include <optional>

#include "viewer/model/time_cursor.h"
#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// The span of time on the screen, which Timeline, Plots and Managers share, and the range that
/// somebody marked in it. Lives in the memory of the panels.
struct TimeView {
    std::optional<TimeCursor> cursor;
    std::optional<Time> marked_from, marked_to;   ///< Not in order.
    enum class Drag { none, pan, mark, playhead } drag = Drag::none;
    ImGuiID owner = 0;    ///< The chart where the button went down.
    bool moved = false;   ///< Since the button went down: then it was no click.
};

/// An instant on a chart, in pixels.
struct TimeScale {
    float left = 0, right = 1;
    const TimeCursor& cursor;
    float width() const { return right - left > 1 ? right - left : 1.0F; }
    float x(Time time) const {
        return left + static_cast<float>(cursor.pixel_of(time, static_cast<double>(width())));
    }
    Time at(float pixel) const {
        return cursor.time_at(static_cast<double>(pixel - left), static_cast<double>(width()));
    }
    Duration pixel() const {
        const auto span = static_cast<double>((cursor.to() - cursor.from()).count());
        return Duration{static_cast<std::int64_t>(span / static_cast<double>(width()))};
    }
};

/// The shared view, grown to the recording's end and moved to where the playhead went.
TimeView& time_view(Context& context);
/// Lets the mouse zoom (wheel), pan (drag), mark a range (shift and drag) and move the playhead
/// (click, or drag of the playhead) over `chart`, whose hit name is `name`.
void steer_time(Context& context, TimeView& view, std::string_view name, Rect chart);
/// The marked range and the playhead over a chart. `handle`: with a grip above `chart`.
void draw_playhead(Context& context, ImDrawList& list, const TimeView& view, Rect chart,
                   bool handle);

}   // namespace glasshive::viewer
