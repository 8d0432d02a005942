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

/// What is worse about a link, in few words: "20 % lost", "+200 ms".
std::string worse_words(const NetworkMap& map, const Wire& wire) {
    const std::string_view worse = map.context.glass.text(wire.worse);
    const auto says = [&](std::string_view what) {
        return worse.find(what) != std::string_view::npos;
    };
    std::string words;
    const auto add = [&](const std::string& part) { words += (words.empty() ? "" : ", ") + part; };
    if (says("loss")) add(short_number(static_cast<double>(wire.loss) / 1e4) + " % lost");
    if (says("latency")) add(short_number(static_cast<double>(wire.latency) / 1e6) + " ms");
    if (says("bandwidth")) add(short_number(static_cast<double>(wire.bandwidth)) + "bit/s");
    return words;
}

/// A line that goes through, but badly: beside it dots, wider apart where packets are lost.
void draw_worse(const NetworkMap& map, const Wire& wire, ImVec2 a, ImVec2 b) {
    const Pen& pen = map.pen;
    const ImU32 colour = pen.mood(Mood::warn);
    pen.list.AddLine(a, b, faded(colour, 0.55F), 2.5F * pen.s);
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    const bool lossy = wire.loss > 0;
    const float step = (lossy ? 14 : 7) * pen.s;
    for (float at = step; at < length && step > 0; at += step) {
        const ImVec2 dot{a.x + (b.x - a.x) * at / length, a.y + (b.y - a.y) * at / length};
        pen.list.AddCircleFilled(dot, (lossy ? 3.0F : 2.2F) * pen.s, colour);
    }
    if (!map.words || length < 40 * pen.s) return;
    const std::string words = worse_words(map, wire);
    const float width = text_width(pen.theme.mono, words);
    const ImVec2 at{a.x + (b.x - a.x) * 0.45F - width / 2, a.y + (b.y - a.y) * 0.45F - 8 * pen.s};
    pen.list.AddRectFilled({at.x - 5 * pen.s, at.y - pen.s},
                           {at.x + width + 5 * pen.s, at.y + 16 * pen.s},
                           faded(pen.theme.panel, 0.9F), 4 * pen.s);
    draw_text(pen.list, pen.theme.mono, at, at.x + width + 1, colour, words);
}

void draw_wire(const NetworkMap& map, const WirePlace& place, const Wire& wire, ImVec2 a,
               ImVec2 b) {
    const Pen& pen = map.pen;
    if (wire.down || map.memory.cut.count(place.name) > 0)
        return draw_dashed(pen, a, b, pen.mood(wire.down ? Mood::bad : Mood::warn));
    if (wire.worse.valid()) return draw_worse(map, wire, a, b);
    // Of thousands side by side each is a breath of colour.
    const float dense = std::clamp(
        120 / static_cast<float>(std::max<std::size_t>(1, map.memory.hosts)), 0.06F, 1.0F);
    const float load = std::min(1.0F, static_cast<float>(wire.flows) / 8);
    const float share = place.host ? dense : 1;
    pen.list.AddLine(a, b,
                     wire.flows > 0 ? faded(pen.mood(Mood::busy), (0.45F + 0.4F * load) * share)
                                    : faded(pen.theme.edge, std::max(0.25F, share)),
                     (wire.flows > 0 ? 1.5F + 2 * load : 1.0F) * pen.s);
}

/// The link that is nearest to the mouse among those that were looked at.
struct Nearest {
    int link = -1;
    float far = 0;

    void look(int candidate, ImVec2 mouse, ImVec2 a, ImVec2 b) {
        const ImVec2 ab{b.x - a.x, b.y - a.y};
        const float square = std::max(1.0F, ab.x * ab.x + ab.y * ab.y);
        const float share =
            std::clamp(((mouse.x - a.x) * ab.x + (mouse.y - a.y) * ab.y) / square, 0.15F, 0.85F);
        const float d = std::hypot(mouse.x - a.x - ab.x * share, mouse.y - a.y - ab.y * share);
        if (d >= far) return;
        far = d;
        link = candidate;
    }
};

}   // namespace

void draw_links(const NetworkMap& map) {
    const WireTree& tree = map.memory.tree;
    const auto& links = map.memory.wires.links;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    Nearest nearest{-1, 5 * map.pen.s};
    const auto draw = [&](int i) {
        const WirePlace& place = tree.places[static_cast<std::size_t>(i)];
        if (place.up < 0) return;
        const ImVec2 a = map.at(i), b = map.at(place.up);
        draw_wire(map, place, links[static_cast<std::size_t>(place.link)], a, b);
        nearest.look(place.link, mouse, a, b);
    };
    const bool all = map.words || tree.places.size() <= 3000;
    if (all) {
        for (std::size_t i = 0; i < tree.places.size(); ++i) draw(static_cast<int>(i));
    } else {   // Hosts' links only where something is wrong with them.
        for (const int place : tree.inner) draw(place);
        for (const int link : map.memory.wires.odd) {
            const int place = tree.of_link[static_cast<std::size_t>(link)];
            if (place >= 0 && tree.places[static_cast<std::size_t>(place)].host) draw(place);
        }
    }
    if (nearest.link < 0 || !ImGui::IsWindowHovered()) return;
    const Wire& wire = links[static_cast<std::size_t>(nearest.link)];
    std::string tip = std::string(wire.down ? "down" : "up") + ", " +
                      short_number(static_cast<double>(wire.bandwidth)) + "bit/s";
    if (wire.latency > 0)
        tip += ", " + short_number(static_cast<double>(wire.latency) / 1e6) + " ms one way";
    if (wire.loss > 0)
        tip += ", " + short_number(static_cast<double>(wire.loss) / 1e4) + " % of packets lost";
    if (wire.worse.valid())
        tip += "\nworse than it was built: " + std::string(map.context.glass.text(wire.worse));
    tip += "\n" + std::to_string(wire.flows) + " transfers under way";
    offer(map.context, wire.name, {mouse.x - 2, mouse.y - 2}, {mouse.x + 2, mouse.y + 2}, tip);
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
