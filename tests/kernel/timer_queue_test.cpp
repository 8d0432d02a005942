// Goal: the wheel orders exactly as a stable sorted list would. Method: random pushes and pops
// beside one.
#include <catch2/catch.hpp>

#include <limits>
#include <map>

#include "kernel/rng.h"
#include "kernel/timer_queue.h"

using namespace glasshive::kernel;

TEST_CASE("the wheel pops by due time, then by order of insertion", "[kernel][queue]") {
    const std::uint64_t seed = GENERATE(range(1, 21));
    glasshive::kernel::Rng rng(seed, "test");
    TimerQueue queue;
    std::multimap<std::int64_t, std::uint64_t> model;   // Keeps insertion order among equal keys.
    std::int64_t now = 0;
    std::uint64_t next = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (rng.below(100) < 55 || model.empty()) {
            // Near, far and equal due times: each hits another level of the wheel.
            const auto shift = static_cast<int>(rng.below(45));
            const std::int64_t due =
                now + static_cast<std::int64_t>(rng.below(std::uint64_t{1} << shift));
            queue.push({due, next});
            model.emplace(due, next++);
        } else {
            REQUIRE(queue.next_due_ns() == model.begin()->first);
            QueueEntry entry{};
            REQUIRE_FALSE(queue.pop(model.begin()->first - 1, entry));
            REQUIRE(queue.pop(model.begin()->first, entry));
            REQUIRE(entry.due_ns == model.begin()->first);
            REQUIRE(entry.payload == model.begin()->second);
            now = entry.due_ns;
            model.erase(model.begin());
        }
        REQUIRE(queue.size() == model.size());
    }
}

TEST_CASE("an entry may be pushed at the instant being popped and still runs after the others",
          "[kernel][queue]") {
    TimerQueue queue;
    queue.push({10, 1});
    queue.push({10, 2});
    QueueEntry entry{};
    REQUIRE(queue.pop(10, entry));
    queue.push({10, 3});
    REQUIRE(queue.pop(10, entry));
    REQUIRE(entry.payload == 2);
    REQUIRE(queue.pop(10, entry));
    REQUIRE(entry.payload == 3);
    queue.push({10, 4});   // Again at the same instant, after the slot ran dry.
    REQUIRE(queue.pop(10, entry));
    REQUIRE(entry.payload == 4);
    REQUIRE_FALSE(queue.pop(std::numeric_limits<std::int64_t>::max(), entry));
}
