// The map of the network: links, hosts and switches.
#include "viewer/panels/network_map.h"

#include <algorithm>
#include <cmath>

#include "viewer/draw/axis.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

void draw_dashed(const Pen& pen, ImVec2 a, ImVec2 b, ImU32 colour) {
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    const float step = 9 * pen.s;
    for (float at = 0; at < length && step > 0; at += step) {
        const float from = at / length;
        const float to = std::min(1.0F, (at + step * 0.55F) / length);
        pen.list.AddLine({a.x + (b.x - a.x) * from, a.y + (b.y - a.y) * from},
                         {a.x + (b.x - a.x) * to, a.y + (b.y - a.y) * to}, colour, 1.5F * pen.s);
    }
}

}   // namespace

void draw_links(const NetworkMap& map) {
    const auto& places = map.memory.tree.places;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    // Of thousands side by side each is a breath of colour.
    const float dense = std::clamp(
        120 / static_cast<float>(std::max<std::size_t>(1, map.memory.hosts)), 0.06F, 1.0F);
    int nearest = -1;
    float near = 5 * map.pen.s;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].up < 0 || (places[i].host && !map.words && places.size() > 3000)) continue;
        const Wire& wire = map.memory.wires.links[static_cast<std::size_t>(places[i].link)];
        const ImVec2 a = map.at(static_cast<int>(i));
        const ImVec2 b = map.at(places[i].up);
        if (wire.down || map.memory.cut.count(places[i].name) > 0) {
            draw_dashed(map.pen, a, b, map.pen.mood(wire.down ? Mood::bad : Mood::warn));
        } else {
            const float load = std::min(1.0F, static_cast<float>(wire.flows) / 8);
            const float share = places[i].host ? dense : 1;
            const ImU32 busy = map.pen.mood(Mood::busy);
            map.pen.list.AddLine(a, b,
                                 wire.flows > 0 ? faded(busy, (0.45F + 0.4F * load) * share)
                                                : faded(map.pen.theme.edge, std::max(0.25F, share)),
                                 (wire.flows > 0 ? 1.5F + 2 * load : 1.0F) * map.pen.s);
        }
        const ImVec2 ab{b.x - a.x, b.y - a.y};
        const float square = std::max(1.0F, ab.x * ab.x + ab.y * ab.y);
        const float share =
            std::clamp(((mouse.x - a.x) * ab.x + (mouse.y - a.y) * ab.y) / square, 0.15F, 0.85F);
        const float far = std::hypot(mouse.x - a.x - ab.x * share, mouse.y - a.y - ab.y * share);
        if (far < near) {
            near = far;
            nearest = places[i].link;
        }
    }
    if (nearest < 0 || !ImGui::IsWindowHovered()) return;
    const Wire& wire = map.memory.wires.links[static_cast<std::size_t>(nearest)];
    offer(map.context, wire.name, {mouse.x - 2, mouse.y - 2}, {mouse.x + 2, mouse.y + 2},
          std::string(wire.down ? "down" : "up") + ", " +
              short_number(static_cast<double>(wire.bandwidth)) + "bit/s\n" +
              std::to_string(wire.flows) + " transfers under way");
}

void draw_place(const NetworkMap& map, std::size_t i) {
    const Pen& pen = map.pen;
    const float s = pen.s;
    const WirePlace& place = map.memory.tree.places[i];
    const ImVec2 at = map.at(static_cast<int>(i));
    const bool chosen = map.context.selection.holds(place.name);
    const bool cut = map.memory.cut.count(place.name) > 0;
    const std::string_view name = map.context.glass.text(place.name);
    constexpr std::size_t told_apart_max = 2000;   // More of them are a rim of colour.
    const bool many = map.memory.hosts > told_apart_max;
    // One of thousands of switches is a dot, too.
    const bool dot =
        place.host || (many && static_cast<std::size_t>(place.hosts) * 50 < map.memory.hosts);
    const float r = (dot ? (map.words ? 8 : 3) : 12) * s;
    if (dot && !map.words && !chosen && !cut) {
        pen.list.AddRectFilled({at.x - r / 2, at.y - r / 2}, {at.x + r / 2, at.y + r / 2},
                               pen.mood(map.memory.moods[i]));
        if (!many)
            offer(map.context, place.name, {at.x - 5 * s, at.y - 5 * s},
                  {at.x + 5 * s, at.y + 5 * s}, "host");
        return;
    }
    if (chosen || cut)
        pen.list.AddCircle(at, r + 5 * s, chosen ? pen.theme.accent : pen.mood(Mood::warn), 0,
                           2 * s);
    if (place.host) {
        pen.list.AddCircleFilled(at, r, pen.theme.panel);
        pen.list.AddCircle(at, r, faded(pen.mood(map.memory.moods[i]), 0.6F), 0, s);
        draw_mood(pen.list, pen.theme, at, 8 * s, map.memory.moods[i]);
    } else {
        pen.list.AddRectFilled({at.x - r, at.y - 7 * s}, {at.x + r, at.y + 7 * s}, pen.theme.panel,
                               4 * s);
        pen.list.AddRect({at.x - r, at.y - 7 * s}, {at.x + r, at.y + 7 * s}, pen.theme.faint, 4 * s,
                         0, s);
    }
    const float width = text_width(pen.theme.mono, name);
    const bool left = place.host && place.x < -0.2F;
    const bool right = place.host && place.x > 0.2F;
    // Below where the one above it is too near for words between them.
    const bool crowded = !place.host && place.up >= 0 &&
                         std::hypot(at.x - map.at(place.up).x, at.y - map.at(place.up).y) < 36 * s;
    const float gap = (chosen || cut ? 10 : 7) * s;   // A ring stands around it.
    const ImVec2 text{left    ? at.x - r - gap - width
                      : right ? at.x + r + gap
                              : at.x - width / 2,
                      left || right                            ? at.y - 7 * s
                      : (place.y > 0 && place.host) || crowded ? at.y + r + 3 * s
                                                               : at.y - r - 16 * s};
    draw_text(pen.list, pen.theme.mono, text, text.x + width + 1,
              chosen ? pen.theme.text : pen.theme.faint, name);
    std::string tip =
        place.host ? "host" : "switch, " + std::to_string(place.hosts) + " hosts below";
    if (cut) tip += "\ncut off by a partition";
    offer(map.context, place.name, {at.x - r, at.y - r}, {at.x + r, at.y + r}, tip);
}

}   // namespace glasshive::viewer
