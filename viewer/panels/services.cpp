// Desired against running, a service per row.
#include <algorithm>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

void draw_services(Context& context, ImDrawList& list, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    if (context.now.cluster.services.empty()) {
        draw_empty(context, list, area, "No service exists at this instant.",
                   "Move the playhead behind the first service.created.");
        return;
    }
    float y = area.min.y;
    for (const ServiceRow& service : context.now.cluster.services) {
        if (y + 46 * s > area.max.y) break;
        const bool global = service.desired < 0;
        const bool short_of = !global && service.running < service.desired;
        const Mood mood = short_of ? Mood::warn : Mood::good;
        std::string count = std::to_string(service.running);
        count += global ? " running" : " of " + std::to_string(service.desired);
        if (service.failed > 0) count += ", " + std::to_string(service.failed) + " failed";
        draw_mood(list, theme, {area.min.x + 6 * s, y + 9 * s}, 9 * s, mood);
        const float middle = area.min.x + (area.max.x - area.min.x) * 0.5F;
        draw_text(list, theme.title, {area.min.x + 18 * s, y}, middle - 8 * s, theme.text,
                  service.text);
        draw_text(list, theme.mono, {middle, y + 2 * s}, area.max.x, theme.text, count);
        const float share = global || service.desired == 0
                                ? 1.0F
                                : std::min(1.0F, static_cast<float>(service.running) /
                                                     static_cast<float>(service.desired));
        const float top = y + 24 * s;
        list.AddRectFilled({area.min.x, top}, {area.max.x, top + 5 * s}, theme.grid, 2 * s);
        list.AddRectFilled({area.min.x, top},
                           {area.min.x + share * (area.max.x - area.min.x), top + 5 * s},
                           theme.moods[static_cast<int>(mood)], 2 * s);
        y += 46 * s;
    }
}

}   // namespace glasshive::viewer
