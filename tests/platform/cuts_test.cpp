// Goal: whatever a cut silenced can name it, even after it healed, however long the storm was.
// Method: strike a small platform by hand and ask cut_since for directed pairs and epochs; the
// random test compares with a list of all cuts kept beside it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "kernel/rng.h"
#include "platform/fixture.h"

namespace glasshive::platform::test {
namespace {

HostGroups pair_of(const Platform& platform, const std::string& a, const std::string& b,
                   bool one_way) {
    HostGroups groups(platform.host_count(), one_way);
    groups.add(host(platform, a), 1);
    groups.add(host(platform, b), 2);
    return groups;
}

TEST_CASE("a cut is found by those it severed and by nobody else", "[platform][cuts]") {
    Platform platform(star(3));
    const HostId one = host(platform, "node-1"), two = host(platform, "node-2");
    const HostId three = host(platform, "node-3");
    const std::uint32_t before = platform.cut_epoch();
    platform.take_down(platform.find_link("node-1--core"), EventId{77});
    REQUIRE(platform.cut_since(before, one, two) == EventId{77});
    REQUIRE(platform.cut_since(before, three, one) == EventId{77});
    REQUIRE(platform.cut_since(before, two, three) == scenario_cause);
    REQUIRE(platform.cut_since(before, one, one) == scenario_cause);   // Inside the host.
}

TEST_CASE("a cut that healed is still found from before, not from after", "[platform][cuts]") {
    Platform platform(star(2));
    const HostId one = host(platform, "node-1"), two = host(platform, "node-2");
    const LinkId cable = platform.find_link("node-2--core");
    const std::uint32_t before = platform.cut_epoch();
    platform.take_down(cable, EventId{5});
    const std::uint32_t during = platform.cut_epoch();
    platform.bring_up(cable);
    const std::uint32_t after = platform.cut_epoch();
    REQUIRE(path(platform, "node-1", "node-2").connected);
    REQUIRE(platform.cut_since(before, one, two) == EventId{5});
    REQUIRE(platform.cut_since(during, one, two) == EventId{5});   // Set while it lasted.
    REQUIRE(platform.cut_since(after, one, two) == scenario_cause);
    platform.take_down(cable, EventId{9});
    REQUIRE(platform.cut_since(before, one, two) == EventId{5});   // The earliest.
    REQUIRE(platform.cut_since(after, one, two) == EventId{9});
}

TEST_CASE("a one-way partition is a cut in its direction only", "[platform][cuts]") {
    Platform platform(star(2));
    const HostId one = host(platform, "node-1"), two = host(platform, "node-2");
    const PairRuleId rule = platform.add_rule(pair_of(platform, "node-1", "node-2", true));
    const std::uint32_t before = platform.cut_epoch();
    platform.cut(rule, EventId{4});
    platform.cut(rule, EventId{6});   // Overlaps: no second cut.
    platform.heal(rule);
    REQUIRE_FALSE(connected(platform, "node-1", "node-2"));
    platform.heal(rule);
    REQUIRE(connected(platform, "node-1", "node-2"));
    REQUIRE(platform.cut_since(before, one, two) == EventId{4});
    REQUIRE(platform.cut_since(before, two, one) == scenario_cause);
}

TEST_CASE("changes that cut nothing raise the version, not the epoch", "[platform][cuts]") {
    Platform platform(star(2));
    const std::uint32_t epoch = platform.cut_epoch(), version = platform.version();
    const LinkId cable = platform.find_link("node-1--core");
    platform.degrade(cable, {.latency = milliseconds{1}});
    platform.undo(cable, {.latency = milliseconds{1}});
    REQUIRE(platform.cut_epoch() == epoch);
    REQUIRE(platform.version() == version + 2);
}

TEST_CASE("cut_since equals a search of the whole history in a storm", "[platform][cuts]") {
    PlatformSpec spec = small_tree();
    Platform platform(spec);
    std::vector<PairRuleId> rules;
    rules.push_back(platform.add_rule(pair_of(platform, "n1", "n5", false)));
    rules.push_back(platform.add_rule(pair_of(platform, "n2", "n6", true)));
    struct Cut {
        bool is_rule;
        std::uint32_t index, began, ended;
        EventId why;
    };
    std::vector<Cut> history;
    kernel::Rng rng(3, "storm");
    const auto severs = [&](const Cut& cut, HostId from, HostId to) {
        if (!cut.is_rule) {
            std::vector<LinkId> links;
            platform.route(from, to, links);
            return std::find(links.begin(), links.end(), LinkId{cut.index}) != links.end();
        }
        const std::uint32_t a = cut.index == 0 ? 0 : 1, b = a + 4;
        return (from.value == a && to.value == b) ||
               (cut.index == 0 && from.value == b && to.value == a);
    };
    for (std::uint64_t step = 1; step <= 4000; ++step) {
        const bool is_rule = rng.below(4) == 0;
        const auto index = static_cast<std::uint32_t>(
            rng.below(is_rule ? rules.size() : platform.link_count()));
        const auto open = std::find_if(history.rbegin(), history.rend(), [&](const Cut& cut) {
            return cut.is_rule == is_rule && cut.index == index && cut.ended == UINT32_MAX;
        });
        const EventId why{step};
        if (open == history.rend()) {
            if (is_rule) platform.cut(rules[index], why);
            if (!is_rule) platform.take_down(LinkId{index}, why);
            history.push_back({is_rule, index, platform.cut_epoch(), UINT32_MAX, why});
        } else {
            if (is_rule) platform.heal(rules[index]);
            if (!is_rule) platform.bring_up(LinkId{index});
            open->ended = platform.cut_epoch();
        }
        if (step % 10 != 0) continue;
        const HostId from{static_cast<std::uint32_t>(rng.below(8))};
        const HostId to{static_cast<std::uint32_t>(rng.below(8))};
        const auto epoch = static_cast<std::uint32_t>(rng.below(platform.cut_epoch() + 1));
        EventId expected = scenario_cause;
        bool whole = true;
        for (const Cut& cut : history) {
            if (from == to || !severs(cut, from, to)) continue;
            if (cut.ended == UINT32_MAX) whole = false;
            if (expected == scenario_cause && cut.ended > epoch) expected = cut.why;
        }
        CAPTURE(step, from.value, to.value, epoch);
        REQUIRE(platform.cut_since(epoch, from, to) == expected);
        REQUIRE(platform.path(from, to).connected == whole);
    }
}

}   // namespace
}   // namespace glasshive::platform::test
