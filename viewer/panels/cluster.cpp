// Hosts by zone as cells: what a host is gives colour and shape, what is believed of it stands
// beside it; its containers are cells within. Small cells become a heat map.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "viewer/model/gauges.h"
#include "viewer/panels/host_box.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/reservations.h"

namespace glasshive::viewer {

namespace {

/// Shares of a host; -1: not known.
struct HostUse {
    float cpu = -1, memory = -1;                     ///< Measured.
    float cpu_reserved = -1, memory_reserved = -1;   ///< Set aside by the scheduler.
};

struct ClusterMemory {
    HostGrid grid;
    HostBox box;
    Time at{};
    EventId last{};
    std::map<NameId, HostUse> use;   ///< At `at`.
    std::optional<Reservations> said, filed;   ///< By events at `at`; by the files.
};

/// What a host uses, read once per instant and cell on the screen.
const HostUse& use_of(Context& context, ClusterMemory& memory, const HostCell& host) {
    if (memory.at != context.now.at || memory.last != context.now.last) {
        memory.at = context.now.at;
        memory.last = context.now.last;
        memory.use.clear();
        memory.said = Reservations::said_of(context.now.cluster.services);
    }
    const auto [place, fresh] = memory.use.try_emplace(host.name);
    HostUse& use = place->second;
    if (!fresh) return use;
    Gauges gauges(context.glass.recording());
    const Names& names = context.glass.recording().names();
    const bool on = host.state != "off";
    const auto capacity = static_cast<double>(host.memory_bytes);
    if (const auto cpu = gauges.at(names.find("host.cpu"), host.name, memory.at))
        use.cpu = on ? static_cast<float>(*cpu) : 0;
    const auto used = gauges.at(names.find("host.memory"), host.name, memory.at);
    if (used && capacity > 0) use.memory = on ? static_cast<float>(*used / capacity) : 0;
    if (!memory.said && !memory.filed) memory.filed = Reservations::of(sources_of(context.glass));
    const Reservations& reservations = memory.said ? *memory.said : *memory.filed;
    if (reservations.empty()) return use;
    const Reserved reserved = reservations.on(host);
    if (host.cores > 0) use.cpu_reserved = static_cast<float>(reserved.cpus / host.cores);
    if (capacity > 0) use.memory_reserved = static_cast<float>(reserved.memory_bytes / capacity);
    return use;
}

std::string percent(float share) {
    return share < 0 ? "unknown" : std::to_string(std::lround(share * 100)) + " %";
}

std::string tip_of(const HostCell& host) {
    std::string tip = host.state + " since " + seconds_text(host.since) + " s";
    if (!host.believed.empty()) tip += "\nbelieved " + host.believed + ", " + host.role;
    tip += "\nzone " + host.zone + ", " + host.rack;
    tip += "\n" + std::to_string(host.containers.size()) +
           (host.containers.size() == 1 ? " container runs here" : " containers run here");
    return tip;
}

/// Containers as cells within their host, as many as there is room for.
void draw_containers(Context& context, ImDrawList& list, const HostCell& host, Rect room) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const std::size_t count = host.containers.size();
    const float wide = std::max(1.0F, std::floor(room.width() / (92 * s)));
    const float fit = wide * std::floor(room.height() / (23 * s));
    const bool words = room.width() >= 56 * s && (fit >= 4 || fit >= static_cast<float>(count));
    const float columns = std::max(1.0F, std::floor(room.width() / ((words ? 92 : 11) * s)));
    const ImVec2 step{words ? room.width() / columns : 11 * s, (words ? 23 : 11) * s};
    const auto rows = static_cast<std::size_t>(room.height() / step.y);
    const std::size_t places = rows * static_cast<std::size_t>(columns);
    for (std::size_t i = 0; i < count && i < places; ++i) {
        const ContainerCell& container = host.containers[i];
        const ImVec2 min{
            room.min.x + static_cast<float>(i % static_cast<std::size_t>(columns)) * step.x,
            room.min.y + static_cast<float>(i / static_cast<std::size_t>(columns)) * step.y};
        const ImVec2 max{min.x + step.x - 3 * s, min.y + step.y - 3 * s};
        const bool chosen = context.selection.subject == container.name;
        if (words && i + 1 == places && count > places) {
            draw_text(list, theme.mono, {min.x + 6 * s, min.y + 3 * s}, max.x, theme.faint,
                      std::to_string(count - i) + " more");
            break;
        }
        const Mood mood = mood_of(container.state);
        const ImU32 colour = theme.moods[static_cast<int>(mood)];
        list.AddRectFilled(min, max, words ? faded(colour, 0.20F) : colour, (words ? 5 : 2) * s);
        if (chosen) list.AddRect(min, max, theme.accent, 5 * s, 0, 1.5F * s);
        if (words) {
            draw_mood(list, theme, {min.x + 10 * s, (min.y + max.y) / 2}, 7 * s, mood);
            draw_text(list, theme.mono, {min.x + 19 * s, min.y + 3 * s}, max.x - 4 * s, theme.text,
                      short_name(context.glass.text(container.name)));
        }
        offer(context, container.name, min, max,
              container.state + " since " + seconds_text(container.since) + " s\nof service " +
                  container.service);
    }
}

/// Pale: set aside; full: measured.
void draw_use(const Pen& pen, ImVec2 at, float right, std::string_view word, float reserved,
              float used) {
    const float s = pen.s;
    draw_text(pen.list, pen.theme.mono, at, right, pen.theme.faint, word);
    const float left = at.x + (word.empty() ? 0 : 30 * s);
    const Rect bar{{left, at.y + 5 * s}, {right, at.y + 11 * s}};
    const ImU32 colour = pen.mood(std::max(reserved, used) > 0.9F ? Mood::warn : Mood::busy);
    draw_bar(pen, bar, std::max(0.0F, reserved), faded(colour, 0.45F));
    if (used > 0)
        pen.list.AddRectFilled({bar.min.x, bar.min.y + 2 * s},
                               {bar.min.x + bar.width() * std::min(1.0F, used), bar.max.y - 2 * s},
                               colour, s);
}

void draw_host(Context& context, const Pen& pen, const HostCell& host, Rect cell) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const Mood mood = mood_of(host.state);
    const bool chosen = context.selection.holds(host.name);
    const bool framed = chosen || mood != Mood::good;
    pen.list.AddRectFilled(cell.min, cell.max, chosen ? theme.chosen : theme.ground, 6 * s);
    pen.list.AddRect(cell.min, cell.max,
                     chosen   ? theme.accent
                     : framed ? faded(pen.mood(mood), 0.8F)
                              : theme.edge,
                     6 * s, 0, s);
    draw_mood(pen.list, theme, {cell.min.x + 14 * s, cell.min.y + 16 * s}, 9 * s, mood);
    const float right = cell.max.x - 8 * s;
    const float title = draw_text(pen.list, theme.title, {cell.min.x + 26 * s, cell.min.y + 7 * s},
                                  right, theme.text, host.text);
    const float after = cell.min.x + 36 * s + title;
    if (!host.believed.empty() && after + 60 * s < right) {
        const bool agreed = (host.state == "on") == (host.believed == "ready");
        draw_text_right(pen.list, theme.body, {right, cell.min.y + 8 * s}, after,
                        agreed ? theme.faint : pen.mood(Mood::warn), host.believed);
    }
    float y = cell.min.y + 30 * s;
    std::string tip = tip_of(host);
    if (cell.height() >= 60 * s && cell.width() >= 90 * s) {
        const bool words = cell.height() >= 84 * s;
        if (!words) y -= 6 * s;
        const HostUse& use = use_of(context, context.memory.of<ClusterMemory>(), host);
        const float middle = (cell.min.x + cell.max.x) / 2;
        draw_use(pen, {cell.min.x + 10 * s, y}, middle - 5 * s, words ? "cpu" : "",
                 use.cpu_reserved, use.cpu);
        draw_use(pen, {middle + 5 * s, y}, right, words ? "mem" : "", use.memory_reserved,
                 use.memory);
        tip += "\nreserved: CPU " + percent(use.cpu_reserved) + ", memory " +
               percent(use.memory_reserved) + "\nmeasured: CPU " + percent(use.cpu) + ", memory " +
               percent(use.memory);
        y += words ? 22 * s : 16 * s;
    }
    const Rect room{{cell.min.x + 8 * s, y}, {right + 3 * s, cell.max.y - 4 * s}};
    const Hit hit = pen.hits.at(host.text, cell.min, cell.max);
    const bool inside = room.holds(ImGui::GetIO().MousePos) && !host.containers.empty();
    pick(context, host.name, hit);
    if (hit.hovered && !inside) draw_tip(context, host.text, tip);
    draw_containers(context, pen.list, host, room);
}

void draw_legend(const Context& context, const Pen& pen, const HostGrid& grid, const Rect& room) {
    static constexpr std::string_view words[] = {"on", "paused", "off"};
    float x = room.max.x;
    for (std::size_t i = std::size(words); i-- > 0;) {
        const std::size_t count = grid.in_state(words[i]);
        if (count == 0) continue;
        const std::string text = std::to_string(count) + " " + std::string(words[i]);
        const float width = text_width(context.theme.body, text);
        if (x - width - 18 * pen.s < room.min.x) return;
        draw_text(pen.list, context.theme.body, {x - width, room.min.y + 4 * pen.s}, room.max.x + 1,
                  context.theme.faint, text);
        x -= width + 12 * pen.s;
        draw_mood(pen.list, context.theme, {x + 4 * pen.s, room.min.y + 12 * pen.s}, 8 * pen.s,
                  mood_of(words[i]));
        x -= 16 * pen.s;
    }
}

/// Those that shift would add to.
std::vector<NameId> chosen_hosts(const Context& context) {
    const Selection& selection = context.selection;
    if (!selection.hosts.empty() || !ImGui::GetIO().KeyShift) return selection.hosts;
    const auto type = context.now.state.type_named("host");
    const bool host = type && context.now.state.find(*type, selection.subject) != nullptr;
    return host ? std::vector<NameId>{selection.subject} : std::vector<NameId>{};
}

}   // namespace

void draw_cluster(Context& context, ImDrawList& list, Area area) {
    const auto& hosts = context.now.cluster.hosts;
    if (hosts.empty()) {
        draw_empty(context, list, area, "No host exists at this instant.",
                   "Move the playhead, or record a run with hosts.");
        return;
    }
    const Pen pen{context.theme, list, context.hits};
    auto& memory = context.memory.of<ClusterMemory>();
    memory.grid.lay_out(context, area);
    {
        const TitleRow row(context, "Cluster", area);
        draw_legend(context, pen, memory.grid, row.room);
    }
    const std::vector<NameId> before = chosen_hosts(context);
    memory.grid.draw_zones(context, pen);
    if (!memory.grid.small()) {
        for (std::size_t i = 0; i < hosts.size(); ++i)
            draw_host(context, pen, hosts[i], memory.grid.cell(i));
        span_box(context, pen, memory.grid, memory.box, area, before);
        return;
    }
    memory.grid.draw_heat(context, pen);
    if (const auto under = memory.grid.at(ImGui::GetIO().MousePos)) {
        const Rect cell = memory.grid.cell(*under);
        if (offer(context, hosts[*under].name, cell.min, cell.max, tip_of(hosts[*under])).hovered)
            list.AddRect({cell.min.x - 1, cell.min.y - 1}, {cell.max.x + 1, cell.max.y + 1},
                         context.theme.text);
    }
    span_box(context, pen, memory.grid, memory.box, area, before);
}

}   // namespace glasshive::viewer
