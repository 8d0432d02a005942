// Goal: whatever a toolbar or a menu offers is taken by the session. Method: every offer for every
// type of subject of a real run is given to it; each must be accepted.
#include "viewer/live/talk.h"

#include <set>

#include "record/recording.h"
#include "viewer/live/offers.h"
#include "viewer/model/glass.h"

using namespace live;

namespace {

Glass looked_at(const Sandbox& sandbox) {
    auto glass = Glass::open(sandbox.status()->recording);
    if (!glass.ok()) FAIL(to_text(glass.problems().front()));
    return std::move(glass.value());
}

std::vector<ActiveFault> active_now(const Sandbox& sandbox) {
    Glass glass = looked_at(sandbox);
    const auto state = glass.state_at(glass.end());
    REQUIRE(state.ok());
    return active_faults(*state.value(), glass.recording().names());
}

/// Where a task of this slot runs, and its whole name.
Subject task_named(const Sandbox& sandbox, const std::string& slot) {
    Glass glass = looked_at(sandbox);
    const auto read = glass.state_at(glass.end());
    REQUIRE(read.ok());
    const record::State& state = *read.value();
    const std::size_t type = *state.type_named("container");
    for (const record::StateRow* row : state.rows(type)) {
        const std::string name(glass.text(row->subject));
        if (name.rfind(slot + ".", 0) != 0) continue;
        const auto* host = state.value(type, *row, "host");
        REQUIRE(host != nullptr);
        const NameId where{static_cast<std::uint32_t>(host->value.integer)};
        return {.type = "task", .name = name, .host = std::string(glass.text(where))};
    }
    FAIL("no container of " + slot);
    return {};
}

void accepted(Sandbox& sandbox, const std::vector<Offer>& offers) {
    REQUIRE_FALSE(offers.empty());
    std::set<std::string> labels;
    for (const Offer& offer : offers) {
        const std::string typed = offer.asks == "image" ? "nginx:2" : offer.typed;
        const Answer answer = ask(sandbox, Give{offer.text + typed});
        INFO(offer.label << ": " << offer.text + typed << ": " << answer.text);
        CHECK(answer.well);
        CHECK_FALSE(offer.label.empty());
        CHECK_FALSE(offer.tooltip.empty());
        CHECK(labels.insert(offer.label).second);
    }
}

constexpr const char* zones = "schema: 1\n"
                              "seed: 3\n"
                              "duration: 10m\n"
                              "platform: {zones: [{names: [a, b], nodes: 3}]}\n"
                              "services:\n"
                              "  - {name: web, image: nginx, replicas: 3}\n"
                              "  - {name: db, image: db, replicas: 1}\n";

}   // namespace

TEST_CASE("every fault that is offered strikes, and can be ended", "[viewer][live][offers]") {
    const Story story(zones);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 20);
    Glass glass = looked_at(sandbox);
    const auto state = glass.state_at(glass.end());
    REQUIRE(state.ok());
    std::string link, host, zone;
    const std::size_t hosts = *state.value()->type_named("host");
    for (const record::StateRow* row : state.value()->rows(hosts)) {
        host = glass.text(row->subject);   // The last one is no manager.
        const auto* in = state.value()->value(hosts, *row, "zone");
        zone = glass.text(NameId{static_cast<std::uint32_t>(in->value.integer)});
    }
    const std::size_t links = *state.value()->type_named("link");
    for (const record::StateRow* row : state.value()->rows(links)) link = glass.text(row->subject);

    const auto lasts = GENERATE(std::optional<Duration>{}, std::optional<Duration>{500'000'000});
    accepted(sandbox, offers_for({.type = "host", .name = host, .state = "on"}, {}, lasts));
    accepted(sandbox, offers_for({.type = "zone", .name = zone}, {}, lasts));
    accepted(sandbox, offers_for({.type = "link", .name = link}, {}, lasts));
    accepted(sandbox, offers_for_hosts({host, "a-1"}, lasts));
    const auto active = active_now(sandbox);
    CHECK(active.size() == sandbox.status()->given.size());
    const auto of_host = offers_for({.type = "host", .name = host, .state = "off"}, active, lasts);
    REQUIRE(of_host.size() == 5 + 7);   // Nothing new; each of its own can end.
    CHECK(of_host.front().label == "End power_off (host " + host + ")");
    for (const Offer& offer : of_host) {
        const bool ends = offer.label.rfind("End ", 0) == 0;
        CHECK(offer.refused == (ends ? "" : host + " is off already"));
    }
    CHECK(offers_for({.type = "fault", .name = "fault 1"}, active, lasts).size() == 1);
    accepted(sandbox, offers_to_heal({active.front()}));
    CHECK(active_now(sandbox).size() == active.size() - 1);
    run_to(sandbox, 22);
    CHECK(active_now(sandbox).empty() == lasts.has_value());
    CHECK(ask(sandbox, Give{"heal 99"}).text == "there is no fault 99");
}

TEST_CASE("what is offered for nodes, services and tasks is docker's", "[viewer][live][offers]") {
    const Story story(zones);
    Sandbox sandbox({.file = story.file("story.yaml")});
    run_to(sandbox, 20);
    const auto of_task = offers_for(task_named(sandbox, "web.1"), {}, {});
    REQUIRE(of_task.size() == 2);
    accepted(sandbox, {of_task[0]});   // Nobody stops what is killed already.
    accepted(sandbox, {offers_for(task_named(sandbox, "web.2"), {}, {})[1]});
    accepted(sandbox,
             offers_for({.type = "node", .name = "b-2", .availability = "active"}, {}, {}));
    accepted(sandbox, offers_for({.type = "node", .name = "b-2", .availability = "drain"}, {}, {}));
    accepted(sandbox, offers_for({.type = "service", .name = "web", .replicas = 3}, {}, {}));
    CHECK(offers_for({.type = "service", .name = "db"}, {}, {}).size() == 4);   // Global: no scale.
    CHECK(offers_for({.type = "task", .name = "web.1.x"}, {}, {}).empty());     // Nowhere yet.
    CHECK(offers_for({.type = "expectation", .name = "x"}, {}, {}).empty());
}
