// Goal: shares, caps and speeds are those of a weighted max-min fluid, at any number of items.
// Method: random items and speed changes beside a slow fluid that fills rates anew at each step,
// and small cases by hand.
#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include "kernel/processor_sharing.h"
#include "kernel/rng.h"

using namespace glasshive;
using kernel::ProcessorSharing;

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

struct Item {
    double start = 0;      // Seconds.
    double amount = 0;
    double weight = 1;
    double cap = unbounded;
};
struct Change {
    double at = 0;
    double speed = 1;
};
struct Case {
    double capacity = 1;
    std::vector<Item> items;
    std::vector<Change> changes;
};

Time at(double seconds) { return time_of_ns(static_cast<std::int64_t>(seconds * 1e9 + 0.5)); }

Case random_case(std::uint64_t seed) {
    kernel::Rng rng(seed, "sharing");
    Case c;
    c.capacity = static_cast<double>(rng.between(1, 8)) * 0.5;
    for (std::int64_t i = 0, n = rng.between(1, 30); i < n; ++i) {
        c.items.push_back({.start = static_cast<double>(rng.between(0, 3000)) / 1000,
                           .amount = static_cast<double>(rng.between(1, 3000)) / 1000,
                           .weight = static_cast<double>(rng.between(1, 5)),
                           .cap = rng.below(3) == 0
                                      ? unbounded
                                      : static_cast<double>(rng.between(1, 20)) / 10});
    }
    for (std::int64_t i = 0, n = rng.between(0, 6); i < n; ++i) {
        // A stop now and then; the last change is never one, so that all ends.
        const double speed = i > 0 && rng.below(4) == 0
                                 ? 0
                                 : static_cast<double>(rng.between(1, 20)) / 10;
        c.changes.push_back({static_cast<double>(rng.between(1, 4000)) / 1000, speed});
    }
    const auto earlier = [](const auto& a, const auto& b) { return a.at < b.at; };
    std::stable_sort(c.changes.begin(), c.changes.end(), earlier);
    if (!c.changes.empty() && c.changes.back().speed == 0) c.changes.back().speed = 0.3;
    std::stable_sort(c.items.begin(), c.items.end(),
                     [](const Item& a, const Item& b) { return a.start < b.start; });
    return c;
}

/// Rates at speed 1: hold at their cap those whose share exceeds it, share the rest, repeat.
std::vector<double> fill(const Case& c, const std::vector<double>& left, double now) {
    std::vector<double> rates(left.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] > 0 && c.items[i].start <= now) open.push_back(i);
    }
    double room = c.capacity;
    while (!open.empty()) {
        double weight = 0;
        for (const std::size_t i : open) weight += c.items[i].weight;
        const auto over = [&](std::size_t i) {
            return c.items[i].cap < c.items[i].weight * room / weight;
        };
        if (std::none_of(open.begin(), open.end(), over)) {
            for (const std::size_t i : open) rates[i] = c.items[i].weight * room / weight;
            break;
        }
        double taken = 0;
        std::vector<std::size_t> rest;
        for (const std::size_t i : open) {
            if (!over(i)) {
                rest.push_back(i);
                continue;
            }
            rates[i] = c.items[i].cap;
            taken += rates[i];
        }
        room -= taken;
        open = rest;
    }
    return rates;
}

/// When each item ends, by the fluid: from one start, end or change to the next.
std::vector<double> by_fluid(const Case& c) {
    std::vector<double> left, ends(c.items.size());
    for (const Item& item : c.items) left.push_back(item.amount);
    double now = 0;
    while (std::any_of(left.begin(), left.end(), [](double l) { return l > 0; })) {
        double speed = 1;
        double next = unbounded;
        for (const Change& change : c.changes) {
            if (change.at <= now) speed = change.speed;
            else next = std::min(next, change.at);
        }
        for (const Item& item : c.items) {
            if (item.start > now) next = std::min(next, item.start);
        }
        const std::vector<double> rates = fill(c, left, now);
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (rates[i] * speed > 0) next = std::min(next, now + left[i] / (rates[i] * speed));
        }
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (left[i] <= 0) continue;
            left[i] -= (next - now) * rates[i] * speed;
            if (left[i] > 1e-11) continue;
            left[i] = 0;
            ends[i] = next;
        }
        now = next;
    }
    return ends;
}

std::vector<double> by_sharing(const Case& c) {
    ProcessorSharing sharing(c.capacity);
    std::vector<double> ends(c.items.size());
    const auto run_to = [&](Time to) {
        while (sharing.next_completion() <= to && sharing.next_completion() != time_never) {
            const Time now = sharing.next_completion();
            const std::uint64_t id = sharing.pop_completed(now);
            REQUIRE(id != 0);
            ends[id - 1] = seconds_of(now);
        }
    };
    std::size_t item = 0;
    std::size_t change = 0;
    while (item < c.items.size() || change < c.changes.size()) {
        const Time start = item < c.items.size() ? at(c.items[item].start) : time_never;
        const Time turn = change < c.changes.size() ? at(c.changes[change].at) : time_never;
        run_to(std::min(start, turn));
        if (turn <= start) {
            sharing.set_speed(turn, c.changes[change++].speed);
        } else {
            const Item& i = c.items[item++];
            sharing.add(start, item, i.amount, i.weight, i.cap);
        }
    }
    run_to(time_never);
    REQUIRE(sharing.size() == 0);
    return ends;
}

}   // namespace

TEST_CASE("items end when a fluid filled by hand says so", "[kernel][sharing]") {
    const std::uint64_t seed = GENERATE(range(1, 301));
    CAPTURE(seed);
    const Case c = random_case(seed);
    const std::vector<double> fluid = by_fluid(c);
    const std::vector<double> ours = by_sharing(c);
    for (std::size_t i = 0; i < fluid.size(); ++i) {
        CAPTURE(i);
        // Each end is rounded up to a nanosecond and delays the others by that much.
        CHECK(ours[i] == Approx(fluid[i]).margin(5e-8).epsilon(0));
    }
}

TEST_CASE("a slow machine slows its capacity and every cap alike", "[kernel][sharing]") {
    struct Row {
        double cap;
        int items;
        double end;   // Of one core-second each on two cores, at a tenth from the start.
    };
    const Row row = GENERATE(values<Row>({
        {1, 1, 10},     // A lone thread: one core, at a tenth.
        {0.5, 1, 20},   // cpus: 0.5 of a core, at a tenth.
        {1, 4, 20},     // Four threads share two cores.
        {0.25, 4, 40},  // The limits bind, the cores do not.
    }));
    CAPTURE(row.cap, row.items);
    ProcessorSharing cpu(2);
    cpu.set_speed(at(0), 0.1);
    for (int i = 1; i <= row.items; ++i) {
        cpu.add(at(0), static_cast<std::uint64_t>(i), 1, 1, row.cap);
    }
    CHECK(cpu.rate_in_use() == Approx(0.1 * std::min(2.0, row.cap * row.items)));
    CHECK(seconds_of(cpu.next_completion()) == Approx(row.end));
}

TEST_CASE("nothing completes while the machine stands still", "[kernel][sharing]") {
    ProcessorSharing cpu(1);
    cpu.add(at(0), 1, 1, 1, 1);
    REQUIRE(cpu.next_completion() == at(1));
    cpu.set_speed(at(1), 0);   // At the very instant it would be done.
    REQUIRE(cpu.next_completion() == time_never);
    REQUIRE(cpu.pop_completed(at(2)) == 0);
    cpu.set_speed(at(3), 1);
    REQUIRE(cpu.next_completion() == at(3));
    REQUIRE(cpu.pop_completed(at(3)) == 1);
}

TEST_CASE("late in a run, on a slow machine, whatever is due completes", "[kernel][sharing]") {
    // What is left can be less than the clocks' last bits there; a look must take something then,
    // or it would be followed by another at the same instant without end.
    const double hours = GENERATE(20.0, 24.0, 24.0 * 30);
    const double factor = GENERATE(0.01, 0.1, 0.25);
    CAPTURE(hours, factor);
    ProcessorSharing cpu(1);
    std::uint64_t id = 0;
    double start = hours * 3600;
    cpu.set_speed(at(start), factor);
    for (int round = 0; round < 1000; ++round) {
        cpu.add(at(start), ++id, 0.007, 1, 1);
        cpu.add(at(start) + std::chrono::microseconds{round * 37 % 1000}, ++id, 0.007, 1, 1);
        int looks = 0;
        Time done{};
        while (cpu.size() > 0) {
            REQUIRE(++looks < 1000);
            done = cpu.next_completion();
            while (cpu.pop_completed(done) != 0) {}
        }
        REQUIRE(seconds_of(done) - start == Approx(0.014 / factor).margin(1e-5).epsilon(0));
        start += 0.014 / factor + 0.35;
    }
}

TEST_CASE("changing the speed a million times loses less than a microsecond", "[kernel][sharing]") {
    ProcessorSharing cpu(1);
    cpu.add(at(0), 1, 1000, 1, 1);
    for (int i = 0; i < 1'000'000; ++i) {
        cpu.set_speed(time_of_ns(std::int64_t{i} * 1'000'000), i % 2 == 0 ? 0.5 : 1.5);
    }
    cpu.set_speed(at(1000), 1);
    CHECK(seconds_of(cpu.next_completion()) == Approx(1000).margin(1e-6).epsilon(0));
}
