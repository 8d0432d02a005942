// Goal: each kind of sentence is judged as written, with the figure and the event that decided it.
// Method: event streams told by hand, one story per rule of the semantics.
#include <catch2/catch.hpp>

#include "check/story.h"

using namespace glasshive;
using glasshive::check::Outcome;
using glasshive::check::Verdict;
using glasshive::testing::judge;
using glasshive::testing::Story;

namespace {

const std::string heal = "service web has 2 running tasks within 60s of fault 1";

void two_up(Story& s) { s.at(1).start("web", 1, "a").at(2).start("web", 2, "b"); }

}   // namespace

TEST_CASE("recovery is timed from the strike to the instant from which it holds", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 2, "b");
        s.at(117.204).start("web", 2, "c", 2);
    });
    CHECK(v.outcome == Outcome::held);
    CHECK(v.figure == "2 running from 17.204 s after fault 1 (limit 60 s)");
    CHECK(v.event == EventId{5});
}

TEST_CASE("recovery later than the limit fails and says when it came", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 2, "b").at(161).start("web", 2, "c", 2);
    });
    CHECK(v.outcome == Outcome::failed);
    CHECK(v.figure == "2 running only from 61 s after fault 1 (limit 60 s)");
}

TEST_CASE("recovery exactly at the limit holds", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 2, "b").at(160).start("web", 2, "c", 2);
    });
    CHECK(v.outcome == Outcome::held);
}

TEST_CASE("a recovery that breaks again later does not count", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 2, "b").at(110).start("web", 2, "c", 2);
        s.at(200).end("web", 1, "a");
    });
    CHECK(v.outcome == Outcome::failed);
    CHECK(v.figure == "1 running when the run ended, 200 s after fault 1 (limit 60 s)");
    CHECK(v.event == EventId{6});
}

TEST_CASE("the next fault ends the watch: what it breaks is not counted", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 2, "b").at(110).start("web", 2, "c", 2);
        s.at(200).fault(2).end("web", 1, "a");
    });
    CHECK(v.outcome == Outcome::held);
    CHECK(v.figure == "2 running from 10 s after fault 1 (limit 60 s)");
}

TEST_CASE("a recovery cut short by the next fault fails and says so", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 2, "b").at(120).fault(2).at(125).start("web", 2, "c", 2);
    });
    CHECK(v.outcome == Outcome::failed);
    CHECK(v.figure == "1 running when fault 2 struck, 20 s after fault 1 (limit 60 s)");
}

TEST_CASE("what never broke is said to have never broken", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1);
    });
    CHECK(v.outcome == Outcome::held);
    CHECK(v.figure == "2 running throughout: it never broke after fault 1");
}

TEST_CASE("a fault that never struck fails its sentences", "[check]") {
    const Verdict v = judge(heal, 90, two_up);
    CHECK(v.outcome == Outcome::failed);
    CHECK(v.figure == "fault 1 never struck");
}

TEST_CASE("every strike of a repeated fault is held to the limit", "[check]") {
    const auto story = [](double second_recovery) {
        return [=](Story& s) {
            two_up(s);
            s.at(100).fault(1).end("web", 2, "b").at(110).start("web", 2, "c", 2);
            s.at(200).fault(1).end("web", 2, "c", 2).at(second_recovery).start("web", 2, "b", 3);
        };
    };
    const Verdict held = judge(heal, 400, story(230));
    CHECK(held.outcome == Outcome::held);
    CHECK(held.figure == "2 running from 30 s after fault 1 (limit 60 s), strike 2 of 2");
    CHECK(judge(heal, 400, story(270)).outcome == Outcome::failed);
}

TEST_CASE("strikes of one instant are one blow", "[check]") {
    const Verdict v = judge(heal, 300, [](Story& s) {
        two_up(s);
        s.at(100).fault(1).end("web", 1, "a").fault(2).fault(1).end("web", 2, "b");
        s.at(120).start("web", 1, "c", 2).start("web", 2, "c", 2);
    });
    CHECK(v.outcome == Outcome::held);
    CHECK(v.figure == "2 running from 20 s after fault 1 (limit 60 s)");
}

TEST_CASE("an instant counts as it ends: a swap within it breaks nothing", "[check]") {
    const Verdict v = judge("service web never has more than 2 running tasks", 300, [](Story& s) {
        two_up(s);
        s.at(100).start("web", 2, "c", 2).end("web", 2, "b");
    });
    CHECK(v.outcome == Outcome::held);
    CHECK(v.figure == "at most 2 running (limit 2)");
    CHECK(v.event == EventId{2});
}

TEST_CASE("never fails with the first instant and the time it was wrong", "[check]") {
    const Verdict v = judge("service web never has more than 1 running task", 300, [](Story& s) {
        two_up(s);
        s.at(12).end("web", 1, "a").at(20).start("web", 1, "a", 2).at(25).end("web", 2, "b");
    });
    CHECK(v.outcome == Outcome::failed);
    CHECK(v.figure == "2 running at 2 s, wrong for 15 s in all");
    CHECK(v.event == EventId{2});
    CHECK(v.time == time_of_ns(2'000'000'000));
}

TEST_CASE("within of start, after, between and at the end look at their part only", "[check]") {
    const auto story = [](Story& s) {
        two_up(s);
        s.at(50).end("web", 2, "b").at(60).start("web", 2, "b", 2);
    };
    struct Row { const char* when; Outcome outcome; const char* figure; };
    const Row row = GENERATE(values<Row>({
        {"by 60s", Outcome::held, "2 running from 60 s after the start (limit 60 s)"},
        {"by 30s", Outcome::failed, "2 running only from 60 s after the start (limit 30 s)"},
        {"after 60s", Outcome::held, "2 running throughout"},
        {"after 59s", Outcome::failed, "1 running at 59 s, wrong for 1 s in all"},
        {"between 2s and 49s", Outcome::held, "2 running throughout"},
        {"between 2s and 50s", Outcome::failed, "1 running at 50 s, wrong for 0 s in all"},
        {"at the end", Outcome::held, "2 running at the end, since 60 s"},
        {"always", Outcome::failed, "0 running at 0 s, wrong for 12 s in all"},
        {"after 200s", Outcome::undecided, "the run ended at 100 s, before 200 s"},
        {"after fault 1", Outcome::failed, "fault 1 never struck"},
    }));
    CAPTURE(row.when);
    const Verdict v = judge("service web has 2 running tasks " + std::string(row.when), 100, story);
    CHECK(v.outcome == row.outcome);
    CHECK(v.figure == row.figure);
}

TEST_CASE("reported running is what the managers believe", "[check]") {
    using namespace swarm::events;
    const auto story = [](Story& s) {
        s.at(1).task(task_new, "web", 1).task(task_running, "web", 1, "a").start("web", 1, "a");
        s.at(50).fault(1).end("web", 1, "a");
        s.at(70).task(task_new, "web", 1, "", 2).task(task_running, "web", 1, "b", 2);
        s.at(71).start("web", 1, "b", 2);
    };
    CHECK(judge("service web has 2 reported running tasks at the end", 100, story).outcome ==
          Outcome::held);
    CHECK(judge("service web has 1 running task at the end", 100, story).outcome == Outcome::held);
}

TEST_CASE("a task leaves the reported ones when it ends or its object goes", "[check]") {
    using namespace swarm::events;
    const EventKind* last = GENERATE(&task_complete, &task_failed, &task_orphaned, &task_removed);
    const Verdict v = judge("service web has no reported running tasks at the end", 100,
                            [last](Story& s) {
        s.at(1).task(task_running, "web", 1, "a").at(2).task(*last, "web", 1, "a");
    });
    CHECK(v.outcome == Outcome::held);
}

TEST_CASE("node states are believed, host states are so", "[check]") {
    const auto story = [](Story& s) {
        s.at(1).host(swarm::events::node_ready, "w3");
        s.at(50).fault(1).host(platform::events::host_off, "w3");
        s.at(63.5).host(swarm::events::node_down, "w3");
    };
    const Verdict node = judge("node w3 is down within 20s of fault 1", 100, story);
    CHECK(node.outcome == Outcome::held);
    CHECK(node.figure == "down from 13.500 s after fault 1 (limit 20 s)");
    CHECK(judge("host w3 is off within 0s of fault 1", 100, story).outcome == Outcome::held);
    CHECK(judge("node w3 is not down at the end", 100, story).outcome == Outcome::failed);
}

TEST_CASE("requests are judged within their window; none at all decides nothing", "[check]") {
    const auto story = [](Story& s) {
        for (int i = 1; i <= 97; ++i) s.at(i).ok("web", 0.1);
        s.at(97.5).ok("web", 0.5).at(98).refused("web").at(98.5).refused("web").ok("db", 9);
    };
    struct Row { const char* text; Outcome outcome; const char* figure; };
    const Row row = GENERATE(values<Row>({
        {"no request to web fails", Outcome::failed,
         "2 of 100 requests failed (2 %), the first at 98 s: timeout"},
        {"no request to web fails between 0s and 97s", Outcome::held, "0 of 97 requests failed"},
        {"no request to web fails after 99s", Outcome::undecided, "no request came"},
        {"no request to mail fails", Outcome::undecided, "no request came"},
        {"at most 2% of requests to web fail", Outcome::held,
         "2 of 100 requests failed (2 %), the first at 98 s: timeout"},
        {"at most 1.9% of requests to web fail", Outcome::failed,
         "2 of 100 requests failed (2 %), the first at 98 s: timeout"},
        {"at most 1 request to web fails", Outcome::failed,
         "2 of 100 requests failed (2 %), the first at 98 s: timeout"},
        {"every request to web fails between 98s and 120s", Outcome::held,
         "2 of 2 requests failed (100 %), the first at 98 s: timeout"},
        {"97% of requests to web answer within 200ms", Outcome::held,
         "97 % of 100 requests answered within 200ms (3 not)"},
        {"98% of requests to web answer within 200ms", Outcome::failed,
         "97 % of 100 requests answered within 200ms (3 not)"},
        {"98% of requests to web answer within 500ms", Outcome::held,
         "98 % of 100 requests answered within 500ms (2 not)"},
    }));
    CAPTURE(row.text);
    const Verdict v = judge(row.text, 120, story);
    CHECK(v.outcome == row.outcome);
    CHECK(v.figure == row.figure);
}

TEST_CASE("the request too many decides a counted sentence", "[check]") {
    const Verdict v = judge("at most 1 request to web fails", 9, [](Story& s) {
        s.at(1).refused("web").at(2).refused("web").at(3).refused("web");
    });
    CHECK(v.event == EventId{2});
}

TEST_CASE("failed tasks, loads of nodes, downtime and strikes are counted", "[check]") {
    using namespace swarm::events;
    const auto story = [](Story& s) {
        two_up(s);
        s.at(3).start("web", 3, "b");
        s.at(10).fault(1).task(task_failed, "web", 1, "a").end("web", 1, "a");
        s.at(11).end("web", 2, "b").end("web", 3, "b").at(16).start("web", 2, "b", 2);
        s.at(20).fault(1).task(task_rejected, "db", 1, "a");
    };
    struct Row { const char* text; Outcome outcome; const char* figure; };
    const Row row = GENERATE(values<Row>({
        {"no task fails", Outcome::failed, "2 tasks failed, first web.1.1 at 10 s"},
        {"no task of web fails after 11s", Outcome::held, "no task failed"},
        {"at most 1 task of web fails", Outcome::held, "1 task failed, first web.1.1 at 10 s"},
        {"no node runs more than 2 tasks of web", Outcome::held, "at most 2 on one node (limit 2)"},
        {"no node runs more than 1 task of web", Outcome::failed,
         "2 on one node at 3 s, wrong for 8 s in all"},
        {"service web is down for at most 5s", Outcome::held, "down for 5 s (limit 5 s)"},
        {"service web is down for at most 4s", Outcome::failed, "down for 5 s (limit 4 s)"},
        {"service db is down for at most 4s", Outcome::undecided, "it never ran"},
        {"fault 1 strikes", Outcome::held, "fault 1 struck 2 times, first at 10 s"},
        {"fault 1 strikes exactly 1 time", Outcome::failed,
         "fault 1 struck 2 times, first at 10 s"},
        {"fault 2 strikes", Outcome::failed, "fault 2 never struck"},
    }));
    CAPTURE(row.text);
    const Verdict v = judge(row.text, 30, story);
    CHECK(v.outcome == row.outcome);
    CHECK(v.figure == row.figure);
}

TEST_CASE("shares are cut, never rounded up to their bound", "[check]") {
    const Verdict v = judge("100% of requests to web answer within 1s", 30, [](Story& s) {
        s.at(1);
        for (int i = 0; i < 9999; ++i) s.ok("web", 0.1);
        for (int i = 0; i < 1; ++i) s.refused("web");
        for (int i = 0; i < 90'000; ++i) s.ok("web", 0.1);
    });
    CHECK(v.outcome == Outcome::failed);
    CHECK(v.figure == "99.99 % of 100000 requests answered within 1s (1 not)");
}

TEST_CASE("all held is what exit status 0 means: undecided is not held", "[check]") {
    const Verdict held{.outcome = Outcome::held}, open{.outcome = Outcome::undecided};
    CHECK(check::all_held({held, held}));
    CHECK_FALSE(check::all_held({held, open}));
}

TEST_CASE("shares of tasks and extra hops are of answered requests", "[check]") {
    struct Row { const char* text; Outcome outcome; const char* figure; };
    const Row row = GENERATE(values<Row>({
        {"each task of web answers at least 20% of requests", Outcome::held,
         "web.2.1 answered 20 % of 10 requests, the fewest"},
        {"each task of web answers at least 21% of requests", Outcome::failed,
         "web.2.1 answered 20 % of 10 requests, the fewest"},
        {"one task of web answers at least 80% of requests", Outcome::held,
         "web.1.1 answered 80 % of 10 requests, the most"},
        {"no task of web answers more than 79% of requests", Outcome::failed,
         "web.1.1 answered 80 % of 10 requests, the most"},
        {"one task of web answers at least 100% of requests between 0s and 6s", Outcome::held,
         "web.1.1 answered 100 % of 4 requests, the most"},
        {"at least 30% of requests to web take an extra hop", Outcome::held,
         "30 % of 10 answered requests took an extra hop"},
        {"at most 29% of requests to web take an extra hop", Outcome::failed,
         "30 % of 10 answered requests took an extra hop"},
    }));
    const Verdict v = judge(row.text, 60, [](Story& s) {
        two_up(s);
        for (int i = 0; i < 8; ++i) s.at(3 + i).answered_by("web", 1, i == 0 ? "b" : "a");
        for (int i = 0; i < 2; ++i) s.at(12 + i).answered_by("web", 2, "a");
        s.at(20).refused("web");
    });
    CAPTURE(row.text);
    CHECK(v.outcome == row.outcome);
    CHECK(v.figure == row.figure);
}
