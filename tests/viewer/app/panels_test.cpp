// Goal: panels answer the mouse: what is clicked is selected, what is an event moves the playhead,
// charts zoom around the mouse, lists scroll. Method: frames without a display and a hand.
#include <catch2/catch.hpp>

#include "viewer/app/hand.h"
#include "viewer/panels/reservations.h"
#include "viewer/panels/time_view.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

Time at(double seconds) { return time_of_ns(static_cast<std::int64_t>(seconds * 1e9)); }

Hand alone(const std::string& panel, const std::string& scenario = "02_node_crash",
           const std::string& select = "") {
    return Hand({.file = recording_of(scenario), .at = at(100), .select = select, .panel = panel},
                1280, 720);
}

std::string selected(Hand& hand) {
    return std::string(hand.view().glass().text(hand.view().selection().subject));
}

/// The name of the first thing drawn whose name begins with `start`.
std::string first(Hand& hand, const std::string& start) {
    for (const auto& [name, rect] : hand.view().hits().all()) {
        const bool seen = rect.min.y >= 90 && rect.max.y <= 640;   // Not scrolled away.
        if (seen && name.compare(0, start.size(), start) == 0) return name;
    }
    FAIL("nothing begins with " << start);
    return "";
}

}   // namespace

TEST_CASE("hosts and the containers within them are selected apart", "[gui][cluster]") {
    Hand hand = alone("Cluster");
    hand.click_at({hand.at("Cluster/node-2").min.x + 20, hand.at("Cluster/node-2").min.y + 10});
    CHECK(selected(hand) == "node-2");
    hand.click(first(hand, "Cluster/web.3."));
    CHECK(selected(hand).substr(0, 6) == "web.3.");
}

TEST_CASE("the timeline zooms around the mouse, pans, marks a range and moves the playhead",
          "[gui][timeline]") {
    Hand hand = alone("Timeline");
    const Rect chart = hand.at("Timeline/chart");
    auto& view = hand.view().memory().of<TimeView>();
    REQUIRE(view.cursor);
    const ImVec2 middle{(chart.min.x + chart.max.x) / 2, (chart.min.y + chart.max.y) / 2};
    hand.wheel(middle, 3);
    const Duration span = view.cursor->to() - view.cursor->from();
    CHECK(span < at(100) - Time{});
    CHECK(view.cursor->from() > Time{});
    const Time from = view.cursor->from();
    const Time playhead = hand.view().selection().playhead;
    hand.drag(middle, {middle.x + 100, middle.y});
    CHECK(view.cursor->from() < from);
    CHECK(hand.view().selection().playhead == playhead);
    hand.click_at({chart.min.x + 30, middle.y});
    CHECK(hand.view().selection().playhead < playhead);
    CHECK(view.cursor->to() - view.cursor->from() == span);
}

TEST_CASE("a mark of the timeline leads to its event", "[gui][timeline]") {
    Hand hand = alone("Timeline");
    std::string fault;
    for (const Mark& mark : hand.view().story().marks()) {
        if (mark.kind == "fault.started")
            fault = "Timeline/mark " + std::to_string(number_of(mark.event));
    }
    hand.click(fault);
    CHECK(hand.view().selection().playhead == at(60));
    CHECK(selected(hand) == "fault 1");
    const std::size_t all = hand.view().hits().all().size();
    hand.click("Timeline/Hosts");
    CHECK(hand.sees("Timeline/node-4"));
    CHECK_FALSE(hand.sees("Timeline/web"));
    CHECK(all > 0);
}

TEST_CASE("the timeline goes to the row of what was selected elsewhere", "[gui][timeline]") {
    Hand hand = alone("Timeline", "03_rack_loss");
    hand.resize(640, 240);
    const auto row_shown = [&](const std::string& name) {
        const Rect chart = hand.at("Timeline/chart");
        const Rect row = hand.at("Timeline/" + name);
        return row.min.y > chart.min.y - 12 && row.max.y < chart.max.y;
    };
    CHECK_FALSE(hand.sees("Timeline/boss"));
    hand.view().select("boss");
    hand.rest();
    REQUIRE(hand.sees("Timeline/boss"));
    CHECK(row_shown("boss"));
    hand.view().select("a1");
    hand.rest();
    REQUIRE(hand.sees("Timeline/a1"));
    CHECK(row_shown("a1"));
    // A slot is selected by its newest task.
    CHECK(hand.view().select("web.3"));
    CHECK(selected(hand).substr(0, 6) == "web.3.");
    CHECK_FALSE(hand.view().select("web.99"));
}

TEST_CASE("a row of the events is an instant; the list follows the playhead", "[gui][events]") {
    Hand hand = alone("Events");
    const EventId now = hand.view().now().last;
    CHECK(hand.sees("Events/#" + std::to_string(number_of(now))));
    hand.click("Events/#" + std::to_string(number_of(now) - 3));
    CHECK(number_of(hand.view().selection().event) == number_of(now) - 3);
    CHECK(hand.view().selection().playhead < at(100));
    hand.view().seek(Time{});
    hand.rest();
    CHECK(hand.sees("Events/#1"));
    hand.wheel(hand.middle_of("Events/#1"), -20);
    CHECK_FALSE(hand.sees("Events/#1"));
    hand.click("Events/filter");
    hand.type("node.down");
    hand.rest();
    CHECK(hand.view().events().filter() == "node.down");
    CHECK(hand.view().events().size() == 1);
}

TEST_CASE("the tasks of a service are listed and selected", "[gui][services]") {
    Hand hand = alone("Services");
    hand.click("Services/web");
    CHECK(selected(hand) == "web");
    hand.click(first(hand, "Services/web.1."));
    CHECK(selected(hand).substr(0, 6) == "web.1.");
    CHECK(hand.sees("Services/web"));
}

TEST_CASE("a step of Why moves the playhead and keeps the story", "[gui][why]") {
    Hand hand = alone("Why", "02_node_crash", "node-2");
    const std::string step = first(hand, "Why/#");
    const std::size_t steps = hand.view().hits().all().size();
    hand.click(step);
    CHECK(number_of(hand.view().selection().event) > 0);
    CHECK(hand.view().hits().all().size() == steps);
    CHECK(hand.view().selection().playhead <= at(100));
}

TEST_CASE("links of the inspector lead on", "[gui][inspector]") {
    Hand hand = alone("Inspector", "02_node_crash", "node-3");
    hand.click(first(hand, "Inspector/web."));
    CHECK(selected(hand).substr(0, 4) == "web.");
    hand.click(first(hand, "Inspector/node-"));
    CHECK(selected(hand) == "node-3");
    const std::string said = first(hand, "Inspector/#");
    CAPTURE(said, hand.at(said).min.y, hand.at(said).max.x, hand.at(said).min.x);
    hand.click(said);
    CHECK(number_of(hand.view().selection().event) > 0);
}

TEST_CASE("switches and hosts of the network are selected", "[gui][network]") {
    Hand hand = alone("Network", "33_partitioned_leader");
    hand.click("Network/w2");
    CHECK(selected(hand) == "w2");
    hand.click("Network/core");
    CHECK(selected(hand) == "core");
}

TEST_CASE("an election is an instant, a manager a host", "[gui][managers]") {
    Hand hand = alone("Managers", "33_partitioned_leader");
    hand.click("Managers/m2");
    CHECK(selected(hand) == "m2");
    hand.click(first(hand, "Managers/stands in term 5"));
    CHECK(selected(hand) == "m1");
    CHECK(hand.view().selection().playhead > at(100));
}

TEST_CASE("a leader that is cut off lags behind; who voted for the next one is drawn",
          "[gui][managers]") {
    Hand hand = alone("Managers", "33_partitioned_leader");
    const auto& glass = hand.view().glass();
    const auto said = [&](const char* manager, const char* field, double seconds) {
        const auto state = hand.view().glass().state_at(at(seconds));
        REQUIRE(state.ok());
        const auto type = state.value()->type_named("node");
        REQUIRE(type);
        const auto* row = state.value()->find(*type, glass.recording().names().find(manager));
        REQUIRE(row != nullptr);
        const auto* value = state.value()->value(*type, *row, field);
        REQUIRE(value != nullptr);
        return value->value.integer;
    };
    CHECK(said("m1", "log", 58) == said("m2", "log", 58));
    CHECK(said("m1", "commit", 58) == said("m1", "log", 58));
    // While the cut lasts m2 or m3 writes on without m1; afterwards m1 is brought up to it.
    CHECK(said("m1", "log", 155) < said("m2", "log", 155));
    CHECK(said("m2", "log", 155) == said("m3", "log", 155));
    CHECK(said("m1", "log", 200) == said("m3", "log", 200));
    CHECK(hand.sees("Managers/log of m1"));
    hand.hover("Managers/log of m1");
    hand.click("Managers/log of m3");
    CHECK(selected(hand) == "m3");
    std::string vote;   // Of m2 for m3, or the other way round.
    for (const auto& [name, rect] : hand.view().hits().all()) {
        if (name.find(" votes for m") != std::string::npos && name.find("m1") == std::string::npos)
            vote = name;
    }
    REQUIRE_FALSE(vote.empty());
    hand.click(vote);
    CHECK(selected(hand) == vote.substr(std::string("Managers/").size(), 2));
    CHECK(hand.view().selection().event != EventId{});
    hand.resize(500, 300);   // No room for logs.
    CHECK_FALSE(hand.sees("Managers/log of m1"));
}

TEST_CASE("a chart's title shows it alone, and again all", "[gui][plots]") {
    Hand hand = alone("Plots");
    REQUIRE(hand.sees("Plots/Latency"));
    hand.click("Plots/title Requests");
    CHECK_FALSE(hand.sees("Plots/Latency"));
    hand.click("Plots/title Requests");
    CHECK(hand.sees("Plots/Latency"));
}

TEST_CASE("the scenario's line of the chosen fault is shown", "[gui][scenario]") {
    Hand hand = alone("Scenario");
    CHECK(hand.sees("Scenario/line 1"));
    hand.resize(640, 240);
    hand.view().select("web");
    hand.rest();
    CHECK(hand.sees("Scenario/line 12"));
}

TEST_CASE("what tasks reserve comes from the files of the run", "[cluster]") {
    const std::vector<SourceFile> files{
        {"a.yaml", {"services:", "  - {name: web, resources: {cpus: 0.5, memory: 256MiB}}"}},
        {"stack.yml",
         {"services:", "  db:", "    deploy:",
          "      resources: {reservations: {cpus: \"0.10\", memory: 64M}}"}},
        {"broken.yaml", {"services: ["}}};
    const Reservations all = Reservations::of(files);
    CHECK(all.of_service("web").cpus == 0.5);
    CHECK(all.of_service("shop_db").memory_bytes == 64.0 * 1024 * 1024);
    CHECK(all.of_service("other").cpus == 0);
    HostCell host;
    host.containers = {{NameId{}, "web", "running", {}}, {NameId{}, "web", "running", {}}};
    CHECK(all.on(host).cpus == 1.0);
    CHECK(Reservations::of({}).empty());
}
