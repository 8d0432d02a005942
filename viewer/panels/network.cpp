// Links as the tree they are, with their load; bulk transfers and messages in motion; what is cut.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "viewer/draw/axis.h"
#include "viewer/model/wire_tree.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

constexpr Duration said_window = std::chrono::milliseconds{500};

struct NetworkMemory {
    Time at{};
    EventId last{};
    std::size_t hosts = 0, links = 0;
    bool read = false;
    Wires wires;
    WireTree tree;
    std::vector<Mood> moods;       ///< By place; hosts alone.
    std::set<NameId> cut;          ///< Hosts on the named sides of partitions.
};

void refresh(Context& context, NetworkMemory& memory) {
    if (memory.read && memory.at == context.now.at && memory.last == context.now.last) return;
    memory.read = true;
    memory.at = context.now.at;
    memory.last = context.now.last;
    memory.wires = wires_of(context.now, context.glass, said_window);
    const auto& hosts = context.now.cluster.hosts;
    if (memory.hosts != hosts.size() || memory.links != memory.wires.links.size()) {
        memory.tree = tree_of(memory.wires, context.now);
        memory.hosts = hosts.size();
        memory.links = memory.wires.links.size();
    }
    count_flows(memory.wires, memory.tree);
    memory.moods.assign(memory.tree.places.size(), Mood::idle);
    for (const HostCell& host : hosts) {
        const int place = memory.tree.find(host.name);
        if (place >= 0) memory.moods[static_cast<std::size_t>(place)] = mood_of(host.state);
    }
    memory.cut.clear();
    for (const Cut& cut : memory.wires.cuts) {
        for (const auto& group : cut.groups) memory.cut.insert(group.begin(), group.end());
    }
}

/// The panel's room and what is drawn into it.
struct Map {
    Context& context;
    const Pen& pen;
    const NetworkMemory& memory;
    ImVec2 centre, radius;
    bool words = true;   ///< Room for a name at every host.
    ImVec2 at(int place) const {
        const WirePlace& one = memory.tree.places[static_cast<std::size_t>(place)];
        return {centre.x + one.x * radius.x, centre.y + one.y * radius.y};
    }
    /// A share of the way along a path.
    ImVec2 along(const std::vector<int>& path, float share) const {
        const float place = std::clamp(share, 0.0F, 1.0F) * static_cast<float>(path.size() - 1);
        const auto i = std::min(path.size() - 2, static_cast<std::size_t>(place));
        const ImVec2 a = at(path[i]);
        const ImVec2 b = at(path[i + 1]);
        const float rest = place - static_cast<float>(i);
        return {a.x + (b.x - a.x) * rest, a.y + (b.y - a.y) * rest};
    }
};

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

void draw_links(const Map& map) {
    const auto& places = map.memory.tree.places;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    int nearest = -1;
    float near = 5 * map.pen.s;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].up < 0 || (places[i].host && !map.words && places.size() > 3000)) continue;
        const Wire& wire = map.memory.wires.links[static_cast<std::size_t>(places[i].link)];
        const ImVec2 a = map.at(static_cast<int>(i));
        const ImVec2 b = map.at(places[i].up);
        if (wire.down) {
            draw_dashed(map.pen, a, b, map.pen.mood(Mood::bad));
        } else {
            const float load = std::min(1.0F, static_cast<float>(wire.flows) / 8);
            const ImU32 busy = map.pen.mood(Mood::busy);
            map.pen.list.AddLine(a, b,
                                 wire.flows > 0 ? faded(busy, 0.45F + 0.4F * load)
                                                : map.pen.theme.edge,
                                 (wire.flows > 0 ? 1.5F + 2 * load : 1.0F) * map.pen.s);
        }
        const ImVec2 ab{b.x - a.x, b.y - a.y};
        const float square = std::max(1.0F, ab.x * ab.x + ab.y * ab.y);
        const float share = std::clamp(
            ((mouse.x - a.x) * ab.x + (mouse.y - a.y) * ab.y) / square, 0.15F, 0.85F);
        const float far =
            std::hypot(mouse.x - a.x - ab.x * share, mouse.y - a.y - ab.y * share);
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

/// Where a thing that began at `since` is on its way now: once around a second of virtual time.
float phase(Time now, Time since) {
    const auto ns = (now - since).count() % 1'000'000'000;
    return static_cast<float>(std::max<std::int64_t>(0, ns)) / 1e9F;
}

void draw_motion(const Map& map) {
    const Pen& pen = map.pen;
    const Wires& wires = map.memory.wires;
    const WireTree& tree = map.memory.tree;
    std::size_t drawn = 0;
    for (const FlowNow& flow : wires.flows) {
        if (++drawn > 500) break;
        const std::vector<int> way = tree.path(tree.find(flow.from), tree.find(flow.to));
        if (way.size() < 2) continue;
        const Mood mood = flow.stalled ? Mood::warn : Mood::busy;
        const float share = flow.stalled ? 0.5F : 0.08F + 0.84F * phase(map.memory.at, flow.since);
        const ImVec2 at = map.along(way, share);
        pen.list.AddCircleFilled(at, 6 * pen.s, faded(pen.mood(mood), 0.25F));
        pen.list.AddCircleFilled(at, 3 * pen.s, pen.mood(mood));
        offer(map.context, flow.name, {at.x - 5 * pen.s, at.y - 5 * pen.s},
              {at.x + 5 * pen.s, at.y + 5 * pen.s},
              std::string(map.context.glass.text(flow.from)) + " to " +
                  std::string(map.context.glass.text(flow.to)) + ", " +
                  field_text(FieldType::bytes, {.integer = flow.size},
                             map.context.glass.recording().names()) +
                  "\n" + (flow.stalled ? "stands still" : "moves") + " since " +
                  seconds_text(flow.since) + " s");
    }
    for (const Said& said : wires.said) {
        const std::vector<int> way = tree.path(tree.find(said.from), tree.find(said.to));
        if (way.size() < 2) continue;
        static constexpr std::string_view words[] = {"was lost", "stands still", "got through again",
                                                     "ended against its will"};
        const Mood mood = said.what == Said::What::resumed ? Mood::good
                          : said.what == Said::What::stalled ? Mood::warn
                                                             : Mood::bad;
        const float age = static_cast<float>((map.memory.at - said.time).count()) /
                          static_cast<float>(Duration{said_window}.count());
        const ImVec2 at = map.along(way, 0.35F);
        draw_mood(pen.list, pen.theme, at, (11 - 4 * std::clamp(age, 0.0F, 1.0F)) * pen.s, mood);
        const ImVec2 min{at.x - 6 * pen.s, at.y - 6 * pen.s};
        const ImVec2 max{at.x + 6 * pen.s, at.y + 6 * pen.s};
        const Hit hit =
            pen.hits.at("message #" + std::to_string(number_of(said.event)), min, max);
        const std::string_view what = words[static_cast<int>(said.what)];
        if (hit.hovered)
            draw_tip(map.context, "Message",
                     std::string(map.context.glass.text(said.from)) + " to " +
                         std::string(map.context.glass.text(said.to)) + " " + std::string(what) +
                         " at " + seconds_text(said.time) + " s");
        if (hit.clicked) go_to(map.context, said.event, said.from, said.time);
    }
}

void draw_place(const Map& map, std::size_t i) {
    const Pen& pen = map.pen;
    const float s = pen.s;
    const WirePlace& place = map.memory.tree.places[i];
    const ImVec2 at = map.at(static_cast<int>(i));
    const bool chosen = map.context.selection.subject == place.name;
    const bool cut = map.memory.cut.count(place.name) > 0;
    const std::string_view name = map.context.glass.text(place.name);
    const float r = (place.host ? (map.words ? 8 : 3) : 12) * s;
    if (place.host && !map.words && !chosen && !cut) {
        pen.list.AddRectFilled({at.x - r / 2, at.y - r / 2}, {at.x + r / 2, at.y + r / 2},
                               pen.mood(map.memory.moods[i]));
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
    const ImVec2 text{left    ? at.x - r - 7 * s - width
                      : right ? at.x + r + 7 * s
                              : at.x - width / 2,
                      left || right  ? at.y - 7 * s
                      : place.y > 0 && place.host ? at.y + r + 3 * s
                                    : at.y - r - 16 * s};
    draw_text(pen.list, pen.theme.mono, text, text.x + width + 1,
              chosen ? pen.theme.text : pen.theme.faint, name);
    std::string tip = place.host ? "host" : "switch, " + std::to_string(place.hosts) + " hosts below";
    if (cut) tip += "\ncut off by a partition";
    offer(map.context, place.name, {at.x - r, at.y - r}, {at.x + r, at.y + r}, tip);
}

}   // namespace

void draw_network(Context& context, ImDrawList& list, Area area) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    auto& memory = context.memory.of<NetworkMemory>();
    refresh(context, memory);
    if (memory.wires.links.empty()) {
        draw_empty(context, list, area, "No link exists at this instant.",
                   "Move the playhead, or record a run: its platform's links are kept with it.");
        return;
    }
    const Pen pen{theme, list, context.hits};
    const bool words = memory.hosts <= 80 && area.width() > 300 * s && area.height() > 160 * s;
    const ImVec2 centre{(area.min.x + area.max.x) / 2, (area.min.y + area.max.y) / 2};
    const ImVec2 radius{area.width() / 2 - (words ? 110 : 14) * s,
                        area.height() / 2 - (words ? 26 : 14) * s};
    if (radius.x < 20 * s || radius.y < 20 * s) return;
    const Map map{context, pen, memory, centre, radius, words};
    draw_links(map);
    const std::size_t count = memory.tree.places.size();
    for (std::size_t i = 0; i < count; ++i) {
        const bool calm = memory.moods[i] == Mood::good && memory.tree.places[i].host;
        if (count > 20'000 && calm) continue;   // A rim of one colour: what differs is what counts.
        draw_place(map, i);
    }
    draw_motion(map);
    const TitleRow row(context, "Network", area);
    const auto down = std::count_if(memory.wires.links.begin(), memory.wires.links.end(),
                                    [](const Wire& wire) { return wire.down; });
    std::string text = std::to_string(memory.wires.flows.size()) + " transfers";
    if (down > 0) text += "   " + std::to_string(down) + " links down";
    float x = draw_text_right(list, theme.body, {row.room.max.x, row.room.min.y + 4 * s},
                              row.room.min.x, theme.faint, text);
    for (const Cut& cut : memory.wires.cuts) {
        const float width = text_width(theme.mono, cut.words) + 16 * s;
        if (x - width - 12 * s < row.room.min.x) break;
        x -= width + 12 * s;
        draw_pill(pen, {x, row.room.min.y}, row.room.max.x, cut.words, pen.mood(Mood::warn));
        offer(context, cut.fault, {x, row.room.min.y}, {x + width, row.room.max.y},
              "A partition: these groups cannot hear each other.");
    }
}

}   // namespace glasshive::viewer
