// Goal: the wheel orders exactly as a stable sorted list would. Method: random pushes and pops
// beside one.
#include <catch2/catch.hpp>

#include <algorithm>
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

TEST_CASE("crowds, ties and chatter before a crowd keep their order", "[kernel][queue]") {
    // Goal: the front's paths: filled, inserted near either end, given back, emptied by ties.
    struct Row {
        int crowd;               // Entries to begin with.
        std::int64_t spread;     // They are due within so many nanoseconds.
        std::int64_t answer;     // Each popped entry pushes one within so many.
        int copies;              // So many times over, due at once.
    };
    const Row row = GENERATE(values<Row>({
        {2'000, 1'000'000'000, 1'000, 1},     // Dense beats, answers at once.
        {2'000, 1'000'000, 1'000'000'000, 1},
        {3, 1'000'000'000, 2'000, 40},        // A quiet wheel, a chatty front.
        {500, 1, 1, 1},                       // Everything due at once.
        {500, 3, 2, 3},
        {100, 64 * 64 * 64, 64 * 64, 2},
        {10, std::int64_t{1} << 62, std::int64_t{1} << 40, 5},
    }));
    CAPTURE(row.crowd, row.spread, row.answer, row.copies);
    glasshive::kernel::Rng rng(7, "test");
    TimerQueue queue;
    std::multimap<std::int64_t, std::uint64_t> model;
    std::uint64_t next = 1;
    const auto push = [&](std::int64_t due) {
        queue.push({due, next});
        model.emplace(due, next++);
    };
    const auto within = [&](std::int64_t span) {
        return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(span)));
    };
    for (int i = 0; i < row.crowd; ++i) push(within(row.spread));
    for (int step = 0; step < 30'000 && !model.empty(); ++step) {
        REQUIRE(queue.next_due_ns() == model.begin()->first);
        QueueEntry entry{};
        REQUIRE(queue.pop(std::numeric_limits<std::int64_t>::max(), entry));
        REQUIRE(entry.due_ns == model.begin()->first);
        REQUIRE(entry.payload == model.begin()->second);
        const std::uint64_t hint = queue.ahead(0);
        model.erase(model.begin());
        if (hint != 0) REQUIRE(hint == model.begin()->second);
        if (step >= 20'000) continue;   // Then run dry.
        const std::int64_t room = std::numeric_limits<std::int64_t>::max() - entry.due_ns;
        const std::int64_t due = entry.due_ns + std::min(room, within(row.answer));
        const int copies = step % row.copies == 0 ? row.copies : 0;
        for (int i = 0; i < copies; ++i) push(due);
    }
    REQUIRE(queue.size() == model.size());
}

TEST_CASE("the end of time is a due time like any other", "[kernel][queue]") {
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    TimerQueue queue;
    queue.push({never, 1});
    queue.push({never - 1, 2});
    queue.push({never, 3});
    QueueEntry entry{};
    for (const std::uint64_t payload : {2, 1}) {
        REQUIRE(queue.pop(never, entry));
        REQUIRE(entry.payload == payload);
    }
    queue.push({never, 4});
    for (const std::uint64_t payload : {3, 4}) {
        REQUIRE(queue.pop(never, entry));
        REQUIRE(entry.payload == payload);
    }
    REQUIRE(queue.empty());
}
