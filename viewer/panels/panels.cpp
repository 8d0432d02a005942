#include "viewer/panels/panels.h"

namespace glasshive::viewer {

std::span<const Panel> panels() {
    static constexpr Panel all[] = {
        {"Cluster", draw_cluster}, {"Timeline", draw_timeline},   {"Services", draw_services},
        {"Events", draw_events},   {"Inspector", draw_inspector},
    };
    return all;
}

void draw_empty(const Context& context, ImDrawList& list, Area area, std::string_view what,
                std::string_view next) {
    const Theme& theme = context.theme;
    draw_text(list, theme.body, area.min, area.max.x, theme.text, what);
    draw_text(list, theme.body, {area.min.x, area.min.y + 20 * theme.scale}, area.max.x,
              theme.faint, next);
}

}   // namespace glasshive::viewer
