// Goal: what panels draw is what the recording says: rows of the timeline, tasks of a service,
// links and what moves over them, gauges, latencies, lines of the scenario, where two runs part.
// Method: a small run told event by event under the kinds' real names, and pure functions.
#include <catch2/catch.hpp>

#include "record/fixture.h"
#include "record/recorder.h"
#include "viewer/model/curves.h"
#include "viewer/model/divergence.h"
#include "viewer/model/seeker.h"
#include "viewer/model/service_tasks.h"
#include "viewer/model/sources.h"
#include "viewer/model/timeline_rows.h"
#include "viewer/model/wire_tree.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

constexpr FieldInfo names_of(std::string_view name) { return {name, FieldType::name, ""}; }
constexpr FieldInfo count_of(std::string_view name) { return {name, FieldType::integer, ""}; }

constexpr EventKind host_added{.id = 1,
                               .name = "host.added",
                               .subject = "host",
                               .doc = "",
                               .fields = {{names_of("zone")}},
                               .state = "on"};
constexpr EventKind link_added{.id = 2,
                               .name = "link.added",
                               .subject = "link",
                               .doc = "",
                               .fields = {{names_of("a"), names_of("b"), count_of("bandwidth")}},
                               .state = "up"};
constexpr EventKind link_down{
    .id = 3, .name = "link.down", .subject = "link", .doc = "", .state = "down"};
constexpr EventKind flow_started{
    .id = 4,
    .name = "flow.started",
    .subject = "flow",
    .doc = "",
    .fields = {{names_of("from"), names_of("to"), {"size", FieldType::bytes, ""}}},
    .state = "running"};
constexpr EventKind message_dropped{.id = 5,
                                    .name = "message.dropped",
                                    .subject = "host",
                                    .doc = "",
                                    .fields = {{names_of("to"), names_of("reason")}}};
constexpr EventKind fault_started{
    .id = 6,
    .name = "fault.started",
    .subject = "fault",
    .doc = "",
    .fields = {{count_of("number"), names_of("what"), names_of("target")}},
    .state = "active",
    .verbosity = 0};
constexpr EventKind raft_leader{.id = 7,
                                .name = "raft.leader",
                                .subject = "node",
                                .doc = "",
                                .fields = {{count_of("term"), count_of("managers")}}};
constexpr EventKind service_created{.id = 8,
                                    .name = "service.created",
                                    .subject = "service",
                                    .doc = "",
                                    .fields = {{names_of("mode"), count_of("replicas")}},
                                    .state = "created"};
constexpr EventKind update_slot{.id = 9,
                                .name = "update.slot",
                                .subject = "service",
                                .doc = "",
                                .fields = {{count_of("left")}}};
constexpr EventKind update_started{.id = 10,
                                   .name = "update.started",
                                   .subject = "service",
                                   .doc = "",
                                   .fields = {{names_of("message")}}};
constexpr EventKind task_running{
    .id = 11,
    .name = "task.running",
    .subject = "task",
    .doc = "",
    .fields = {{names_of("service"), count_of("slot"), names_of("node"), names_of("error")}},
    .state = "running"};
constexpr EventKind task_failed{
    .id = 12,
    .name = "task.failed",
    .subject = "task",
    .doc = "",
    .fields = {{names_of("service"), count_of("slot"), names_of("node"), names_of("error")}},
    .state = "failed"};
constexpr EventKind request_ok{.id = 13,
                               .name = "request.ok",
                               .subject = "client",
                               .doc = "",
                               .fields = {{{"latency", FieldType::duration, ""}}}};
constexpr const EventKind* kinds[] = {
    &host_added,     &link_added,  &link_down,    &flow_started,    &message_dropped,
    &fault_started,  &raft_leader, &task_running, &service_created, &update_slot,
    &update_started, &task_failed, &request_ok};

Time at(double seconds) { return time_of_ns(static_cast<std::int64_t>(seconds * 1e9)); }

/// A run that is told as it is recorded.
struct Run {
    std::string path;
    EventRegistry registry;
    Names names;
    EventStream stream{names};
    std::unique_ptr<record::Recorder> recorder;

    Run(const fixture::Folder& folder, const char* file) : path(folder.file(file)) {
        registry.add(kinds);
        record::RecorderOptions options;
        options.path = path;
        auto made = record::Recorder::open(options, registry, names);
        REQUIRE(made.ok());
        recorder = std::move(made.value());
        stream.add_sink(recorder.get());
    }
    FieldArgument name(std::string_view text) { return field::name(names.intern(text)); }
    EventId say(double seconds, const EventKind& kind, std::string_view subject,
                std::initializer_list<FieldArgument> arguments = {},
                EventId cause = scenario_cause) {
        return stream.emit(at(seconds), cause, kind, names.intern(subject), arguments);
    }
    Glass end(double seconds) {
        REQUIRE_FALSE(recorder->close({.end_time = at(seconds), .digest = ""}));
        auto glass = Glass::open(path);
        if (!glass.ok()) FAIL(to_text(glass.problems().front()));
        return std::move(glass.value());
    }
};

constexpr const char* first_id = ".0in0tse1fty1cxfx6k16dn95t";
constexpr const char* other_id = ".1onzle6p3pw6or947ufy17pyb";

/// Two hosts behind a rack each; a task fails and another follows in its slot.
Glass small_run(const fixture::Folder& folder, const char* file, const char* id,
                const char* where = "n2") {
    Run run(folder, file);
    for (const char* host : {"n1", "n2"}) run.say(0, host_added, host, {run.name("east")});
    run.say(0, link_added, "n1--left", {run.name("n1"), run.name("left"), field::integer(1000)});
    run.say(0, link_added, "n2--right", {run.name("n2"), run.name("right"), field::integer(1000)});
    run.say(0, link_added, "left--core", {run.name("left"), run.name("core"), field::integer(1)});
    run.say(0, link_added, "right--core", {run.name("right"), run.name("core"), field::integer(1)});
    run.say(1, raft_leader, "n1", {field::integer(3), field::integer(1)});
    run.say(2, service_created, "web", {run.name("replicated"), field::integer(12)});
    run.say(3, task_running, std::string("web.10") + id,
            {run.name("web"), field::integer(10), run.name("n1")});
    run.say(3, task_running, std::string("web.2") + id,
            {run.name("web"), field::integer(2), run.name(where)});
    run.say(4, flow_started, "flow-1", {run.name("n1"), run.name("n2"), field::bytes({5000})});
    run.say(5, fault_started, "fault 1",
            {field::integer(1), run.name("partition"), run.name("host n2 | everybody else")});
    run.say(5, link_down, "n2--right");
    run.say(5.2, message_dropped, "n1", {run.name("n2"), run.name("cut")});
    run.say(6, task_failed, std::string("web.2") + id,
            {run.name("web"), field::integer(2), run.name("n2"), run.name("no power")});
    run.say(7, task_running, std::string("web.2") + other_id,
            {run.name("web"), field::integer(2), run.name("n1")});
    run.say(8, update_started, "web", {run.name("update in progress")});
    run.say(8, update_slot, "web", {field::integer(7)});
    for (int i = 0; i < 100; ++i)
        run.say(9 + i * 0.001, request_ok, "clients",
                {field::duration(std::chrono::milliseconds{i < 98 ? 10 : 500})});
    const NameId cpu = run.names.intern("host.cpu");
    for (int i = 0; i < 10; ++i)
        run.stream.sample({at(10 + i), cpu, run.names.intern("n1"), i % 2 == 0 ? 0.25 : 1.0});
    return run.end(20);
}

Picture picture_at(Glass& glass, double seconds) {
    auto picture = picture_of(glass, at(seconds));
    if (!picture.ok()) FAIL(to_text(picture.problems().front()));
    return std::move(picture.value());
}

Story told(Glass& glass) {
    Story story(glass);
    while (!story.done()) REQUIRE_FALSE(story.advance(7));
    return story;
}

}   // namespace

TEST_CASE("tasks of one slot share a line of the timeline", "[viewer][timeline]") {
    const fixture::Folder folder("panels");
    Glass glass = small_run(folder, "a.hive", first_id);
    const Story story = told(glass);
    TimelineRows rows;
    REQUIRE(rows.update(story, glass, TimelineRows::Group::all));
    REQUIRE_FALSE(rows.update(story, glass, TimelineRows::Group::all));   // Nothing grew.
    std::vector<std::string> labels;
    for (const TimelineLine& line : rows.lines()) labels.emplace_back(line.label);
    CHECK(labels == std::vector<std::string>{"n1", "n2", "web", "web.2", "web.10"});
    CHECK(rows.lines()[2].heading);
    CHECK(glass.text(rows.lines()[2].subject) == "web");
    CHECK(rows.lines()[3].last - rows.lines()[3].first == 2);
    REQUIRE(rows.update(story, glass, TimelineRows::Group::tasks));
    CHECK(rows.lines().size() == 3);
    REQUIRE(rows.update(story, glass, TimelineRows::Group::hosts));
    CHECK(rows.lines().size() == 2);
    CHECK(service_of("web.2.id") == "web");
    CHECK(slot_of("web") == "web");
}

TEST_CASE("a service's tasks are listed by slot, the newest first", "[viewer][services]") {
    const fixture::Folder folder("panels");
    Glass glass = small_run(folder, "a.hive", first_id);
    const NameId web = glass.recording().names().find("web");
    const auto tasks = tasks_of(picture_at(glass, 20), glass, web);
    REQUIRE(tasks.size() == 3);
    CHECK(tasks[0].label == "web.2");
    CHECK(tasks[0].state == "running");
    CHECK_FALSE(tasks[0].past);
    CHECK(tasks[1].state == "failed");
    CHECK(tasks[1].error == "no power");
    CHECK(tasks[1].past);
    CHECK(tasks[2].label == "web.10");
    CHECK(glass.text(tasks[2].node) == "n1");
    CHECK(tasks_of(picture_at(glass, 1), glass, web).empty());
    CHECK(update_of(picture_at(glass, 20), glass, web).going);
    CHECK(update_of(picture_at(glass, 20), glass, web).left == 7);
    CHECK_FALSE(update_of(picture_at(glass, 7), glass, web).going);
}

TEST_CASE("transfers cross the links between their ends; cuts and losses are seen",
          "[viewer][network]") {
    const fixture::Folder folder("panels");
    Glass glass = small_run(folder, "a.hive", first_id);
    const Picture picture = picture_at(glass, 5.3);
    Wires wires = wires_of(picture, glass, std::chrono::milliseconds{500});
    CHECK(wires.switches.size() == 3);
    const WireTree tree = tree_of(wires, picture);
    count_flows(wires, tree);
    const auto named = [&](const char* name) {
        return tree.find(glass.recording().names().find(name));
    };
    const auto way = tree.path(named("n1"), named("n2"));
    REQUIRE(way == std::vector<int>{named("n1"), named("left"), named("core"), named("right"),
                                    named("n2")});
    CHECK(tree.path(named("n1"), named("n1")).size() == 1);
    CHECK(tree.path(named("n1"), -1).empty());
    for (const Wire& wire : wires.links) {
        CHECK(wire.flows == 1);
        CHECK(wire.down == (glass.text(wire.name) == "n2--right"));
    }
    REQUIRE(wires.cuts.size() == 1);
    REQUIRE(wires.cuts[0].groups.size() == 2);
    CHECK(glass.text(wires.cuts[0].groups[0].at(0)) == "n2");
    REQUIRE(wires.said.size() == 1);
    CHECK(wires.said[0].what == Said::What::dropped);
    CHECK(wires_of(picture_at(glass, 7), glass, std::chrono::milliseconds{500}).said.empty());
}

TEST_CASE("links in a circle are drawn, not followed for ever", "[viewer][network]") {
    const fixture::Folder folder("panels");
    Run run(folder, "circle.hive");
    run.say(0, host_added, "n1", {run.name("east")});
    for (const auto& [a, b] : {std::pair{"x", "y"}, std::pair{"y", "z"}, std::pair{"z", "x"}})
        run.say(0, link_added, std::string(a) + b, {run.name(a), run.name(b)});
    Glass glass = run.end(1);
    const Picture picture = picture_at(glass, 1);
    const Wires wires = wires_of(picture, glass, std::chrono::seconds{1});
    const WireTree tree = tree_of(wires, picture);
    CHECK(tree.places.size() == 4);
    CHECK(tree.path(0, 1).empty());
}

TEST_CASE("a gauge stands at its last value; percentiles come from every request",
          "[viewer][plots]") {
    const fixture::Folder folder("panels");
    Glass glass = small_run(folder, "a.hive", first_id);
    Gauges gauges(glass.recording());
    REQUIRE(gauges.series().size() == 1);
    const NameId cpu = gauges.series().front();
    const NameId n1 = gauges.subjects(cpu, 10).at(0);
    CHECK_FALSE(gauges.at(cpu, n1, at(9.9)));
    CHECK(gauges.at(cpu, n1, at(10)) == 0.25);
    CHECK(gauges.at(cpu, n1, at(11.9)) == 1.0);
    CHECK(gauges.at(cpu, n1, at(1000)) == 1.0);
    const auto some = gauges.between(cpu, n1, at(12.5), at(14), 3, 100);
    REQUIRE(some.size() == 3);   // What stood before, 13 s and 14 s.
    CHECK(some[0].mean == 0.25);
    CHECK(some[1].time == at(13));
    const auto few = gauges.between(cpu, n1, at(0), at(20), 4, 3);   // Buckets: a range each.
    REQUIRE_FALSE(few.empty());
    CHECK(few.front().max >= few.front().min);

    const Story story = told(glass);
    CHECK(story.latencies().count() == 100);
    const auto points = story.latencies().points();
    REQUIRE_FALSE(points.empty());
    double worst = 0;
    for (const auto& point : points) worst = std::max(worst, point.p99);
    CHECK(worst == Approx(0.5).epsilon(0.15));
    CHECK(points.front().p50 == Approx(0.01).epsilon(0.15));
    REQUIRE(story.reigns().size() == 1);
    CHECK(story.reigns().front().term == 3);

    const auto charts = charts_of(glass, story, "task.failed");
    REQUIRE(charts.size() == 4);
    CHECK(charts[2].title == "host.cpu");
    const CurveSpan span{at(0), at(20), 4, 200};
    const auto curves = curves_of(glass, &story.latencies(), charts[2], "n1", span);
    REQUIRE(curves.size() == 1);
    CHECK(reading_at(curves[0], at(10.5))->mean == 0.25);
    CHECK(reading_at(curves[0], at(1)) == nullptr);
    double requests = 0;
    LatencyReader reader(glass);   // As of a second recording.
    while (!reader.done()) REQUIRE_FALSE(reader.advance(9));
    CHECK(reader.latencies().count() == story.latencies().count());
    const auto per_second = curves_of(glass, &story.latencies(), charts[0], "", span);
    for (const Reading& reading : per_second.at(0).points)
        requests = std::max(requests, reading.mean);
    CHECK(requests > 1);
}

TEST_CASE("latencies of a run that goes on are kept at twice the width", "[viewer][plots]") {
    Latencies latencies;
    Event event;
    event.fields[0].integer = 1'000'000;
    latencies.add(at(1), at(2), event, request_ok);
    const Duration before = latencies.width();
    latencies.add(at(100), at(100), event, request_ok);
    CHECK(latencies.width() > before);
    std::uint64_t all = 0;
    for (const auto& point : latencies.points()) all += point.count;
    CHECK(all == 2);
    latencies.add(at(1), at(2), event, task_failed);   // No latency.
    CHECK(latencies.count() == 2);
}

TEST_CASE("an event goes back to a line of the scenario", "[viewer][scenario]") {
    const std::vector<SourceFile> files{
        {"a.yaml",
         {"# faults: here", "services:", "  - name: web-2", "  - {name: web, replicas: 3}",
          "faults:", "  # the first", "  - {at: 1s, do: pause}", "  - at: 2s", "    do: power_off",
          "expect:", "  - service web runs"}},
        {"stack.yaml", {"services:", "  db:", "    image: x"}}};
    CHECK(line_of_item(files, "faults", 1) == SourceLine{0, 6});
    CHECK(line_of_item(files, "faults", 2) == SourceLine{0, 7});
    CHECK_FALSE(line_of_item(files, "faults", 3));
    CHECK_FALSE(line_of_item(files, "faults", 0));
    CHECK(line_of_item(files, "expect", 1) == SourceLine{0, 10});
    CHECK(line_of_name(files, "web") == SourceLine{0, 3});
    CHECK(line_of_name(files, "db") == SourceLine{1, 1});
    CHECK_FALSE(line_of_name(files, "we"));
    CHECK(line_with(files, "power_off") == SourceLine{0, 8});
    CHECK_FALSE(line_with(files, ""));
}

TEST_CASE("two runs part where something but a task's id differs", "[viewer][compare]") {
    const fixture::Folder folder("panels");
    Glass left = small_run(folder, "left.hive", first_id);
    Glass same = small_run(folder, "same.hive", other_id);
    Divergence none(left, same);
    while (!none.done()) REQUIRE_FALSE(none.advance(5));
    CHECK_FALSE(none.first());
    CHECK(none.progress() == 1);
    Glass right = small_run(folder, "right.hive", first_id, "n1");
    Divergence parted(left, right);
    while (!parted.done()) REQUIRE_FALSE(parted.advance(5));
    CHECK(parted.first() == 10);   // web.2 runs elsewhere.
    CHECK(without_ids("web.3.0in0tse1fty1cxfx6k16dn95t on n1") == "web.3 on n1");
    CHECK(without_ids("1.5 web.") == "1.5 web.");
}
