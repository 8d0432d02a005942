// Goal: streams behave as TCP does: a handshake, order, retransmission, and an end that is told.
// Method: probes on two hosts, 1 ms and 1 Gbps apart, write down what they hear and when.
#include <catch2/catch.hpp>

#include "kernel/support.h"

using namespace glasshive;
using namespace glasshive::test;
using namespace std::chrono_literals;

TEST_CASE("a stream pays its handshake once and keeps its order", "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), channel, {.a = 1, .size = Bytes{125'000}});   // 1 ms of wire.
    b.kernel.send(b.process(0), channel, {.a = 2, .size = Bytes{0}});
    b.run_for(1s);
    // Two hops of handshake, or latency + size: whichever is later; the second never overtakes.
    REQUIRE(b.heard(1) == Heard{"0.002000 message 1", "0.002000 message 2"});
}

TEST_CASE("a short cut costs a stream its retransmission timeout, nothing else",
          "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.run_for(10ms);
    b.topology.cut(b.host(0), b.host(1));
    b.kernel.send(b.process(0), channel, {.a = 1, .size = Bytes{0}});
    b.run_for(100ms);
    b.topology.heal(b.host(0), b.host(1));
    b.kernel.send(b.process(0), channel, {.a = 2, .size = Bytes{0}});
    b.run_for(1s);
    REQUIRE(b.heard(1) == Heard{"0.211000 message 1", "0.211000 message 2"});
    REQUIRE(b.log.count(kernel::events::message_stalled) == 1);
    REQUIRE(b.log.count(kernel::events::message_resumed) == 1);
}

TEST_CASE("a stream that nobody answered yet needs the way back, too", "[kernel][stream]") {
    Bench b(2);
    const ChannelId known = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), known, {.a = 1, .size = Bytes{0}});
    b.run_for(10ms);
    b.topology.cut(b.host(1), b.host(0));   // SYN-ACKs are lost, what is said meanwhile is not.
    b.kernel.send(b.process(0), known, {.a = 2, .size = Bytes{0}});
    const ChannelId fresh = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), fresh, {.a = 3, .size = Bytes{0}});
    b.run_for(100ms);
    REQUIRE(b.heard(1) == Heard{"0.002000 message 1", "0.011000 message 2"});
    b.topology.heal(b.host(1), b.host(0));
    b.run_for(1s);
    REQUIRE(b.heard(1).back() == "0.211000 message 3");
}

TEST_CASE("a host that rebooted between two retries has forgotten what it would send again",
          "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.run_for(10ms);
    b.topology.cut(b.host(0), b.host(1));
    b.kernel.send(b.process(0), channel, {.a = 1, .size = Bytes{0}});
    b.run_for(300ms);   // Sent again once already; next after 400 ms.
    b.kernel.power_off(b.host(0), EventId{5});
    b.kernel.power_on(b.host(0));
    b.topology.heal(b.host(0), b.host(1));
    b.run_for(5s);
    REQUIRE(b.log.count(kernel::events::message_resumed) == 0);
    for (const std::string& line : b.heard(1)) CHECK(line.find("message 1") == std::string::npos);
    const kernel::TrafficTotals all = b.kernel.traffic();
    REQUIRE(all.sent == all.received + all.lost + all.in_flight);
    REQUIRE(all.in_flight == 0);
}

TEST_CASE(
    "a message in flight when its path is cut is retransmitted even if the path heals at once",
    "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.run_for(10ms);
    b.kernel.send(b.process(0), channel, {.a = 1, .size = Bytes{0}});
    b.topology.cut(b.host(0), b.host(1));
    b.topology.heal(b.host(0), b.host(1));
    b.run_for(1s);
    REQUIRE(b.heard(1) == Heard{"0.212000 message 1"});   // 11 ms: lost; 211 ms: sent again.
}

TEST_CASE("TCP gives a silent peer up after about 924 seconds", "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), channel, {.a = 1});
    b.run_for(1s);
    b.kernel.power_off(b.host(1), EventId{5});
    b.kernel.send(b.process(0), channel, {.a = 2});
    b.run_for(1100s);
    REQUIRE(b.heard(0).size() == 1);
    // Retries at 0.2, 0.6, 1.4, … 120 s apart in the end: the first at or after 924.6 s gives up.
    REQUIRE(b.heard(0)[0].find("closed timed_out") != std::string::npos);
    const double at = std::stod(b.heard(0)[0]);
    REQUIRE(at >= 925.6);
    REQUIRE(at <= 925.6 + 120);
}

TEST_CASE("a peer that rebooted answers an old stream with a reset", "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), channel, {.a = 1});
    b.run_for(1s);
    b.kernel.power_off(b.host(1), EventId{5});
    b.run_for(1s);
    b.kernel.power_on(b.host(1));
    b.kernel.send(b.process(0), channel, {.a = 2, .size = Bytes{0}});
    b.run_for(1s);
    REQUIRE(b.heard(0) == Heard{"2.002000 closed reset"});
    REQUIRE_FALSE(b.kernel.is_open(channel));
}

TEST_CASE("nobody listens: refused after a round trip", "[kernel][stream]") {
    Bench b(2);
    b.kernel.kill(b.process(1), EventId{5});
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), channel, {.a = 1, .size = Bytes{0}});
    b.run_for(1s);
    REQUIRE(b.heard(0) == Heard{"0.003000 closed refused"});
}

TEST_CASE("closing reaches the peer after what was sent before", "[kernel][stream]") {
    Bench b(2);
    const ChannelId channel = b.kernel.connect(b.process(0), b.process(1));
    b.kernel.send(b.process(0), channel, {.a = 1, .size = Bytes{1'250'000}});
    b.kernel.close(b.process(0), channel);
    b.run_for(1s);
    REQUIRE(b.heard(1) == Heard{"0.011000 message 1", "0.011000 closed reset"});
    REQUIRE(b.heard(0).empty());
}
