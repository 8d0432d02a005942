// Goal: every sentence of the grammar is understood, and a wrong one is answered with what could
// stand where it stops making sense. Method: tables of sentences with the parsed meaning or the
// message.
#include "check/expectation.h"

#include <catch2/catch.hpp>

using namespace glasshive;
using namespace glasshive::check;
using namespace std::chrono_literals;

namespace {

Expectation parsed(const std::string& text) {
    const Result<Expectation> result = parse_expectation(text);
    INFO(text);
    REQUIRE(result.ok());
    return result.value();
}

Diagnostic refused(const std::string& text) {
    const Result<Expectation> result = parse_expectation(text, "s.yaml", 7, "expect[0]");
    INFO(text);
    REQUIRE_FALSE(result.ok());
    REQUIRE(result.problems().size() == 1);
    return result.problems()[0];
}

}   // namespace

TEST_CASE("a sentence on running tasks after a fault is understood", "[check][grammar]") {
    const Expectation e = parsed("service web has 3 running tasks within 60s of fault 1");
    CHECK(e.measure == Measure::running);
    CHECK(e.service == "web");
    CHECK(e.comparison == Comparison::exactly);
    CHECK(e.number == 3);
    CHECK(e.when.kind == When::Kind::within_of_fault);
    CHECK(e.when.span == 60s);
    CHECK(e.when.fault == 1);
    CHECK(e.text == "service web has 3 running tasks within 60s of fault 1");
}

TEST_CASE("counts are compared as the words say", "[check][grammar]") {
    struct Row { const char* words; Comparison comparison; std::int64_t number; };
    const Row row = GENERATE(values<Row>({
        {"has 3", Comparison::exactly, 3},
        {"has exactly 3", Comparison::exactly, 3},
        {"has at least 2", Comparison::at_least, 2},
        {"has at most 4", Comparison::at_most, 4},
        {"has no", Comparison::exactly, 0},
        {"never has more than 1", Comparison::at_most, 1},
        {"never has fewer than 2", Comparison::at_least, 2},
    }));
    const bool never = std::string(row.words).starts_with("never");
    const Expectation e = parsed("service db " + std::string(row.words) + " running tasks" +
                                 (never ? "" : " always"));
    CAPTURE(row.words);
    CHECK(e.comparison == row.comparison);
    CHECK(e.number == row.number);
    CHECK(e.when.kind == When::Kind::always);
}

TEST_CASE("every way to say when is understood", "[check][grammar]") {
    struct Row { const char* words; When::Kind kind; Duration span; Duration until; int fault; };
    const Row row = GENERATE(values<Row>({
        {"always", When::Kind::always, 0s, 0s, 0},
        {"by 30s", When::Kind::within_of_start, 30s, 0s, 0},
        {"within 30s of start", When::Kind::within_of_start, 30s, 0s, 0},
        {"within 1m of the start", When::Kind::within_of_start, 60s, 0s, 0},
        {"within 20s of fault 2", When::Kind::within_of_fault, 20s, 0s, 2},
        {"after 90s", When::Kind::after, 90s, 0s, 0},
        {"after fault 3", When::Kind::after_fault, 0s, 0s, 3},
        {"between 10s and 1m30s", When::Kind::between, 10s, 90s, 0},
        {"at the end", When::Kind::at_end, 0s, 0s, 0},
    }));
    CAPTURE(row.words);
    const When when =
        parsed("service web has 2 reported running tasks " + std::string(row.words)).when;
    CHECK(when.kind == row.kind);
    CHECK(when.span == row.span);
    CHECK(when.until == row.until);
    CHECK(when.fault == row.fault);
}

TEST_CASE("sentences on requests, tasks, machines and faults are understood", "[check][grammar]") {
    struct Row { const char* text; Measure measure; std::int64_t number; double share; };
    const Row row = GENERATE(values<Row>({
        {"no request to web fails", Measure::requests_failed, 0, 0},
        {"no request to web fails after 90s", Measure::requests_failed, 0, 0},
        {"at most 2% of requests to web fail", Measure::requests_failed, 0, 0.02},
        {"every request to web fails", Measure::requests_failed, 0, 1},
        {"at most 7 requests to web fail", Measure::requests_failed, 7, 0},
        {"95% of requests to web answer within 200ms", Measure::requests_answered, 0, 0.95},
        {"at least 70% of requests to web take an extra hop", Measure::requests_hopping, 0, 0.7},
        {"at most 80% of requests to web take an extra hop", Measure::requests_hopping, 0, 0.8},
        {"each task of web answers at least 20% of requests", Measure::share_of_a_task, 0, 0.2},
        {"one task of web answers at least 90% of requests", Measure::share_of_a_task, 0, 0.9},
        {"no task of web answers more than 40% of requests", Measure::share_of_a_task, 0, 0.4},
        {"no task fails", Measure::task_failures, 0, 0},
        {"no task of web fails", Measure::task_failures, 0, 0},
        {"at most 2 tasks of web fail", Measure::task_failures, 2, 0},
        {"no node runs more than 2 tasks of web", Measure::tasks_on_one_node, 2, 0},
        {"node w3 is down within 20s of fault 1", Measure::node_state, 0, 0},
        {"host w3 is not off at the end", Measure::host_state, 0, 0},
        {"service web is down for at most 30s", Measure::downtime, 0, 0},
        {"fault 1 strikes", Measure::fault_strikes, 1, 0},
        {"fault 1 strikes exactly 3 times", Measure::fault_strikes, 3, 0},
    }));
    const Expectation e = parsed(row.text);
    CHECK(e.measure == row.measure);
    CHECK(e.number == row.number);
    CHECK(e.share == Approx(row.share));
}

TEST_CASE("a sentence that goes wrong says where and what could follow", "[check][grammar]") {
    struct Row { const char* text; const char* message; const char* hint; };
    const Row row = GENERATE(values<Row>({
        {"", "an expectation is a sentence; this one is empty",
         "here can follow service, node, host, update of, no, at most, at least, every "
         "request to, every write to, every read of, copies of, document, step, each "
         "task of, one task of, fault or a share such as 2%"},
        {"servce web has 3 running tasks by 5s", "\"servce\" does not fit at the start",
         "did you mean service? here can follow service, node, host, update of, no, at most, at "
         "least, every request to, every write to, every read of, copies of, document, step, each "
         "task of, one task of, fault or a share such as 2%"},
        {"service web had 3 running tasks by 5s", "\"had\" does not fit after \"service web\"",
         "did you mean has? here can follow has, never has or is down for at most"},
        {"service web has three running tasks by 5s",
         "\"three\" does not fit after \"service web has\"",
         "here can follow at least, at most, no, exactly or a number"},
        {"service web has 3 running",
         "the sentence is not complete after \"service web has 3 running\"",
         "here can follow tasks or task"},
        {"service web has 3 running tasks",
         "the sentence is not complete after \"service web has 3 running tasks\"",
         "here can follow within, by, always, at the end, after, while fault or between"},
        {"service web has 3 running tasks within 60 of fault 1",
         "\"60\" is not a duration after \"service web has 3 running tasks within\"",
         "here follows a duration such as 60s"},
        {"service web has 3 running tasks within 60s of fault one",
         "\"one\" does not fit after \"service web has 3 running tasks within 60s of fault\"",
         "here follows a number"},
        {"no request to web fail", "\"fail\" does not fit after \"no request to web\"",
         "did you mean fails? here follows fails"},
        {"node w1 is off by 5s", "\"off\" does not fit after \"node w1 is\"",
         "here can follow not, ready or down"},
        {"no task fails ever", "\"ever\" does not fit after \"no task fails\"",
         "here can follow after, while fault, between or the end of the sentence"},
        {"service web has 3 running tasks always never",
         "\"never\" does not fit after \"service web has 3 running tasks always\"",
         "here follows the end of the sentence"},
        {"at most 200% of requests to web fail", "", ""},
    }));
    const Diagnostic problem = refused(row.text);
    CHECK(problem.file == "s.yaml");
    CHECK(problem.line == 7);
    CHECK(problem.path == "expect[0]");
    if (*row.message == '\0' && *row.text != '\0') {
        CHECK(problem.message.find("200%") != std::string::npos);
        return;
    }
    CHECK(problem.message == row.message);
    CHECK(problem.hint == row.hint);
}

TEST_CASE("names, faults and instants that the scenario does not have are reported", "[check]") {
    const KnownNames known{.services = {"web", "db"}, .hosts = {"w1", "w2"}, .faults = 1,
                           .duration = 300s, .called = {"web"}};
    struct Row { const char* text; const char* message; const char* hint; };
    const Row row = GENERATE(values<Row>({
        {"service wbe has 3 running tasks by 5s", "no service is named \"wbe\"",
         "did you mean web? services are web, db"},
        {"node x is down within 5s of fault 1", "no host is named \"x\"", "hosts are w1, w2"},
        {"fault 2 strikes", "there is no fault 2", "the only fault is fault 1"},
        {"no task fails after fault 0", "there is no fault 0", "the only fault is fault 1"},
        {"no request to db fails", "no client calls service db",
         "add one under workload.clients; without requests nothing can be said"},
        {"no task fails after 10m", "10m is after the end of the run", "the run lasts 5m"},
        {"no task fails between 9s and 4s", "4s is before 9s", "write the earlier instant first"},
    }));
    CAPTURE(row.text);
    const Diagnostics problems = check_names({parsed(row.text)}, known);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message == row.message);
    CHECK(problems[0].hint == row.hint);
}

TEST_CASE("sentences that fit the scenario raise no problem", "[check]") {
    const KnownNames known{.services = {"web"}, .hosts = {"w1"}, .faults = 1, .called = {"web"}};
    CHECK(check_names({parsed("service web has 3 running tasks within 60s of fault 1"),
                       parsed("no request to web fails after 90s"),
                       parsed("host w1 is off at the end")}, known).empty());
}
