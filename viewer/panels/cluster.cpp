// Hosts by zone as cells: what a host is gives the colour, what is believed of it stands below.
#include <algorithm>
#include <cmath>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

namespace {

void draw_host(const Context& context, ImDrawList& list, const HostCell& host, Area cell) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const ImU32 colour = theme.moods[static_cast<int>(mood_of(host.state))];
    const float width = cell.max.x - cell.min.x;
    const float height = cell.max.y - cell.min.y;
    const bool chosen = context.selection.subject == host.name;
    if (width < 60 * s || height < 44 * s) {   // Too small for words: colour alone.
        list.AddRectFilled(cell.min, cell.max, chosen ? theme.accent : colour);
        return;
    }
    list.AddRectFilled(cell.min, cell.max, chosen ? theme.chosen : theme.ground, 6 * s);
    list.AddRect(cell.min, cell.max, chosen ? theme.accent : theme.edge, 6 * s, 0, s);
    draw_mood(list, theme, {cell.min.x + 14 * s, cell.min.y + 16 * s}, 9 * s, mood_of(host.state));
    const float right = cell.max.x - 8 * s;
    draw_text(list, theme.title, {cell.min.x + 26 * s, cell.min.y + 7 * s}, right, theme.text,
              host.text);
    std::string words = host.state;
    if (!host.believed.empty()) words += " · believed " + host.believed;
    draw_text(list, theme.body, {cell.min.x + 10 * s, cell.min.y + 27 * s}, right, theme.faint,
              words);
    float y = cell.min.y + 48 * s;
    for (std::size_t i = 0; i < host.containers.size(); ++i) {
        if (y + 18 * s > cell.max.y) break;
        const bool last_line = y + 38 * s > cell.max.y && i + 1 < host.containers.size();
        const ContainerCell& container = host.containers[i];
        if (!last_line)
            draw_mood(list, theme, {cell.min.x + 14 * s, y + 8 * s}, 7 * s,
                      mood_of(container.state));
        draw_text(list, theme.mono, {cell.min.x + 26 * s, y}, right,
                  last_line ? theme.faint : theme.text,
                  last_line ? std::to_string(host.containers.size() - i) + " more"
                            : context.glass.text(container.name));
        y += 19 * s;
    }
}

}   // namespace

void draw_cluster(Context& context, ImDrawList& list, Area area) {
    const auto& hosts = context.now.cluster.hosts;
    if (hosts.empty()) {
        draw_empty(context, list, area, "No host exists at this instant.",
                   "Move the playhead, or record a run with hosts.");
        return;
    }
    // The grid whose cells come nearest to twice as wide as high.
    const float width = area.max.x - area.min.x;
    const float height = area.max.y - area.min.y;
    const auto count = static_cast<float>(hosts.size());
    const float wide =
        std::clamp(std::round(std::sqrt(count * width / height / 1.6F)), 1.0F, count);
    const float rows = std::ceil(count / wide);
    const float columns = std::ceil(count / rows);   // No column that the last row alone lacks.
    const ImVec2 step{width / columns, std::min(height / rows, 220 * context.theme.scale)};
    const float gap = std::min(8 * context.theme.scale, step.x / 8);
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const auto column = static_cast<float>(i % static_cast<std::size_t>(columns));
        const auto row = static_cast<float>(i / static_cast<std::size_t>(columns));
        const ImVec2 min{area.min.x + column * step.x, area.min.y + row * step.y};
        draw_host(context, list, hosts[i], {min, {min.x + step.x - gap, min.y + step.y - gap}});
    }
}

}   // namespace glasshive::viewer
