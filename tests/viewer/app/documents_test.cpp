// Goal: the Store panel's changes and revisions can be chosen, filtered and read at any size.
// Method: a shipped story with a conflict, and a hand.
#include <catch2/catch.hpp>

#include <GLFW/glfw3.h>

#include "viewer/app/hand.h"
#include "viewer/model/store_rows.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

Hand hand_at(double seconds, const std::string& select = "", int width = 1280, int height = 720) {
    return Hand({.file = recording_of("59_split_brain"),
                 .at = time_of_ns(static_cast<std::int64_t>(seconds * 1e9)),
                 .select = select,
                 .panel = "Store"},
                width, height);
}

std::string selected(Hand& hand) {
    return std::string(hand.view().glass().text(hand.view().selection().subject));
}

std::vector<std::string> named(Hand& hand, const std::string& start) {
    std::vector<std::string> found;
    for (const auto& [name, rect] : hand.view().hits().all()) {
        if (name.compare(0, start.size(), start) == 0) found.push_back(name);
    }
    return found;
}

}   // namespace

TEST_CASE("a document that is selected is drawn with its revisions", "[gui][store]") {
    Hand hand = hand_at(150, "orders/cart");
    CHECK(named(hand, "Store/revision ").size() == 4);   // 1, 2 and 3 of Sydney, 2 of Berlin.
    CHECK(hand.sees("Store/revision 3-b8e80f8f26365ef881c5008ff61a8898"));
    hand.hover("Store/revision 2-a7d1ab611b3ef4da266e8ed1e3ce87ae");
    hand.click("Store/revision 2-a7d1ab611b3ef4da266e8ed1e3ce87ae");
    CHECK(selected(hand) == "orders/cart");
    const EventId event = hand.view().selection().event;
    const auto lines = hand.view().glass().lines(number_of(event), number_of(event));
    REQUIRE(lines.ok());
    CHECK(lines.value().front().kind == "db.revision");
    CHECK(lines.value().front().details.find("2-a7d1ab611b3e") != std::string::npos);
}

TEST_CASE("a change chooses its document, twice its instant", "[gui][store]") {
    Hand hand = hand_at(150);
    CHECK_FALSE(hand.sees("Store/filter changes"));
    hand.click("Store/Documents");
    hand.rest();
    const auto changes = named(hand, "Store/change #");
    CHECK(changes.size() >= 14);
    hand.click("Store/filter changes");
    hand.type("note deleted");
    hand.rest();
    CHECK(named(hand, "Store/change #").size() == 3);   // Berlin's deletion, on each node.
    hand.click(named(hand, "Store/change #").front());
    CHECK(selected(hand) == "orders/note");
    CHECK(hand.view().selection().playhead == Time{} + std::chrono::seconds{150});
    hand.press(GLFW_KEY_ESCAPE);
    hand.rest();
}

TEST_CASE("a request leads to its document at that instant", "[gui][store]") {
    Hand hand = hand_at(100);
    const auto writes = named(hand, "Store/write ");
    REQUIRE_FALSE(writes.empty());
    hand.click(writes.front());
    hand.rest();
    CHECK(selected(hand).compare(0, 7, "orders/") == 0);
    CHECK_FALSE(named(hand, "Store/revision ").empty());
    CHECK(hand.view().selection().playhead < Time{} + std::chrono::seconds{100});
    hand.click("Store/Copies");
    hand.rest();
    CHECK(named(hand, "Store/revision ").empty());
}

TEST_CASE("copies that agree do not lag, however they counted", "[store]") {
    auto glass = Glass::open(recording_of("59_split_brain"));
    REQUIRE(glass.ok());
    const auto behind = [&](int seconds) {
        const Time at = Time{} + std::chrono::seconds{seconds};
        const auto state = glass.value().state_at(at);
        REQUIRE(state.ok());
        const StoreNow now = store_of({at, EventId{}, *state.value(), {}}, glass.value());
        return now.databases.front().behind;   // Of "orders".
    };
    CHECK(behind(100) > 0);
    CHECK(behind(150) == 0);
}

TEST_CASE("revisions and changes stay within any room", "[gui][store]") {
    for (const auto& [width, height] : {std::pair{320, 240}, {700, 300}, {420, 700}, {64, 64}}) {
        Hand hand = hand_at(150, "orders/cart", width, height);
        hand.rest();
        hand.wheel({static_cast<float>(width) / 2, static_cast<float>(height) / 2}, -3);
        for (const auto& [name, rect] : hand.view().hits().all()) {
            CAPTURE(name, width, height);
            CHECK(rect.min.x < static_cast<float>(width));
        }
    }
    Hand before = hand_at(0, "orders/cart");   // Nothing is written yet.
    before.rest();
    CHECK(named(before, "Store/revision ").empty());
}
