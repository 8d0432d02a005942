// Goal: a daemon keeps its session with the dispatcher, loses no report, and its containers do not
// depend on it. Method: cut paths and silence the fake dispatcher.
#include "swarm/agent/support.h"

using namespace glasshive;
using namespace glasshive::test;

TEST_CASE("an idle daemon registers once and beats at the period it is told", "[agent][session]") {
    Cluster c(2);
    c.run_until(61s);
    REQUIRE(c.manager.sessions.size() == 2);
    std::size_t beats = 0;
    for (const auto& [time, host] : c.manager.beats) beats += host == Cluster::host(1) ? 1 : 0;
    // One at registration, then one per 5 s and a round trip.
    REQUIRE(beats == 13);
}

TEST_CASE("an unanswered beat breaks the session after 5 s, and back-off grows to 8 s",
          "[agent][session]") {
    Cluster c(2);
    c.run_until(7s);
    REQUIRE(c.daemons[1]->has_session());
    c.manager.silent = true;
    c.run_until(200s);
    REQUIRE(!c.daemons[1]->has_session());
    std::vector<Time> tries;
    for (const auto& [time, host] : c.manager.sessions) {
        if (host == Cluster::host(1) && time > at(7s)) tries.push_back(time);
    }
    REQUIRE(tries.size() > 15);
    // Beat at about 10 s, silence until 15 s, then at most 100 ms of waiting.
    REQUIRE(tries[0] >= at(15s));
    REQUIRE(tries[0] <= at(15'200ms));
    Duration longest{};
    for (std::size_t i = 1; i < tries.size(); ++i) {
        const Duration gap = tries[i] - tries[i - 1];
        REQUIRE(gap >= 5s);
        REQUIRE(gap < 13'100ms);
        longest = std::max(longest, gap);
    }
    REQUIRE(longest > 9s);
    c.manager.silent = false;
    c.run_until(220s);
    REQUIRE(c.daemons[1]->has_session());
}

TEST_CASE("a partitioned worker's containers run on, and what happened meanwhile is reported late",
          "[agent][session]") {
    Cluster c(2);
    c.run_until(1s);
    auto mortal = Cluster::service();
    mortal->task.container.behaviour.run_time = 29s;
    mortal->task.container.behaviour.exit_code = 7;
    c.assign(1, 1, Cluster::service());
    c.assign(1, 2, mortal);
    c.run_until(10s);
    c.cut(0, 1);
    c.run_until(90s);
    REQUIRE(!c.daemons[1]->has_session());
    REQUIRE(c.daemons[1]->running_containers() == 1);
    REQUIRE(c.manager.when(TaskId{2}, TaskState::failed) == time_never);
    c.heal(0, 1);
    c.run_until(110s);
    REQUIRE(c.daemons[1]->running_containers() == 1);
    REQUIRE(c.log.count(runtime::events::container_started) == 2);
    REQUIRE(c.manager.life(c.names, TaskId{2}).back() ==
            "failed started: task: non-zero exit (7)");
    REQUIRE(c.manager.when(TaskId{2}, TaskState::failed) > at(90s));
}

TEST_CASE("a report swallowed by a cut is sent again in the next session", "[agent][session]") {
    // The container ends 100 ms after the cut: the report goes into a stream that never delivers.
    Cluster c(2);
    c.run_until(1s);
    auto mortal = Cluster::service();
    mortal->task.container.behaviour.run_time = 9s;
    c.assign(1, 1, mortal);
    c.run_until(9'950ms);
    c.cut(0, 1);
    c.run_until(40s);
    REQUIRE(c.manager.when(TaskId{1}, TaskState::complete) == time_never);
    c.heal(0, 1);
    c.run_until(60s);
    REQUIRE(c.manager.life(c.names, TaskId{1}).back() == "complete finished");
}

TEST_CASE("the cause of a lost session is what silenced the dispatcher", "[agent][session]") {
    Cluster c(2);
    c.run_until(10s);
    c.cut(0, 1);
    c.run_until(30s);
    const auto stalled = c.all(kernel::events::message_stalled);
    REQUIRE(!stalled.empty());
    for (const Event& e : stalled) REQUIRE(number_of(e.cause) == 7777);   // FlatTopology's cut.
}
