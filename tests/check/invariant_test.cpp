// Goal: each invariant is silent on a sound run and speaks on a broken one. Method: event streams
// told by hand; every row breaks exactly one promise.
#include <catch2/catch.hpp>
#include <functional>

#include "check/conservation.h"
#include "check/invariants.h"
#include "check/story.h"

using namespace glasshive;
using namespace glasshive::check;
using glasshive::testing::Story;
namespace swarm_events = glasshive::swarm::events;
namespace run_events = glasshive::runtime::events;

namespace {

swarm::ServiceSpec web() {
    swarm::ServiceSpec spec;
    spec.name = "web";
    spec.task.reservations.cpus = one_cpu;
    spec.task.reservations.memory = gibibyte;
    return spec;
}

swarm::ServiceSpec db() {
    swarm::ServiceSpec spec;
    spec.name = "db";
    spec.task.container.healthcheck = swarm::Healthcheck{.test = {"CMD", "true"}};
    return spec;
}

/// What all invariants together say of a story, on two hosts of two CPUs and 8 GiB.
std::vector<Violation> breaches(const std::function<void(Story&)>& tell) {
    Story story;
    InvariantSet set(story.names, {web(), db()}, {{"a", one_cpu * 2, gibibyte * 8},
                                            {"b", one_cpu * 2, gibibyte * 8}});
    story.stream.add_sink(&set);
    tell(story);
    set.finish();
    return set.violations();
}

void assigned(Story& s, int slot, const std::string& node, int nth = 1) {
    s.task(swarm_events::task_new, "web", slot, "", nth);
    s.task(swarm_events::task_pending, "web", slot, "", nth);
    s.task(swarm_events::task_assigned, "web", slot, node, nth);
}

void runs(Story& s, int slot, const std::string& node, int nth = 1) {
    assigned(s, slot, node, nth);
    s.start("web", slot, node, nth).task(swarm_events::task_running, "web", slot, node, nth);
}

/// A task of the service with a check, up to its container's start.
Story& checked(Story& s) {
    s.task(swarm_events::task_new, "db", 1).task(swarm_events::task_pending, "db", 1);
    return s.task(swarm_events::task_assigned, "db", 1, "a").start("db", 1, "a");
}

Story& serves(Story& s, int slot, const std::string& host) {
    return s.emit(run_events::container_serving, Story::task_name("web", slot, 1),
                  {field::name(s.names.intern(host)), field::name(s.names.intern("web"))});
}

Story& ends_with_power(Story& s, int slot, const std::string& host) {
    return s.emit(run_events::container_ended, Story::task_name("web", slot, 1),
                  {field::name(s.names.intern(host)), field::name(s.names.intern("web")),
                   field::integer(255), field::name(s.names.intern("power lost"))});
}

Story& verdict(Story& s, const std::string& service, const char* status, const char* before) {
    return s.emit(run_events::health_status, Story::task_name(service, 1, 1),
                  {field::name(s.names.intern("a")), field::name(s.names.intern(service)),
                   field::name(s.names.intern(status)), field::name(s.names.intern(before)),
                   field::integer(0)});
}

struct Row {
    const char* invariant;
    const char* what;
    std::function<void(Story&)> tell;
};

const std::vector<Row>& broken_rows() {
    using namespace swarm_events;
    namespace host = platform::events;
    static const std::vector<Row> rows{
        {"causes point back", "a cause that comes later",
         [](Story& s) { s.emit(host::fault_started, "fault 1", {field::integer(1)}, 7); }},
        {"time never goes back", "an event of the past",
         [](Story& s) { s.at(5).fault(1).at(4).fault(2); }},
        {"task state never goes back", "running, then ready",
         [](Story& s) { runs(s, 1, "a"), s.task(task_ready, "web", 1, "a"); }},
        {"task state never goes back", "failed, then running",
         [](Story& s) {
             runs(s, 1, "a"), s.end("web", 1, "a").task(task_failed, "web", 1, "a");
             s.task(task_running, "web", 1, "a");
         }},
        {"task state never goes back", "running twice",
         [](Story& s) { runs(s, 1, "a"), s.task(task_running, "web", 1, "a"); }},
        {"task state never goes back", "created twice",
         [](Story& s) { assigned(s, 1, "a"), s.task(task_new, "web", 1); }},
        {"task state never goes back", "a state of a task that was never created",
         [](Story& s) { s.task(task_pending, "web", 1); }},
        {"task state never goes back", "a state after the removal",
         [](Story& s) {
             runs(s, 1, "a"), s.end("web", 1, "a").task(task_failed, "web", 1, "a");
             s.task(task_removed, "web", 1).task(task_orphaned, "web", 1, "a");
         }},
        {"desired task state never goes back", "shutdown, then running",
         [](Story& s) { s.desired("web", 1, "shutdown").desired("web", 1, "running"); }},
        {"desired task state never goes back", "a word that is no state",
         [](Story& s) { s.desired("web", 1, "better"); }},
        {"no container on a dead host", "a start without power",
         [](Story& s) { assigned(s, 1, "a"), s.host(host::host_off, "a").start("web", 1, "a"); }},
        {"no container on a dead host", "a container that outlives the loss of power",
         [](Story& s) { runs(s, 1, "a"), s.at(9).host(host::host_off, "a").at(9.5).fault(2); }},
        {"no container on a dead host", "the same at the very end",
         [](Story& s) { runs(s, 1, "a"), s.at(9).host(host::host_off, "a"); }},
        {"no container on a dead host", "a start on a frozen host",
         [](Story& s) {
             assigned(s, 1, "a"), s.host(host::host_paused, "a").start("web", 1, "a");
         }},
        {"no container on a dead host", "an answer from a frozen host",
         [](Story& s) { runs(s, 1, "a"), serves(s.host(host::host_paused, "a"), 1, "a"); }},
        {"no container on a dead host", "an exit on a frozen host",
         [](Story& s) { runs(s, 1, "a"), s.host(host::host_paused, "a").end("web", 1, "a"); }},
        {"no container on a dead host", "an end without a start",
         [](Story& s) { s.end("web", 1, "a"); }},
        {"containers start where their task was assigned", "another host",
         [](Story& s) { assigned(s, 1, "a"), s.start("web", 1, "b"); }},
        {"containers start where their task was assigned", "no host",
         [](Story& s) { s.start("web", 1, "b"); }},
        {"containers start where their task was assigned", "a second start",
         [](Story& s) { runs(s, 1, "a"), s.end("web", 1, "a").start("web", 1, "a"); }},
        {"reservations fit their node", "a third task on two CPUs",
         [](Story& s) { assigned(s, 1, "a"), assigned(s, 2, "a"), assigned(s, 3, "a"); }},
    };
    return rows;
}

const std::vector<Row>& broken_health_rows() {
    using namespace swarm_events;
    static const std::vector<Row> rows{
        {"a checked task runs, and is found, once it was healthy", "it runs unprobed",
         [](Story& s) { checked(s).task(task_running, "db", 1, "a"); }},
        {"a checked task runs, and is found, once it was healthy", "it runs, found unhealthy",
         [](Story& s) {
             verdict(checked(s), "db", "unhealthy", "starting").task(task_running, "db", 1, "a");
         }},
        {"a checked task runs, and is found, once it was healthy", "the mesh has it unprobed",
         [](Story& s) {
             checked(s).emit(discovery_added, "b",
                             {field::name(s.names.intern("db")),
                              field::name(s.names.intern(Story::task_name("db", 1, 1))),
                              field::integer(1)});
         }},
        {"a checked task runs, and is found, once it was healthy", "its image's verdict is late",
         [](Story& s) { runs(s, 1, "a"), verdict(s, "web", "healthy", "starting"); }},
    };
    return rows;
}

}   // namespace

TEST_CASE("each broken promise is named by its own invariant", "[check][invariants]") {
    std::vector<Row> rows = broken_rows();
    rows.insert(rows.end(), broken_health_rows().begin(), broken_health_rows().end());
    for (const Row& row : rows) {
        INFO(row.invariant << ": " << row.what);
        const auto found = breaches(row.tell);
        CHECK(!found.empty());
        for (const Violation& v : found) CHECK(v.invariant == row.invariant);
    }
}

TEST_CASE("a sound life breaks nothing", "[check][invariants]") {
    const auto found = breaches([](Story& s) {
        using namespace swarm_events;
        runs(s, 1, "a"), runs(s, 2, "a");
        s.task(task_new, "web", 3).task(task_pending, "web", 3).task(task_pending, "web", 3);
        s.desired("web", 1, "shutdown").end("web", 1, "a").task(task_shutdown, "web", 1, "a");
        s.task(task_assigned, "web", 3, "a").desired("web", 1, "remove");
        s.task(task_removed, "web", 1).start("web", 3, "a");
        s.at(8).host(platform::events::host_paused, "a");
        s.at(9).host(platform::events::host_off, "a");
        ends_with_power(s, 2, "a"), ends_with_power(s, 3, "a");
        s.at(9).host(platform::events::host_on, "a");   // Its pause ended while it was off.
        s.task(task_failed, "web", 2, "a"), assigned(s, 4, "a"), s.start("web", 4, "a");
        verdict(checked(s), "db", "healthy", "starting").task(task_running, "db", 1, "a");
        verdict(s, "db", "unhealthy", "healthy");
    });
    for (const Violation& v : found) FAIL_CHECK(v.invariant << ": " << v.text);
}

TEST_CASE("containers count until they end, but for those the managers wrote off",
          "[check][invariants]") {
    const auto third = [](const EventKind& fate) {
        return breaches([&](Story& s) {
            runs(s, 1, "a"), runs(s, 2, "a");
            s.task(fate, "web", 1, "a");   // And yet its container goes on.
            runs(s, 3, "a", 2);
            s.end("web", 1, "a");
        });
    };
    namespace told = swarm_events;
    const auto found = third(told::task_failed);   // The agent said so: it must be true.
    REQUIRE(found.size() == 1);
    CHECK(found[0].text == "the containers on a reserve 3 CPUs and 3 GiB of 2 and 8 GiB");
    for (const EventKind* fate :
         {&told::task_orphaned, &told::task_rejected, &told::task_removed}) {
        CHECK(third(*fate).empty());
    }
}

namespace {

using kernel::TrafficTotals;

Story& flow(Story& s, const std::string& name, std::int64_t size) {
    return s.emit(kernel::events::flow_started, name,
                  {field::name(s.names.intern("a")), field::name(s.names.intern("b")),
                   field::bytes(Bytes{size})});
}
Story& flow_end(Story& s, const std::string& name, const char* how, std::int64_t moved) {
    return s.emit(kernel::events::flow_ended, name,
                  {field::name(s.names.intern(how)), field::bytes(Bytes{moved})});
}

/// Breaches found when these are the books after two flows, one done and one cut short:
/// 150 bytes sent, 130 received, 20 lost by flows.
std::size_t found(const TrafficTotals& total, const std::vector<TrafficTotals>& hosts) {
    Story story;
    BytesConserved books(story.names);
    story.stream.add_sink(&books);
    flow(story, "f1", 100), flow(story, "f2", 50);
    flow_end(story, "f1", "done", 100), flow_end(story, "f2", "reset", 30);
    REQUIRE(books.violations().empty());
    books.look(time_of_ns(1), total, hosts);
    return books.violations().size();
}

}   // namespace

TEST_CASE("bytes sent are received, lost or in flight", "[check][conservation]") {
    // Host a sent 10, of which 6 reached b, 1 was lost and 3 are under way.
    const std::vector<TrafficTotals> hosts{{10, 0, 1, 3}, {0, 6, 0, 0}, {}};
    CHECK(found({160, 136, 21, 3}, hosts) == 0);
    CHECK(found({161, 136, 21, 3}, hosts) > 0);    // One byte came from nowhere.
    CHECK(found({160, 135, 21, 3}, hosts) > 0);    // One vanished.
    CHECK(found({160, 137, 20, 3}, hosts) > 0);    // Balanced, but not what hosts and flows say.
    CHECK(found({160, 136, 21, 3}, {{10, 0, 8, 3}, {0, 6, -7, 0}, {}}) > 0);   // Lost what it never
    CHECK(found({160, 136, 21, 3}, {{10, 0, 1, 4}, {0, 6, 0, -1}, {}}) > 0);   // sent; negative.
}

TEST_CASE("what was received stays received", "[check][conservation]") {
    Names names;
    BytesConserved books(names);
    books.look(time_of_ns(1), {5, 5, 0, 0}, {{5, 0, 0, 0}, {0, 5, 0, 0}});
    REQUIRE(books.violations().empty());
    books.look(time_of_ns(2), {5, 4, 1, 0}, {{5, 0, 1, 0}, {0, 4, 0, 0}});
    CHECK(!books.violations().empty());
}

TEST_CASE("a flow moves what it says", "[check][conservation]") {
    struct Case {
        const char* how;
        std::int64_t moved;
        std::size_t breaches;
    };
    const Case row = GENERATE(values<Case>({{"done", 100, 0}, {"done", 99, 1}, {"reset", 40, 0},
                                            {"reset", 101, 1}, {"reset", -1, 1}}));
    CAPTURE(row.how, row.moved);
    Story story;
    BytesConserved books(story.names);
    story.stream.add_sink(&books);
    flow_end(flow(story, "f1", 100), "f1", row.how, row.moved);
    CHECK(books.violations().size() == row.breaches);
    flow_end(story, "f1", row.how, 0);   // A second end is always wrong.
    CHECK(books.violations().size() == row.breaches + 1);
}

TEST_CASE("a request ends once, answered by a task that executed while it was under way",
          "[check][invariant]") {
    const auto answer = [](Story& s, const std::string& service, int slot, std::int64_t number) {
        s.emit(workload::events::request_ok, "client",
               {field::name(s.names.intern(service)),
                field::duration(Duration{100'000'000}),
                field::name(s.names.intern(s.task_name("web", slot, 1))),
                field::name(s.names.intern("a")), field::integer(1), field::integer(number)});
    };
    struct Row { const char* service; int slot; std::int64_t number; const char* says; };
    const Row row = GENERATE(values<Row>({
        {"web", 1, 2, ""},
        {"web", 1, 1, "request 1 of client ends a second time"},
        {"web", 2, 2, "web.2.1 answers for web and never ran"},
        {"db", 1, 2, "web.1.1 answers for db and is none of its tasks"},
    }));
    const auto found = breaches([&](Story& s) {
        runs(s, 1, "a");
        s.at(10);
        answer(s, "web", 1, 1);
        answer(s, row.service, row.slot, row.number);
    });
    CAPTURE(row.says);
    REQUIRE(found.size() == (*row.says == 0 ? 0U : 1U));
    if (!found.empty()) CHECK(found[0].text == row.says);
}

TEST_CASE("a container that has ended answers only what had begun before", "[check][invariant]") {
    const double latency = GENERATE(0.5, 1.5);   // The container ends a second before the answer.
    const auto found = breaches([&](Story& s) {
        runs(s, 1, "a");
        s.at(10).end("web", 1, "a").at(11);
        s.emit(workload::events::request_ok, "client",
               {field::name(s.names.intern("web")),
                field::duration(Duration{static_cast<std::int64_t>(latency * 1e9)}),
                field::name(s.names.intern(s.task_name("web", 1, 1))),
                field::name(s.names.intern("a")), field::integer(1), field::integer(1)});
    });
    REQUIRE(found.size() == (latency < 1 ? 1U : 0U));
    if (found.empty()) return;
    CHECK(found[0].text == "web.1.1 answers a request that began after its end");
}
