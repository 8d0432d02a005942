// Goal: a service's tasks find and reach what shares a network with them, and nothing else; who has
// a name, an address or a connection learns of a death in its own time. Method: daemons on a bare
// kernel, tasks assigned by hand, one client per pair of services.
#include <map>

#include "swarm/agent/support.h"

using namespace glasshive;
using namespace glasshive::test;
using workload::Addressing;

namespace {

using Spec = std::shared_ptr<swarm::ServiceSpec>;

Spec on(const std::string& name, const std::vector<std::string>& networks,
        swarm::EndpointMode mode = swarm::EndpointMode::vip) {
    auto spec = Cluster::service();
    spec->name = name;
    spec->endpoint_mode = mode;
    for (const std::string& network : networks) {
        spec->task.networks.push_back({.network = network, .aliases = {}});
    }
    return spec;
}

workload::ClientSpec calls(const std::string& from, const std::string& to, double rate,
                           Duration start, Duration stop) {
    workload::ClientSpec spec;
    spec.name = from + "-to-" + to;
    spec.service = to;
    spec.from_service = from;
    spec.arrivals = workload::ArrivalProcess::fixed;
    spec.rate = rate;
    spec.start = start;
    spec.stop = stop;
    return spec;
}

/// A caller "shop" on h0, and a service "web" of four tasks on h1..h4.
struct Shop : Cluster {
    explicit Shop(swarm::EndpointMode mode)
        : Cluster(5, {0, 1, 2, 3, 4}), web(on("web", {"n"}, mode)) {}
    workload::Client& open(const workload::ClientSpec& spec) {
        auto& made = client(spec, {0, 1, 2, 3, 4});
        run_until(1s);
        assign(0, 9, on("shop", {"n"}));
        for (std::size_t h = 1; h <= 4; ++h) assign(h, h, web);
        return made;
    }
    std::map<std::string, int> answered_by() const {
        std::map<std::string, int> out;
        for (const Event& e : all(workload::events::request_ok)) ++out[std::string(name(e, 2))];
        return out;
    }
    /// The host of the task that answered first.
    HostId first_host() const {
        return host(static_cast<std::size_t>(answered_by().begin()->first[4] - '0'));
    }
    Spec web;
};

}   // namespace

TEST_CASE("who shares no network has neither the name nor a way to the address", "[calls]") {
    struct Row { const char* from; const char* to; Addressing by; const char* outcome; };
    const Row row = GENERATE(values<Row>({
        {"web", "api", Addressing::name, "ok"},
        {"web", "api", Addressing::tasks, "ok"},
        {"web", "api", Addressing::address, "ok"},
        {"api", "db", Addressing::name, "ok"},
        {"db", "api", Addressing::name, "ok"},
        {"api", "web", Addressing::address, "ok"},
        {"web", "db", Addressing::name, "unknown name"},
        {"web", "db", Addressing::tasks, "unknown name"},
        {"web", "db", Addressing::address, "timeout"},
        {"db", "web", Addressing::name, "unknown name"},
        {"db", "web", Addressing::address, "timeout"},
        {"box", "api", Addressing::name, "unknown name"},      // On the default bridge only.
        {"api", "box", Addressing::name, "unknown name"},
    }));
    CAPTURE(row.from, row.to, static_cast<int>(row.by));
    Cluster c(4, {0, 1, 2, 3});
    auto spec = calls(row.from, row.to, 10, 10s, 10'900ms);
    spec.by = row.by;
    auto& client = c.client(spec, {0, 1, 2, 3});
    c.run_until(1s);
    c.assign(0, 1, on("web", {"front"}));
    c.assign(1, 2, on("api", {"front", "back"}));
    c.assign(2, 3, on("db", {"back"}));
    c.assign(3, 4, on("box", {}));
    c.run_until(20s);
    REQUIRE(client.totals().started == 10);
    const bool ok = std::string(row.outcome) == "ok";
    REQUIRE(client.totals().ok == (ok ? 10U : 0U));
    REQUIRE(client.totals().failed == (ok ? 0U : 10U));
    for (const Event& e : c.all(workload::events::request_failed)) {
        REQUIRE(c.name(e, 2) == row.outcome);
    }
}

TEST_CASE("a virtual address gives connections in turn, and the dead no more once they are known",
          "[calls]") {
    Shop c(swarm::EndpointMode::vip);
    auto& client = c.open(calls("shop", "web", 40, 20s, 79'990ms));
    c.run_until(40s);
    for (const auto& [task, n] : c.answered_by()) REQUIRE(n == 200);
    c.kernel.power_off(Cluster::host(2), fault);
    c.run_until(90s);
    const auto removed = c.all(swarm::events::discovery_removed);
    REQUIRE(!removed.empty());
    Time known{};
    for (const Event& e : removed) {
        if (c.names.text(e.subject) == "h0") known = e.time;
    }
    const double interval = static_cast<double>(ms(known) - 40'000) / 1000;
    REQUIRE(interval > 5);
    REQUIRE(interval < 9);
    REQUIRE(static_cast<double>(client.totals().failed) == Approx(interval * 40 / 4).margin(2));
    for (const Event& e : c.all(workload::events::request_failed)) {
        REQUIRE(e.time <= known + 1s);
        REQUIRE(e.cause == fault);
    }
}

TEST_CASE("a believed answer fails until it is asked for again", "[calls]") {
    Shop c(swarm::EndpointMode::dnsrr);
    auto spec = calls("shop", "web", 10, 20s, 119'990ms);
    spec.dns_cache = 30s;
    auto& client = c.open(spec);
    c.run_until(40'050ms);
    REQUIRE(c.answered_by().size() == 1);   // The first address of one answer.
    c.kernel.power_off(c.first_host(), fault);
    c.run_until(130s);
    // Asked at 20 s and at 50 s, when gossip had told of the death.
    REQUIRE(client.totals().started == 1000);
    REQUIRE(client.totals().failed == 99);
    for (const Event& e : c.all(workload::events::request_failed)) {
        REQUIRE(e.time - Time{} < 51'100ms);
    }
    std::vector<Time> asked;
    for (const Event& e : c.all(workload::events::dns_answer)) {
        if (c.name(e, 2) == "resolver") asked.push_back(e.time);
    }
    REQUIRE(asked.size() == 4);   // 20, 50, 80, 110 s.
}

TEST_CASE("without a cache every connection is given another first address", "[calls]") {
    Shop c(swarm::EndpointMode::vip);
    auto spec = calls("shop", "web", 100, 20s, 59'990ms);
    spec.dns_cache = 0s;
    spec.by = Addressing::tasks;   // tasks.web: addresses although web has a virtual one.
    auto& client = c.open(spec);
    c.run_until(70s);
    REQUIRE(client.totals().ok == 4000);
    // Shuffled: 1000 each, give or take five standard deviations of a binomial.
    REQUIRE(c.answered_by().size() == 4);
    for (const auto& [task, n] : c.answered_by()) REQUIRE(std::abs(n - 1000) < 140);
    for (const Event& e : c.all(workload::events::dns_answer)) REQUIRE(e.fields[1].integer == 4);
}

TEST_CASE("a kept connection serves all of a caller's requests", "[calls]") {
    Shop c(swarm::EndpointMode::vip);
    auto spec = calls("shop", "web", 10, 20s, 59'990ms);
    spec.keep_alive = true;
    auto& client = c.open(spec);
    c.run_until(40'050ms);
    REQUIRE(c.answered_by().size() == 1);
    c.kernel.power_off(c.first_host(), fault);
    c.run_until(70s);
    // What was sent into the silence fails; those that came meanwhile opened another connection.
    REQUIRE(client.totals().failed == 1);
    REQUIRE(client.totals().ok == 399);
}

TEST_CASE("the requests of a task end with it", "[calls]") {
    Shop c(swarm::EndpointMode::vip);
    c.web->task.container.behaviour.service_time = 500ms;
    auto spec = calls("shop", "web", 10, 20s, 59'990ms);
    spec.timeout = 5s;
    auto& client = c.open(spec);
    c.run_until(30'050ms);
    c.want(0, 9, TaskState::shutdown);
    c.run_until(70s);
    const auto& totals = client.totals();
    REQUIRE(totals.started < 130);   // Stopped at 32 s, after its drain.
    REQUIRE(totals.started == totals.ok + totals.failed);
    REQUIRE(totals.failed > 0);
    for (const Event& e : c.all(workload::events::request_failed)) {
        REQUIRE(c.name(e, 2) == "client stopped");
    }
}
