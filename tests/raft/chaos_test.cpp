// Goal: no seed breaks a truth of Raft or leaves a cluster dead. Method: random clusters under
// crashes, cuts, loss, reordering, duplicates, slow disks, snapshots and membership changes, with
// the invariants checked at every step of every member, then healed and made to agree.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "raft/chaos.h"

using namespace glasshive::test;

namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Plays the seeds and stops at the first that fails.
void play_seeds(std::uint64_t first, std::uint64_t count) {
    Outcome sum;
    std::int64_t slowest_ms = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Schedule schedule = draw_schedule(seed);
        const Outcome outcome = play(schedule);
        if (!outcome.problems.empty()) FAIL(story(schedule, outcome));
        sum.steps += outcome.steps;
        sum.leaders += outcome.leaders;
        sum.committed += outcome.committed;
        sum.snapshots += outcome.snapshots;
        sum.changes += outcome.changes;
        slowest_ms = std::max(slowest_ms, outcome.recovery_ms);
    }
    UNSCOPED_INFO(count << " seeds, " << sum.steps << " steps, " << sum.leaders << " leaders, "
                        << sum.committed << " entries, " << sum.snapshots << " snapshots, "
                        << sum.changes << " changes applied, slowest recovery " << slowest_ms
                        << " ms");
    // The seeds must reach what they are meant to try.
    CHECK(sum.leaders > 2 * count);
    CHECK(sum.committed > 25 * count);
    CHECK(sum.snapshots > count);
    CHECK(sum.changes > count);
}

}   // namespace

TEST_CASE("a thousand random clusters break no truth of Raft and live on", "[raft][chaos]") {
    play_seeds(1, 1000);
}

TEST_CASE("more random clusters: RAFT_SEEDS of them from RAFT_SEED on", "[.storm]") {
    play_seeds(from_environment("RAFT_SEED", 1), from_environment("RAFT_SEEDS", 10'000));
}

TEST_CASE("one random cluster, again: RAFT_SEED", "[.replay]") {
    const Schedule schedule = draw_schedule(from_environment("RAFT_SEED", 1));
    const Outcome outcome = play(schedule);
    if (!outcome.problems.empty()) FAIL(story(schedule, outcome));
}
