// Goal: what a window shows is what the recording says, at any instant, and no file brings the
// viewer down. Method: a small run with the kinds' real names, told event by event; a random run
// for the list; the same files cut short and bent.
#include <catch2/catch.hpp>

#include "platform/events.h"
#include "record/fixture.h"
#include "record/recorder.h"
#include "runtime/events.h"
#include "swarm/events.h"
#include "viewer/model/cluster.h"
#include "viewer/model/event_list.h"
#include "viewer/model/story.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

namespace rt = runtime::events;
namespace pl = platform::events;
namespace sw = swarm::events;

constexpr const EventKind* kinds[] = {
    &pl::fault_started,     &pl::host_added,      &pl::host_off,     &pl::host_on,
    &rt::container_started, &rt::container_ended, &sw::node_ready,   &sw::node_down,
    &sw::service_created,   &sw::task_new,        &sw::task_running, &sw::task_failed};

Time at(int seconds) { return time_of_ns(std::int64_t{seconds} * 1'000'000'000); }

/// Two hosts, one service of two replicas; n2 loses power at 10 s and is believed down at 20 s.
std::string crash_story(const fixture::Folder& folder) {
    const std::string path = folder.file("crash.hive");
    EventRegistry registry;
    registry.add(kinds);
    Names names;
    EventStream stream{names};
    record::RecorderOptions options;
    options.path = path;
    auto recorder = record::Recorder::open(options, registry, names);
    REQUIRE(recorder.ok());
    stream.add_sink(recorder.value().get());
    const auto name = [&](const char* text) { return field::name(names.intern(text)); };
    for (const char* host : {"n10", "n2"}) {   // Not the order of their numbers.
        stream.emit(at(0), scenario_cause, pl::host_added, names.intern(host),
                    {name("east"), name("r1"), field::real(4), field::real(1),
                     field::bytes({std::int64_t{8} << 30})});
        stream.emit(at(0), scenario_cause, sw::node_ready, names.intern(host), {name("worker")});
    }
    const NameId web = names.intern("web");
    stream.emit(at(2), scenario_cause, sw::service_created, web,
                {name("replicated"), field::integer(2), name("web:1")});
    int slot = 0;
    for (const char* host : {"n2", "n10"}) {
        const NameId task = names.intern(slot++ == 0 ? "web.1.a" : "web.2.b");
        stream.emit(at(slot + 2), scenario_cause, sw::task_new, task,
                    {name("web"), field::integer(slot)});
        stream.emit(at(slot + 2), scenario_cause, rt::container_started, task,
                    {name(host), name("web")});
        stream.emit(at(slot + 2), scenario_cause, sw::task_running, task,
                    {name("web"), field::integer(slot), name(host)});
    }
    const EventId fault = stream.emit(at(10), scenario_cause, pl::fault_started,
                                      names.intern("fault.1"), {field::integer(1)});
    stream.emit(at(10), fault, pl::host_off, names.intern("n2"), {});
    stream.emit(at(10), fault, rt::container_ended, names.intern("web.1.a"), {});
    const EventId down = stream.emit(at(20), fault, sw::node_down, names.intern("n2"), {});
    stream.emit(at(21), down, sw::task_failed, names.intern("web.1.a"),
                {name("web"), field::integer(1), name("n2")});
    REQUIRE_FALSE(recorder.value()->close({.end_time = at(21), .digest = ""}));
    return path;
}

Glass opened(const std::string& path) {
    auto glass = Glass::open(path);
    if (!glass.ok()) FAIL(to_text(glass.problems().front()));
    return std::move(glass.value());
}

Cluster cluster_at(Glass& glass, Time time) {
    const auto state = glass.state_at(time);
    if (!state.ok()) FAIL(to_text(state.problems().front()));
    return cluster_of(*state.value(), glass);
}

}   // namespace

TEST_CASE("what a host is and what is believed of it are shown apart", "[viewer][cluster]") {
    const fixture::Folder folder("viewer");
    Glass glass = opened(crash_story(folder));
    REQUIRE(glass.end() == at(21));

    const Cluster before = cluster_at(glass, at(9));
    REQUIRE(before.hosts.size() == 2);
    REQUIRE(before.hosts[0].text == "n2");   // 2 before 10.
    REQUIRE(before.hosts[0].state == "on");
    REQUIRE(before.hosts[0].zone == "east");
    REQUIRE(before.hosts[0].cores == 4);
    REQUIRE(before.hosts[0].memory_bytes == std::int64_t{8} << 30);
    REQUIRE(before.hosts[0].containers.size() == 1);
    REQUIRE(before.services.at(0).desired == 2);
    REQUIRE(before.services.at(0).running == 2);

    const Cluster silent = cluster_at(glass, at(15));   // Dead, and nobody knows.
    REQUIRE(silent.hosts[0].state == "off");
    REQUIRE(silent.hosts[0].believed == "ready");
    REQUIRE(silent.hosts[0].containers.empty());
    REQUIRE(silent.services.at(0).running == 2);

    const Cluster known = cluster_at(glass, at(21));
    REQUIRE(known.hosts[0].believed == "down");
    REQUIRE(known.services.at(0).running == 1);
    REQUIRE(known.services.at(0).failed == 1);
    REQUIRE(cluster_at(glass, at(20)).services.at(0).running == 1);   // "running" on a dead node.
    REQUIRE(cluster_at(glass, at(9)).services.at(0).running == 2);    // And back again.
}

TEST_CASE("the timeline is the same however small the slices it is read in", "[viewer][story]") {
    const fixture::Folder folder("viewer");
    Glass glass = opened(crash_story(folder));
    const std::uint64_t slice = GENERATE(1, 3, 1000);
    Story story(glass);
    while (!story.done()) REQUIRE_FALSE(story.advance(slice));
    REQUIRE(story.progress() == 1);
    REQUIRE(story.complete());
    for (const SpanRow& row : story.rows()) {
        if (row.type != "host" || glass.text(row.subject) != "n2") continue;
        REQUIRE(row.spans.size() == 2);
        REQUIRE(row.spans[0].state == "on");
        REQUIRE(row.spans[0].to == at(10));
        REQUIRE(row.spans[1].state == "off");
        REQUIRE(row.spans[1].to == at(21));
        REQUIRE(spans_between(row, at(0), at(9), Duration{1}).size() == 1);
        REQUIRE(spans_between(row, at(0), at(21), Duration{1}).size() == 2);
    }
    REQUIRE(story.rows().size() == 7);    // Two hosts, two nodes, two tasks, one fault.
    REQUIRE(story.marks().size() == 2);   // fault.started and node.down.
    REQUIRE(story.marks()[0].kind == "fault.started");
}

TEST_CASE("a chart gets no more spans than it has pixels", "[viewer][story]") {
    SpanRow row{"task", NameId{0}, {}};
    for (int i = 0; i < 100'000; ++i)
        row.spans.push_back({time_of_ns(i), time_of_ns(i + 1), "running", EventId{}});
    REQUIRE(spans_between(row, time_of_ns(0), time_of_ns(100'000), Duration{1000}).size() < 210);
}

TEST_CASE("a filtered list holds what a search of all events finds", "[viewer][events]") {
    // Method: count by looking at every line; 3,000 events are several pages.
    const fixture::Folder folder("viewer");
    record::RecorderOptions options;
    options.path = folder.file("random.hive");
    const fixture::Recorded recorded(options, 7, 3000);
    Glass glass = opened(options.path);
    EventList list(glass);
    REQUIRE(list.size() == 3000);
    for (const std::uint64_t position : {2999, 0, 255, 256, 1500})
        REQUIRE(number_of(list.at(position)->id) == position + 1);

    std::vector<std::uint64_t> expected;
    const auto lines = glass.lines(1, 3000);
    REQUIRE(lines.ok());
    for (const EventLine& line : lines.value()) {
        if (line.kind.rfind("task.", 0) == 0 && line.subject_text == "web.17")
            expected.push_back(number_of(line.id));
    }
    REQUIRE(expected.size() > 5);
    list.set_filter("TASK. web.17");
    while (!list.done()) REQUIRE_FALSE(list.advance(100));
    REQUIRE(list.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        REQUIRE(number_of(list.at(i)->id) == expected[i]);
    REQUIRE(list.position_of(EventId{expected[3]}) == 3);
    REQUIRE(list.position_of(EventId{expected[3] + 1}) >= 3);
    list.set_filter("no such thing");
    while (!list.done()) REQUIRE_FALSE(list.advance(1000));
    REQUIRE(list.size() == 0);
    REQUIRE_FALSE(list.position_of(EventId{3000}));
}

TEST_CASE("a recording that kept some kinds alone has no blank lines", "[viewer][events]") {
    const fixture::Folder folder("viewer");
    record::RecorderOptions options;
    options.path = folder.file("some.hive");
    options.leave_out = {"task.*"};
    const fixture::Recorded recorded(options, 7, 3000);
    Glass glass = opened(options.path);
    REQUIRE(glass.has_gaps());
    REQUIRE(glass.events() > 100);
    REQUIRE(glass.events() < glass.last());
    EventList list(glass);
    while (!list.done()) REQUIRE_FALSE(list.advance(700));
    REQUIRE(list.size() == glass.events());
    std::uint64_t before = 0;
    for (std::uint64_t position = 0; position < list.size(); ++position) {
        const EventLine* const line = list.at(position);
        REQUIRE(line != nullptr);
        REQUIRE(line->kind.rfind("task.", 0) != 0);
        REQUIRE(number_of(line->id) > before);
        before = number_of(line->id);
    }
    REQUIRE(list.position_of(EventId{glass.last()}) == list.size() - 1);
}

TEST_CASE("a recording cut short or bent is one clear line or a shorter story", "[viewer]") {
    const fixture::Folder folder("viewer");
    const std::string bytes = fixture::bytes_of(crash_story(folder));
    REQUIRE_FALSE(Glass::open(folder.file("nothing.hive")).ok());
    fixture::Dice dice{11};
    for (int round = 0; round < 60; ++round) {
        std::string bent = bytes;
        if (round % 2 == 0)
            bent.resize(dice.below(bent.size()));
        else
            for (int i = 0; i < 40; ++i)
                bent[dice.below(bent.size())] = static_cast<char>(dice.next());
        const std::string path = folder.file("bent.hive");
        fixture::write_bytes(path, bent);
        CAPTURE(round);
        auto glass = Glass::open(path);
        if (!glass.ok()) {
            REQUIRE(glass.problems().size() == 1);
            REQUIRE_FALSE(glass.problems().front().message.empty());
            continue;
        }
        const auto state = glass.value().state_at(at(15));
        if (state.ok()) cluster_of(*state.value(), glass.value());
        Story story(glass.value());
        for (int i = 0; i < 100 && !story.done(); ++i) story.advance(10);
        EventList list(glass.value());
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(list.size(), 40); ++i) list.at(i);
    }
}
