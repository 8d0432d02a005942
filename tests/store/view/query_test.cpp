// Goal: a view answers what a real CouchDB answers, for each parameter of couchdb.md 7, over one
// shard and over several. Method: small databases, replies as texts; errors in a table.
#include <catch2/catch.hpp>

#include <random>

#include "store/view/desk.h"

namespace glasshive::test {

namespace {

constexpr std::string_view design = R"({"views":{
  "by_k":{"map":"function(doc) { if ('k' in doc) emit(doc.k, doc.v); }"},
  "sum":{"map":"function(doc) { if ('k' in doc) emit(doc.k, doc.v); }","reduce":"_sum"},
  "raw":{"map":"function(doc) { emit(doc.k, null); }","options":{"collation":"raw"}},
  "joined":{"map":"function(doc) { if (doc.see) emit(doc._id, {_id: doc.see}); }"}}})";

/// a..f with keys 1..6, values ten times that.
void fill(ViewDesk& desk) {
    for (int i = 1; i <= 6; ++i) {
        const std::string number = std::to_string(i);
        desk.put(std::string(1, char('a' + i - 1)), "{\"k\":" + number + ",\"v\":" + number + "0}");
    }
}

}   // namespace

TEST_CASE("a view shows rows by key, with totals and offsets", "[store][view]") {
    const std::size_t shards = GENERATE(1U, 3U);
    ViewDesk desk(design, shards);
    desk.put("b", R"({"k":1,"v":"x"})");
    desk.put("a", R"({"k":1})");
    desk.put("c", R"({"k":null,"v":[1]})");
    desk.put("d", R"({"other":1})");
    CHECK(desk.get("by_k") ==
          R"({"total_rows":3,"offset":0,"rows":[{"id":"c","key":null,"value":[1]},)"
          R"({"id":"a","key":1,"value":null},{"id":"b","key":1,"value":"x"}]})");
    CHECK(desk.get("by_k", "startkey=1&limit=1") ==
          R"({"total_rows":3,"offset":1,"rows":[{"id":"a","key":1,"value":null}]})");
    CHECK(desk.get("by_k", "startkey=1&startkey_docid=b") ==
          R"({"total_rows":3,"offset":2,"rows":[{"id":"b","key":1,"value":"x"}]})");
    CHECK(desk.get("by_k", "key=7") == R"({"total_rows":3,"offset":3,"rows":[]})");
    CHECK(desk.get("nothing") == "not_found: missing_named_view");
}

TEST_CASE("ranges hold their ends unless told otherwise, in both directions", "[store][view]") {
    const std::size_t shards = GENERATE(1U, 4U);
    ViewDesk desk(design, shards);
    fill(desk);
    CHECK(desk.keys("by_k", "startkey=2&endkey=4") == "2 3 4");
    CHECK(desk.keys("by_k", "startkey=2&endkey=4&inclusive_end=false") == "2 3");
    CHECK(desk.keys("by_k", "start_key=2.5") == "3 4 5 6");
    CHECK(desk.keys("by_k", "descending=true&startkey=4&endkey=2") == "4 3 2");
    CHECK(desk.keys("by_k", "descending=true&startkey=4&endkey=2&inclusive_end=false") == "4 3");
    CHECK(desk.keys("by_k", "descending=true&limit=2&skip=1") == "5 4");
    CHECK(desk.keys("by_k", "skip=4") == "5 6");
    CHECK(desk.keys("by_k", "limit=0") == "");
    CHECK(desk.keys("by_k", "endkey=3&endkey_docid=b&inclusive_end=true") == "1 2");
    CHECK(desk.get("by_k", "descending=true&startkey=2&skip=1") ==
          R"({"total_rows":6,"offset":5,"rows":[{"id":"a","key":1,"value":10}]})");
}

TEST_CASE("keys come in the order and as often as they were asked for", "[store][view]") {
    const std::size_t shards = GENERATE(1U, 4U);
    ViewDesk desk(design, shards);
    fill(desk);
    desk.put("g", R"({"k":3,"v":1})");
    CHECK(desk.keys("by_k", "keys=[5,3,5,99]") == "5 3 3 5");
    CHECK(desk.keys("by_k", "keys=[3,3]") == "3 3 3 3");
    CHECK(desk.keys("by_k", "keys=[5,3,5]&skip=1&limit=2") == "3 3");
    CHECK(desk.keys("by_k", "keys=[]") == "");
    // What each shard has before the first row it finds, or all it has, is added up.
    const std::string one = R"({"total_rows":7,"offset":6,"rows":[{"id":"f","key":6,"value":60}]})";
    CHECK(desk.get("by_k", "keys=[6,9]") == one);
    CHECK(desk.get("by_k", "keys=[9,6]") == one);
    CHECK(desk.get("by_k", "keys=[8,9]") == R"({"total_rows":7,"offset":7,"rows":[]})");
    CHECK(desk.get("by_k", "keys=[6,9]&skip=1") == R"({"total_rows":7,"offset":7,"rows":[]})");
    // One key alone is taken for `key`, and so has an offset.
    CHECK(desk.get("by_k", "keys=[6]") == one);
    CHECK(desk.keys("sum", "keys=[3,6,3]&group=true") == "3=31 6=60 3=31");
}

TEST_CASE("reduced rows are grouped by whole keys or by their beginning", "[store][view]") {
    const std::size_t shards = GENERATE(1U, 4U);
    ViewDesk desk(design, shards);
    int number = 0;
    for (const char* key : {R"(["a",1])", R"(["a",1])", R"(["a",2])", R"(["b",1])", R"("x")"}) {
        const std::string v = std::to_string(++number);
        desk.put("doc" + v, std::string("{\"k\":") + key + ",\"v\":" + v + "}");
    }
    CHECK(desk.get("sum") == R"({"rows":[{"key":null,"value":15}]})");
    CHECK(desk.keys("sum", "group=true") == R"("x"=5 ["a",1]=3 ["a",2]=3 ["b",1]=4)");
    CHECK(desk.keys("sum", "group_level=1") == R"("x"=5 ["a"]=6 ["b"]=4)");
    CHECK(desk.keys("sum", "group_level=1&descending=true") == R"(["b"]=4 ["a"]=6 "x"=5)");
    CHECK(desk.keys("sum", "group_level=1&skip=1&limit=1") == R"(["a"]=6)");
    CHECK(desk.keys("sum", "group_level=0") == "null=15");
    CHECK(desk.keys("sum", R"(startkey=["a",2]&group_level=1)") == R"(["a"]=3 ["b"]=4)");
    CHECK(desk.keys("sum", "key=99") == "");   // No rows, no group.
    CHECK(desk.keys("sum", "reduce=false&limit=1") == R"("x")");
    // With a reduce function there is no total_rows; without, there is.
    CHECK(desk.get("sum", "reduce=false&limit=0") == R"({"total_rows":5,"offset":0,"rows":[]})");
}

TEST_CASE("include_docs shows the document, or the one that a value names", "[store][view]") {
    ViewDesk desk(design, 2);
    desk.put("a", R"({"see":"b"})");
    desk.put("b", R"({"k":1})");
    desk.put("c", R"({"see":"gone"})");
    const std::string shown = desk.get("by_k", "include_docs=true");
    CHECK(shown.find(R"({"id":"b","key":1,"value":null,"doc":{"_id":"b","_rev":"1-)") !=
          std::string::npos);
    const std::string joined = desk.get("joined", "include_docs=true");
    CHECK(joined.find(R"({"id":"a","key":"a","value":{"_id":"b"},"doc":{"_id":"b",)") !=
          std::string::npos);
    CHECK(joined.find(R"({"id":"c","key":"c","value":{"_id":"gone"},"doc":null})") !=
          std::string::npos);
}

TEST_CASE("a view may ask for raw collation", "[store][view]") {
    ViewDesk desk(design, 2);
    desk.put("a", R"({"k":"a"})");
    desk.put("b", R"({"k":"B"})");
    desk.put("c", R"({"k":[]})");
    desk.put("d", R"({"k":{}})");
    CHECK(desk.keys("by_k") == R"("a" "B" [] {})");
    CHECK(desk.keys("raw") == R"({} [] "B" "a")");
}

TEST_CASE("one document may emit a key many times", "[store][view]") {
    ViewDesk desk(R"({"views":{"v":{"map":"function(d) { d.l.forEach(x => emit(0, x)); }"}}})");
    desk.put("a", R"({"l":[3,1,2,1]})");
    desk.put("b", R"({"l":["z","y"]})");
    // Values of one key and document stand in raw order, in both directions.
    const auto values = [&](std::string_view parameters) {
        std::string out;
        const std::string reply = desk.get("v", parameters);
        for (std::size_t at = 0; (at = reply.find("\"value\":", at)) != std::string::npos; ++at)
            out += reply.substr(at + 8, reply.find('}', at) - at - 8) + " ";
        return out;
    };
    CHECK(values("") == R"(1 1 2 3 "y" "z" )");
    CHECK(values("descending=true") == R"("y" "z" 1 1 2 3 )");
    desk.put("a", R"({"l":[7]})");
    CHECK(values("") == R"(7 "y" "z" )");
}

TEST_CASE("four ranges answer as one does", "[store][view]") {
    std::mt19937 chance(3);
    const auto key = [&] {
        const std::string n = std::to_string(chance() % 12);
        const std::string keys[] = {
            n, n, "\"k" + n + "\"", "[1," + n + "]", "[\"a\",1," + n + "]", "null"};
        return keys[chance() % 6];
    };
    std::vector<std::pair<std::string, std::string>> documents;
    for (int i = 0; i < 200; ++i) {
        documents.emplace_back("d" + std::to_string(i),
                               "{\"k\":" + key() + ",\"v\":" + std::to_string(chance() % 9) + "}");
    }
    std::vector<std::pair<std::string, std::string>> queries;
    for (int i = 0; i < 300; ++i) {
        const bool reduced = chance() % 2 == 0;
        std::string parameters = chance() % 2 == 0 ? "descending=true" : "descending=false";
        if (chance() % 4 == 0) {
            parameters += "&keys=[" + key() + "," + key() + "," + key() + "]";
            if (reduced) parameters += "&group=true";
        } else {
            if (chance() % 2 == 0) parameters += "&startkey=" + key();
            if (chance() % 2 == 0) parameters += "&endkey=" + key();
            if (chance() % 3 == 0) parameters += "&inclusive_end=false";
            if (reduced) parameters += "&group_level=" + std::to_string(chance() % 4);
        }
        if (chance() % 2 == 0) parameters += "&skip=" + std::to_string(chance() % 20);
        if (chance() % 2 == 0) parameters += "&limit=" + std::to_string(chance() % 40);
        queries.emplace_back(reduced ? "sum" : "by_k", parameters);
    }
    std::vector<std::string> answers[2];
    for (const std::size_t shards : {1U, 4U}) {
        ViewDesk desk(design, shards);
        for (const auto& [id, body] : documents) desk.put(id, body);
        for (const auto& [view, parameters] : queries)
            answers[shards == 4].push_back(desk.get(view, parameters));
    }
    for (std::size_t i = 0; i < queries.size(); ++i) {
        CAPTURE(queries[i].first, queries[i].second);
        // The offset of rows by `keys` is a sum over ranges that says nothing of the whole.
        if (queries[i].second.find("keys=") != std::string::npos && queries[i].first == "by_k") {
            for (auto& of : answers) of[i].erase(0, of[i].find("\"rows\""));
        }
        REQUIRE(answers[0][i] == answers[1][i]);
    }
}

TEST_CASE("bad parameters are refused in CouchDB's words", "[store][view]") {
    struct Row {
        std::string_view view, parameters, answer;
    };
    const Row row = GENERATE(values<Row>({
        {"by_k", "limit=x", R"(query_parse_error: Invalid value for integer: "x")"},
        {"by_k", "limit=-1", R"(query_parse_error: Invalid value for positive integer: "-1")"},
        {"by_k", "skip=-2", R"(query_parse_error: Invalid value for positive integer: "-2")"},
        {"by_k", "descending=maybe", R"(query_parse_error: Invalid boolean parameter: "maybe")"},
        {"by_k", "startkey=a", "bad_request: invalid UTF-8 JSON"},
        {"by_k", "stale=no", "query_parse_error: Invalid value for `stale`."},
        {"by_k", "update=never", "query_parse_error: Invalid value for `update`."},
        {"by_k", "stable=5", "query_parse_error: Invalid value for `stable`."},
        {"by_k", "keys=5", "query_parse_error: `keys` must be an array of strings."},
        {"by_k", "reduce=true", "query_parse_error: Reduce is invalid for map-only views."},
        {"by_k", "group=true", "query_parse_error: Invalid use of grouping on a map view."},
        {"by_k", "group_level=1", "query_parse_error: Invalid use of grouping on a map view."},
        {"sum", "include_docs=true", "query_parse_error: `include_docs` is invalid for reduce"},
        {"sum", "conflicts=true", "query_parse_error: `conflicts` is invalid for reduce views."},
        {"sum", "keys=[1,2]",
         "query_parse_error: Multi-key fetches for reduce views must use `group=true`"},
        {"sum", "group=false&group_level=2",
         "query_parse_error: Can't specify group=false and group_level>0 at the same time"},
        {"by_k", "keys=[1,2]&startkey=1",
         "query_parse_error: `keys` is incompatible with `key`, `start_key` and `end_key`"},
        {"by_k", "startkey=2&endkey=1",
         "query_parse_error: No rows can match your key range, reverse your start_key and "
         "end_key or set descending=true"},
        {"by_k", "startkey=1&endkey=2&descending=true",
         "query_parse_error: No rows can match your key range, reverse your start_key and "
         "end_key or set descending=false"},
    }));
    ViewDesk desk(design);
    CAPTURE(row.parameters);
    CHECK(desk.get(row.view, row.parameters) == row.answer);
}

TEST_CASE("a function that is none is named by its view", "[store][view]") {
    using namespace store;
    struct Line {
        std::string_view design, words;
    };
    const Line line = GENERATE(values<Line>({
        {R"({"views":{"v":{"map":"4 +"}}})",
         "Compilation of the map function in the 'v' view failed: "},
        {R"({"views":{"v":{"map":"x => 1","reduce":"4 +"}}})",
         "Compilation of the reduce function in the 'v' view failed: "},
        {R"({"views":{"v":{"map":"x => 1","reduce":"() => { throw 1; }"}}})", ""},
        {R"({"language":"erlang","views":{"v":{"map":"fun({Doc}) -> ok end."}}})", ""},
    }));
    const auto definition =
        std::get<view::Definition>(view::define(json_value(line.design).view()));
    javascript::Engine engine({.now_ms = [] { return 0.0; },
                               .random = [] { return 0.5; },
                               .log = [](std::string_view) {}});
    auto program = engine.load(definition.design.view());
    const auto refusal = view::check_functions(definition, *std::get<0>(program));
    CAPTURE(line.design);
    CHECK(refusal.has_value() == !line.words.empty());
    if (!refusal) return;
    CHECK(refusal->error == "compilation_error");
    CHECK(refusal->reason.starts_with(line.words));
}

TEST_CASE("what nobody knows is ignored, and a body says the same in JSON", "[store][view]") {
    using namespace store::view;
    ViewDesk desk(design);
    fill(desk);
    CHECK(desk.keys("by_k", "nonsense=1&limit=1") == "1");
    const auto parsed = parse_query(
        json_value(R"({"start_key":2,"descending":true,"limit":3,"keys":[1,"a"],"stale":"ok"})")
            .view());
    const Query& query = std::get<Query>(parsed);
    CHECK(query.start_key == json_value("2"));
    CHECK(query.descending);
    CHECK(query.limit == 3);
    CHECK(query.keys->size() == 2);
    CHECK(query.update == Query::Update::no);
    const auto bad = parse_query(json_value(R"({"limit":-3})").view());
    CHECK(std::get<store::Refusal>(bad).reason == "Invalid value for positive integer: -3");
}

}   // namespace glasshive::test
