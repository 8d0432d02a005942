// Goal: clients enter at published ports and reach the backends their entry node has been told of;
// a dead backend costs them their timeout until the failure detector speaks. Method: daemons,
// clients and faults on a bare kernel.
#include <algorithm>
#include <map>

#include "swarm/agent/support.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

workload::ClientSpec steady(double rate, Duration start, Duration stop) {
    workload::ClientSpec spec;
    spec.name = "load";
    spec.service = "web";
    spec.arrivals = workload::ArrivalProcess::fixed;
    spec.rate = rate;
    spec.start = start;
    spec.stop = stop;
    return spec;
}

std::map<std::string, int> answered_by(const Cluster& c) {
    std::map<std::string, int> out;
    for (const Event& e : c.all(workload::events::request_ok)) ++out[std::string(c.name(e, 2))];
    return out;
}

}   // namespace

TEST_CASE("requests go round robin over every backend the entry node knows", "[mesh]") {
    Cluster c(4, {0});
    c.run_until(1s);
    for (std::size_t h = 1; h <= 3; ++h) c.assign(h, h, Cluster::published());
    auto& client = c.client(steady(100, 10s, 12'990ms), {0});
    c.run_until(20s);
    REQUIRE(client.totals().ok == 300);
    REQUIRE(client.totals().failed == 0);
    REQUIRE(answered_by(c) == std::map<std::string, int>{
                                  {"web.1.t1", 100}, {"web.2.t2", 100}, {"web.3.t3", 100}});
    // The client's leg is free; the other connects, asks and answers in 1 ms trips; 1 ms of work.
    const auto ok = c.all(workload::events::request_ok);
    REQUIRE(ok[0].fields[1].integer > 4'000'000);
    REQUIRE(ok[0].fields[1].integer < 5'100'000);
}

TEST_CASE("a backend on the entry node itself is in the same rotation", "[mesh]") {
    Cluster c(2, {0});
    c.run_until(1s);
    c.assign(0, 1, Cluster::published());
    c.assign(1, 2, Cluster::published());
    c.client(steady(100, 10s, 10'990ms), {0});
    c.run_until(20s);
    REQUIRE(answered_by(c) == std::map<std::string, int>{{"web.1.t1", 50}, {"web.2.t2", 50}});
}

TEST_CASE("without a backend a request is refused at once", "[mesh]") {
    Cluster c(2, {0});
    c.client(steady(10, 5s, 5'900ms), {0});
    c.run_until(10s);
    const auto failed = c.all(workload::events::request_failed);
    REQUIRE(failed.size() == 10);
    for (const Event& e : failed) {
        REQUIRE(c.name(e, 2) == "no backend");
        REQUIRE(e.fields[1].integer < 1'000'000);
    }
}

TEST_CASE("a container that does not listen yet refuses", "[mesh]") {
    Cluster c(2, {0});
    c.run_until(1s);
    auto slow = Cluster::published();
    slow->task.container.behaviour.start_time = 10s;
    c.assign(1, 1, slow);
    c.client(steady(10, 5s, 5'900ms), {0});
    c.run_until(8s);
    const auto failed = c.all(workload::events::request_failed);
    REQUIRE(failed.size() == 10);
    for (const Event& e : failed) REQUIRE(c.name(e, 2) == "refused");
    c.client(steady(10, 15s, 15'900ms), {0});
    c.run_until(20s);
    REQUIRE(c.all(workload::events::request_ok).size() == 10);
}

TEST_CASE("a dead entry node costs the timeout, caused by the fault", "[mesh]") {
    Cluster c(3, {0, 1});
    c.run_until(1s);
    c.assign(2, 1, Cluster::published());
    c.run_until(5s);
    c.kernel.power_off(Cluster::host(0), fault);
    c.client(steady(10, 6s, 6'900ms), {0, 1});
    c.run_until(10s);
    const auto failed = c.all(workload::events::request_failed);
    REQUIRE(failed.size() == 5);
    for (const Event& e : failed) {
        REQUIRE(c.name(e, 2) == "timeout");
        REQUIRE(c.name(e, 3) == "h0");
        REQUIRE(e.cause == fault);
        REQUIRE(e.fields[1].integer == 1'000'000'000);
    }
    REQUIRE(c.all(workload::events::request_ok).size() == 5);
}

TEST_CASE("a crashed backend costs timeouts until the entry node's detector fires", "[mesh]") {
    // Found by the next probe (mean 1 s, each peer about once a second), 1 s to be sure, suspicion
    // 4 s.
    const std::uint64_t seed = GENERATE(range(1, 9));
    Cluster c(4, {0}, Cluster::with_image_everywhere(), seed);
    c.run_until(1s);
    for (std::size_t h = 1; h <= 3; ++h) c.assign(h, h, Cluster::published());
    c.client(steady(50, 20s, 60s), {0});
    c.run_until(30s);
    c.kernel.power_off(Cluster::host(2), fault);
    c.run_until(70s);
    const auto removed = c.all(swarm::events::discovery_removed);
    REQUIRE(removed.size() == 1);
    REQUIRE(c.name(removed[0], 1) == "web.2.t2");
    REQUIRE(c.name(removed[0], 3) == "node failed");
    REQUIRE(removed[0].cause == fault);
    const std::int64_t detected = ms(removed[0].time) - 30'000;
    CAPTURE(detected);
    REQUIRE(detected >= 5'000);
    REQUIRE(detected <= 8'200);
    // A third of the requests in between met the dead node; none before, none after.
    const auto failed = c.all(workload::events::request_failed);
    REQUIRE(!failed.empty());
    const auto expected = static_cast<double>(detected) / 1000 * 50 / 3;
    REQUIRE(static_cast<double>(failed.size()) == Approx(expected).margin(2));
    for (const Event& e : failed) {
        REQUIRE(e.cause == fault);
        REQUIRE(c.name(e, 2) == "timeout");
        REQUIRE(ms(e.time) >= 30'000);
        REQUIRE(e.time <= removed[0].time + 1s);
    }
}

TEST_CASE("a service that is shut down loses no request", "[mesh]") {
    Cluster c(3, {0});
    c.run_until(1s);
    auto slow = Cluster::published();
    slow->task.container.behaviour.service_time = 200ms;
    c.assign(1, 1, slow);
    c.assign(2, 2, slow);
    auto& client = c.client(steady(10, 10s, 30s), {0});
    c.run_until(15s);
    c.want(1, 1, TaskState::shutdown);
    c.run_until(40s);
    REQUIRE(client.totals().failed == 0);
    REQUIRE(client.totals().started == client.totals().ok);
    const auto removed = c.all(swarm::events::discovery_removed);
    REQUIRE(removed.size() == 1);
    REQUIRE(c.name(removed[0], 3) == "left");
    REQUIRE(removed[0].time < at(15'700ms));
}

TEST_CASE("a partitioned backend is given up, and its records come back after the heal", "[mesh]") {
    Cluster c(4, {0});
    c.run_until(1s);
    c.assign(1, 1, Cluster::published());
    c.assign(2, 2, Cluster::published());
    c.run_until(10s);
    for (const std::size_t other : {0, 1, 3}) c.cut(2, other);
    c.run_until(30s);
    REQUIRE(c.all(swarm::events::discovery_removed).size() == 1);
    const auto before = c.all(swarm::events::discovery_added).size();
    for (const std::size_t other : {0, 1, 3}) c.heal(2, other);
    c.run_until(34s);
    const auto added = c.all(swarm::events::discovery_added);
    REQUIRE(added.size() == before + 1);
    REQUIRE(c.name(added.back(), 1) == "web.2.t2");
    REQUIRE(added.back().time < at(32'100ms));
}

TEST_CASE("a path cut between watcher and backend alone is bridged by indirect probes", "[mesh]") {
    Cluster c(6, {0});
    c.run_until(1s);
    c.assign(1, 1, Cluster::published());
    c.run_until(10s);
    c.cut(0, 1);
    c.run_until(60s);
    // Others vouch for it: it is not failed, and requests to it time out as they would.
    REQUIRE(c.all(swarm::events::discovery_removed).empty());
}

TEST_CASE("a node that reboots before anybody noticed takes its old records along", "[mesh]") {
    Cluster c(3, {0});
    c.run_until(1s);
    c.assign(1, 1, Cluster::published());
    c.run_until(10s);
    c.kernel.power_off(Cluster::host(1), fault);
    c.run_until(11s);
    c.kernel.power_on(Cluster::host(1));
    c.run_until(14s);
    const auto removed = c.all(swarm::events::discovery_removed);
    REQUIRE(removed.size() == 1);
    REQUIRE(c.name(removed[0], 3) == "left");
    REQUIRE(removed[0].time < at(12s));
}

TEST_CASE("a rebooted watcher gets its table back", "[mesh]") {
    const bool alone = GENERATE(true, false);
    Cluster c(5, alone ? std::vector<std::size_t>{0} : std::vector<std::size_t>{0, 4});
    c.run_until(1s);
    c.assign(1, 1, Cluster::published());
    c.assign(2, 2, Cluster::published());
    c.run_until(10s);
    c.kernel.power_off(Cluster::host(0), fault);
    c.run_until(20s);
    c.kernel.power_on(Cluster::host(0));
    c.run_until(24s);
    c.client(steady(10, 24s, 24'900ms), {0});
    c.run_until(30s);
    REQUIRE(answered_by(c) == std::map<std::string, int>{{"web.1.t1", 5}, {"web.2.t2", 5}});
}

TEST_CASE("records get through a network that loses every tenth packet", "[mesh]") {
    Cluster c(8, {0, 1, 2, 3});
    c.topology.set_path({.latency = 1ms, .bottleneck = gigabits(1), .loss_ppm = 100'000});
    c.run_until(2s);
    for (std::size_t h = 4; h < 8; ++h) c.assign(h, h, Cluster::published());
    c.run_until(120s);
    // Every watcher knows every backend, and none was given up for lost pings.
    REQUIRE(c.all(swarm::events::discovery_added).size() == 16);
    REQUIRE(c.all(swarm::events::discovery_removed).empty());
}

TEST_CASE("a client with retries is accounted for attempt by attempt", "[mesh][client]") {
    Cluster c(3, {0});
    c.run_until(1s);
    c.assign(1, 1, Cluster::published());
    c.assign(2, 2, Cluster::published());
    c.run_until(5s);
    c.kernel.power_off(Cluster::host(2), fault);
    auto spec = steady(10, 5s, 5'900ms);
    spec.retries = 1;
    spec.timeout = 200ms;
    auto& client = c.client(spec, {0});
    c.run_until(8s);
    const auto& totals = client.totals();
    REQUIRE(totals.started == 10);
    REQUIRE(totals.ok + totals.failed == 10);
    REQUIRE(totals.retried > 0);
    const auto retried = c.all(workload::events::request_retried);
    REQUIRE(retried.size() == totals.retried);
    for (const Event& e : retried) {
        REQUIRE(c.name(e, 1) == "timeout");
        REQUIRE(c.name(e, 2) == "web.2.t2");
        REQUIRE(e.cause == fault);
    }
    std::int64_t attempts = 0;
    for (const Event& e : c.all(workload::events::request_ok)) attempts += e.fields[4].integer;
    for (const Event& e : c.all(workload::events::request_failed)) attempts += e.fields[4].integer;
    REQUIRE(attempts == static_cast<std::int64_t>(totals.started + totals.retried));
}

// --- Host mode, hops, kept connections -----------------------------------------------------------

namespace {

std::shared_ptr<swarm::ServiceSpec> on_its_host() {
    auto spec = Cluster::published();
    spec->ports.front().mode = swarm::PublishMode::host;
    return spec;
}

/// Answered requests whose backend is not on the node that was entered ("web.3.t3" is on h3).
int extra_hops(const Cluster& c) {
    int out = 0;
    for (const Event& e : c.all(workload::events::request_ok)) {
        out += c.name(e, 2)[4] == c.name(e, 3)[1] ? 0 : 1;
    }
    return out;
}

}   // namespace

TEST_CASE("two tasks on five nodes: the mesh answers everywhere, four of five by a hop", "[mesh]") {
    Cluster c(5, {0, 1, 2, 3, 4});
    c.run_until(1s);
    c.assign(1, 1, Cluster::published());
    c.assign(3, 3, Cluster::published());
    auto& client = c.client(steady(100, 10s, 19'990ms), {0, 1, 2, 3, 4});
    c.run_until(30s);
    REQUIRE(client.totals().ok == 1000);
    // Two of five entries have a task, and each of those is its own pointer's turn half the time.
    REQUIRE(extra_hops(c) == 800);
}

TEST_CASE("in host mode only the nodes with a task answer, and none needs a hop", "[mesh]") {
    Cluster c(5);   // Nobody watches: a node's own port needs no gossip.
    c.run_until(1s);
    c.assign(1, 1, on_its_host());
    c.assign(3, 3, on_its_host());
    auto& client = c.client(steady(100, 10s, 19'990ms), {0, 1, 2, 3, 4});
    c.run_until(30s);
    REQUIRE(client.totals().ok == 400);
    REQUIRE(client.totals().failed == 600);
    REQUIRE(extra_hops(c) == 0);
}

TEST_CASE("a kept connection has one backend, and another only after that has ended", "[mesh]") {
    Cluster c(4, {0});
    c.run_until(1s);
    for (std::size_t h = 1; h <= 3; ++h) c.assign(h, h, Cluster::published());
    auto spec = steady(10, 10s, 39'900ms);
    spec.keep_alive = true;
    auto& client = c.client(spec, {0});
    c.run_until(20'050ms);   // Between two requests, and so will be the end of the container.
    REQUIRE(answered_by(c).size() == 1);
    const std::string first = answered_by(c).begin()->first;
    const std::size_t host = static_cast<std::size_t>(first[4] - '0');
    // Weight 0: what is established goes on until the container stops.
    c.want(host, host, TaskState::shutdown);
    c.run_until(50s);
    REQUIRE(client.totals().ok == 300);
    REQUIRE(client.totals().failed == 0);
    REQUIRE(answered_by(c).size() == 2);
    const auto closed = c.all(workload::events::connection_closed);
    REQUIRE(closed.size() == 1);
    REQUIRE(c.name(closed[0], 1) == first);
    REQUIRE(c.name(closed[0], 3) == "closed by the other end");
    REQUIRE(closed[0].time > at(22s));   // It drained for 2 s first.
    REQUIRE(c.all(workload::events::connection_opened).size() == 2);
}

TEST_CASE("a kept connection to a host that lost power fails once, then there is a new one",
          "[mesh]") {
    Cluster c(4, {0});
    c.run_until(1s);
    for (std::size_t h = 1; h <= 3; ++h) c.assign(h, h, Cluster::published());
    auto spec = steady(1, 10s, 39s);
    spec.keep_alive = true;
    spec.timeout = 500ms;
    auto& client = c.client(spec, {0});
    c.run_until(15'500ms);
    const std::string first = answered_by(c).begin()->first;
    c.kernel.power_off(Cluster::host(static_cast<std::size_t>(first[4] - '0')), fault);
    c.run_until(50s);
    // The pointer moves on: the next connection gets a live backend and keeps it.
    REQUIRE(client.totals().failed == 1);
    REQUIRE(client.totals().ok == 29);
    REQUIRE(answered_by(c).size() == 2);
    REQUIRE(c.all(workload::events::request_failed)[0].cause == fault);
}
