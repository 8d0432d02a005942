// Goal: links that carry traffic badly are told from good ones, and from those that carry none.
// Method: a recording told event by event, read forwards and backwards.
#include "platform/events.h"
#include "viewer/model/told_run.h"
#include "viewer/model/wire_tree.h"

using namespace glasshive;
using namespace glasshive::viewer;
namespace events = glasshive::platform::events;

TEST_CASE("a degraded link says in what it is worse until it is restored", "[viewer][network]") {
    const fixture::Folder folder("wires");
    test::ToldRun run(folder, events::all);
    run.say(0, events::host_added, "n1");
    run.say(0, events::host_added, "n2");
    for (const char* host : {"n1", "n2"})
        run.say(0, events::link_added, std::string(host) + "--core",
                {run.name(host), run.name("core"), field::integer(1000),
                 field::duration(std::chrono::microseconds{50}), field::integer(0)});
    run.say(10, events::link_degraded, "n2--core",
            {field::integer(1000), field::duration(std::chrono::milliseconds{200}),
             field::integer(50'000), run.name("latency, loss")});
    run.say(20, events::link_down, "n2--core");
    run.say(30, events::link_up, "n2--core");
    run.say(40, events::link_restored, "n2--core",
            {field::integer(1000), field::duration(std::chrono::microseconds{50}),
             field::integer(0), run.name("")});
    run.say(50, events::fault_started, "fault 1",
            {field::integer(1), run.name("packet_loss"), run.name("host n1 | host n2"),
             field::integer(1)});
    Glass glass = run.end();
    Wires wires;
    const auto at = [&](int seconds) {
        auto picture = picture_of(glass, Time{} + std::chrono::seconds{seconds});
        REQUIRE(picture.ok());
        wires = wires_of(picture.value(), glass, std::chrono::seconds{1}, std::move(wires));
        REQUIRE(wires.links.size() == 2);
        return wires.links[1];
    };
    CHECK_FALSE(at(5).odd());
    CHECK(wires.odd.empty());
    CHECK(glass.text(at(15).worse) == "latency, loss");
    CHECK(wires.links[1].loss == 50'000);
    CHECK(wires.odd == std::vector<int>{1});
    CHECK_FALSE(wires.other_links);
    CHECK(at(25).down);
    CHECK(glass.text(at(35).worse) == "latency, loss");
    CHECK_FALSE(wires.links[1].down);
    CHECK_FALSE(at(45).odd());
    CHECK(at(45).latency == 50'000);
    CHECK(at(25).down);   // Back again.
    CHECK_FALSE(at(5).odd());
    at(55);
    REQUIRE(wires.cuts.size() == 1);
    CHECK_FALSE(wires.cuts.front().whole);
}
