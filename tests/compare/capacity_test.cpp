// Goal: the least number of machines that meets a goal is found, whatever the curve looks like, and
// whatever stands against it is named. Method: goals as text, and searches on made-up curves.
#include "compare/capacity.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "compare/decisions.h"

namespace glasshive::compare {

namespace {

Goal goal(const std::string& text) {
    const auto read = Goal::read(text);
    INFO(text);
    REQUIRE(read.ok());
    return read.value();
}

struct Counted {
    SizeFound found;
    std::size_t runs = 0;
};

/// Searches on a curve; seeds differ by `spread` around it.
template <class Curve>
Counted search(const std::string& text, std::size_t first, Curve curve, double spread = 0) {
    Counted counted;
    const auto found = search_size(goal(text), first,
                                   [&](std::size_t machines) -> std::optional<std::vector<double>> {
                                       ++counted.runs;
                                       std::vector<double> values;
                                       for (int seed = -2; seed <= 2; ++seed)
                                           values.push_back(curve(machines) + spread * seed);
                                       return values;
                                   });
    REQUIRE(found);
    counted.found = *found;
    return counted;
}

}   // namespace

TEST_CASE("a goal is a metric, a comparison and a number with its unit") {
    CHECK(goal("failed < 1%").text() == "failed < 1");
    CHECK(goal(" fail<=0.5 ").text() == "failed <= 0.5");
    CHECK(goal("p99_wait <= 30s").met_by(30));
    CHECK_FALSE(goal("p99_wait < 30").met_by(30));
    CHECK(goal("utilisation >= 0.7").met_by(0.7));
    CHECK_FALSE(goal("utilisation > 0.7").met_by(0.7));
    CHECK_FALSE(goal("mean_wait < 1").met_by(std::nan("")));

    const std::pair<const char*, const char*> wrong[] = {
        {"", "is not METRIC < NUMBER"},
        {"failed", "is not METRIC < NUMBER"},
        {"< 1", "is not METRIC < NUMBER"},
        {"failed < ", "is not METRIC < NUMBER"},
        {"failed < few", "is not METRIC < NUMBER"},
        {"failed < inf", "is not METRIC < NUMBER"},
        {"failed = 1", "is not METRIC < NUMBER"},
        {"mean_wat < 1", "there is no metric \"mean_wat\""},
        {"mean_wait < 1%", "\"%\" is not the unit of mean_wait"},
        {"dropped < 1 s", "\"s\" is not the unit of dropped"},
        {"failed < 1%%", "\"%%\" is not the unit of failed"}};
    for (const auto& [text, message] : wrong) {
        INFO(text);
        const auto read = Goal::read(text);
        REQUIRE_FALSE(read.ok());
        CHECK(read.problems().front().message.find(message) != std::string::npos);
    }
    CHECK(Goal::read("mean_wat < 1").problems().front().hint == "did you mean mean_wait?");
}

TEST_CASE("the least number is found from above and from below, in few runs") {
    const auto falls = [](std::size_t machines) { return 1000.0 / static_cast<double>(machines); };
    for (const std::size_t first : {1, 2, 7, 99, 100, 101, 5000}) {
        const Counted counted = search("mean_wait <= 10", first, falls);
        INFO(first);
        CHECK(counted.found.least == 100u);
        CHECK(counted.found.surely == 100u);
        CHECK(counted.found.against.empty());
        CHECK(counted.runs < 30);
        const auto& tried = counted.found.tried;
        const auto before = std::find_if(tried.begin(), tried.end(),
                                         [](const auto& t) { return t.machines == 99; });
        REQUIRE(before != tried.end());
        CHECK_FALSE(before->met);
    }
    CHECK(search("mean_wait <= 1000", 20, falls).found.least == 1u);
}

TEST_CASE("where seeds differ, being sure takes more machines") {
    const auto falls = [](std::size_t machines) { return 1000.0 / static_cast<double>(machines); };
    const SizeFound found = search("mean_wait <= 10", 20, falls, 0.2).found;
    CHECK(found.least == 100u);
    REQUIRE(found.surely);
    CHECK(*found.surely > 100);
    CHECK(*found.surely < 110);   // Half an interval is about 0.4 of 10.
    const CapacityReport report{
        .plan = {.policies = {{.name = "spread"}}, .seeds = {1, 2, 3, 4, 5}},
        .goal = goal("mean_wait <= 10"),
        .cases = {{0, 0, found}}};
    CHECK(answer_text(report, report.cases.front()) ==
          "100 machines, " + std::to_string(*found.surely) + " to be sure");
}

TEST_CASE("a goal that no number of machines meets ends the search") {
    const auto flat = [](std::size_t) { return 5.0; };
    const SizeFound found = search("failed < 1%", 20, flat).found;
    CHECK_FALSE(found.least);
    CHECK(found.changes_nothing);
    CHECK(found.tried.back().machines == 80);

    // Falls for ever, and never far enough: given up at the most machines there may be.
    const auto falls = [](std::size_t machines) { return 5 + 1.0 / static_cast<double>(machines); };
    const SizeFound never = search("failed < 1%", 1, falls).found;
    CHECK_FALSE(never.least);
    CHECK_FALSE(never.changes_nothing);
    CHECK(never.tried.back().machines == machines_most);
}

TEST_CASE("numbers that stand against the answer are named") {
    // Graham's anomaly as a curve: every third number does worse than it should.
    const auto odd = [](std::size_t machines) {
        return machines % 3 == 0 ? 50.0 : 1000.0 / static_cast<double>(machines);
    };
    const SizeFound found = search("mean_wait <= 10", 400, odd).found;
    REQUIRE(found.least);
    CHECK(*found.least % 3 != 0);
    std::size_t not_met = 0;
    for (const std::size_t machines : found.against) {
        INFO(machines);
        CHECK((machines % 3 == 0) == (machines > *found.least));
        not_met += machines > *found.least;
    }
    CHECK(not_met > 0);
}

TEST_CASE("a run that fails ends the search") {
    std::size_t runs = 0;
    const auto found =
        search_size(goal("failed < 1"), 8, [&](std::size_t) -> std::optional<std::vector<double>> {
            if (++runs == 3) return std::nullopt;
            return std::vector<double>{0.0};
        });
    CHECK_FALSE(found);
    CHECK(runs == 3);
}

TEST_CASE("two clusters part at the first decision that differs, and both say why") {
    const Decision first{.task = "web.1", .node = "n1", .has_scores = true, .lines = {}};
    const Decision here{.task = "web.2",
                        .node = "n1",
                        .has_scores = true,
                        .lines = {{"n1", "", 1, 3, 0.5}, {"n2", "", 0, 0, 0.25}}};
    Decision there = here;
    there.node = "n2";
    there.lines[0].refused_by = "resources";
    const auto parting = parting_between({first, here, first}, {first, there});
    REQUIRE(parting);
    CHECK(parting->parted);
    CHECK(parting->choice == 2);
    CHECK(parting->task == "web.2");
    CHECK(parting->reference ==
          Parting::Side{"n1", "1 of the service, 3 in all", "0.5", "refused: resources"});
    CHECK(parting->other == Parting::Side{"n2", "0 of the service, 0 in all", "0.25", "0.25"});

    CHECK_FALSE(parting_between({}, {}));
    const auto alike = parting_between({first, here}, {first});
    REQUIRE(alike);
    CHECK_FALSE(alike->parted);
    CHECK(alike->choice == 1);

    Measured measured;
    measured.decisions = {first, here, there};
    const auto again = read_shard(shard_text(measured, "p"), "p");
    REQUIRE(again);
    CHECK(again->decisions == measured.decisions);
}

}   // namespace glasshive::compare
