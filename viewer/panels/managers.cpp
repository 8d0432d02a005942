// Who leads when: a lane per manager with the terms it led in, elections and what each knows now.
#include <algorithm>
#include <map>

#include "viewer/draw/axis.h"
#include "viewer/draw/glossary.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/time_view.h"

namespace glasshive::viewer {

namespace {

/// A stretch of time in which a manager led, or stood for election.
struct Reigned {
    Time from{}, to{};
    std::int64_t term = 0;
    EventId event{};
    bool leads = false;
};
struct Lane {
    NameId manager;
    std::vector<Reigned> reigns;   ///< In order of time.
    std::vector<Reigned> stood;
    std::size_t host_row = SIZE_MAX;   ///< In Story::rows(): who loses power says no more.
};

struct ManagersMemory {
    Scroll scroll;
    std::size_t read = 0;   ///< Of Story::reigns().
    Time at{};              ///< Of the picture whose managers are known.
    EventId last{};
    std::map<NameId, std::size_t> lane_of;
    std::vector<Lane> lanes;   ///< In order of first mention.
};

void read_on(const Context& context, ManagersMemory& memory) {
    const auto& reigns = context.story.reigns();
    for (; memory.read < reigns.size(); ++memory.read) {
        const Reign& said = reigns[memory.read];
        const auto [place, fresh] = memory.lane_of.try_emplace(said.manager, memory.lanes.size());
        if (fresh) memory.lanes.push_back({.manager = said.manager});
        Lane& lane = memory.lanes[place->second];
        const bool open = !lane.reigns.empty() && lane.reigns.back().to == Time::max();
        if (said.kind == "raft.stepdown" && open) lane.reigns.back().to = said.time;
        if (said.kind == "raft.leader") {
            // A term has one leader; whoever led before it leads no more, though it may not know.
            if (open) lane.reigns.back().to = said.time;
            lane.reigns.push_back({said.time, Time::max(), said.term, said.event, true});
        }
        if (said.kind == "raft.candidate")
            lane.stood.push_back({said.time, said.time, said.term, said.event, false});
    }
    for (Lane& lane : memory.lanes) {
        if (lane.reigns.empty() || lane.reigns.back().to != Time::max()) continue;
        const auto& rows = context.story.rows();
        for (std::size_t i = 0; lane.host_row == SIZE_MAX && i < rows.size(); ++i) {
            if (rows[i].type == "host" && rows[i].subject == lane.manager) lane.host_row = i;
        }
        if (lane.host_row == SIZE_MAX) continue;
        Reigned& open = lane.reigns.back();
        for (const Span& span : rows[lane.host_row].spans) {
            if (span.state != "off" || span.from < open.from) continue;
            open.to = span.from;
            break;
        }
    }
}

/// What a manager is at an instant.
struct Now {
    const Reigned* leads = nullptr;
    std::int64_t term = 0;   ///< The newest one that it spoke of.
};

Now now_of(const Lane& lane, Time at) {
    Now now;
    const auto before = [at](const Reigned& one) { return one.from <= at; };
    const auto reign = std::partition_point(lane.reigns.begin(), lane.reigns.end(), before);
    if (reign != lane.reigns.begin()) {
        const Reigned& last = *(reign - 1);
        now.term = last.term;
        if (last.to > at) now.leads = &last;
    }
    const auto stood = std::partition_point(lane.stood.begin(), lane.stood.end(), before);
    if (stood != lane.stood.begin()) now.term = std::max(now.term, (stood - 1)->term);
    return now;
}

/// What the recording knows of the managers that never stood for election: they follow.
void add_followers(const Context& context, ManagersMemory& memory) {
    if (memory.at == context.now.at && memory.last == context.now.last) return;
    memory.at = context.now.at;
    memory.last = context.now.last;
    for (const HostCell& host : context.now.cluster.hosts) {
        if (host.role != "manager") continue;
        const auto [place, fresh] = memory.lane_of.try_emplace(host.name, memory.lanes.size());
        (void)place;
        if (fresh) memory.lanes.push_back({.manager = host.name});
    }
}

void draw_reigns(Context& context, const Pen& pen, const TimeScale& scale, const Lane& lane,
                 Rect bar) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    pen.list.AddRectFilled(bar.min, bar.max, faded(pen.mood(Mood::good), 0.14F), 3 * s);
    const auto first =
        std::partition_point(lane.reigns.begin(), lane.reigns.end(),
                             [&](const Reigned& one) { return one.to < scale.cursor.from(); });
    for (auto one = first; one != lane.reigns.end() && one->from <= scale.cursor.to(); ++one) {
        const float left = std::max(bar.min.x, scale.x(one->from));
        const float right =
            one->to == Time::max() ? bar.max.x : std::min(bar.max.x, scale.x(one->to));
        if (right <= left) continue;
        const ImVec2 max{std::max(left + 2, right - 1), bar.max.y};
        pen.list.AddRectFilled({left, bar.min.y}, max, theme.accent, 3 * s);
        const std::string word = "LEADER · term " + std::to_string(one->term);
        draw_text(pen.list, theme.mono, {left + 6 * s, bar.min.y + 3 * s}, right - 4 * s,
                  ink_on(theme.accent), word);
        const Hit hit =
            context.hits.at("term " + std::to_string(one->term), {left, bar.min.y}, max);
        if (hit.hovered)
            draw_tip(context, context.glass.text(lane.manager),
                     "leads in term " + std::to_string(one->term) + " from " +
                         seconds_text(one->from) + " s" +
                         (one->to == Time::max() ? "" : " to " + seconds_text(one->to) + " s") +
                         "\nA double click goes to its election.");
        if (hit.opened) go_to(context, one->event, lane.manager, one->from);
    }
    float last = -1e9F;
    const auto stood =
        std::partition_point(lane.stood.begin(), lane.stood.end(),
                             [&](const Reigned& one) { return one.from < scale.cursor.from(); });
    for (auto one = stood; one != lane.stood.end() && one->from <= scale.cursor.to(); ++one) {
        const float x = scale.x(one->from);
        if (x < last + 3 * s) continue;
        last = x;
        pen.list.AddRectFilled({x - s, bar.min.y}, {x + s, bar.max.y}, pen.mood(Mood::warn));
        const Hit hit = context.hits.at("stands in term " + std::to_string(one->term),
                                        {x - 3 * s, bar.min.y}, {x + 3 * s, bar.max.y});
        if (hit.hovered)
            draw_tip(context, context.glass.text(lane.manager),
                     "stands for election in term " + std::to_string(one->term) + " at " +
                         seconds_text(one->from) + " s");
        if (hit.clicked) go_to(context, one->event, lane.manager, one->from);
    }
}

void draw_lane(Context& context, const Pen& pen, const TimeScale& scale, const Lane& lane, Rect row,
               float chart) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const Now now = now_of(lane, context.now.at);
    const std::string_view name = context.glass.text(lane.manager);
    const auto& hosts = context.now.cluster.hosts;
    const auto host = std::find_if(hosts.begin(), hosts.end(),
                                   [&](const HostCell& one) { return one.name == lane.manager; });
    const bool off = host != hosts.end() && host->state != "on";
    const std::string role = off ? host->state : now.leads != nullptr ? "leader" : "follower";
    const bool chosen = context.selection.holds(lane.manager);
    const ImVec2 end{chart - 10 * s, row.max.y - 3 * s};
    if (chosen) pen.list.AddRectFilled({row.min.x - 6 * s, row.min.y}, end, theme.chosen, 4 * s);
    offer(context, lane.manager, {row.min.x - 6 * s, row.min.y}, end,
          role + (now.term > 0 ? ", last spoke of term " + std::to_string(now.term) : "") +
              "\nmanager: " + std::string(meaning_of("manager")));
    draw_mood(pen.list, theme, {row.min.x + 6 * s, row.min.y + 12 * s}, 9 * s,
              off                    ? mood_of(host->state)
              : now.leads != nullptr ? Mood::busy
                                     : Mood::good);
    draw_text(pen.list, theme.title, {row.min.x + 18 * s, row.min.y + 3 * s}, end.x, theme.text,
              name);
    std::string words = role;
    if (now.term > 0) words += " · term " + std::to_string(now.term);
    draw_text(pen.list, theme.mono, {row.min.x + 18 * s, row.min.y + 22 * s}, end.x,
              now.leads != nullptr ? theme.accent : theme.faint, words);
    draw_reigns(context, pen, scale, lane,
                {{chart, row.min.y + 9 * s}, {row.max.x, row.min.y + 29 * s}});
}

}   // namespace

void draw_managers(Context& context, ImDrawList& list, Area area) {
    const float s = context.theme.scale;
    auto& memory = context.memory.of<ManagersMemory>();
    read_on(context, memory);
    if (memory.read == context.story.reigns().size()) add_followers(context, memory);
    if (memory.lanes.empty()) {
        draw_empty(context, list, area, "No manager has spoken of an election.",
                   "Record a run with a swarm: its first leader is elected at once.");
        return;
    }
    const Pen pen{context.theme, list, context.hits};
    TimeView& view = time_view(context);
    const float chart = area.min.x + std::min(170 * s, area.width() * 0.4F);
    const Rect bars{{chart, area.min.y + 10 * s}, {area.max.x - 10 * s, area.max.y - 18 * s}};
    if (bars.width() < 20 * s || bars.height() < 20 * s) return;
    steer_time(context, view, "chart", {bars.min, {bars.max.x, area.max.y}});
    draw_time_axis(pen, bars, static_cast<double>(ns_of(view.cursor->from())) / 1e9,
                   static_cast<double>(ns_of(view.cursor->to())) / 1e9);
    const TimeScale scale{bars.min.x, bars.max.x, *view.cursor};
    const float step = 44 * s;
    const Rect rows{{area.min.x - 6 * s, bars.min.y}, {area.max.x, bars.max.y}};
    scroll(pen, memory.scroll, {{bars.max.x, rows.min.y}, rows.max},
           static_cast<double>(step) * static_cast<double>(memory.lanes.size()),
           {area.min, {bars.min.x, area.max.y}});
    {
        const Clip clip(rows);
        const RowsSeen seen = rows_seen(memory.scroll, rows, step, memory.lanes.size());
        for (std::size_t i = seen.first; i < seen.last; ++i) {
            const float y = seen.y + static_cast<float>(i - seen.first) * step;
            draw_lane(context, pen, scale, memory.lanes[i],
                      {{area.min.x, y}, {bars.max.x, y + step}}, chart);
        }
    }
    draw_playhead(context, list, view, bars, true);
}

}   // namespace glasshive::viewer
