// Who leads when: a lane per manager with the terms it led in, elections and what each knows now.
#include <algorithm>

#include "viewer/draw/axis.h"
#include "viewer/draw/glossary.h"
#include "viewer/panels/managers_lanes.h"
#include "viewer/panels/managers_log.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/time_view.h"

namespace glasshive::viewer {

namespace {

struct ManagersMemory {
    Scroll scroll;
    ManagerLanes lanes;
    Time at{};   ///< Of the picture whose managers are known.
    EventId last{};
    std::size_t read = 0;   ///< Of the story, when the logs were read.
    LogsNow logs;
};

/// What the recording knows of the managers that never stood for election: they follow; and how
/// all their logs stand.
void read_picture(const Context& context, ManagersMemory& memory) {
    ManagerLanes& lanes = memory.lanes;
    const bool same = memory.at == context.now.at && memory.last == context.now.last &&
                      memory.read == lanes.read && memory.logs.of.size() == lanes.all.size();
    if (same) return;
    memory.at = context.now.at;
    memory.last = context.now.last;
    memory.read = lanes.read;
    for (const HostCell& host : context.now.cluster.hosts) {
        if (host.role == "manager") lanes.lane_of(host.name);
    }
    std::vector<NameId> managers;
    const Reigned* newest = nullptr;   // A leader that was cut off may not know yet.
    NameId leader;
    for (const Lane& lane : lanes.all) {
        managers.push_back(lane.manager);
        const Reigned* reign = now_of(lane, memory.at).leads;
        if (reign == nullptr || (newest != nullptr && newest->term > reign->term)) continue;
        newest = reign;
        leader = lane.manager;
    }
    memory.logs = logs_of(context.now.state, managers, leader);
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

/// From who gives a vote to who gets it, at its instant.
void draw_votes(Context& context, const Pen& pen, const TimeScale& scale, const ManagerLanes& lanes,
                float top, float step) {
    const float s = context.theme.scale;
    const auto middle = [&](std::size_t lane) {
        return top + (static_cast<float>(lane) + 0.5F) * step - 3 * s;
    };
    for (std::size_t i = 0; i < lanes.all.size(); ++i) {
        const auto& votes = lanes.all[i].votes;
        auto vote = std::partition_point(votes.begin(), votes.end(), [&](const Reigned& one) {
            return one.from < scale.cursor.from();
        });
        float last = -1e9F;
        for (; vote != votes.end() && vote->from <= scale.cursor.to(); ++vote) {
            const float x = scale.x(vote->from);
            const auto whose = lanes.places.find(vote->candidate);
            if (x < last + 4 * s || whose == lanes.places.end()) continue;
            last = x;
            const ImVec2 from{x, middle(i)};
            pen.list.AddLine(from, {x, middle(whose->second)}, context.theme.accent, 1.5F * s);
            pen.list.AddCircleFilled(from, 3.5F * s, context.theme.panel);
            pen.list.AddCircle(from, 3.5F * s, context.theme.accent, 0, 1.5F * s);
            const std::string words = "votes for " +
                                      std::string(context.glass.text(vote->candidate)) +
                                      " in term " + std::to_string(vote->term);
            const std::string_view voter = context.glass.text(lanes.all[i].manager);
            const Hit hit =
                context.hits.at(std::string(voter) + " " + words, {x - 4 * s, from.y - 4 * s},
                                {x + 4 * s, from.y + 4 * s});
            if (hit.hovered)
                draw_tip(context, voter, words + " at " + seconds_text(vote->from) + " s");
            if (hit.clicked) go_to(context, vote->event, lanes.all[i].manager, vote->from);
        }
    }
}

void draw_lane(Context& context, const Pen& pen, const TimeScale& scale, const Lane& lane, Rect row,
               float names, float chart) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const ManagerNow now = now_of(lane, context.now.at);
    const std::string_view name = context.glass.text(lane.manager);
    const auto& hosts = context.now.cluster.hosts;
    const auto host = std::find_if(hosts.begin(), hosts.end(),
                                   [&](const HostCell& one) { return one.name == lane.manager; });
    const bool off = host != hosts.end() && host->state != "on";
    const std::string role = off ? host->state : now.leads != nullptr ? "leader" : "follower";
    const bool chosen = context.selection.holds(lane.manager);
    const ImVec2 end{names - 10 * s, row.max.y - 3 * s};
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
    memory.lanes.read_on(context.story);
    read_picture(context, memory);
    if (memory.lanes.all.empty()) {
        draw_empty(context, list, area, "No manager has spoken of an election.",
                   "Record a run with a swarm: its first leader is elected at once.");
        return;
    }
    const Pen pen{context.theme, list, context.hits};
    TimeView& view = time_view(context);
    const float names = area.min.x + std::min(170 * s, area.width() * 0.4F);
    const bool logs = memory.logs.any && memory.logs.of.size() == memory.lanes.all.size() &&
                      area.width() >= 520 * s;
    const float chart = names + (logs ? 170 * s : 0);
    const Rect bars{{chart, area.min.y + 10 * s}, {area.max.x - 10 * s, area.max.y - 18 * s}};
    if (bars.width() < 20 * s || bars.height() < 20 * s) return;
    steer_time(context, view, "chart", {bars.min, {bars.max.x, area.max.y}});
    draw_time_axis(pen, bars, static_cast<double>(ns_of(view.cursor->from())) / 1e9,
                   static_cast<double>(ns_of(view.cursor->to())) / 1e9);
    const TimeScale scale{bars.min.x, bars.max.x, *view.cursor};
    const float step = 44 * s;
    const Rect rows{{area.min.x - 6 * s, bars.min.y}, {area.max.x, bars.max.y}};
    scroll(pen, memory.scroll, {{bars.max.x, rows.min.y}, rows.max},
           static_cast<double>(step) * static_cast<double>(memory.lanes.all.size()),
           {area.min, {bars.min.x, area.max.y}});
    {
        const Clip clip(rows);
        const RowsSeen seen = rows_seen(memory.scroll, rows, step, memory.lanes.all.size());
        for (std::size_t i = seen.first; i < seen.last; ++i) {
            const float y = seen.y + static_cast<float>(i - seen.first) * step;
            const Lane& lane = memory.lanes.all[i];
            draw_lane(context, pen, scale, lane, {{area.min.x, y}, {bars.max.x, y + step}}, names,
                      chart);
            if (logs)
                draw_log(context, pen, memory.logs, i, lane,
                         {{names, y}, {chart - 20 * s, y + step}});
        }
        draw_votes(context, pen, scale, memory.lanes,
                   seen.y - static_cast<float>(seen.first) * step, step);
    }
    draw_playhead(context, list, view, bars, true);
}

}   // namespace glasshive::viewer
