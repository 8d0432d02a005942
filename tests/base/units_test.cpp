// Goal: quantities convert and print as a person would write them. Method: tables.
#include <catch2/catch.hpp>

#include "base/result.h"
#include "base/units.h"

using namespace glasshive;
using namespace std::chrono_literals;

TEST_CASE("a transfer is rounded up to a whole nanosecond, never down", "[base][units]") {
    REQUIRE(transfer_time(Bytes{125'000'000}, gigabits(1)) == 1s);
    REQUIRE(transfer_time(Bytes{1}, gigabits(1)) == 8ns);
    REQUIRE(transfer_time(Bytes{1}, Bandwidth{3}) == Duration{2'666'666'667});
    REQUIRE(transfer_time(Bytes{0}, Bandwidth{1}) == 0ns);
}

TEST_CASE("a transfer too long for the clock saturates instead of wrapping", "[base][units]") {
    REQUIRE(transfer_time(Bytes{std::int64_t{1} << 62}, Bandwidth{1}) == Duration::max());
    REQUIRE(transfer_time(Bytes{std::int64_t{1} << 40}, gigabits(8)) ==
            Duration{1'099'511'627'776});
}

TEST_CASE("durations print in the largest unit that reads well", "[base][units]") {
    struct Row { Duration value; const char* text; };
    const Row row = GENERATE(values<Row>({
        {0ns, "0s"}, {999ns, "999ns"}, {1500ns, "1.5us"}, {250ms, "250ms"}, {12'500ms, "12.5s"},
        {90s, "1m30s"}, {3723s, "1h2m3s"}, {-5s, "-5s"}, {3600s, "1h"},
    }));
    REQUIRE(to_text(row.value) == row.text);
}

TEST_CASE("the nearest name is offered only when it is near", "[base][diagnostic]") {
    const std::vector<std::string> keys{"replicas", "resources", "restart_policy", "image"};
    REQUIRE(nearest("replcias", keys) == "replicas");
    REQUIRE(nearest("imgae", keys) == "image");
    REQUIRE(nearest("volumes", keys).empty());
    REQUIRE(nearest(std::string(1000, 'x'), keys).empty());
}
