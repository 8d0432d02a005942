// Goal: functions of design documents in Lua answer as JavaScript's do. Method: the same documents
// through both engines' one interface, and what goes wrong in each kind of function.
#include <catch2/catch.hpp>

#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/lua/functions.h"

using namespace glasshive;
using namespace glasshive::store;

namespace {

json::Value parsed(const std::string& text) {
    json::Parsed parsed = json::parse(text);
    REQUIRE(parsed.ok());
    return parsed.value;
}

struct Lua {
    std::vector<std::string> said;
    std::unique_ptr<javascript::Program> program = lua::load(
        kernel::Rng(1, "test"), [this](std::string_view text) { said.emplace_back(text); });

    std::string map(const std::string& source, const std::string& document) {
        auto fresh = lua::load(kernel::Rng(1, "test"),
                               [this](std::string_view text) { said.emplace_back(text); });
        REQUIRE(fresh->add_map(source).index() == 0);
        auto made = fresh->map(parsed(document).view());
        if (const auto* refusal = std::get_if<Refusal>(&made)) return refusal->error;
        std::string out;
        for (const auto& row : std::get<0>(made).front()) {
            out += json::to_text(row.key.view()) + "=" + json::to_text(row.value.view()) + " ";
        }
        return out;
    }
    std::string reduce(const std::string& source, const std::string& rows, bool again = false) {
        auto made = again ? program->rereduce({source}, parsed(rows).view())
                          : program->reduce({source}, parsed(rows).view());
        if (const auto* refusal = std::get_if<Refusal>(&made)) return refusal->error;
        return json::to_text(std::get<json::Value>(made).view());
    }
    std::string validate(const std::string& source, const std::string& document) {
        auto said_of = program->validate(source, parsed(document).view(), {}, parsed("{}").view(),
                                         parsed("{}").view());
        const auto* refusal = std::get_if<Refusal>(&said_of);
        return refusal ? refusal->error + ": " + refusal->reason : "well";
    }
};

}   // namespace

TEST_CASE("a map function sees the document and emits rows", "[lua]") {
    Lua lua;
    CHECK(lua.map("function(doc) emit(doc.city, {doc.n, 1}) end", R"({"city":"Ulm","n":2})") ==
          R"("Ulm"=[2,1] )");
    CHECK(lua.map("function(doc) for i, tag in ipairs(doc.tags) do emit({tag, i}) end end",
                  R"({"tags":["a","b"]})") == R"(["a",1]=null ["b",2]=null )");
    CHECK(lua.map("function(doc) emit(doc.none, doc.half) end", R"({"none":null,"half":1.5})") ==
          "null=1.5 ");
    CHECK(lua.map("function(doc) if doc.deep.er then emit(doc._id, true) end end",
                  R"({"_id":"x","deep":{"er":{}}})") == R"("x"=true )");
}

TEST_CASE("a map function that raises an error emits nothing, and says why", "[lua]") {
    Lua lua;
    CHECK(lua.map("function(doc) emit(1) emit(doc.a.b) end", "{}").empty());
    REQUIRE(lua.said.size() == 1);
    CHECK(lua.said[0].find("attempt to index a nil value") != std::string::npos);
}

TEST_CASE("a function that never ends is given up at the same place each time", "[lua]") {
    Lua lua;
    CHECK(lua.map("function(doc) while true do end end", "{}") == "timeout");
    CHECK(lua.map("function(doc) pcall(function() while true do end end) emit(1) end", "{}") ==
          "timeout");
    CHECK(lua.map("function(doc) emit(1) end", "{}") == "1=null ");   // The next one is fine.
}

TEST_CASE("what is no function does not compile", "[lua]") {
    Lua lua;
    for (const char* const source : {"function(doc", "7", "error('x')", "function(doc) end end"}) {
        INFO(source);
        auto added = lua.program->add_map(source);
        const auto* refusal = std::get_if<Refusal>(&added);
        REQUIRE(refusal != nullptr);
        CHECK(refusal->error == "compilation_error");
        CHECK(refusal->reason.starts_with("Compilation of the map function failed: "));
    }
}

TEST_CASE("a reduce function gets keys and values, then values", "[lua]") {
    Lua lua;
    const std::string source = "function(keys, values, again) if again then return sum(values) end "
                               "return #keys + values[1] end";
    CHECK(lua.reduce(source, R"([[["k","a"],5],[["k","b"],6]])") == "[7]");
    CHECK(lua.reduce(source, "[7,3]", true) == "[10]");
    CHECK(lua.reduce("function(k, v) return nil end", R"([[["k","a"],5]])") == "[null]");
    CHECK(lua.reduce("function(k, v) error('no') end", R"([[["k","a"],5]])") == "[null]");
    CHECK(lua.reduce("function(k, v) return string.rep('x', 9000) end", R"([[["k","a"],5]])") ==
          "reduce_overflow_error");
}

TEST_CASE("validation refuses with the function's own words", "[lua]") {
    Lua lua;
    const std::string source =
        "function(new, old, user, security) if not new.who then "
        "error({forbidden = 'say who'}) end if new.who == 'eve' then "
        "error({unauthorized = 'not you'}) end if new.odd then error('odd', 0) end end";
    CHECK(lua.validate(source, R"({"who":"anna"})") == "well");
    CHECK(lua.validate(source, "{}") == "forbidden: say who");
    CHECK(lua.validate(source, R"({"who":"eve"})") == "unauthorized: not you");
    CHECK(lua.validate(source, R"({"who":"x","odd":1})") == "unnamed_error: odd");
}

TEST_CASE("filters say what passes", "[lua]") {
    Lua lua;
    const std::string source = "function(doc, req) return doc.n > tonumber(req.query.least) end";
    const auto request = parsed(R"({"query":{"least":"3"}})");
    CHECK(std::get<bool>(lua.program->filter(source, parsed(R"({"n":4})").view(), request.view())));
    CHECK_FALSE(
        std::get<bool>(lua.program->filter(source, parsed(R"({"n":3})").view(), request.view())));
    CHECK(lua.program->filter(source, parsed("{}").view(), request.view()).index() == 1);
    CHECK(std::get<bool>(lua.program->emits("function(doc) emit(1) end", parsed("{}").view())));
}

TEST_CASE("other kinds of functions are not for Lua", "[lua]") {
    Lua lua;
    auto said = lua.program->render("show", "function(doc, req) end", parsed("[null,{}]").view());
    CHECK(std::get<Refusal>(said).error == "unknown_query_language");
}
