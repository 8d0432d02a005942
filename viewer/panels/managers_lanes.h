#pragma once

#include <map>
#include <vector>

#include "viewer/model/story.h"

namespace glasshive::viewer {

/// A stretch of time in which a manager led, or stood for election.
struct Reigned {
    Time from{}, to{};
    std::int64_t term = 0;
    EventId event{};
    NameId candidate;   ///< Of a vote.
};

/// What a manager said of its part, over the whole run.
struct Lane {
    NameId manager;
    std::vector<Reigned> reigns;   ///< In order of time; so are the others.
    std::vector<Reigned> stood;
    std::vector<Reigned> votes;        ///< For others than itself.
    std::size_t host_row = SIZE_MAX;   ///< In Story::rows(): who loses power says no more.
};

/// The managers that a story speaks of.
struct ManagerLanes {
    std::vector<Lane> all;   ///< In order of first mention.
    std::map<NameId, std::size_t> places;
    std::size_t read = 0;   ///< Of Story::reigns().

    /// Of that manager; a new one when it was not known.
    Lane& lane_of(NameId manager);
    /// Takes in what the story knows by now.
    void read_on(const Story& story);
};

/// What a manager is at an instant.
struct ManagerNow {
    const Reigned* leads = nullptr;
    std::int64_t term = 0;   ///< The newest one that it spoke of.
};
ManagerNow now_of(const Lane& lane, Time at);

/// The other manager that it voted for last; null: none, so far.
const Reigned* vote_of(const Lane& lane, Time at);

}   // namespace glasshive::viewer
