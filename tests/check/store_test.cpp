// Goal: sentences about document stores are understood and judged. Method: hand-made events.
#include <catch2/catch.hpp>

#include "check/story.h"
#include "store/client_events.h"
#include "store/cluster_events.h"

using namespace glasshive;
using namespace glasshive::check;
using glasshive::testing::Story;

namespace {

/// A Story with a store's events.
struct StoreStory : Story {
    void request(const char* what, int status) {
        emit(store::client::events::db_request, "users",
             {field::name(names.intern("orders")), field::name(names.intern(what)),
              field::name(names.intern("n1")), field::integer(status)});
    }
    void step(const char* name, int status, int rows, const char* body) {
        emit(store::client::events::db_step, name,
             {field::name(names.intern("orders")), field::name(names.intern("read")),
              field::name(names.intern("n1")), field::integer(status), field::integer(rows),
              field::text(body)});
    }
    void ended(int number) {
        emit(platform::events::fault_ended, "fault " + std::to_string(number),
             {field::integer(number)});
    }
};

Outcome judged(StoreStory& story, const char* sentence,
               const std::function<void(StoreStory&)>& tell) {
    auto parsed = parse_expectation(sentence);
    INFO(sentence);
    REQUIRE(parsed.ok());
    Evaluator evaluator({parsed.value()}, story.names);
    story.stream.add_sink(&evaluator);
    tell(story);
    evaluator.finish(time_of_ns(100'000'000'000));
    return evaluator.verdicts().front().outcome;
}

struct Row {
    const char* sentence;
    Outcome outcome;
};

}   // namespace

TEST_CASE("answers are counted by their status, while a fault lasts too", "[check][store]") {
    const Row row = GENERATE(values<Row>({
        {"every write to orders answers 201 or 202", Outcome::held},
        {"every write to orders answers 201", Outcome::failed},
        {"every write to orders answers 202 while fault 1 lasts", Outcome::held},
        {"no write to orders answers nothing", Outcome::held},
        {"at least 2 writes to orders answer 201", Outcome::held},
        {"at most 1 write to orders answers 201", Outcome::failed},
        {"every read of orders answers nothing", Outcome::held},
        {"every write to orders answers 201 after 90s", Outcome::undecided},
        {"no read of orders is stale", Outcome::held},
    }));
    StoreStory story;
    CHECK(judged(story, row.sentence, [](StoreStory& s) {
              s.at(10).fault(0);
              s.at(10);
              s.request("write", 201);
              s.at(20).fault(1);
              s.at(30);
              s.request("write", 202);
              s.at(40);
              s.ended(1);
              s.at(50);
              s.request("write", 201);
              s.request("read", 0);
          }) == row.outcome);
}

TEST_CASE("steps are judged by status, text and rows", "[check][store]") {
    const Row row = GENERATE(values<Row>({
        {"step found answers 200", Outcome::held},
        {"step found answers 200 with \"n\":2", Outcome::held},
        {"step found answers with \"n\":3", Outcome::failed},
        {"step found answers 404 or 409", Outcome::failed},
        {"step found finds 25 rows", Outcome::held},
        {"step found finds at most 24 rows", Outcome::failed},
        {"step never answers 200", Outcome::undecided},
    }));
    StoreStory story;
    CHECK(judged(story, row.sentence, [](StoreStory& s) {
              s.at(10);
              s.step("found", 200, 25, R"({"n":2})");
          }) == row.outcome);
}

TEST_CASE("copies agree, and documents have conflicts, at instants", "[check][store]") {
    const Row row = GENERATE(values<Row>({
        {"copies of orders agree within 20s of the end of fault 1", Outcome::held},
        {"copies of orders agree within 5s of the end of fault 1", Outcome::failed},
        {"copies of orders differ while fault 1 lasts", Outcome::failed},
        {"copies of orders differ between 25s and 35s", Outcome::held},
        {"copies of orders agree at the end", Outcome::held},
        {"document orders/cart has 2 conflicts at the end", Outcome::held},
        {"document orders/cart has no conflicts after 60s", Outcome::failed},
        {"document orders/cart has no conflicts between 0s and 40s", Outcome::held},
    }));
    StoreStory story;
    CHECK(judged(story, row.sentence, [](StoreStory& s) {
              s.at(20).fault(1);
              s.at(22).emit(store::cluster::events::db_differ, "orders", {field::integer(1)});
              s.at(40);
              s.ended(1);
              s.at(50).emit(store::cluster::events::db_agree, "orders", {});
              const auto node = [&](const char* name) { return field::name(s.names.intern(name)); };
              s.emit(store::cluster::events::db_conflict, "orders/cart",
                     {node("n1"), field::integer(1)});
              s.emit(store::cluster::events::db_conflict, "orders/cart",
                     {node("n2"), field::integer(2)});
              s.emit(store::cluster::events::db_resolved, "orders/cart", {node("n1")});
          }) == row.outcome);
}

TEST_CASE("a fault that never ends fails what is promised after its end", "[check][store]") {
    StoreStory story;
    CHECK(judged(story, "copies of orders agree within 5s of the end of fault 1",
                 [](StoreStory& s) { s.at(20).fault(1); }) == Outcome::failed);
}
