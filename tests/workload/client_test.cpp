// Goal: arrivals, attempts and their accounting are right whatever comes back. Method: fake entry
// nodes that answer, refuse or stay silent as a test says.
#include <catch2/catch.hpp>

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kernel/support.h"
#include "swarm/request.h"
#include "workload/client.h"
#include "workload/events.h"

using namespace glasshive;
using namespace glasshive::test;
using namespace std::chrono_literals;

namespace {

enum class Manner { answers, refuses, has_none, silent };

struct Entry final : kernel::Process {
    Entry(kernel::Kernel& k, NameId b) : kernel(k), backend(b) {}
    kernel::Kernel& kernel;
    NameId backend;
    Manner manner = Manner::answers;
    std::vector<Time> asked;
    std::set<ChannelId> channels;

    void on_message(const kernel::Message& m) override {
        using swarm::RefusedWhy;
        using swarm::RequestMessage;
        asked.push_back(kernel.now());
        channels.insert(m.channel);
        if (manner == Manner::silent) return;
        const bool answers = manner == Manner::answers;
        const auto why =
            manner == Manner::has_none ? RefusedWhy::no_backend : RefusedWhy::not_serving;
        kernel.send(id(), m.channel,
                    {.type = static_cast<std::uint16_t>(answers ? RequestMessage::response
                                                                : RequestMessage::refused),
                     .a = backend.value,
                     .b = static_cast<std::uint64_t>(why)});
    }
};

struct Outside {
    explicit Outside(std::size_t n)
        : stream(names), topology(n), kernel((stream.add_sink(&log), stream), topology, 1),
          driver(kernel) {
        for (std::size_t i = 0; i < n; ++i) {
            entries.push_back(std::make_unique<Entry>(kernel, names.intern("web.1.x")));
            targets.entries.push_back(
                kernel.add_process(HostId{static_cast<std::uint32_t>(i)}, *entries[i]));
            targets.entry_names.push_back(names.intern("h" + std::to_string(i)));
            kernel.start(entries[i]->id());
        }
        targets.service = names.intern("web");
    }
    workload::Client& start(const workload::ClientSpec& spec, HostId place = {}) {
        client = std::make_unique<workload::Client>(kernel, spec, targets);
        kernel.start(kernel.add_process(place, *client));
        return *client;
    }
    void run_until(Duration t) { driver.run_until(Time{} + t); }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    std::vector<std::unique_ptr<Entry>> entries;
    workload::ClientTargets targets;
    std::unique_ptr<workload::Client> client;
};

workload::ClientSpec fixed(double rate, Duration start, Duration stop) {
    workload::ClientSpec spec;
    spec.name = "load";
    spec.service = "web";
    spec.arrivals = workload::ArrivalProcess::fixed;
    spec.rate = rate;
    spec.start = start;
    spec.stop = stop;
    return spec;
}

}   // namespace

TEST_CASE("fixed arrivals come on the beat, from start to stop, at each host in turn", "[client]") {
    Outside o(2);
    o.start(fixed(10, 5s, 6s));
    o.run_until(20s);
    REQUIRE(o.entries[0]->asked.size() == 6);
    REQUIRE(o.entries[1]->asked.size() == 5);
    REQUIRE(o.client->totals().ok == 11);
    REQUIRE(o.entries[0]->asked[0] - (Time{} + 5s) < 1us);
    REQUIRE(o.entries[1]->asked[4] - (Time{} + 5900ms) < 1us);
}

TEST_CASE("Poisson arrivals have the asked mean and spread", "[client]") {
    Outside o(1);
    auto spec = fixed(1000, 0s, 20s);
    spec.arrivals = workload::ArrivalProcess::poisson;
    o.start(spec);
    o.run_until(30s);
    const auto& asked = o.entries[0]->asked;
    // 20,000 expected; the standard deviation of a Poisson count is its square root, 141.
    REQUIRE(std::abs(static_cast<double>(asked.size()) - 20'000) < 600);
    double sum = 0, squares = 0;
    for (std::size_t i = 1; i < asked.size(); ++i) {
        const double gap = seconds_of(asked[i] - asked[i - 1]);
        sum += gap;
        squares += gap * gap;
    }
    const double n = static_cast<double>(asked.size() - 1);
    const double mean = sum / n;
    REQUIRE(std::sqrt(squares / n - mean * mean) / mean == Approx(1).margin(0.05));
}

TEST_CASE("a failed attempt is retried at the next entry node, after its delay, in its way",
          "[client]") {
    struct Row { Manner manner; const char* reason; std::int64_t latency_ms; };
    const Row row = GENERATE(values<Row>({
        {Manner::refuses, "refused", 500},
        {Manner::has_none, "no backend", 500},
        {Manner::silent, "timeout", 1500},   // 1 s of waiting first.
    }));
    Outside o(2);
    o.entries[0]->manner = row.manner;
    auto spec = fixed(1, 5s, 5s);
    spec.retries = 2;
    spec.retry_delay = 500ms;
    auto& client = o.start(spec);
    o.run_until(20s);
    REQUIRE(client.totals().ok == 1);
    REQUIRE(client.totals().retried == 1);
    REQUIRE(o.log.events.size() == 2);
    const Event& retried = o.log.events[0];
    const Event& ok = o.log.events[1];
    REQUIRE(retried.kind == workload::events::request_retried.id);
    REQUIRE(o.names.text(NameId{static_cast<std::uint32_t>(retried.fields[1].integer)}) ==
            row.reason);
    REQUIRE(ok.fields[1].integer / 1'000'000 == row.latency_ms);
    REQUIRE(ok.fields[4].integer == 2);
    REQUIRE(ok.cause == retried.id);
}

TEST_CASE("a request fails after 1 + retries attempts, once", "[client]") {
    Outside o(1);
    o.entries[0]->manner = Manner::silent;
    auto spec = fixed(1, 5s, 5s);
    spec.retries = 3;
    auto& client = o.start(spec);
    o.run_until(20s);
    REQUIRE(client.totals().failed == 1);
    REQUIRE(client.totals().retried == 3);
    REQUIRE(o.log.count(workload::events::request_failed) == 1);
    REQUIRE(o.log.events.back().fields[1].integer == 4'000'000'000);
    REQUIRE(o.log.events.back().fields[4].integer == 4);
}

TEST_CASE("a closed port refuses, and a late answer changes nothing", "[client]") {
    Outside o(1);
    o.kernel.kill(o.entries[0]->id(), EventId{99});
    auto& client = o.start(fixed(1, 5s, 5s));
    o.run_until(20s);
    REQUIRE(client.totals().failed == 1);
    const Event& failed = o.log.events.back();
    REQUIRE(o.names.text(NameId{static_cast<std::uint32_t>(failed.fields[2].integer)}) ==
            "refused");
    REQUIRE(failed.time < Time{} + 5001ms);
}

TEST_CASE("users wait for their answer, think, and ask again", "[client]") {
    // One request a second and user; a silent entry slows them to one in two.
    const bool silent = GENERATE(false, true);
    Outside o(1);
    o.entries[0]->manner = silent ? Manner::silent : Manner::answers;
    auto spec = fixed(1, 5s, 24'999ms);
    spec.users = 4;
    auto& client = o.start(spec);
    o.run_until(40s);
    REQUIRE(client.totals().started == (silent ? 40U : 80U));
    REQUIRE(client.totals().ok + client.totals().failed == client.totals().started);
    // Spread over the first thought, not on one beat.
    REQUIRE(o.entries[0]->asked[1] - o.entries[0]->asked[0] > 200ms);
}

TEST_CASE("a kept stream is used again; two requests at a time need two", "[client]") {
    Outside o(1);
    auto spec = fixed(10, 5s, 9'900ms);
    spec.keep_alive = true;
    auto& client = o.start(spec);
    o.run_until(20s);
    REQUIRE(client.totals().ok == 50);
    REQUIRE(o.entries[0]->channels.size() == 1);
}

TEST_CASE("clients on a host that loses power end what they had begun", "[client]") {
    Outside o(2);
    o.entries[0]->manner = Manner::silent;
    auto spec = fixed(1, 5s, 20s);
    spec.timeout = 10s;
    auto& client = o.start(spec, HostId{1});
    o.run_until(5'500ms);
    o.kernel.power_off(HostId{1}, EventId{7});
    o.run_until(10s);
    REQUIRE(client.totals().started == 1);
    REQUIRE(client.totals().failed == 1);
    const Event& failed = o.log.events.back();
    REQUIRE(o.names.text(NameId{static_cast<std::uint32_t>(failed.fields[2].integer)}) ==
            "client stopped");
    // They come back with their host.
    o.entries[0]->manner = Manner::answers;
    o.kernel.power_on(HostId{1});
    o.run_until(30s);
    REQUIRE(client.totals().ok > 0);
    REQUIRE(client.totals().ok + 1 == client.totals().started);
}

TEST_CASE("clients on a frozen host go on from where they are", "[client]") {
    // Neither a burst of what did not come nor a timer in the past.
    Outside o(2);
    o.entries[0]->manner = Manner::silent;
    auto& client = o.start(fixed(10, 5s, 29'950ms), HostId{1});
    o.run_until(10'050ms);
    o.kernel.pause(HostId{1}, EventId{7});
    o.run_until(20s);
    o.kernel.resume(HostId{1});
    o.entries[0]->manner = Manner::answers;
    o.run_until(40s);
    REQUIRE(client.totals().started >= 150);   // 5 s before, 10 s after.
    REQUIRE(client.totals().started <= 152);
    REQUIRE(client.totals().started == client.totals().ok + client.totals().failed);
}

TEST_CASE("a trace says when, counted from start", "[client]") {
    Outside o(1);
    auto spec = fixed(1, 5s, 10s);
    spec.trace = {0s, 250ms, 250ms, 2s, 7s};
    auto& client = o.start(spec);
    o.run_until(20s);
    REQUIRE(client.totals().ok == 4);   // The last one comes after `stop`.
    const auto& asked = o.entries[0]->asked;
    REQUIRE(asked[1] - asked[0] == 250ms);
    REQUIRE(asked[2] == asked[1]);
    REQUIRE(asked[3] - asked[0] == 2s);
}
