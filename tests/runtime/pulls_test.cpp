// Goal: images reach a host once, survive trouble, and fail in the engine's ways. Method: a
// registry, one engine, and a network that a test spoils.
#include "runtime/support.h"

using namespace glasshive;
using namespace glasshive::test;
using runtime::with_tag;

TEST_CASE("an image name without a tag means latest", "[runtime][pulls]") {
    REQUIRE(with_tag("nginx") == "nginx:latest");
    REQUIRE(with_tag("nginx:1.27") == "nginx:1.27");
    REQUIRE(with_tag("reg.example:5000/shop/web") == "reg.example:5000/shop/web:latest");
    REQUIRE(with_tag("web@sha256:aa") == "web@sha256:aa");
}

TEST_CASE("requesters of one image share one pull", "[runtime][pulls]") {
    EngineBench b;
    const NameId web = b.image("web");
    REQUIRE(!b.pulls().present(web));
    b.pulls().request(web);
    b.run_until(100ms);
    b.pulls().request(web);
    b.run_until(10s);
    REQUIRE(b.pulls().present(web));
    REQUIRE(b.log.count(kernel::events::flow_started) == 1);
    // Connecting and asking take a few one-way trips of 1 ms; then 50 MB at 1 Gbps.
    REQUIRE(b.host.heard.size() == 1);
    REQUIRE(b.host.ended >= Time{} + 403ms);
    REQUIRE(b.host.ended <= Time{} + 406ms);
    const auto pulled = b.all(runtime::events::image_pulled);
    REQUIRE(pulled.size() == 1);
    REQUIRE(pulled[0].fields[2].integer == 50'000'000);
}

TEST_CASE("at most three images download at a time", "[runtime][pulls]") {
    EngineBench b;
    for (const char* name : {"a", "b", "c", "d"}) b.pulls().request(b.image(name));
    b.run_until(200ms);
    REQUIRE(b.log.count(runtime::events::image_pull_started) == 3);
    b.run_until(2s);
    REQUIRE(b.log.count(runtime::events::image_pulled) == 4);
    // The fourth waited for the first to end.
    REQUIRE(b.host.ended >= Time{} + 803ms);
    REQUIRE(b.host.ended <= Time{} + 807ms);
}

TEST_CASE("a download the registry's reboot broke is tried again after five seconds",
          "[runtime][pulls]") {
    EngineBench b;
    b.pulls().request(b.image("web"));
    b.run_until(100ms);
    b.kernel.power_off(HostId{0}, EventId{99});
    b.run_until(30s);
    REQUIRE(b.host.heard.empty());   // A silent registry only stalls what is under way.
    b.kernel.power_on(HostId{0});
    b.run_until(60s);
    REQUIRE(b.host.heard.size() == 1);
    REQUIRE(b.host.ended >= Time{} + 35'401ms);
    REQUIRE(b.host.ended < Time{} + 35'402ms);
    const auto failed = b.all(runtime::events::image_pull_failed);
    REQUIRE(failed.size() == 1);
    REQUIRE(b.names.text(NameId{static_cast<std::uint32_t>(failed[0].fields[2].integer)}) ==
            "reset");
    REQUIRE(failed[0].fields[3].integer == 1);
}

TEST_CASE("a download fails for good after five attempts", "[runtime][pulls]") {
    EngineBench b;
    b.pulls().request(b.image("web"));
    // Waits of 5, 10, 15 and 20 s lie between the attempts.
    for (const Duration at : {100ms, 5'200ms, 15'400ms, 30'600ms, 50'800ms}) {
        b.run_until(at);
        b.kernel.power_off(HostId{0}, EventId{99});
        b.kernel.power_on(HostId{0});
    }
    b.run_until(200s);
    const auto failed = b.all(runtime::events::image_pull_failed);
    REQUIRE(failed.size() == 5);
    REQUIRE(failed.back().fields[3].integer == 5);
    REQUIRE(b.host.heard == Heard{"50.800 web:latest missing"});
    REQUIRE(!b.pulls().present(b.image("web")));
}

TEST_CASE("a registry that is silent, unknown or does not have the image ends the pull",
          "[runtime][pulls]") {
    SECTION("silent: the engine waits 30 s for the manifest") {
        EngineBench b;
        b.kernel.power_off(HostId{0}, EventId{99});
        b.pulls().request(b.image("web"));
        b.run_until(60s);
        REQUIRE(b.host.heard == Heard{"30.000 web:latest missing"});
        REQUIRE(b.all(runtime::events::image_pull_failed)[0].cause == EventId{99});
    }
    SECTION("no registry at all") {
        EngineBench b({}, false);
        b.pulls().request(b.image("web"));
        b.run_until(1s);
        REQUIRE(b.host.heard == Heard{"0.000 web:latest missing"});
    }
    SECTION("not listed") {
        runtime::RegistrySpec strict;
        strict.missing_is_error = true;
        strict.images.push_back({.name = "web"});
        EngineBench b(strict);
        b.pulls().request(b.image("api"));
        b.pulls().request(b.image("web"));
        b.run_until(5s);
        REQUIRE(b.host.heard.size() == 2);
        REQUIRE(b.host.heard[0].substr(6) == "api:latest missing");
        REQUIRE(b.host.heard[1].substr(6) == "web:latest pulled");
    }
}

TEST_CASE("images present before the run are known by host", "[runtime][pulls]") {
    runtime::RegistrySpec spec;
    spec.images.push_back({.name = "here", .present_on = {"h1"}});
    spec.images.push_back({.name = "there", .present_on = {"h0"}});
    spec.images.push_back({.name = "all", .present_on = {"*"}});
    EngineBench b(spec);
    REQUIRE(b.pulls().present(b.image("here")));
    REQUIRE(!b.pulls().present(b.image("there")));
    REQUIRE(b.pulls().present(b.image("all")));
}

TEST_CASE("the last requester to leave cancels the pull; a reboot keeps finished images",
          "[runtime][pulls]") {
    EngineBench b;
    b.pulls().request(b.image("web"));
    b.pulls().request(b.image("web"));
    b.run_until(100ms);
    b.pulls().release(b.image("web"));
    REQUIRE(b.log.count(runtime::events::image_pull_failed) == 0);
    b.pulls().release(b.image("web"));
    b.run_until(1s);
    REQUIRE(b.log.count(runtime::events::image_pull_failed) == 1);
    REQUIRE(b.host.heard.empty());
    b.pulls().request(b.image("api"));
    b.run_until(3s);
    b.kernel.power_off(HostId{1}, EventId{99});
    b.kernel.power_on(HostId{1});
    REQUIRE(b.pulls().present(b.image("api")));
    REQUIRE(!b.pulls().present(b.image("web")));
}
