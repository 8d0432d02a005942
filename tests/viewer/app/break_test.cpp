// Goal: whoever plays with a run breaks it with the mouse: what can be done to a thing stands over
// the panes, in its menu and in the palette; what cannot be done says why. Method: a real session
// beside a window without a screen; the state afterwards says what was struck.
#include "viewer/app/offered.h"
#include "viewer/app/playing.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

Hand at_twenty(const std::string& scenario) {
    Hand hand = playing(scenario);
    command(hand, "run 20s");
    hand.press(GLFW_KEY_ESCAPE);   // Out of the command line.
    return hand;
}

/// The upper left corner of a host's card, where none of its containers is.
ImVec2 corner(Hand& hand, const std::string& host) {
    const Rect card = hand.at("Cluster/" + host);
    return {card.min.x + 14, card.min.y + 12};
}

/// How many hosts the session believes cut off, slow, full…
std::size_t faults(Hand& hand) { return hand.view().active_faults(); }

}   // namespace

TEST_CASE("the toolbar strikes the host that is chosen, and Ctrl+Z takes it back", "[break]") {
    Hand hand = at_twenty("02_node_crash");
    CHECK_FALSE(hand.sees("act/Power off"));   // Nothing is chosen.
    hand.click_at(corner(hand, "node-3"));
    REQUIRE(selected(hand) == "node-3");
    hand.click("act/Power off");
    answered(hand);
    CHECK(state_of(hand, "host", "node-3") == "off");
    CHECK(hand.view().message() == "fault {do: power_off, host: node-3}");
    CHECK(hand.view().live()->given.size() == 1);

    // What is off cannot be paused: the button says so and does nothing.
    CHECK(hand.sees("act/Pause"));
    hand.click("act/Pause");
    answered(hand);
    CHECK(hand.view().live()->given.size() == 1);
    hand.click("act/End power_off (host node-3)");
    answered(hand);
    CHECK(state_of(hand, "host", "node-3") == "on");

    hand.press(GLFW_KEY_Z, true);
    answered(hand);
    CHECK(state_of(hand, "host", "node-3") == "off");
    hand.press(GLFW_KEY_Z, true);
    answered(hand);
    CHECK(state_of(hand, "host", "node-3") == "on");
    CHECK(selected(hand) == "node-3");
}

TEST_CASE("a fault lasts as long as was chosen", "[break]") {
    Hand hand = at_twenty("02_node_crash");
    hand.click_at(corner(hand, "node-2"));
    hand.click("act/10 s");
    hand.click("act/Slow disk");
    answered(hand);
    CHECK(faults(hand) == 1);
    command(hand, "run 9s");
    CHECK(faults(hand) == 1);
    command(hand, "run 2s");
    CHECK(faults(hand) == 0);
    hand.press(GLFW_KEY_ESCAPE);
    hand.click("act/Until ended");
    hand.click("act/Full disk");
    answered(hand);
    command(hand, "run 20s");
    CHECK(faults(hand) == 1);
    hand.click("act/End the fault");
    answered(hand);
    CHECK(faults(hand) == 0);
}

TEST_CASE("the right button has the menu of a thing, wherever it is drawn", "[break]") {
    Hand hand = at_twenty("02_node_crash");
    hand.click_at(corner(hand, "node-2"), 1);
    CHECK(selected(hand) == "node-2");
    REQUIRE(hand.sees("menu/Drain"));   // It is a node of the swarm, too.
    CHECK(hand.sees("menu/Inspect"));
    hand.press(GLFW_KEY_ESCAPE);
    CHECK_FALSE(hand.sees("menu/Drain"));
    CHECK(selected(hand) == "node-2");

    hand.menu("Timeline/node-4");
    CHECK(selected(hand) == "node-4");
    hand.click("menu/Drain");
    answered(hand);
    CHECK(hand.view().message() == "drain node-4");
    hand.menu("Services/web");
    CHECK(hand.sees("menu/Roll back"));
    hand.click("menu/One task more");
    answered(hand);
    CHECK(hand.view().now().cluster.services.front().desired == 4);
    command(hand, "run 10s");
    const std::string task = seen_first(hand, "Cluster/web.1.");
    REQUIRE_FALSE(task.empty());
    hand.menu(task);
    hand.click("menu/Kill");
    answered(hand);
    command(hand, "run 500ms");
    CHECK_FALSE(hand.sees(task));   // Its successor has another name.
    hand.view().layout().show("Network");
    hand.rest();
    hand.menu("Network/node-1");
    CHECK(hand.sees("menu/Cut off"));
    hand.press(GLFW_KEY_ESCAPE);
    hand.view().layout().show("Managers");
    hand.rest();
    hand.menu("Managers/node-1");
    hand.click("menu/Pause");
    answered(hand);
    CHECK(state_of(hand, "host", "node-1") == "paused");
    hand.menu(seen_first(hand, "Inspector/heading host"));
    hand.click("menu/Why it is so");
    CHECK(hand.sees("tab/Why"));
    CHECK(hand.view().layout().shown[static_cast<std::size_t>(Slot::detail)] == "Why");
}

TEST_CASE("an offer that needs a word asks for it", "[break]") {
    Hand hand = at_twenty("02_node_crash");
    hand.menu("Services/web");
    hand.click("menu/Scale to…");
    hand.rest();
    REQUIRE(hand.sees("ask/field"));
    hand.press(GLFW_KEY_BACKSPACE);
    hand.press(GLFW_KEY_BACKSPACE);
    hand.type("6");
    hand.press(GLFW_KEY_ENTER);
    answered(hand);
    CHECK(hand.view().now().cluster.services.front().desired == 6);
    CHECK_FALSE(hand.sees("ask/field"));
    hand.menu("Services/web");
    hand.click("menu/Update image…");
    hand.rest();
    hand.press(GLFW_KEY_ENTER);   // Nothing was typed.
    CHECK(hand.sees("ask/field"));
    hand.press(GLFW_KEY_ESCAPE);
    CHECK_FALSE(hand.sees("ask/field"));
    CHECK(hand.view().live()->given.size() == 1);
}

TEST_CASE("a box over hosts chooses them; they are cut off together, and undone", "[break][box]") {
    Hand hand = at_twenty("03_rack_loss");
    const Rect first = hand.at("Cluster/a1");
    const Rect last = hand.at("Cluster/a3");
    REQUIRE(first.min.y == last.min.y);   // One row.
    hand.drag({first.min.x + 20, first.min.y + 12}, {last.max.x - 20, last.max.y - 20});
    CHECK(hand.view().selection().hosts.size() == 3);
    CHECK(offered(hand.view()).name == "3 hosts");
    CHECK(hand.sees("Inspector/a2"));
    hand.add("Cluster/b1");
    CHECK(hand.view().selection().hosts.size() == 4);
    hand.add("Cluster/b1");
    CHECK(hand.view().selection().hosts.size() == 3);

    hand.click("act/Cut off");
    answered(hand);
    CHECK(hand.view().message() == "fault {do: partition, groups: [{host: [a1, a2, a3]}]}");
    command(hand, "run 20s");
    hand.press(GLFW_KEY_ESCAPE);
    for (const char* cut : {"a1", "a2", "a3"}) CHECK(state_of(hand, "node", cut) == "down");
    CHECK(state_of(hand, "node", "b1") == "ready");
    CHECK(hand.view().selection().hosts.size() == 3);

    hand.press(GLFW_KEY_Z, true);
    answered(hand);
    CHECK(hand.view().live()->given.empty());
    CHECK(hand.view().selection().hosts.size() == 3);   // In the run that was made again.
    hand.menu("Cluster/a2");
    hand.click("menu/Power off");
    answered(hand);
    for (const char* off : {"a1", "a2", "a3"}) CHECK(state_of(hand, "host", off) == "off");
    hand.press(GLFW_KEY_ESCAPE);
    CHECK(hand.view().selection().hosts.empty());
    CHECK_FALSE(hand.view().selection().subject.valid());
    CHECK_FALSE(hand.sees("act/Cut off"));
}

TEST_CASE("shift adds to a box; a box over nothing chooses nothing", "[break][box]") {
    Hand hand({.file = recording_of("03_rack_loss")}, 1280, 800);
    hand.click_at(corner(hand, "b1"));
    const Rect a1 = hand.at("Cluster/a1");
    hand.drag({a1.min.x + 20, a1.min.y + 12}, {a1.max.x - 20, a1.max.y - 20}, true);
    CHECK(hand.view().selection().hosts.size() == 2);
    hand.click_at(corner(hand, "b2"));
    CHECK(selected(hand) == "b2");
    CHECK(hand.view().selection().hosts.empty());
    CHECK_FALSE(hand.sees("act/Cut off"));   // A recording is over.
    hand.click_at(corner(hand, "b2"), 1);
    CHECK(hand.sees("menu/Why it is so"));
    CHECK_FALSE(hand.sees("menu/Cut off"));
    hand.click("menu/Its events alone");
    CHECK(hand.view().events().filter() == "b2");
}

TEST_CASE("the palette strikes what is chosen, and what is named", "[break]") {
    Hand hand = at_twenty("02_node_crash");
    hand.click_at(corner(hand, "node-4"));
    hand.press(GLFW_KEY_K, true);
    hand.type("power off");
    REQUIRE(hand.sees("palette/node-4: Power off"));
    hand.press(GLFW_KEY_ENTER);
    answered(hand);
    CHECK(state_of(hand, "host", "node-4") == "off");
    hand.press(GLFW_KEY_K, true);
    hand.type("node-2 drain");
    hand.press(GLFW_KEY_ENTER);
    answered(hand);
    CHECK(hand.view().message() == "drain node-2");
    hand.press(GLFW_KEY_K, true);
    hand.type("end power_off");
    hand.press(GLFW_KEY_ENTER);
    answered(hand);
    CHECK(state_of(hand, "host", "node-4") == "on");
}

TEST_CASE("the past is not struck: one goes back with the run, or branches there", "[break]") {
    Hand hand = at_twenty("02_node_crash");
    hand.click_at(corner(hand, "node-3"));
    hand.click("act/Power off");
    answered(hand);
    command(hand, "run 20s");
    hand.press(GLFW_KEY_ESCAPE);
    CHECK(state_of(hand, "node", "node-3") == "down");

    const Rect line = hand.at("header/scrub");
    hand.click_at({line.min.x + line.width() / 4, line.min.y + 1});   // 10 s.
    CHECK_THAT(refusal(hand.view()), Catch::Contains("the past"));
    hand.click("act/Cut off");
    CHECK(hand.view().live()->given.size() == 1);
    hand.click("run/Branch here");
    answered(hand);
    CHECK(hand.view().live()->line == "branch-1");
    CHECK(refusal(hand.view()).empty());
    CHECK(selected(hand) == "node-3");
    hand.click("act/Cut off");
    answered(hand);
    command(hand, "run 30s");
    CHECK(state_of(hand, "host", "node-3") == "on");
    CHECK(state_of(hand, "node", "node-3") == "down");   // Cut off is as bad as off, for managers.

    command(hand, "switch main");
    CHECK(state_of(hand, "host", "node-3") == "off");
    hand.press(GLFW_KEY_ESCAPE);
    hand.click_at({line.min.x + line.width() / 4, line.min.y + 1});
    hand.press(GLFW_KEY_R);
    answered(hand);
    CHECK(state_of(hand, "host", "node-3") == "on");
    CHECK(hand.view().live()->given.empty());
}
