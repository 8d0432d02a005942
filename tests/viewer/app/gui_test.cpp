// Goal: whoever has a mouse and a keyboard gets where he wants, and the window says where he is.
// Method: frames without a display, a hand that finds things by their names, and the state of the
// view afterwards.
#include <fstream>

#include <GLFW/glfw3.h>
#include <catch2/catch.hpp>

#include "viewer/app/hand.h"
#include "viewer/app/settings.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

Time at(double seconds) { return time_of_ns(static_cast<std::int64_t>(seconds * 1e9)); }

Hand crash(int width = 1280, int height = 800) {
    return Hand({.file = recording_of("02_node_crash"), .at = at(50)}, width, height);
}

std::string selected(Hand& hand) {
    return std::string(hand.view().glass().text(hand.view().selection().subject));
}

}   // namespace

TEST_CASE("the line under the header moves the playhead, and everything follows", "[gui]") {
    Hand hand = crash();
    CHECK(hand.view().hosts_on() == 4);
    const Rect line = hand.at("header/scrub");
    hand.click_at({line.min.x + line.width() / 2, (line.min.y + line.max.y) / 2});
    const Time middle = hand.view().selection().playhead;
    CHECK(ns_of(middle) == Approx(ns_of(hand.view().glass().end()) / 2).epsilon(0.01));
    CHECK(hand.view().now().at == middle);
    CHECK(hand.view().hosts_on() == 3);   // node-2 lost power at 60 s.

    hand.drag({line.max.x - 10, line.min.y + 1}, {line.min.x + 5, line.min.y + 1});
    CHECK(hand.view().selection().playhead < at(2));
}

TEST_CASE("keys step through the events and through time", "[gui]") {
    Hand hand = crash();
    const EventId before = hand.view().now().last;
    hand.press(GLFW_KEY_RIGHT);
    CHECK(number_of(hand.view().selection().event) == number_of(before) + 1);
    CHECK(hand.view().selection().playhead > at(50));
    hand.press(GLFW_KEY_LEFT);
    CHECK(hand.view().selection().event == before);
    hand.press(GLFW_KEY_RIGHT, true);
    CHECK(hand.view().selection().playhead > at(59));
    hand.press(GLFW_KEY_HOME);
    CHECK(hand.view().selection().playhead == Time{});
    hand.press(GLFW_KEY_LEFT, false, true);
    CHECK(hand.view().selection().playhead == Time{});
    hand.press(GLFW_KEY_END);
    CHECK(hand.view().selection().playhead == hand.view().glass().end());
    CHECK(hand.view().now().at == hand.view().glass().end());
}

TEST_CASE("several events of one instant are stepped through one by one", "[gui]") {
    Hand hand = crash();
    hand.press(GLFW_KEY_HOME);
    std::uint64_t last = number_of(hand.view().selection().event);
    for (int i = 0; i < 30; ++i) {
        hand.press(GLFW_KEY_RIGHT);
        const std::uint64_t event = number_of(hand.view().selection().event);
        REQUIRE(event > last);
        if (i > 0) REQUIRE(event == last + 1);
        last = event;
    }
    for (int i = 0; i < 29; ++i) {
        hand.press(GLFW_KEY_LEFT);
        REQUIRE(number_of(hand.view().selection().event) == --last);
    }
}

TEST_CASE("play runs to the end at the chosen speed and stops there", "[gui]") {
    Hand hand = crash();
    hand.click("header/x10");
    CHECK(hand.view().player().speed == 10);
    hand.click("header/play");
    CHECK(hand.view().player().playing);
    CHECK(hand.view().moving());
    const Time before = hand.view().selection().playhead;
    for (int i = 0; i < 60; ++i) hand.frame();   // A second of frames.
    const Duration moved = hand.view().selection().playhead - before;
    CHECK(moved.count() == Approx(10e9).epsilon(0.01));
    hand.click("header/x10000");
    for (int i = 0; i < 30; ++i) hand.frame();
    CHECK_FALSE(hand.view().player().playing);
    CHECK(hand.view().selection().playhead == hand.view().glass().end());
    hand.click("header/x1");
    hand.press(GLFW_KEY_SPACE);   // Again from the start.
    CHECK(hand.view().selection().playhead < at(60));
}

TEST_CASE("the palette finds commands, panels, names and instants", "[gui]") {
    Hand hand = crash();
    hand.press(GLFW_KEY_K, true);
    REQUIRE(hand.view().palette_shown());
    hand.type("node-3");
    REQUIRE(hand.sees("palette/node-3"));
    hand.press(GLFW_KEY_ENTER);
    CHECK_FALSE(hand.view().palette_shown());
    CHECK(selected(hand) == "node-3");

    hand.press(GLFW_KEY_K, true);
    hand.type("1m30s");
    hand.press(GLFW_KEY_ENTER);
    CHECK(hand.view().selection().playhead == at(90));

    hand.press(GLFW_KEY_K, true);
    hand.type("light");
    CHECK(hand.view().dark());
    hand.click("palette/Light or dark");
    CHECK_FALSE(hand.view().dark());

    hand.press(GLFW_KEY_K, true);
    hand.type("nothing is called that");
    hand.press(GLFW_KEY_ENTER);
    CHECK(hand.view().palette_shown());
    hand.press(GLFW_KEY_ESCAPE);
    CHECK_FALSE(hand.view().palette_shown());
}

TEST_CASE("a question mark shows every key, Escape takes them away", "[gui]") {
    Hand hand = crash();
    hand.press(GLFW_KEY_SLASH, false, true);
    CHECK(hand.sees("help/keys"));
    hand.press(GLFW_KEY_ESCAPE);
    CHECK_FALSE(hand.sees("help/keys"));
    hand.type("?");   // Another keyboard.
    CHECK(hand.sees("help/keys"));
}

TEST_CASE("gaps between panes are dragged, and the window remembers", "[gui]") {
    Hand hand = crash();
    const float before = hand.view().layout().side;
    hand.drag(hand.middle_of("gap/side"), {640, 300});
    CHECK(hand.view().layout().side < before - 0.1F);
    const std::string path = recording_of("02_node_crash") + ".json";
    REQUIRE(save_settings(path, {hand.view().layout(), false, 1000, 700}));
    const Settings kept = load_settings(path);
    CHECK(kept.layout.side == Approx(hand.view().layout().side));
    CHECK_FALSE(kept.dark);
    CHECK(kept.width == 1000);
    CHECK(load_settings("/nowhere/at/all.json").layout.side == Layout{}.side);
}

TEST_CASE("F fills the window with one panel; Tab goes to the next", "[gui]") {
    Hand hand = crash();
    REQUIRE(hand.sees("tab/Timeline"));
    hand.press(GLFW_KEY_F);
    CHECK(hand.sees("tab/Cluster"));
    CHECK_FALSE(hand.sees("tab/Timeline"));
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < panels().size(); ++i) {
        seen.push_back(hand.view().layout().alone);
        hand.press(GLFW_KEY_TAB);
    }
    CHECK(seen.size() == panels().size());
    CHECK(hand.view().layout().alone == seen.front());
    hand.press(GLFW_KEY_ESCAPE);
    CHECK(hand.sees("tab/Timeline"));
}

TEST_CASE("a bent or shortened recording is refused, or shown as far as it goes", "[gui]") {
    const std::string sound = recording_of("01_hello_cluster");
    std::ifstream file(sound, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const std::string path = sound + ".bent";
    std::uint64_t x = 88172645463325252ULL;
    int shown = 0;
    for (int round = 0; round < 40; ++round) {
        std::string bent = bytes;
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        if (round % 4 == 0) {
            bent.resize(x % bytes.size());
        } else {
            // Behind the header, which is refused at once.
            for (int i = 0; i < 2; ++i) {
                x = x * 6364136223846793005ULL + 1442695040888963407ULL;
                bent[4096 + x % (bytes.size() - 4096)] = static_cast<char>(x >> 40);
            }
        }
        std::ofstream(path, std::ios::binary) << bent;
        auto view = View::open({.file = path});
        if (!view.ok()) {
            CHECK_FALSE(view.problems().front().message.empty());
            continue;
        }
        ++shown;
        Hand hand({.file = path}, 1000, 700);
        for (const Panel& panel : panels()) {
            hand.view().layout().show(panel.name);
            hand.view().seek(time_of_ns(ns_of(hand.view().glass().end()) / 2));
            hand.rest();
        }
    }
    CHECK(shown > 3);
}

TEST_CASE("small and large windows draw within themselves", "[gui]") {
    Hand hand = crash(320, 240);
    for (const auto& [name, rect] : hand.view().hits().all()) {
        CAPTURE(name);
        CHECK(rect.max.x <= 330);
    }
    hand.resize(2560, 1440);
    CHECK(hand.sees("tab/Inspector"));
    hand.resize(64, 64);
    hand.resize(640, 3000);
    CHECK(hand.sees("tab/Cluster"));
}
