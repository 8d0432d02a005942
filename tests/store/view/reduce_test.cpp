// Goal: the built-in reduce functions say what CouchDB's say, in whatever pieces they work.
// Method: tables of values and results; each reduced whole, and in every way of two parts
// (couch_query_servers.erl; couchdb.md 7).
#include <catch2/catch.hpp>

#include <random>

#include "store/json/print.h"
#include "store/view/desk.h"

namespace glasshive::test {

using namespace store;
using namespace store::view;

namespace {

std::unique_ptr<Reducer> reducer(std::string_view source) {
    auto made = make_reducer(source, nullptr);
    if (const auto* refusal = std::get_if<Refusal>(&made)) FAIL(refusal->reason);
    return std::get<std::unique_ptr<Reducer>>(std::move(made));
}

std::string text(const Reducer& reducer, const Reduced& reduced) {
    if (const auto* refusal = std::get_if<Refusal>(&reduced))
        return refusal->error + ": " + refusal->reason;
    return json::to_text(reducer.finalize(std::get<json::Value>(reduced)).view());
}

/// Rows with keys 0, 1, 2, … and these values.
std::vector<Row> rows(std::string_view values) {
    std::vector<Row> all;
    const json::Value array = json_value(values);
    for (const json::View value : array.view().elements()) {
        all.push_back({json_value(std::to_string(all.size())),
                       json::SharedBytes::copy_of("d" + std::to_string(all.size())),
                       json_value(json::to_text(value))});
    }
    return all;
}

/// The whole; and, unless it is an error, the same for every cut into two.
std::string reduced(std::string_view source, std::string_view values) {
    const auto work = reducer(source);
    const std::vector<Row> all = rows(values);
    const Reduced whole = work->reduce(all);
    const std::string expected = text(*work, whole);
    if (expected.find("error") != std::string::npos || expected.find("invalid") == 0)
        return expected;
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        const std::vector<json::Value> parts{
            std::get<json::Value>(work->reduce(std::span(all).first(cut))),
            std::get<json::Value>(work->reduce(std::span(all).subspan(cut)))};
        CAPTURE(source, values, cut);
        CHECK(text(*work, work->rereduce(parts)) == expected);
    }
    return expected;
}

}   // namespace

TEST_CASE("_sum adds numbers, arrays and objects", "[store][view]") {
    CHECK(reduced("_sum", "[1,2,3]") == "6");
    CHECK(reduced("_sum", "[1,2.5]") == "3.5");
    CHECK(reduced("_sum", "[9223372036854775807,1]") == "9223372036854775808");
    CHECK(reduced("_sum", "[[1,2],[10],[0,0,5]]") == "[11,2,5]");
    CHECK(reduced("_sum", "[1,[10,20]]") == "[11,20]");
    CHECK(reduced("_sum", "[[10,20],1]") == "[11,20]");
    CHECK(reduced("_sum", R"([{"b":1,"a":2},{"a":3,"c":{"d":[1]}}])") ==
          R"({"a":5,"b":1,"c":{"d":[1]}})");
    // One object alone is not looked into, nor is what only one of several has.
    CHECK(reduced("_sum", R"([{"b":"x","a":1}])") == R"({"b":"x","a":1})");
    CHECK(reduced("_sum", R"([{"b":"x","a":1},{"a":2}])") == R"({"a":3,"b":"x"})");
    CHECK(reduced("_sum whatever follows", "[1]") == "1");
}

TEST_CASE("_sum of something else is a value that tells of the error", "[store][view]") {
    const std::string reason =
        "The _sum function requires that map values be numbers, arrays of numbers, or objects. "
        "Objects cannot be mixed with other data structures. Objects can be arbitrarily nested, "
        "provided that the values for all fields are themselves numbers, arrays of numbers, or "
        "objects.";
    CHECK(reduced("_sum", R"([1,"a",2])") ==
          R"({"error":"builtin_reduce_error","reason":")" + reason + R"(","caused_by":"a"})");
    CHECK(reduced("_sum", R"([{"b":"x"},{"b":1}])").find(R"("caused_by":1})") != std::string::npos);
    CHECK(reduced("_sum", R"([1,{"b":1}])").find(R"("caused_by":{"b":1})") != std::string::npos);
    // It stays an error when it is reduced again.
    const auto work = reducer("_sum");
    const std::vector<json::Value> parts{std::get<json::Value>(work->reduce(rows(R"(["a"])"))),
                                         json_value("5")};
    CHECK(text(*work, work->rereduce(parts)).find(R"("caused_by":"a")") != std::string::npos);
    // What grows with its rows is refused.
    std::string many = "[";
    for (int i = 0; i < 100; ++i) {
        many += (i > 0 ? ",{\"" : "{\"") + std::string(200, 'k') + std::to_string(i) + "\":1}";
    }
    CHECK(
        reduced("_sum", many + "]").find("Reduce output must shrink more rapidly: input size: ") !=
        std::string::npos);
}

TEST_CASE("_count and _stats", "[store][view]") {
    CHECK(reduced("_count", R"([1,"a",null])") == "3");
    CHECK(reduced("_stats", "[1,2,3.5]") ==
          R"({"sum":6.5,"count":3,"min":1,"max":3.5,"sumsqr":17.25})");
    CHECK(reduced("_stats", "[[1,2],[3,4]]") ==
          R"([{"sum":4,"count":2,"min":1,"max":3,"sumsqr":10},)"
          R"({"sum":6,"count":2,"min":2,"max":4,"sumsqr":20}])");
    CHECK(reduced("_stats", R"([{"sum":10,"count":2,"min":4,"max":6,"sumsqr":52},3])") ==
          R"({"sum":13,"count":3,"min":3,"max":6,"sumsqr":61})");
    CHECK(reduced("_stats", R"(["a"])") ==
          "invalid_value: The _stats function requires that map values be numbers or arrays of "
          R"(numbers, not '<<"a">>')");
    CHECK(reduced("_stats", R"([{"sum":1}])") ==
          R"(invalid_value: user _stats input missing required field count ([{<<"sum">>,1}]))");
}

TEST_CASE("3.5's _top, _bottom, _first and _last", "[store][view]") {
    CHECK(reduced("_top_2", R"([3,9,1,9,"a"])") == R"(["a",9])");
    CHECK(reduced("_bottom_3", "[3,9,1,1,2]") == "[1,2,3]");
    CHECK(reduced("_top_10", "[]").empty() == false);
    CHECK(reduced("_first", R"(["x","y","z"])") == R"("x")");
    CHECK(reduced("_last", R"(["x","y","z"])") == R"("z")");
}

TEST_CASE("what is no built-in is refused when the design document is written", "[store][view]") {
    CHECK(check_reduce("_nonsense")->reason == "`_nonsense` is not a supported reduce function.");
    CHECK(check_reduce("_top_0")->reason == "rank value must be between 1 and 100");
    CHECK(check_reduce("_top_101")->reason == "rank value must be between 1 and 100");
    CHECK(check_reduce("_top_x")->reason == "invalid rank reducer");
    CHECK_FALSE(check_reduce("_top_100"));
    CHECK_FALSE(check_reduce("function(keys, values) { return 1; }"));
}

TEST_CASE("_approx_count_distinct is exact for few keys and close for many", "[store][view]") {
    const auto work = reducer("_approx_count_distinct");
    struct Line {
        int distinct;
        double off_max;
    };
    const Line line =
        GENERATE(values<Line>({{1, 0}, {10, 0}, {1'000, 0.03}, {5'000, 0.06}, {60'000, 0.06}}));
    std::vector<json::Value> parts;
    std::vector<Row> some;
    for (int i = 0; i < line.distinct; ++i) {
        some.push_back(
            {json_value(std::to_string(i)), json::SharedBytes::copy_of("d"), json_value("1")});
        some.push_back(some.back());   // Twice the same key.
        if (some.size() > 500 || i + 1 == line.distinct) {
            parts.push_back(std::get<json::Value>(work->reduce(some)));
            some.clear();
        }
    }
    const double estimate = std::stod(text(*work, work->rereduce(parts)));
    CAPTURE(line.distinct, estimate);
    CHECK(std::abs(estimate - line.distinct) <= line.off_max * line.distinct);
}

TEST_CASE("a script reduces leaves, then what it reduced", "[store][view]") {
    ViewDesk desk(R"({"views":{"v":{"map":"function(d) { emit(d.k, d.v); }",
      "reduce":"function(keys, values, again) { return again ? sum(values) : values.length; }"},
      "big":{"map":"function(d) { emit(d.k, d.v); }",
      "reduce":"function(keys, values, again) { return 'x'.repeat(5000); }"}}})",
                  2);
    for (int i = 0; i < 1000; ++i)
        desk.put("d" + std::to_string(i), "{\"k\":" + std::to_string(i % 3) + ",\"v\":1}");
    CHECK(desk.keys("v") == "null=1000");
    CHECK(desk.keys("v", "group=true") == "0=334 1=333 2=333");
    CHECK(desk.keys("v", "startkey=1&endkey=1") == "null=333");
    // reduce_limit: an answer that does not shrink is a value that says so (200).
    CHECK(desk.keys("big", "key=0&limit=1")
              .find("{\"reduce_overflow_error\":\"Reduce output must shrink") != std::string::npos);
}

}   // namespace glasshive::test
