// Links as the tree they are, with their load; bulk transfers and messages in motion; what is cut.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "viewer/panels/network_map.h"
#include "viewer/panels/parts.h"

namespace glasshive::viewer {

namespace {

constexpr Duration said_window = std::chrono::milliseconds{500};

void refresh(Context& context, NetworkMemory& memory) {
    if (memory.read && memory.at == context.now.at && memory.last == context.now.last) return;
    memory.read = true;
    memory.at = context.now.at;
    memory.last = context.now.last;
    memory.wires = wires_of(context.now, context.glass, said_window, std::move(memory.wires));
    const auto& hosts = context.now.cluster.hosts;
    if (memory.hosts != hosts.size() || memory.wires.other_links) {
        memory.tree = tree_of(memory.wires, context.now);
        memory.hosts = hosts.size();
        memory.calm.assign(memory.tree.places.size(), Mood::idle);
        for (std::size_t i = 0; i < memory.calm.size(); ++i) {
            if (memory.tree.places[i].host) memory.calm[i] = Mood::good;
        }
    }
    count_flows(memory.wires, memory.tree);
    memory.moods = memory.calm;
    memory.unusual.clear();
    for (const std::uint32_t host : context.now.cluster.not_on) {
        const int place = memory.tree.find(hosts[host].name);
        if (place < 0) continue;
        memory.moods[static_cast<std::size_t>(place)] = mood_of(hosts[host].state);
        memory.unusual.push_back(place);
    }
    std::vector<NameId> cuts;
    for (const Cut& cut : memory.wires.cuts) {
        if (cut.whole) cuts.push_back(cut.fault);
    }
    if (cuts == memory.cuts) return;
    memory.cuts = std::move(cuts);
    memory.cut.clear();
    for (const Cut& cut : memory.wires.cuts) {
        if (!cut.whole) continue;
        for (const auto& group : cut.groups) memory.cut.insert(group.begin(), group.end());
    }
}

/// All places, or of very many those that differ.
void draw_places(const NetworkMap& map) {
    const WireTree& tree = map.memory.tree;
    const std::size_t count = tree.places.size();
    if (count <= rim_from) {
        for (std::size_t i = 0; i < count; ++i) draw_place(map, i);
        return;
    }
    for (const int place : tree.inner) draw_place(map, static_cast<std::size_t>(place));
    for (const int place : map.memory.unusual) draw_place(map, static_cast<std::size_t>(place));
    const int chosen = tree.find(map.context.selection.subject);
    if (chosen >= 0) draw_place(map, static_cast<std::size_t>(chosen));
}

/// Where a thing that began at `since` is on its way now: once around a second of virtual time.
float phase(Time now, Time since) {
    const auto ns = (now - since).count() % 1'000'000'000;
    return static_cast<float>(std::max<std::int64_t>(0, ns)) / 1e9F;
}

void draw_motion(const NetworkMap& map) {
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
        static constexpr std::string_view words[] = {"was lost", "stands still",
                                                     "got through again", "ended against its will"};
        const Mood mood = said.what == Said::What::resumed   ? Mood::good
                          : said.what == Said::What::stalled ? Mood::warn
                                                             : Mood::bad;
        const float age = static_cast<float>((map.memory.at - said.time).count()) /
                          static_cast<float>(Duration{said_window}.count());
        const ImVec2 at = map.along(way, 0.35F);
        draw_mood(pen.list, pen.theme, at, (11 - 4 * std::clamp(age, 0.0F, 1.0F)) * pen.s, mood);
        const ImVec2 min{at.x - 6 * pen.s, at.y - 6 * pen.s};
        const ImVec2 max{at.x + 6 * pen.s, at.y + 6 * pen.s};
        const Hit hit = pen.hits.at("message #" + std::to_string(number_of(said.event)), min, max);
        const std::string_view what = words[static_cast<int>(said.what)];
        if (hit.hovered)
            draw_tip(map.context, "Message",
                     std::string(map.context.glass.text(said.from)) + " to " +
                         std::string(map.context.glass.text(said.to)) + " " + std::string(what) +
                         " at " + seconds_text(said.time) + " s");
        if (hit.clicked) go_to(map.context, said.event, said.from, said.time);
    }
}

/// What the signs mean that are drawn now, in the corner that the map leaves free.
void draw_legend(const NetworkMap& map, Area area) {
    const Pen& pen = map.pen;
    const Wires& wires = map.memory.wires;
    std::vector<std::pair<Mood, std::string>> entries;
    const auto add = [&](Mood mood, std::string_view words) {
        const auto same = std::find_if(entries.begin(), entries.end(),
                                       [mood](const auto& entry) { return entry.first == mood; });
        if (same == entries.end()) {
            entries.emplace_back(mood, words);
        } else if (same->second.find(words) == std::string::npos) {
            same->second += ", " + std::string(words);
        }
    };
    add(Mood::good, "host on");
    for (const std::uint32_t host : map.context.now.cluster.not_on) {
        const auto& state = map.context.now.cluster.hosts[host].state;
        add(mood_of(state), "host " + std::string(state));
    }
    for (const FlowNow& flow : wires.flows)
        add(flow.stalled ? Mood::warn : Mood::busy, flow.stalled ? "transfer stands" : "transfer");
    for (const Said& said : wires.said) {
        if (said.what == Said::What::resumed) continue;
        const bool stalled = said.what == Said::What::stalled;
        add(stalled ? Mood::warn : Mood::bad, stalled ? "message waits" : "message lost");
    }
    float x = area.min.x + 6 * pen.s;
    const float y = area.max.y - 18 * pen.s;
    for (const auto& [mood, words] : entries) {
        const float width = text_width(pen.theme.body, words);
        if (x + width + 12 * pen.s > area.max.x) break;
        draw_mood(pen.list, pen.theme, {x, y + 8 * pen.s}, 8 * pen.s, mood);
        draw_text(pen.list, pen.theme.body, {x + 10 * pen.s, y}, area.max.x, pen.theme.faint,
                  words);
        x += width + 30 * pen.s;
    }
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
    const bool words = memory.hosts <= 80 && area.width() > 300 * s && area.height() > 130 * s;
    const ImVec2 centre{(area.min.x + area.max.x) / 2, (area.min.y + area.max.y) / 2};
    const ImVec2 radius{area.width() / 2 - (words ? 110 : 14) * s,
                        area.height() / 2 - (words ? 26 : 14) * s};
    if (radius.x < 20 * s || radius.y < 20 * s) return;
    const NetworkMap map{context, pen, memory, centre, radius, words};
    draw_links(map);
    draw_places(map);
    draw_motion(map);
    if (words && area.width() > 480 * s && area.height() > 240 * s) draw_legend(map, area);
    const TitleRow row(context, "Network", area);
    const auto down =
        std::count_if(memory.wires.odd.begin(), memory.wires.odd.end(), [&](int link) {
            return memory.wires.links[static_cast<std::size_t>(link)].down;
        });
    const auto worse = static_cast<std::ptrdiff_t>(memory.wires.odd.size()) - down;
    std::string text = std::to_string(memory.wires.flows.size()) + " transfers";
    const auto add = [&](std::ptrdiff_t count, const char* what) {
        if (count > 0)
            text += "   " + std::to_string(count) + (count == 1 ? " link " : " links ") + what;
    };
    add(down, "down");
    add(worse, "degraded");
    float x = draw_text_right(list, theme.body, {row.room.max.x, row.room.min.y + 4 * s},
                              row.room.min.x, theme.faint, text);
    for (const Cut& cut : memory.wires.cuts) {
        std::string said = cut.words;
        if (!cut.whole) said = std::string(context.glass.text(cut.what)) + " " + said;
        const float width = text_width(theme.mono, said) + 16 * s;
        if (x - width - 12 * s < row.room.min.x) break;
        x -= width + 12 * s;
        draw_pill(pen, {x, row.room.min.y}, row.room.max.x, said, pen.mood(Mood::warn));
        offer(context, cut.fault, {x, row.room.min.y}, {x + width, row.room.max.y},
              cut.whole ? "A partition: these groups cannot hear each other."
                        : "Packets between these groups are lost, or late.");
    }
}

}   // namespace glasshive::viewer
