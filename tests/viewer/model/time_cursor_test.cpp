// Goal: scrubbing, zooming and panning never leave the recording. Method: plain numbers, no window.
#include "viewer/model/time_cursor.h"

#include <catch2/catch.hpp>

using namespace glasshive;
using viewer::TimeCursor;

namespace {
Time at(std::int64_t seconds) { return Time{std::chrono::seconds{seconds}}; }
}   // namespace

TEST_CASE("zooming keeps what is under the mouse", "[viewer][time]") {
    TimeCursor cursor{at(100)};
    cursor.zoom(0.5, 250, 1000);   // The mouse is at second 25.
    CHECK(cursor.time_at(250, 1000) == at(25));
    CHECK(cursor.to() - cursor.from() == std::chrono::seconds{50});
    CHECK(cursor.pixel_of(at(25), 1000) == Approx(250));
}

TEST_CASE("no zoom or pan leaves the recording", "[viewer][time]") {
    for (const Time end : {Time{}, at(100), Time::max()}) {
        TimeCursor cursor{end};
        for (const double factor : {1e-30, 0.3, 1e30, 0.0, -1.0, 7.0}) {
            cursor.zoom(factor, 900, 1000);
            for (const double pixels : {1e30, -300.0, -1e30, 5e5}) {
                cursor.pan(pixels, 1000);
                CHECK(cursor.from() >= Time{});
                CHECK(cursor.to() > cursor.from());
                CHECK(cursor.to() <= std::max(end, Time{Duration{1}}));
            }
        }
    }
}

TEST_CASE("the span follows an instant that would leave it", "[viewer][time]") {
    TimeCursor cursor{at(100)};
    cursor.zoom(0.1, 0, 1000);   // Seconds 0 to 10.
    cursor.seek(at(40));
    CHECK(cursor.from() == at(30));
    cursor.seek(at(5));
    CHECK(cursor.from() == at(5));
    cursor.seek(at(1000));
    CHECK(cursor.at() == at(100));
}

TEST_CASE("a growing recording is followed only by who watches its end", "[viewer][time]") {
    TimeCursor live{at(10)};
    live.grow(at(20));
    CHECK(live.at() == at(20));
    CHECK(live.to() == at(20));
    TimeCursor looking_back{at(10)};
    looking_back.seek(at(3));
    looking_back.zoom(0.5, 0, 1000);
    looking_back.grow(at(20));
    CHECK(looking_back.at() == at(3));
    CHECK(looking_back.to() == at(5));
}

TEST_CASE("buckets are at least a pixel wide", "[viewer][time]") {
    CHECK(TimeCursor{at(1)}.level(1000) == 0);    // 1 ms a pixel, buckets of 1 ms.
    CHECK(TimeCursor{at(2)}.level(1000) == 1);    // 2 ms a pixel, buckets of 8 ms.
    CHECK(TimeCursor{at(64)}.level(1000) == 2);   // 64 ms a pixel.
    CHECK(TimeCursor{Time::max()}.level(10) == 11);
}
