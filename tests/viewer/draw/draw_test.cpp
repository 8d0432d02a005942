// Goal: axes have round numbers, lists of any length know their rows, the glossary is complete.
// Method: pure functions, no window.
#include <catch2/catch.hpp>

#include "viewer/draw/axis.h"
#include "viewer/draw/glossary.h"

using namespace glasshive::viewer;

TEST_CASE("ticks are round, within the axis, and never too many", "[axis]") {
    CHECK(ticks(0, 180, 8) == std::vector<double>{0, 50, 100, 150});
    const auto fine = ticks(12.3, 12.4, 5);
    REQUIRE(fine.size() >= 3);
    CHECK(fine.front() >= 12.3 - 1e-9);
    CHECK(fine.back() <= 12.4 + 1e-9);
    CHECK(ticks(5, 5, 3).empty());
    CHECK(ticks(6, 5, 3).empty());
    CHECK(ticks(0, 1, 0).empty());
    CHECK(ticks(0, 1e300 * 1e300, 5).empty());
    CHECK(tick_text(12.5, 0.5) == "12.5");
    CHECK(tick_text(50, 10) == "50");
    CHECK(tick_text(-0.0, 1) == "0");
}

TEST_CASE("numbers are told in few letters", "[axis]") {
    CHECK(short_number(950) == "950");
    CHECK(short_number(12'500) == "12.5k");
    CHECK(short_number(3.2e6) == "3.2M");
    CHECK(short_number(0) == "0");
    CHECK(short_number(0.25) == "0.25");
}

TEST_CASE("a list of a billion rows shows the ones that are on the screen", "[scroll]") {
    Scroll scroll;
    const Rect seen{{0, 100}, {200, 300}};
    scroll_to(scroll, 999'999'999, 20, seen.height());
    const RowsSeen rows = rows_seen(scroll, seen, 20, 1'000'000'000);
    CHECK(rows.last == 1'000'000'000);
    CHECK(rows.first == 999'999'990);
    CHECK(rows.y == Approx(100));
    scroll_to(scroll, 999'999'995, 20, seen.height());   // It is seen already: nothing moves.
    CHECK(rows_seen(scroll, seen, 20, 1'000'000'000).first == 999'999'990);
    scroll_to(scroll, 3, 20, seen.height());
    CHECK(rows_seen(scroll, seen, 20, 1'000'000'000).first == 3);
    CHECK(rows_seen(Scroll{}, seen, 20, 0).last == 0);
    CHECK(rows_seen(Scroll{}, seen, 20, 3).last == 3);
}

TEST_CASE("the glossary knows the words that panels use", "[glossary]") {
    CHECK(meaning_of("manager") == "a node that keeps the swarm's state and decides");
    CHECK(meaning_of("Managers") == meaning_of("manager"));
    CHECK(meaning_of("rack") == meaning_of("zone"));
    CHECK(meaning_of("slot").substr(0, 18) == "a replica's number");
    CHECK(meaning_of("no such word").empty());
    CHECK(meaning_of("").empty());
    CHECK(glossary().size() > 40);
    for (const char* word : {"host", "node", "task", "service", "fault", "container", "link"}) {
        CAPTURE(word);
        CHECK_FALSE(meaning_of(word).empty());
    }
    for (const GlossaryEntry& entry : glossary()) {
        CAPTURE(entry.term);
        CHECK(entry.meaning.find("**") == std::string_view::npos);
        CHECK_FALSE(entry.meaning.empty());
    }
}
