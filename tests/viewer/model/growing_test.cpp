// Goal: a window follows a recording while it grows, and its states are those of a recording read
// from a keyframe, whichever way the instant moved. Method: a random run that is written in parts
// before the window's eyes; one whose recorder goes before its end, which leaves what a crash
// leaves.
#include <catch2/catch.hpp>

#include <chrono>

#include "record/fixture.h"
#include "viewer/model/seeker.h"
#include "viewer/model/selection.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

/// A run that is recorded, and committed whenever it is told on.
struct Growing {
    explicit Growing(const std::string& path, std::uint64_t keyframe_every = 700) {
        record::RecorderOptions options;
        options.path = path;
        options.keyframe_every = keyframe_every;
        auto opened = record::Recorder::open(options, fixture::registry(), names);
        REQUIRE(opened.ok());
        recorder = std::move(opened.value());
        stream.add_sink(recorder.get());
    }
    void tell(int seconds, const std::string& subject) {
        stream.emit(Time{} + std::chrono::seconds{seconds}, scenario_cause, fixture::task_running,
                    names.intern(subject), {field::name(names.intern("w1"))});
        recorder->flush();
    }

    Names names;
    EventStream stream{names};
    std::unique_ptr<record::Recorder> recorder;
};

Glass opened(const std::string& path) {
    auto glass = Glass::open(path);
    if (!glass.ok()) FAIL(to_text(glass.problems().front()));
    return std::move(glass.value());
}

bool refreshed(Glass& glass, Time reached = Time{}) {
    const auto more = glass.refresh(reached);
    if (!more.ok()) FAIL(to_text(more.problems().front()));
    return more.value();
}

Time at(int seconds) { return Time{} + std::chrono::seconds{seconds}; }

std::size_t tasks_at(Glass& glass, Time time) {
    const auto state = glass.state_at(time);
    if (!state.ok()) FAIL(to_text(state.problems().front()));
    return state.value()->rows(*state.value()->type_named("task")).size();
}

}   // namespace

TEST_CASE("what is written meanwhile is seen after a refresh, with its names", "[viewer][model]") {
    const fixture::Folder folder{"viewer_growing"};
    Growing run(folder.file("run.hive"));
    run.tell(1, "web.1");
    Glass glass = opened(folder.file("run.hive"));
    CHECK(glass.last() == 1);
    CHECK(glass.end() == at(1));
    CHECK_FALSE(refreshed(glass));

    run.tell(2, "web.2");
    run.tell(2, "web.3");
    CHECK(tasks_at(glass, at(2)) == 1);   // Not seen yet, whole: no half of an instant.
    CHECK(refreshed(glass));
    CHECK_FALSE(refreshed(glass));
    CHECK(glass.events() == 3);
    CHECK(glass.last() == 3);
    CHECK(glass.end() == at(2));
    CHECK(glass.lines(3, 3).value().front().subject_text == "web.3");
    CHECK(tasks_at(glass, at(2)) == 3);
    run.tell(2, "web.4");   // Later, at the instant that is shown.
    CHECK(refreshed(glass));
    CHECK(tasks_at(glass, at(2)) == 4);

    CHECK(refreshed(glass, at(30)));   // Nothing was said, but time went on.
    CHECK(glass.end() == at(30));
    CHECK_FALSE(refreshed(glass, at(10)));
    REQUIRE_FALSE(run.recorder->close({.end_time = at(60), .digest = ""}));
    CHECK(refreshed(glass));
    CHECK(glass.end() == at(60));
    CHECK_FALSE(refreshed(glass));
}

TEST_CASE("a state a little later is the one read from a keyframe", "[viewer][model]") {
    const fixture::Folder folder{"viewer_forward"};
    Growing run(folder.file("run.hive"));
    fixture::random_run(run.stream, 7, 20'000);
    run.recorder->flush();
    Glass glass = opened(folder.file("run.hive"));
    fixture::Dice dice{3};
    const std::int64_t end = ns_of(glass.end());
    for (int i = 0; i < 60; ++i) {
        // Mostly forward, a little at a time; now and then back.
        const bool back = dice.below(5) == 0;
        static std::int64_t now = 0;
        now = back ? static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(now) + 1))
                   : std::min(end, now + static_cast<std::int64_t>(
                                             dice.below(static_cast<std::uint64_t>(end) / 20)));
        const auto shown = glass.state_at(time_of_ns(now));
        const auto read = glass.recording().state_at(time_of_ns(now));
        REQUIRE(shown.ok());
        REQUIRE(read.ok());
        REQUIRE(*shown.value() == read.value());
    }
}

TEST_CASE("a picture knows what was said without any time having passed", "[viewer][model]") {
    const fixture::Folder folder{"viewer_news"};
    Growing run(folder.file("run.hive"));
    run.tell(1, "web.1");
    auto seeker = Seeker::open(folder.file("run.hive"));
    REQUIRE(seeker.ok());
    const auto tasks = [&](std::uint64_t newest) {
        seeker.value()->want(at(1), at(1), newest);
        const auto picture = seeker.value()->wait();
        REQUIRE(picture);
        return picture->state.rows(*picture->state.type_named("task")).size();
    };
    CHECK(tasks(1) == 1);
    run.tell(1, "web.2");
    CHECK(tasks(2) == 2);

    // What is being written meanwhile is in a picture as a whole, or not at all.
    Glass glass = opened(folder.file("run.hive"));
    run.tell(1, "web.3");
    const auto picture = picture_of(glass, at(1));
    REQUIRE(picture.ok());
    CHECK(number_of(picture.value().last) == 2);
    const record::State& state = picture.value().state;
    CHECK(state.rows(*state.type_named("task")).size() == 2);
}

TEST_CASE("hosts are chosen together, alone, or not at all", "[viewer][model]") {
    const NameId a{1}, b{2}, c{3};
    Selection selection;
    CHECK_FALSE(selection.holds(NameId{}));
    selection.toggle(b);
    CHECK(selection.subject == b);
    CHECK(selection.hosts.empty());   // One alone is no group.
    selection.toggle(a);
    CHECK(selection.hosts == std::vector<NameId>{a, b});
    CHECK(selection.subject == b);
    selection.toggle(b);
    CHECK(selection.subject == a);
    CHECK(selection.hosts.empty());
    selection.choose({c, a, b, a});
    CHECK(selection.hosts == std::vector<NameId>{a, b, c});
    CHECK(selection.holds(c));
    selection.choose(c);
    CHECK(selection.hosts.empty());
    CHECK_FALSE(selection.holds(a));
    selection.choose(std::vector<NameId>{});
    CHECK_FALSE(selection.subject.valid());
}

TEST_CASE("a recording that a crash cut short opens and shows its end", "[viewer][model]") {
    const fixture::Folder folder{"viewer_cut"};
    {
        Growing run(folder.file("run.hive"), 1'000'000);   // It never came to a keyframe.
        fixture::random_run(run.stream, 7, 5'000);
    }   // Without close().
    Glass glass = opened(folder.file("run.hive"));
    CHECK(glass.events() == 5'000);
    CHECK_FALSE(glass.recording().clean());
    CHECK(tasks_at(glass, glass.end()) > 0);
    CHECK_FALSE(refreshed(glass));
}

TEST_CASE("what a look at a growing recording costs", "[.measure]") {
    const fixture::Folder folder{"viewer_cost"};
    Growing run(folder.file("run.hive"), 50'000);
    fixture::random_run(run.stream, 7, 1'000'000);
    run.recorder->flush();
    Glass glass = opened(folder.file("run.hive"));
    const auto took = [](int times, auto&& what) {
        const auto before = std::chrono::steady_clock::now();
        for (int i = 0; i < times; ++i) what(i);
        const std::chrono::duration<double, std::micro> span =
            std::chrono::steady_clock::now() - before;
        return span.count() / times;
    };
    const Time middle = time_of_ns(ns_of(glass.end()) / 2);
    WARN("refresh, nothing new: " << took(1000, [&](int) { refreshed(glass); }) << " us");
    WARN("state from a keyframe: "
         << took(20, [&](int) { (void)glass.recording().state_at(middle); }) << " us");
    (void)glass.state_at(middle);
    WARN("state a second later:  " << took(200, [&](int i) {
             (void)glass.state_at(middle + std::chrono::seconds{i});
         }) << " us");
}
