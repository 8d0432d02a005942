// Goal: an image takes the disk's time and room, and a disk without room ends like the engine's.
// Method: one engine with a disk that a test slows, fills and frees.
#include "runtime/support.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {
/// The default image: 50 MB, on the wire for 0.4 s at 1 Gbps and a few trips of 1 ms.
constexpr Duration on_the_wire = 403ms;
constexpr Duration trips = 4ms;

std::string_view reason(const EngineBench& b, const Event& e) {
    return b.names.text(NameId{static_cast<std::uint32_t>(e.fields[2].integer)});
}
}   // namespace

TEST_CASE("what was downloaded is written to the disk before the image is there",
          "[runtime][disk]") {
    EngineBench b;
    b.host.machine.bytes_per_second = 25'000'000;
    b.pulls().request(b.image("web"));
    b.run_until(1s);
    REQUIRE(!b.pulls().present(b.image("web")));
    b.run_until(10s);
    REQUIRE(b.pulls().present(b.image("web")));
    REQUIRE(b.host.ended >= Time{} + on_the_wire + 2s);
    REQUIRE(b.host.ended <= Time{} + on_the_wire + trips + 2s);
    // image.pulled says how long the whole took.
    const auto pulled = b.all(runtime::events::image_pulled);
    REQUIRE(Duration{pulled[0].fields[3].integer} == b.host.ended - Time{});
}

TEST_CASE("images that are written at the same time share the disk", "[runtime][disk]") {
    EngineBench b;
    b.host.machine.bytes_per_second = 25'000'000;
    b.pulls().request(b.image("a"));
    b.pulls().request(b.image("b"));
    b.run_until(20s);
    // Both came down together, then 100 MB at 25 MB/s.
    REQUIRE(b.host.heard.size() == 2);
    REQUIRE(b.host.ended >= Time{} + 4s + on_the_wire);
    REQUIRE(b.host.ended <= Time{} + 4s + 2 * on_the_wire + trips);
}

TEST_CASE("a disk without room breaks the download; freed in time, a later attempt succeeds",
          "[runtime][disk]") {
    EngineBench b;
    b.host.machine.room = {10'000'000};
    b.host.machine.filler = EventId{99};
    b.pulls().request(b.image("web"));
    b.run_until(1s);
    const auto failed = b.all(runtime::events::image_pull_failed);
    REQUIRE(failed.size() == 1);
    REQUIRE(reason(b, failed[0]) == "no space left on device");
    REQUIRE(failed[0].cause == EventId{99});
    b.host.machine.room = {60'000'000};
    b.run_until(10s);
    REQUIRE(b.pulls().present(b.image("web")));
    REQUIRE(b.host.ended >= Time{} + 5s + on_the_wire - trips);   // Wait of 5 s, no new manifest.
    REQUIRE(b.host.ended <= Time{} + 5s + on_the_wire + trips);
    REQUIRE(b.host.machine.room == Bytes{10'000'000});   // The image stays on it.
}

TEST_CASE("a disk that stays full ends the pull after five attempts", "[runtime][disk]") {
    EngineBench b;
    b.host.machine.room = {};
    b.pulls().request(b.image("web"));
    b.run_until(100s);
    REQUIRE(b.log.count(runtime::events::image_pull_failed) == 5);
    REQUIRE(b.log.count(kernel::events::flow_started) == 0);
    REQUIRE(b.host.heard.size() == 1);
    REQUIRE(b.host.heard[0] == "50.003 web:latest missing");   // 5 + 10 + 15 + 20 s of waiting.
}

TEST_CASE("what was half-written takes no room once its pull is gone", "[runtime][disk]") {
    EngineBench b;
    b.host.machine.bytes_per_second = 25'000'000;
    b.host.machine.room = {60'000'000};
    b.pulls().request(b.image("web"));
    SECTION("given up while it came down") { b.run_until(200ms); }
    SECTION("given up while it was written") { b.run_until(1s); }
    REQUIRE(b.host.machine.room == Bytes{10'000'000});
    b.pulls().release(b.image("web"));
    REQUIRE(b.host.machine.room == Bytes{60'000'000});
    REQUIRE(b.log.count(runtime::events::image_pull_failed) == 1);
    b.run_until(10s);
    REQUIRE(b.host.heard.empty());
    REQUIRE(!b.pulls().present(b.image("web")));

    // A host that loses power in the middle of it forgets it too.
    b.pulls().request(b.image("web"));
    b.run_until(11s);
    b.kernel.power_off(HostId{1}, EventId{99});
    REQUIRE(b.host.machine.room == Bytes{60'000'000});
    b.kernel.power_on(HostId{1});
    b.run_until(60s);
    REQUIRE(!b.pulls().present(b.image("web")));
}
