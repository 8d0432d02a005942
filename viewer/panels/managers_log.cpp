#include "viewer/panels/managers_log.h"

#include <algorithm>

namespace glasshive::viewer {

namespace {

std::string entries(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

}   // namespace

LogsNow logs_of(const record::State& state, const std::vector<NameId>& managers, NameId leader) {
    LogsNow logs;
    logs.of.resize(managers.size());
    const auto type = state.type_named("node");
    std::int64_t shortest = INT64_MAX;
    for (std::size_t i = 0; type && i < managers.size(); ++i) {
        const record::StateRow* row = state.find(*type, managers[i]);
        if (row == nullptr) continue;
        const record::StateValue* last = state.value(*type, *row, "log");
        const record::StateValue* commit = state.value(*type, *row, "commit");
        if (last == nullptr || commit == nullptr) continue;
        LogNow& log = logs.of[i];
        log = {true, std::max<std::int64_t>(0, last->value.integer), 0, {}};
        log.commit = std::clamp<std::int64_t>(commit->value.integer, 0, log.last);
        if (const record::StateValue* follows = state.value(*type, *row, "leader"))
            log.leader = NameId{static_cast<std::uint32_t>(follows->value.integer)};
        logs.any = true;
        logs.longest = std::max(logs.longest, log.last);
        shortest = std::min(shortest, log.commit);
        if (managers[i] == leader) logs.leaders = log.last;
    }
    // Thousands of entries that all have are one half at most: what differs is to be seen.
    const std::int64_t apart = std::max<std::int64_t>(
        10, logs.longest - std::max<std::int64_t>(0, logs.any ? shortest : 0));
    logs.from = std::max<std::int64_t>(0, logs.longest - 2 * apart);
    return logs;
}

void draw_log(Context& context, const Pen& pen, const LogsNow& logs, std::size_t manager,
              const Lane& lane, Rect room) {
    const Theme& theme = context.theme;
    const float s = theme.scale;
    const LogNow& log = logs.of[manager];
    const Rect bar{{room.min.x, room.min.y + 9 * s}, {room.max.x, room.min.y + 17 * s}};
    const Reigned* vote = vote_of(lane, context.now.at);
    const std::string voted =
        vote == nullptr ? ""
                        : "voted for " + std::string(context.glass.text(vote->candidate)) +
                              " in term " + std::to_string(vote->term);
    if (!log.known) {
        draw_text(pen.list, theme.mono, {room.min.x, room.min.y + 22 * s}, room.max.x, theme.faint,
                  voted.empty() ? "nothing said of its log" : voted);
        return;
    }
    const auto x = [&](std::int64_t index) {
        const double share =
            static_cast<double>(std::max(index, logs.from) - logs.from) /
            static_cast<double>(std::max<std::int64_t>(1, logs.longest - logs.from));
        return bar.min.x + static_cast<float>(share) * bar.width();
    };
    pen.list.AddRectFilled(bar.min, bar.max, faded(theme.grid, 0.6F), 2 * s);
    const std::int64_t open = log.last - log.commit;
    if (open > 0)
        pen.list.AddRectFilled({x(log.commit), bar.min.y}, {x(log.last), bar.max.y},
                               pen.mood(Mood::warn), 2 * s);
    pen.list.AddRectFilled(bar.min, {x(log.commit), bar.max.y}, pen.mood(Mood::good), 2 * s);
    pen.list.AddRect(bar.min, bar.max, theme.edge, 2 * s);
    const std::int64_t behind = logs.leaders < 0 ? 0 : logs.leaders - log.last;
    std::string words = std::to_string(log.commit);
    if (open > 0) words += " + " + std::to_string(open) + " open";
    if (behind > 0) words += " · " + std::to_string(behind) + " behind";
    if (open == 0 && behind <= 0) words += " committed";
    draw_text(pen.list, theme.mono, {room.min.x, room.min.y + 22 * s}, room.max.x,
              behind > 0 || open > 0 ? pen.mood(Mood::warn) : theme.faint, words);
    const std::string_view text = context.glass.text(lane.manager);
    const Hit hit = context.hits.at("log of " + std::string(text), {room.min.x, room.min.y + 4 * s},
                                    {room.max.x, room.min.y + 40 * s});
    pick(context, lane.manager, hit);
    if (!hit.hovered) return;
    std::string tip = entries(log.last) + " in its log, " + std::to_string(log.commit) +
                      " that it knows as committed";
    if (open > 0) tip += "; " + std::to_string(open) + " wait for a majority";
    if (behind > 0) tip += "\n" + entries(behind) + " behind the leader";
    if (log.leader.valid()) tip += "\nfollows " + std::string(context.glass.text(log.leader));
    if (!voted.empty()) tip += "\n" + voted;
    tip += "\nThe bar begins at entry " + std::to_string(logs.from) +
           ". A manager speaks of its log once a second at most.";
    draw_tip(context, text, tip);
}

}   // namespace glasshive::viewer
