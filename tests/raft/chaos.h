#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace glasshive::test {

/// One thing that is done to a cluster. Whatever makes no sense when its time comes is skipped, so
/// that a schedule with actions left out is a schedule too.
struct Action {
    enum class Kind : std::uint8_t {
        propose, crash, restart, partition, cut, heal, network, disk, add, remove, transfer,
        campaign, force_new_cluster,
    };
    std::int64_t at = 0;       ///< ms since the start.
    Kind kind = Kind::propose;
    std::uint64_t a = 0;       ///< Drawn; what it means depends on the kind.
    std::uint64_t b = 0;
};

std::string to_text(const Action& action);

/// What a seed stands for.
struct Schedule {
    std::uint64_t seed = 0;
    std::vector<Action> actions;
};
Schedule draw_schedule(std::uint64_t seed);

/// What came of it.
struct Outcome {
    std::vector<std::string> problems;   ///< Empty: every invariant held, and it lived on.
    std::size_t steps = 0;
    std::size_t leaders = 0;
    std::uint64_t committed = 0;
    std::uint64_t snapshots = 0;         ///< Installed from a leader's.
    std::uint64_t changes = 0;           ///< Of membership, applied.
    std::int64_t recovery_ms = 0;        ///< From healing to everybody having everything.
};

/// Plays the schedule with every invariant checked at each step, then heals everything and waits
/// for a leader, for a proposal to commit, and for all voters to have it.
Outcome play(const Schedule& schedule);

/// The schedule with as many actions left out as possible so that it still fails.
Schedule shortened(Schedule schedule);

/// A failing schedule as text, with the command that replays it.
std::string story(const Schedule& schedule, const Outcome& outcome);

}   // namespace glasshive::test
