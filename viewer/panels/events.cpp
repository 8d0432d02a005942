// The events up to the playhead, newest last; the one at the playhead stands out.
#include <algorithm>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

void draw_events(Context& context, ImDrawList& list, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const auto last = context.events.position_of(context.now.last);
    if (!last) {
        draw_empty(context, list, area, "No event up to this instant.",
                   context.events.filter().empty() ? "Move the playhead on."
                                                   : "Move the playhead on, or widen the filter.");
        return;
    }
    const float step = 20 * s;
    const auto shown = static_cast<std::uint64_t>(std::max(1.0F, (area.max.y - area.min.y) / step));
    const std::uint64_t first = *last + 1 > shown ? *last + 1 - shown : 0;
    float y = area.min.y;
    for (std::uint64_t i = first; i <= *last; ++i, y += step) {
        const EventLine* line = context.events.at(i);
        if (line == nullptr) continue;
        if (i == *last)
            list.AddRectFilled({area.min.x - 4 * s, y - 2 * s}, {area.max.x, y + step - 2 * s},
                               theme.chosen, 3 * s);
        const float x = area.min.x;
        draw_text(list, theme.mono, {x, y}, x + 72 * s, theme.faint, seconds_text(line->time));
        const bool grave = line->verbosity == 0;
        draw_text(list, theme.mono, {x + 80 * s, y}, x + 228 * s,
                  grave ? theme.moods[static_cast<int>(Mood::bad)] : theme.accent, line->kind);
        draw_text(list, theme.mono, {x + 236 * s, y}, x + 350 * s, theme.text, line->subject_text);
        draw_text(list, theme.mono, {x + 358 * s, y}, area.max.x, theme.faint, line->details);
    }
}

}   // namespace glasshive::viewer
