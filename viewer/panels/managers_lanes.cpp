#include "viewer/panels/managers_lanes.h"

#include <algorithm>

namespace glasshive::viewer {

Lane& ManagerLanes::lane_of(NameId manager) {
    const auto [place, fresh] = places.try_emplace(manager, all.size());
    if (fresh) all.push_back({.manager = manager});
    return all[place->second];
}

void ManagerLanes::read_on(const Story& story) {
    const auto& reigns = story.reigns();
    for (; read < reigns.size(); ++read) {
        const Reign& said = reigns[read];
        Lane& lane = lane_of(said.manager);
        const bool open = !lane.reigns.empty() && lane.reigns.back().to == Time::max();
        if (said.kind == "raft.stepdown" && open) lane.reigns.back().to = said.time;
        if (said.kind == "raft.leader") {
            // A term has one leader; whoever led before it leads no more, though it may not know.
            if (open) lane.reigns.back().to = said.time;
            lane.reigns.push_back({said.time, Time::max(), said.term, said.event, {}});
        }
        if (said.kind == "raft.candidate")
            lane.stood.push_back({said.time, said.time, said.term, said.event, {}});
        if (said.kind == "raft.vote" && said.candidate != said.manager)
            lane.votes.push_back({said.time, said.time, said.term, said.event, said.candidate});
    }
    for (Lane& lane : all) {
        if (lane.reigns.empty() || lane.reigns.back().to != Time::max()) continue;
        const auto& rows = story.rows();
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

ManagerNow now_of(const Lane& lane, Time at) {
    ManagerNow now;
    const auto before = [at](const Reigned& one) { return one.from <= at; };
    const auto reign = std::partition_point(lane.reigns.begin(), lane.reigns.end(), before);
    if (reign != lane.reigns.begin()) {
        const Reigned& last = *(reign - 1);
        now.term = last.term;
        if (last.to > at) now.leads = &last;
    }
    const auto stood = std::partition_point(lane.stood.begin(), lane.stood.end(), before);
    if (stood != lane.stood.begin()) now.term = std::max(now.term, (stood - 1)->term);
    if (const Reigned* vote = vote_of(lane, at)) now.term = std::max(now.term, vote->term);
    return now;
}

const Reigned* vote_of(const Lane& lane, Time at) {
    const auto after = std::partition_point(lane.votes.begin(), lane.votes.end(),
                                            [at](const Reigned& one) { return one.from <= at; });
    return after == lane.votes.begin() ? nullptr : &*(after - 1);
}

}   // namespace glasshive::viewer
