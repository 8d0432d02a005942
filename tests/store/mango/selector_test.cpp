// Goal: a selector matches what CouchDB's matches; above all, a document that lacks a field matches
// nothing about that field but $exists:false. Method: each line of couchdb.md 9 as a row: selector,
// document, answer (mango_selector.erl); normal forms and refusals as texts.
#include <catch2/catch.hpp>

#include "store/json/print.h"
#include "store/mango/desk.h"

namespace glasshive::test {

using namespace store;
using namespace store::mango;

namespace {

std::string normalised(std::string_view text) {
    const auto parsed = Selector::parse(json_value(text).view());
    if (const auto* refusal = std::get_if<Refusal>(&parsed))
        return refusal->error + ": " + refusal->reason;
    return json::to_text(std::get<Selector>(parsed).to_json().view());
}

bool matches(std::string_view selector, std::string_view document) {
    const auto parsed = Selector::parse(json_value(selector).view());
    INFO(selector);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) FAIL(refusal->reason);
    return std::get<Selector>(parsed).matches(json_value(document).view());
}

struct Case {
    std::string_view selector, document;
    bool expected;
};

void check(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
        CAPTURE(each.selector, each.document);
        CHECK(matches(each.selector, each.document) == each.expected);
    }
}

}   // namespace

TEST_CASE("a missing field makes every condition false but $exists:false", "[store][mango]") {
    for (const char* condition : {R"(1)",
                                  R"({"$eq":1})",
                                  R"({"$ne":1})",
                                  R"({"$lt":1})",
                                  R"({"$lte":1})",
                                  R"({"$gt":null})",
                                  R"({"$gte":null})",
                                  R"({"$in":[1]})",
                                  R"({"$nin":[1]})",
                                  R"({"$nin":[]})",
                                  R"({"$not":{"$eq":1}})",
                                  R"({"$not":{"$gt":1}})",
                                  R"({"$not":{"$in":[1]}})",
                                  R"({"$exists":true})",
                                  R"({"$type":"null"})",
                                  R"({"$size":0})",
                                  R"({"$mod":[2,0]})",
                                  R"({"$regex":".*"})",
                                  R"({"$beginsWith":""})",
                                  R"({"$all":[1]})",
                                  R"({"$elemMatch":{"$gt":1}})",
                                  R"({"$allMatch":{"$gt":1}})",
                                  R"({"$keyMapMatch":{"$gt":""}})"}) {
        CAPTURE(condition);
        CHECK_FALSE(matches(std::string("{\"f\":") + condition + "}", R"({"g":1})"));
    }
    check({{R"({"f":{"$exists":false}})", R"({"g":1})", true},
           {R"({"f":{"$exists":false}})", R"({"f":null})", false},
           {R"({"f":{"$not":{"$exists":true}}})", R"({"g":1})", true},
           {R"({"$not":{"f":1}})", R"({"g":1})", false},
           {R"({"$nor":[{"f":1}]})", R"({"g":1})", false},
           {R"({"f":{"$ne":1}})", R"({"f":2})", true},
           // A path through something that is no object is worse than missing.
           {R"({"f.g":{"$exists":false}})", R"({"f":5})", false},
           {R"({"f.g":{"$exists":false}})", R"({"f":{}})", true},
           // What no operator turns around stays a $not, and then missing is a match no more.
           {R"({"$not":{"f":{"$size":1}}})", R"({"g":1})", false},
           {R"({"f":{"$not":{"$size":1}}})", R"({"f":5})", true}});
}

TEST_CASE("comparisons use the order of views, those of _id bytes", "[store][mango]") {
    check({{R"({"a":{"$lt":"B"}})", R"({"a":"a"})", true},
           {R"({"a":{"$gt":"a"}})", R"({"a":"A"})", true},
           {R"({"_id":{"$lt":"a"}})", R"({"_id":"B"})", true},
           {R"({"_id":{"$gt":"a"}})", R"({"_id":"B"})", false},
           {R"({"a":{"$gt":null}})", R"({"a":false})", true},
           {R"({"a":{"$gt":5}})", R"({"a":"text"})", true},
           {R"({"a":{"$lt":[]}})", R"({"a":"text"})", true},
           {R"({"a":1})", R"({"a":1.0})", true},
           {R"({"a":{"$eq":{"b":1,"c":2}}})", R"({"a":{"c":2,"b":1}})", false},
           {R"({"a":{"$eq":{"b":1}}})", R"({"a":{"b":1}})", true},
           {R"({"a":{"$eq":{"b":1}}})", R"({"a":{"b":1,"c":1}})", false},
           {R"({"a":{"b":1}})", R"({"a":{"b":1,"c":1}})", true},   // "a.b" is 1, no more.
           {R"({"a":{"$gte":1,"$lte":1}})", R"({"a":1})", true}});
}

TEST_CASE("each operator", "[store][mango]") {
    check({{R"({"a":{"$in":[1,2]}})", R"({"a":2})", true},
           {R"({"a":{"$in":[1,2]}})", R"({"a":[5,2]})", true},
           {R"({"a":{"$in":[[5,2]]}})", R"({"a":[5,2]})", false},
           {R"({"a":{"$in":[]}})", R"({"a":1})", false},
           {R"({"a":{"$nin":[]}})", R"({"a":1})", true},
           {R"({"a":{"$nin":[1]}})", R"({"a":[1,2]})", false},
           {R"({"a":{"$nin":[1]}})", R"({"a":[2]})", true},
           {R"({"a":{"$type":"number"}})", R"({"a":1.5})", true},
           {R"({"a":{"$type":"string"}})", R"({"a":"x"})", true},
           {R"({"a":{"$type":"boolean"}})", R"({"a":false})", true},
           {R"({"a":{"$type":"null"}})", R"({"a":null})", true},
           {R"({"a":{"$type":"array"}})", R"({"a":[]})", true},
           {R"({"a":{"$type":"object"}})", R"({"a":{}})", true},
           {R"({"a":{"$type":"nonsense"}})", R"({"a":1})", false},
           {R"({"a":{"$size":2}})", R"({"a":[1,2]})", true},
           {R"({"a":{"$size":2}})", R"({"a":"ab"})", false},
           {R"({"a":{"$mod":[4,1]}})", R"({"a":9})", true},
           {R"({"a":{"$mod":[4,-1]}})", R"({"a":-9})", true},
           {R"({"a":{"$mod":[4,1]}})", R"({"a":9.0})", false},
           {R"({"a":{"$mod":[0,1]}})", R"({"a":9})", false},
           {R"({"a":{"$regex":"^b.d$"}})", R"({"a":"bad"})", true},
           {R"({"a":{"$regex":"a"}})", R"({"a":"bad"})", true},
           {R"({"a":{"$regex":"(?i)BAD"}})", R"({"a":"bad"})", true},
           {R"({"a":{"$regex":"1"}})", R"({"a":1})", false},
           {R"({"a":{"$beginsWith":"ba"}})", R"({"a":"bad"})", true},
           {R"({"a":{"$beginsWith":"b"}})", R"({"a":["bad"]})", false},
           {R"({"a":{"$all":[1,2]}})", R"({"a":[2,3,1]})", true},
           {R"({"a":{"$all":[1,4]}})", R"({"a":[2,3,1]})", false},
           {R"({"a":{"$all":[[1,2]]}})", R"({"a":[1,2]})", true},
           {R"({"a":{"$all":[]}})", R"({"a":[1]})", false},
           {R"({"a":{"$all":[1]}})", R"({"a":1})", false},
           {R"({"a":{"$elemMatch":{"$gte":80,"$lt":85}}})", R"({"a":[1,82]})", true},
           {R"({"a":{"$elemMatch":{"$gte":80,"$lt":85}}})", R"({"a":[90,1]})", false},
           {R"({"a":{"$elemMatch":{"b":1,"c":2}}})", R"({"a":[{"b":1},{"b":1,"c":2}]})", true},
           {R"({"a":{"$elemMatch":{"b":1,"c":2}}})", R"({"a":[{"b":1},{"c":2}]})", false},
           {R"({"a":{"$elemMatch":{"$gt":1}}})", R"({"a":[]})", false},
           {R"({"a":{"$allMatch":{"$gt":1}}})", R"({"a":[2,3]})", true},
           {R"({"a":{"$allMatch":{"$gt":1}}})", R"({"a":[2,1]})", false},
           {R"({"a":{"$allMatch":{"$gt":1}}})", R"({"a":[]})", false},
           {R"({"a":{"$keyMapMatch":{"$eq":"b"}}})", R"({"a":{"b":1}})", true},
           {R"({"a":{"$keyMapMatch":{"$eq":"b"}}})", R"({"a":{"c":1}})", false},
           {R"({"a":{"$keyMapMatch":{"$eq":"b"}}})", R"({"a":["b"]})", false}});
}

TEST_CASE("combinations, and what an empty one means", "[store][mango]") {
    check({{R"({})", R"({"a":1})", true},
           {R"({"$and":[]})", R"({"a":1})", true},
           {R"({"$or":[]})", R"({"a":1})", true},
           {R"({"$and":[{"a":1},{"b":2}]})", R"({"a":1,"b":2})", true},
           {R"({"$and":[{"a":1},{"b":2}]})", R"({"a":1})", false},
           {R"({"$or":[{"a":1},{"b":2}]})", R"({"b":2})", true},
           {R"({"$nor":[{"a":1},{"b":2}]})", R"({"a":2,"b":1})", true},
           {R"({"$nor":[{"a":1},{"b":2}]})", R"({"a":2,"b":2})", false},
           {R"({"$not":{"$and":[{"a":1},{"b":2}]}})", R"({"a":1,"b":3})", true},
           {R"({"$not":{"$or":[{"a":1},{"b":2}]}})", R"({"a":0,"b":0})", true},
           {R"({"a":{"$or":[{"$lt":1},{"$gt":3}]}})", R"({"a":4})", true},
           {R"({"a":1,"b":{"$gt":1}})", R"({"a":1,"b":2})", true}});
}

TEST_CASE("fields are reached through objects, arrays and escaped dots", "[store][mango]") {
    check({{R"({"a.b":1})", R"({"a":{"b":1}})", true},
           {R"({"a\\.b":1})", R"({"a.b":1})", true},
           {R"({"a\\.b":1})", R"({"a":{"b":1}})", false},
           {R"({"a.1":"y"})", R"({"a":["x","y"]})", true},
           {R"({"a.2":"y"})", R"({"a":["x","y"]})", false},
           {R"({"a.-1":"y"})", R"({"a":["x","y"]})", false},
           {R"({"a.0.b":1})", R"({"a":[{"b":1}]})", true},
           {R"({"a":{"b":{"c":{"$gt":1}}}})", R"({"a":{"b":{"c":2}}})", true}});
}

TEST_CASE("where CouchDB fails at a document nothing matches, and it is said why",
          "[store][mango]") {
    const auto why = [](std::string_view selector, std::string_view document) {
        std::optional<Refusal> failure;
        const Selector made = std::get<Selector>(Selector::parse(json_value(selector).view()));
        CHECK_FALSE(made.matches(json_value(document).view(), &failure));
        return failure ? failure->error + ": " + failure->reason : std::string();
    };
    const std::string modulo = "unknown_error: badarith";
    CHECK(why(R"({"a":{"$mod":[0,1]}})", R"({"a":9})") == modulo);
    CHECK(why(R"({"a":{"$mod":[0,1]}})", R"({"a":9.5})").empty());
    CHECK(why(R"({"a":{"$not":{"$mod":[0,1]}}})", R"({"a":9})") == modulo);
    CHECK(why(R"({"$or":[{"a":{"$mod":[0,1]}},{"a":9}]})", R"({"a":9})") == modulo);
    CHECK(why(R"({"$and":[{"b":1},{"a":{"$mod":[0,1]}}]})", R"({"a":9})").empty());
    CHECK(why(R"({"a..b":1})", "{}") == "invalid_field_name: Invalid field name: a..b");
    CHECK(why(R"({"a":{"":{"$exists":false}}})", "{}") ==
          "invalid_field_name: Invalid field name: a.");
    for (const char* name : {"$elemMatch", "$allMatch"})
        CHECK(why(std::string("{\"a\":{\"") + name + R"(":{"$mod":[0,1]}}})", R"({"a":[9]})")
                  .empty());
    CHECK(why(R"({"a":{"$keyMapMatch":{"x..y":1}}})", R"({"a":{"b":1}})").empty());
}

TEST_CASE("the normal form is CouchDB's", "[store][mango]") {
    CHECK(normalised(R"({})") == R"({})");
    CHECK(normalised(R"({"a":1})") == R"({"a":{"$eq":1}})");
    CHECK(normalised(R"({"a":1,"b":2})") == R"({"$and":[{"a":{"$eq":1}},{"b":{"$eq":2}}]})");
    CHECK(normalised(R"({"a":{"b":{"$gt":1}}})") == R"({"a.b":{"$gt":1}})");
    CHECK(normalised(R"({"a":{"$gt":1,"$lt":5}})") ==
          R"({"$and":[{"a":{"$gt":1}},{"a":{"$lt":5}}]})");
    CHECK(normalised(R"({"$not":{"a":{"$gt":1}}})") == R"({"a":{"$lte":1}})");
    CHECK(normalised(R"({"a":{"$not":{"$in":[1]}}})") == R"({"a":{"$nin":[1]}})");
    CHECK(normalised(R"({"$nor":[{"a":1},{"b":{"$exists":true}}]})") ==
          R"({"$and":[{"a":{"$ne":1}},{"b":{"$exists":false}}]})");
    CHECK(normalised(R"({"$not":{"$not":{"a":1}}})") == R"({"a":{"$eq":1}})");
    CHECK(normalised(R"({"$not":{"a":{"$size":1}}})") == R"({"a":{"$not":{"$size":1}}})");
    CHECK(normalised(R"({"a":{}})") == R"({"a":{"$eq":{}}})");
    CHECK(normalised(R"({"a":{"$elemMatch":{"$gt":1,"$lt":3}}})") ==
          R"({"a":{"$elemMatch":{"$and":[{"":{"$gt":1}},{"":{"$lt":3}}]}}})");
    CHECK(normalised(R"({"$text":"x"})") == R"({"$default":{"$text":"x"}})");
}

TEST_CASE("what is no selector is refused in CouchDB's words", "[store][mango]") {
    CHECK(normalised(R"([])") == "invalid_selector_json: Selector must be a JSON object, not: []");
    CHECK(normalised(R"({"a":{"$in":1}})") == "bad_arg: Bad argument for operator $in: 1");
    CHECK(normalised(R"({"a":{"$nin":null}})") == "bad_arg: Bad argument for operator $nin: null");
    CHECK(normalised(R"({"a":{"$all":"x"}})") ==
          "bad_arg: Bad argument for operator $all: <<120>>");
    CHECK(normalised(R"({"$and":{"a":1}})") ==
          "bad_arg: Bad argument for operator $and: {[{<<97>>,1}]}");
    CHECK(normalised(R"({"$or":1.5})") == "bad_arg: Bad argument for operator $or: 1.5");
    CHECK(normalised(R"({"$or":1e21})") == "bad_arg: Bad argument for operator $or: 1.0e21");
    CHECK(normalised(R"({"$nor":true})") == "bad_arg: Bad argument for operator $nor: true");
    CHECK(normalised(R"({"$not":[1]})") == "bad_arg: Bad argument for operator $not: [1]");
    CHECK(normalised(R"({"a":{"$exists":1}})") == "bad_arg: Bad argument for operator $exists: 1");
    CHECK(normalised(R"({"a":{"$type":1}})") == "bad_arg: Bad argument for operator $type: 1");
    CHECK(normalised(R"({"a":{"$mod":[2]}})") == "bad_arg: Bad argument for operator $mod: [2]");
    CHECK(normalised(R"({"a":{"$mod":[2,1.5]}})") ==
          "bad_arg: Bad argument for operator $mod: [2,1.5]");
    CHECK(normalised(R"({"a":{"$size":-1}})") == "bad_arg: Bad argument for operator $size: -1");
    CHECK(normalised(R"({"a":{"$size":1.0}})") == "bad_arg: Bad argument for operator $size: 1.0");
    CHECK(normalised(R"({"a":{"$regex":"("}})") ==
          "bad_arg: Bad argument for operator $regex: <<40>>");
    CHECK(normalised(R"({"a":{"$elemMatch":1}})") ==
          "bad_arg: Bad argument for operator $elemMatch: 1");
    CHECK(normalised(R"({"a":{"$beginsWith":1}})") ==
          "invalid_operator: Invalid operator: $beginsWith");
    CHECK(normalised(R"({"a":{"$like":1}})") == "invalid_operator: Invalid operator: $like");
    CHECK(normalised(R"({"$where":"x"})") == "not_supported: Unsupported operator: $where");
    CHECK(normalised(R"({"$gt":1})") ==
          "invalid_selector: One or more conditions is missing a field name.");
}

}   // namespace glasshive::test
