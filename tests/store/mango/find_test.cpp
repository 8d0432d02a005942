// Goal: _find, _explain and _index answer as CouchDB's. Method: a small shop; replies as texts;
// random selectors give the same documents with an index as without (mango_cursor_view.erl,
// mango_idx_view.erl; couchdb.md 9 and 12).
#include <catch2/catch.hpp>

#include <chrono>
#include <iterator>
#include <random>
#include <set>
#include <sstream>

#include "store/json/print.h"
#include "store/mango/desk.h"

namespace glasshive::test {

using namespace store;
using namespace store::mango;

namespace {

constexpr std::string_view no_index =
    "No matching index found, create an index to optimize query time.";

void fill(FindDesk& desk) {
    desk.put("apple", R"({"kind":"fruit","price":3,"stock":{"north":4}})");
    desk.put("bread", R"({"kind":"food","price":2})");
    desk.put("cherry", R"({"kind":"fruit","price":9,"tags":["red","small"]})");
    desk.put("dates", R"({"kind":"fruit","price":5,"stock":{"north":0}})");
    desk.put("eggs", R"({"kind":"food"})");
}

bool contains(const std::string& text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}   // namespace

TEST_CASE("without an index all documents are looked at, and the reply says so", "[store][mango]") {
    FindDesk desk(GENERATE(1U, 3U));
    fill(desk);
    CHECK(desk.ids(R"({"kind":"fruit"})") == "apple cherry dates");
    CHECK(desk.last("warning") == no_index);
    CHECK(desk.ids(R"({"price":{"$ne":3}})") == "bread cherry dates");   // Not the eggs.
    CHECK(desk.ids(R"({"stock.north":{"$gte":0}})") == "apple dates");
    CHECK(desk.ids(R"({"kind":"food","$or":[]})") == "bread eggs");
    desk.remove("apple");
    CHECK(desk.ids(R"({"kind":"fruit"})") == "cherry dates");
    // Design documents are never found.
    desk.put("_design/x", R"({"kind":"fruit"})");
    CHECK(desk.ids(R"({"kind":"fruit"})") == "cherry dates");
    CHECK(desk.ids(R"({"_id":{"$gt":"bread"}})") == "cherry dates eggs");
}

TEST_CASE("an index answers when the selector demands its fields", "[store][mango]") {
    FindDesk desk(GENERATE(1U, 3U));
    fill(desk);
    CHECK(desk.index(R"({"index":{"fields":["price"]},"ddoc":"p","name":"by-price"})") ==
          "created by-price");
    CHECK(desk.index(R"({"index":{"fields":["price"]},"ddoc":"p","name":"by-price"})") ==
          "exists by-price");
    CHECK(desk.ids(R"({"price":{"$gt":2}})") == "apple dates cherry");   // In the index's order.
    CHECK(desk.last("warning").empty());
    CHECK(desk.ids(R"({"price":{"$gt":2},"kind":"fruit"})") == "apple dates cherry");
    CHECK(desk.ids(R"({"price":{"$exists":false}})") == "eggs");
    CHECK(desk.last("warning") == no_index);
    CHECK(desk.ids(R"({"$or":[{"price":2},{"price":9}]})") == "bread cherry");
    CHECK(desk.last("warning").empty());   // Both sides demand the field.
    CHECK(desk.ids(R"({"$or":[{"price":2},{"kind":"food"}]})") == "bread eggs");
    CHECK(desk.last("warning") == no_index);
    CHECK(desk.ids(R"({"price":{"$gt":5,"$lt":4}})") == "");
    CHECK(desk.find(R"({"selector":{"price":{"$gt":5,"$lt":4}}})") == R"({"docs":[]})");
    CHECK(desk.find(R"({"selector":{"$or":[]}})") == R"({"docs":[]})");
    // CouchDB takes an empty $or for one that demands all fields, and so misses the eggs.
    CHECK(desk.ids(R"({"kind":"food","$or":[]})") == "bread");
}

TEST_CASE("sorting needs an index that begins with its fields", "[store][mango]") {
    FindDesk desk(GENERATE(1U, 3U));
    fill(desk);
    const std::string none =
        "no_usable_index: No index exists for this sort, try indexing by the sort fields.";
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("sort":["price"])") == none);
    desk.index(R"({"index":{"fields":["kind","price"]},"name":"kp"})");
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("sort":["kind","price"])") == "apple dates cherry");
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("sort":[{"kind":"desc"},{"price":"desc"}])") ==
          "cherry dates apple");
    // A field that can have one value only may be left out in front.
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("sort":["price"])") == "apple dates cherry");
    CHECK(desk.ids(R"({"kind":{"$gt":"a"}})", R"("sort":["price"])") == none);
    CHECK(
        desk.ids(R"({"kind":"fruit"})", R"("sort":[{"kind":"asc"},{"price":"desc"}])") ==
        "unsupported_mixed_sort: Sorts currently only support a single direction for all fields.");
    CHECK(desk.ids(R"({"_id":{"$gt":null}})", R"("sort":[{"_id":"desc"}],"limit":2)") ==
          "eggs dates");
}

TEST_CASE("skip, limit, fields and bookmarks", "[store][mango]") {
    FindDesk desk(GENERATE(1U, 3U));
    fill(desk);
    const bool indexed = GENERATE(false, true);
    if (indexed) desk.index(R"({"index":{"fields":["kind"]}})");
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("skip":1,"limit":1)") == "cherry");
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("limit":0)") == "");
    CHECK(desk.last("bookmark") == "nil");
    std::string seen;
    std::string bookmark = "nil";
    for (int page = 0; page < 5; ++page) {
        const std::string more = R"("limit":1,"bookmark":")" + bookmark + "\"";
        seen += "[" + desk.ids(R"({"kind":"fruit"})", more) + "]";
        bookmark = desk.last("bookmark");
    }
    CHECK(seen == "[apple][cherry][dates][][]");
    CHECK(contains(desk.find(R"({"selector":{"kind":"food"},"fields":["_id","price","a.b"]})"),
                   R"({"docs":[{"_id":"bread","price":2},{"_id":"eggs"}],)"));
    CHECK(contains(desk.find(R"({"selector":{"_id":"apple"},"fields":["stock.north","kind"]})"),
                   R"({"docs":[{"stock":{"north":4},"kind":"fruit"}],)"));
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("bookmark":"nonsense")") ==
          R"(invalid_bookmark: Invalid bookmark value: "nonsense")");
}

TEST_CASE("bookmarks are terms in base64, and strangers' are read with care", "[store][mango]") {
    const Bookmark mark{"some-document", json_value(R"(["fruit",{"a":[1,2.5,null]},300])")};
    const std::string text = encode(mark);
    const auto read = decode(text);
    REQUIRE(read);
    CHECK(read->id == mark.id);
    CHECK(read->key == mark.key);
    // A long one is deflated: 131, 80.
    const Bookmark longer{std::string(200, 'a'), json_value("[\"" + std::string(200, 'b') + "\"]")};
    CHECK(encode(longer).starts_with("g1AAAA"));
    CHECK(decode(encode(longer))->id == longer.id);
    std::mt19937 chance(5);
    for (int i = 0; i < 20'000; ++i) {
        std::string broken = chance() % 2 == 0 ? text : encode(longer);
        for (unsigned n = 1 + chance() % 3; n > 0; --n)
            broken[chance() % broken.size()] = "ABab01-_"[chance() % 8];
        broken.resize(broken.size() - chance() % 5);
        if (const auto some = decode(broken)) json::to_text(some->key.view());
    }
    CHECK_FALSE(decode(""));
    CHECK_FALSE(decode("g2wAAAAC"));
}

TEST_CASE("use_index is a wish, partial indexes need it", "[store][mango]") {
    FindDesk desk(2);
    fill(desk);
    CHECK(desk.index(R"({"index":{"fields":["price"],"partial_filter_selector":{"kind":"fruit"}},
                        "ddoc":"fruits","name":"price"})") == "created price");
    CHECK(desk.ids(R"({"price":{"$gt":1}})") == "apple bread cherry dates");
    CHECK(desk.last("warning") == no_index);
    CHECK(desk.ids(R"({"price":{"$gt":1}})", R"("use_index":"fruits")") == "apple dates cherry");
    CHECK(desk.last("warning").empty());
    CHECK(desk.ids(R"({"price":{"$gt":1}})", R"("use_index":["fruits","price"])") ==
          "apple dates cherry");
    CHECK(desk.ids(R"({"kind":"food"})", R"("use_index":"_design/fruits")") == "bread eggs");
    CHECK(
        desk.last("warning") ==
        "_design/fruits was not used because it does not contain a valid index for this query.\n" +
            std::string(no_index));
    CHECK(desk.ids(R"({"kind":"food"})", R"("use_index":["a","b"])") == "bread eggs");
    CHECK(desk.last("warning").starts_with(
        "_design/a, b was not used because it is not a valid index for this query.\n"));
    CHECK(desk.ids(R"({"kind":"food"})", R"("use_index":"fruits","allow_fallback":false)")
              .starts_with("invalid_index: _design/fruits specified by `use_index`"));
}

TEST_CASE("of several indexes the one that fits most closely is used", "[store][mango]") {
    FindDesk desk;
    fill(desk);
    for (const char* body : {R"({"index":{"fields":["kind"]},"ddoc":"b","name":"one"})",
                             R"({"index":{"fields":["kind"]},"ddoc":"a","name":"same"})",
                             R"({"index":{"fields":["kind","price"]},"ddoc":"c","name":"both"})",
                             R"({"index":{"fields":["price","kind"]},"ddoc":"d","name":"turned"})"})
        desk.index(body);
    const auto chosen = [&](std::string_view selector) {
        const std::string text = desk.explain("{\"selector\":" + std::string(selector) + "}");
        const std::size_t at = text.find("\"ddoc\":") + 7;
        return text.substr(at, text.find(',', at) - at);
    };
    CHECK(chosen(R"({"kind":"fruit"})") == R"("_design/a")");             // First by name.
    CHECK(chosen(R"({"kind":"fruit","price":3})") == R"("_design/c")");   // Uses both.
    CHECK(chosen(R"({"price":3})") == "null");
    const std::string text = desk.explain(R"({"selector":{"kind":"fruit","price":{"$gt":3}}})");
    CHECK(contains(text, R"("name":"alphabetically_comes_after"}],"ranking":1,"covering":false)"));
    CHECK(contains(text, R"("name":"less_overlap"}],"ranking":2,)"));
    CHECK(contains(text, R"("name":"unfavored_type"}],"ranking":4,"covering":null)"));
}

TEST_CASE("_explain tells all", "[store][mango]") {
    FindDesk desk;
    desk.index(R"({"index":{"fields":["a","b"]},"ddoc":"x","name":"ab"})");
    CHECK(desk.explain(R"({"selector":{"a":1,"b":{"$gt":2}},"fields":["a"],"limit":5})") ==
          R"({"dbname":"shop","index":{"ddoc":"_design/x","name":"ab","type":"json",)"
          R"("partitioned":false,"def":{"fields":[{"a":"asc"},{"b":"asc"}]}},"partitioned":false,)"
          R"("selector":{"$and":[{"a":{"$eq":1}},{"b":{"$gt":2}}]},"opts":{"use_index":[],)"
          R"("bookmark":"nil","limit":5,"skip":0,"sort":{},"fields":["a"],"partition":"","r":1,)"
          R"("conflicts":false,"stale":false,"update":true,"stable":false,)"
          R"("execution_stats":false,"allow_fallback":true},"limit":5,"skip":0,"fields":["a"],)"
          R"("index_candidates":[{"index":{"ddoc":null,"name":"_all_docs","type":"special",)"
          R"("def":{"fields":[{"_id":"asc"}]}},"analysis":{"usable":true,"reasons":)"
          R"([{"name":"unfavored_type"}],"ranking":1,"covering":null}}],"selector_hints":)"
          R"([{"type":"json","indexable_fields":["a","b"],"unindexable_fields":[]}],"mrargs":)"
          R"({"include_docs":false,"view_type":"map","reduce":false,"partition":null,)"
          R"("start_key":[1,2],"end_key":[1,"<MAX>"],"direction":"fwd","stable":false,)"
          R"("update":true,"conflicts":"undefined"},"covering":true})");
    CHECK(contains(desk.explain(R"({"selector":{"c":1},"sort":["c"]})"), R"("index":null)"));
}

TEST_CASE("execution statistics count keys, documents, quorum reads", "[store][mango]") {
    FindDesk desk(2);
    fill(desk);
    desk.ids(R"({"kind":"fruit"})", R"("execution_stats":true)");
    CHECK(desk.last("execution_stats") ==
          R"({"total_keys_examined":5,"total_docs_examined":5,"total_quorum_docs_examined":0,)"
          R"("results_returned":3,"execution_time_ms":1.5})");
    CHECK(desk.ids(R"({"kind":"fruit"})", R"("execution_stats":true,"r":2)") ==
          "apple cherry dates");
    CHECK(desk.last("execution_stats") ==
          R"({"total_keys_examined":0,"total_docs_examined":0,"total_quorum_docs_examined":5,)"
          R"("results_returned":3,"execution_time_ms":1.5})");
    // An index that holds all that is asked for spares the documents.
    desk.index(R"({"index":{"fields":["kind","price"]}})");
    CHECK(contains(desk.find(R"({"selector":{"kind":"fruit","price":{"$gt":4}},
                                "fields":["_id","price"],"execution_stats":true})"),
                   R"({"docs":[{"_id":"dates","price":5},{"_id":"cherry","price":9}],)"));
    CHECK(contains(desk.last("execution_stats"),
                   R"({"total_keys_examined":2,"total_docs_examined":0,)"));
    // So does one of nested fields.
    desk.index(R"({"index":{"fields":["stock.north"]}})");
    CHECK(contains(desk.find(R"({"selector":{"stock.north":{"$gt":0}},
                                "fields":["stock.north"],"execution_stats":true})"),
                   R"({"docs":[{"stock":{"north":4}}],)"));
    CHECK(contains(desk.last("execution_stats"), R"("total_docs_examined":0,)"));
    // Much looking for little finding is remarked upon.
    for (int i = 0; i < 20; ++i) desk.put("z" + std::to_string(i), "{\"n\":1}");
    desk.ids(R"({"n":{"$gt":0},"none":1})");
    CHECK(contains(desk.last("warning"), "The number of documents examined is high in proportion"));
}

TEST_CASE("requests that are wrong are refused in CouchDB's words", "[store][mango]") {
    struct Row {
        std::string_view body, answer;
    };
    const Row row = GENERATE(values<Row>({
        {R"({})", "missing_required_key: Missing required key: selector"},
        {R"({"selector":5})", "invalid_selector_json: Selector must be a JSON object, not: 5"},
        {R"({"selector":{},"nonsense":1})", "invalid_key: Invalid key nonsense for this request."},
        {R"({"selector":{},"limit":-1})",
         "invalid_non_neg_integer: -1 is not an integer greater than or equal to zero"},
        {R"({"selector":{},"skip":"a"})",
         "invalid_non_neg_integer: <<97>> is not an integer greater than or equal to zero"},
        {R"({"selector":{},"r":0})", "invalid_pos_integer: 0 is not an integer greater than zero"},
        {R"({"selector":{},"conflicts":1})", "invalid_boolean: Invalid boolean value: 1"},
        {R"({"selector":{},"sort":"a"})",
         R"(invalid_sort_json: Sort must be an array of sort specs, not: <<"a">>)"},
        {R"({"selector":{},"sort":[{"a":"up"}]})",
         R"(invalid_sort_field: Invalid sort field: {[{<<"a">>,<<"up">>}]})"},
        {R"({"selector":{},"sort":[""]})", "invalid_sort_field: Invalid sort field: <<>>"},
        {R"({"selector":{},"fields":"a"})",
         "invalid_fields: Fields must be an array of strings, not: <<97>>"},
        {R"({"selector":{},"fields":[1]})", "invalid_field: Invalid JSON for field spec: 1"},
        {R"({"selector":{},"use_index":5})", "invalid_index_name: Invalid index name: 5"},
        {R"({"selector":{},"use_index":"a/b/c"})",
         "invalid_index_name: Invalid index name: <<97,47,98,47,99>>"},
        {R"({"selector":{},"bookmark":5})", "invalid_bookmark: Invalid bookmark value: 5"},
    }));
    FindDesk desk;
    CAPTURE(row.body);
    CHECK(desk.find(row.body) == row.answer);
}

TEST_CASE("indexes are named by what they are, and kept in design documents", "[store][mango]") {
    FindDesk desk;
    // The hash CouchDB makes of {Definition, Options}; its documentation's a5f4711f… is the same
    // request before there were partitions.
    CHECK(desk.index(R"({"index":{"fields":["foo"]},"name":"foo-index","type":"json"})") ==
          "created foo-index");
    CHECK(desk.designs[0].first == "_design/74644dcd981a77aa2a982e4eb0956fbad86c5a3f");
    CHECK(json::to_text(desk.designs[0].second.view()) ==
          R"({"language":"query","views":{"foo-index":{"map":{"fields":{"foo":"asc"},)"
          R"("partial_filter_selector":{}},"reduce":"_count","options":{"def":)"
          R"({"fields":["foo"]}}}}})");
    json::Builder out;
    out.begin_array();
    for (const IndexInfo& index : all_indexes(desk.designs)) index.write(out);
    out.end_array();
    CHECK(json::to_text(out.take().view()) ==
          R"([{"ddoc":null,"name":"_all_docs","type":"special","def":{"fields":[{"_id":"asc"}]}},)"
          R"({"ddoc":"_design/74644dcd981a77aa2a982e4eb0956fbad86c5a3f","name":"foo-index",)"
          R"("type":"json","partitioned":false,"def":{"fields":[{"foo":"asc"}]}}])");
    // The last index takes its design document with it.
    const json::Value design = desk.designs[0].second;
    CHECK_FALSE(std::get<json::Value>(without_index("foo-index", design.view())));
    CHECK(std::get<Refusal>(without_index("bar", design.view())).reason ==
          "JSON index bar not found in this design doc.");
    CHECK(desk.index(R"({"index":{}})") == "missing_required_key: Missing required key: fields");
    CHECK(desk.index(R"({})") == "missing_required_key: Missing required key: index");
    CHECK(desk.index(R"({"index":[]})") ==
          "invalid_index: JSON indexes must be an object, not: []");
    CHECK(desk.index(R"({"index":{"fields":["a"]},"type":"geo"})") ==
          "invalid_index: Invalid type for index: geo");
    CHECK(desk.index(R"({"index":{"fields":["a"]},"name":5})") ==
          "invalid_string: Invalid string: 5");
    CHECK(desk.index(R"({"index":{"fields":["a"]},"ddoc":"_design/"})") ==
          "illegal_docid: Illegal document id `_design/`");
}

TEST_CASE("how long a query over 100,000 documents takes", "[.speed]") {
    FindDesk desk;
    for (int i = 0; i < 100'000; ++i) {
        const std::string n = std::to_string(i * 7919 % 100'003);
        desk.put("doc" + n, "{\"k\":" + n + ",\"name\":\"customer " + n +
                                "\",\"text\":\"something that nobody looks at, as there is in "
                                "every document of some age\"}");
    }
    const auto now = [] { return std::chrono::steady_clock::now(); };
    const auto ms = [](auto from, auto to) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
    };
    const auto begin = now();
    desk.ids(R"({"k":{"$lt":50},"name":{"$regex":"^cust"}})");
    const auto scanned = now();
    desk.index(R"({"index":{"fields":["k"]}})");
    desk.ids(R"({"k":{"$lt":50}})");
    const auto built = now();
    desk.ids(R"({"k":{"$lt":50}})");
    const auto again = now();
    WARN("all documents " << ms(begin, scanned) << " ms, index built and asked "
                          << ms(scanned, built) << ", asked again " << ms(built, again));
}

TEST_CASE("an index never changes what is found", "[store][mango]") {
    const unsigned seed = GENERATE(1U, 2U, 3U);
    std::mt19937 chance(seed);
    const auto draw = [&](unsigned below) { return std::to_string(chance() % below); };
    FindDesk plain(1);
    FindDesk indexed(3);
    for (int i = 0; i < 120; ++i) {
        std::string body = "{";
        for (const char* field : {"a", "b", "c"}) {
            if (chance() % 4 == 0) continue;
            const std::string texts[] = {draw(6), "\"x" + draw(4) + "\"", "null",
                                         "[" + draw(3) + "]", "{\"d\":" + draw(3) + "}"};
            body += (body.size() > 1 ? ",\"" : "\"") + std::string(field) +
                    "\":" + texts[chance() % 8 < 4 ? 0 : chance() % 5];
        }
        plain.put("doc" + std::to_string(i), body + "}");
        indexed.put("doc" + std::to_string(i), body + "}");
    }
    for (const char* fields : {R"(["a"])", R"(["b","a"])", R"(["a","b","c"])", R"(["c","_id"])"})
        indexed.index(std::string("{\"index\":{\"fields\":") + fields + "}}");
    const std::string operators[] = {"$eq", "$gt", "$gte", "$lt", "$lte", "$ne"};
    int with_index = 0;
    for (int i = 0; i < 150; ++i) {
        const auto condition = [&] {
            const std::string values[] = {draw(6), draw(6), "\"x" + draw(4) + "\"", "null"};
            return "{\"" + operators[chance() % 6] + "\":" + values[chance() % 4] + "}";
        };
        std::string selector = "{\"$and\":[";
        for (unsigned n = 1 + chance() % 3; n > 0; --n) {
            const std::string field(1, "abc"[chance() % 3]);
            selector += chance() % 5 == 0 ? "{\"$or\":[{\"" + field + "\":" + condition() +
                                                "},{\"" + field + "\":" + condition() + "}]}"
                                          : "{\"" + field + "\":" + condition() + "}";
            if (n > 1) selector += ",";
        }
        selector += "]}";
        CAPTURE(selector);
        const auto set_of = [](const std::string& ids) {
            std::istringstream words(ids);
            return std::multiset<std::string>(std::istream_iterator<std::string>(words), {});
        };
        const auto expected = set_of(plain.ids(selector, R"("limit":1000)"));
        REQUIRE(set_of(indexed.ids(selector, R"("limit":1000)")) == expected);
        with_index += indexed.last("warning").find(no_index) == std::string::npos ? 1 : 0;
    }
    CHECK(with_index > 50);
}

}   // namespace glasshive::test
