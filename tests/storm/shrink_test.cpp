// Goal: a failing scenario comes back as small as it can be, still failing. Method: breaches that
// are true of a draft by its text, so that the smallest is known; no simulation.
#include <catch2/catch.hpp>

#include "scenario/scenario.h"
#include "storm/generate.h"
#include "storm/shrink.h"

using namespace glasshive;
using namespace glasshive::storm;

namespace {

bool has(const std::vector<Entry>& entries, const std::string& word) {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
        return entry.text.find(word) != std::string::npos;
    });
}

/// The first seed whose draft has both, in a cluster worth shrinking.
Draft draft_with(const std::string& fault, const std::string& command) {
    for (std::uint64_t seed = 1; seed < 10'000; ++seed) {
        const Draft draft = generate(seed);
        const bool large = draft.hosts.size() >= 4 && draft.services.size() >= 3;
        if (large && has(draft.faults, fault) && has(draft.commands, command)) return draft;
    }
    FAIL("no seed has " << fault << " and " << command);
    return {};
}

}   // namespace

TEST_CASE("what does not matter for a breach is left out", "[storm]") {
    const Draft whole = draft_with("partition", "scale");
    const StillBreaks breaks = [](const Draft& d) {
        return has(d.faults, "partition") && has(d.commands, "scale") && d.seconds >= 100;
    };
    REQUIRE(breaks(whole));
    const Draft small = shrink(whole, breaks);
    CHECK(breaks(small));
    CHECK(small.faults.size() == 1);
    CHECK(small.commands.size() == 1);
    CHECK(small.services.size() == 1);   // The one that is scaled.
    CHECK(small.clients.empty());
    CHECK(small.images.empty());
    CHECK(small.seconds < 115);
}

TEST_CASE("what goes takes along what speaks of it", "[storm]") {
    const Draft whole = draft_with("power_off", "scale");
    Draft smaller = whole;
    while (!smaller.services.empty()) smaller = without(smaller, 1, 0);
    CHECK(!has(smaller.commands, "service: "));
    CHECK(smaller.clients.empty());
}

TEST_CASE("shrinking stops when its tries are used up", "[storm]") {
    int runs = 0;
    const Draft whole = draft_with("power_off", "scale");
    const Draft same = shrink(whole, [&](const Draft&) { return ++runs, false; }, 7);
    CHECK(runs == 7);
    CHECK(yaml_of(same) == yaml_of(whole));
}

TEST_CASE("every generated scenario is one the reader accepts, and a seed means one", "[storm]") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const std::string yaml = yaml_of(generate(seed));
        CHECK(yaml == yaml_of(generate(seed)));
        const auto read = scenario::read_scenario(yaml, "storm.yaml", [](const std::string&) {
            return std::optional<std::string>();
        });
        INFO("seed " << seed << "\n" << yaml);
        if (!read.ok()) {
            FAIL(read.problems().front().path << ": " << read.problems().front().message);
        }
        CHECK(read.value().seed == seed);
    }
}
