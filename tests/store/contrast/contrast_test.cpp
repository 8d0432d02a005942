// Goal: the three small stores keep what they promise when nodes crash at the worst instant.
// Method: five nodes on a flat network of 1 ms; a crash is tried at many instants, one after the
// other, so that each step of each protocol is hit once.
#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <optional>

#include "kernel/support.h"
#include "store/contrast/contrast.h"
#include "store/contrast/events.h"

namespace glasshive::test {

namespace {

using namespace std::chrono_literals;
using namespace store::contrast;
using store::Kind;

struct Rig {
    explicit Rig(Kind kind, std::uint32_t r = 3, std::uint32_t w = 3, std::uint64_t seed = 1)
        : stream(names),
          topology(5),
          kernel((stream.add_sink(&log), stream), topology, seed),
          driver(kernel) {
        store::ClusterSpec spec;
        spec.kind = kind;
        spec.n = 5;
        spec.r = r;
        spec.w = w;
        spec.request_timeout = 2s;
        std::vector<Place> places;
        for (std::uint32_t i = 0; i < 5; ++i) {
            places.push_back({.name = "n" + std::to_string(i),
                              .host = HostId{i},
                              .disk = kernel.add_queue(HostId{i}, 200e6, 0)});
        }
        store = std::make_unique<Contrast>(
            kernel, spec, std::move(places),
            Contents{{"db/key", {.version = {1, 0}, .body = "{\"n\":1}"}}});
        store->start();
        driver.run_for(1s);
    }
    using Awaited = std::shared_ptr<std::optional<Answer>>;
    Awaited ask(std::size_t member, const Request& request) {
        auto answer = std::make_shared<std::optional<Answer>>();
        store->node(member).ask(request, [answer](const Answer& told) { *answer = told; });
        return answer;
    }
    Awaited put(std::size_t member, std::uint64_t base) {
        return ask(member, {.verb = Request::Verb::put,
                            .key = "db/key",
                            .body = "{\"by\":" + std::to_string(member) + "}",
                            .base = {base, 0}});
    }
    std::optional<Answer> get(std::size_t member) {
        const Awaited answer = ask(member, {.key = "db/key"});
        driver.run_for(3s);
        return *answer;
    }
    std::uint64_t held(std::size_t member) const {
        return store->node(member).contents().at("db/key").version.counter;
    }
    void part(std::vector<std::uint32_t> some, bool whole) {
        for (const std::uint32_t a : some) {
            for (std::uint32_t b = 0; b < 5; ++b) {
                if (std::count(some.begin(), some.end(), b) > 0) continue;
                for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
                    if (whole) topology.heal(HostId{from}, HostId{to});
                    if (!whole) topology.cut(HostId{from}, HostId{to});
                }
            }
        }
        kernel.topology_changed();
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    std::unique_ptr<Contrast> store;
};

bool done(const Rig::Awaited& answer) {
    return *answer && (*answer)->outcome == Answer::Outcome::done;
}

}   // namespace

TEST_CASE("an edit is on all copies or on none, whenever the coordinator crashes",
          "[store][contrast]") {
    bool stored = false, dropped = false, doubted = false;
    for (int step = 0; step < 80; ++step) {
        Rig rig(Kind::two_phase);
        const Rig::Awaited answer = rig.put(0, 1);
        rig.driver.run_for(step * 100us);
        const bool acknowledged = done(answer);
        rig.store->crash(0, scenario_cause);
        rig.driver.run_for(5s);
        doubted |= rig.log.count(events::db_in_doubt) > 0;
        rig.store->start(0);
        rig.driver.run_for(10s);
        CAPTURE(step, acknowledged);
        for (std::size_t i = 1; i < 5; ++i) REQUIRE(rig.held(i) == rig.held(0));
        if (acknowledged) REQUIRE(rig.held(0) == 2);
        (rig.held(0) == 2 ? stored : dropped) = true;
        const Rig::Awaited next = rig.put(1, rig.held(0));
        rig.driver.run_for(3s);
        REQUIRE(done(next));   // Nothing is locked for ever.
    }
    CHECK(stored);
    CHECK(dropped);
    CHECK(doubted);
}

TEST_CASE("a participant that crashes knows afterwards what it promised", "[store][contrast]") {
    for (int step = 0; step < 80; ++step) {
        Rig rig(Kind::two_phase);
        const Rig::Awaited answer = rig.put(0, 1);
        rig.driver.run_for(step * 100us);
        rig.store->crash(3, scenario_cause);
        rig.driver.run_for(4s);
        rig.store->start(3);
        rig.driver.run_for(10s);
        CAPTURE(step);
        REQUIRE(*answer);
        for (std::size_t i = 0; i < 5; ++i) REQUIRE(rig.held(i) == (done(answer) ? 2 : 1));
    }
}

TEST_CASE("what a majority acknowledged outlives any leader", "[store][contrast]") {
    for (int step = 0; step < 80; step += 2) {
        Rig rig(Kind::majority);
        const Rig::Awaited answer = rig.put(2, 1);   // Passed on to the leader, n0.
        rig.driver.run_for(step * 100us);
        const bool acknowledged = done(answer);
        rig.store->crash(0, scenario_cause);
        rig.driver.run_for(10s);
        CAPTURE(step, acknowledged);
        const std::optional<Answer> read = rig.get(4);
        REQUIRE(read);
        REQUIRE(read->outcome == Answer::Outcome::done);
        if (acknowledged) REQUIRE(read->record.version.counter == 2);
    }
}

TEST_CASE("a leader that was cut off answers no read", "[store][contrast]") {
    // It believes to lead for an election timeout yet; a lease would have to trust its clock.
    Rig rig(Kind::majority);
    rig.part({0, 1}, false);
    const Rig::Awaited old = rig.ask(0, {.key = "db/key"});
    rig.driver.run_for(10s);
    REQUIRE(*old);
    CHECK((*old)->outcome == Answer::Outcome::unavailable);
    const Rig::Awaited edit = rig.put(3, 1);
    rig.driver.run_for(5s);
    REQUIRE(done(edit));
    rig.part({0, 1}, true);
    rig.driver.run_for(10s);
    REQUIRE(rig.get(0)->record.version.counter == 2);
}

TEST_CASE("of two edits of one version at most one is done if w + w > n", "[store][contrast]") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Rig rig(Kind::random_quorum, 3, 3, seed);
        const Rig::Awaited one = rig.put(0, 1), other = rig.put(4, 1);
        rig.driver.run_for(3s);
        CAPTURE(seed);
        REQUIRE(*one);
        REQUIRE(*other);
        REQUIRE((done(one) && done(other)) == false);
    }
}

TEST_CASE("a read of r copies misses the w that were written as often as chance says",
          "[store][contrast]") {
    // C(3, 2) / C(5, 2) = 0.3; of 400 reads 120, and a deviation of 9.
    Rig rig(Kind::random_quorum, 2, 2);
    const Rig::Awaited edit = rig.put(0, 1);
    rig.driver.run_for(1s);
    REQUIRE(done(edit));
    std::vector<Rig::Awaited> reads;
    for (std::size_t i = 0; i < 400; ++i) reads.push_back(rig.ask(i % 5, {.key = "db/key"}));
    rig.driver.run_for(3s);
    int stale = 0;
    for (const Rig::Awaited& read : reads) {
        REQUIRE(done(read));
        stale += (*read)->record.version.counter == 1 ? 1 : 0;
    }
    CHECK(stale > 84);
    CHECK(stale < 156);
}

TEST_CASE("a strict quorum fails if somebody it drew is away, though others are there",
          "[store][contrast]") {
    Rig rig(Kind::random_quorum, 5, 5);
    rig.store->crash(2, scenario_cause);
    const Rig::Awaited edit = rig.put(0, 1);
    const std::optional<Answer> read = rig.get(1);
    REQUIRE(*edit);
    CHECK((*edit)->outcome == Answer::Outcome::unknown);   // Four copies have it.
    REQUIRE(read);
    CHECK(read->outcome == Answer::Outcome::unavailable);
    CHECK(rig.held(0) == 2);
}

}   // namespace glasshive::test
