// Goal: functions of design documents run as couchjs runs them, see nothing but their arguments,
// a virtual clock and a stream of ours, and cannot hang or crash us. Method: sources as people
// write them; what each kind of function answers; functions that are out to do harm.
#include <catch2/catch.hpp>

#include "store/javascript/engine.h"
#include "store/json/print.h"
#include "store/texts.h"

namespace glasshive::test {

using namespace store;
using namespace store::javascript;

namespace {

struct Desk {
    std::vector<std::string> logged;
    std::vector<std::uint64_t> hung;
    double now = 1'700'000'000'000;
    int drawn = 0;
    Engine engine;

    explicit Desk(Budget budget = {})
        : engine({.now_ms = [this] { return now; },
                  .random = [this] { return ++drawn / 16.0; },
                  .log = [this](std::string_view text) { logged.emplace_back(text); }},
                 [&] {
                     budget.on_hung = [this](std::uint64_t call) { hung.push_back(call); };
                     return budget;
                 }()) {}

    std::unique_ptr<Program> program(std::string_view design = "{}") {
        auto loaded = engine.load(json_value(design).view());
        REQUIRE(std::holds_alternative<std::unique_ptr<Program>>(loaded));
        return std::move(std::get<std::unique_ptr<Program>>(loaded));
    }
    /// "key value" of each row that the one map function emits, or "error: reason".
    std::string map(std::string_view source, std::string_view doc, std::string_view design = "{}") {
        auto made = program(design);
        const auto added = made->add_map(source);
        if (const auto* refusal = std::get_if<Refusal>(&added))
            return refusal->error + ": " + refusal->reason;
        return rows(*made, doc);
    }
    static std::string rows(Program& program, std::string_view doc) {
        const auto mapped = program.map(json_value(doc).view());
        if (const auto* refusal = std::get_if<Refusal>(&mapped))
            return refusal->error + ": " + refusal->reason;
        std::string out;
        for (const auto& emitted : std::get<0>(mapped)) {
            for (const Emitted& row : emitted)
                out += json::to_text(row.key.view()) + " " + json::to_text(row.value.view()) + "\n";
        }
        return out;
    }
};

std::string text(const std::variant<json::Value, Refusal>& result) {
    if (const auto* refusal = std::get_if<Refusal>(&result))
        return refusal->error + ": " + refusal->reason;
    return json::to_text(std::get<json::Value>(result).view());
}

template <class T>
std::string word(const std::variant<T, Refusal>& result) {
    if (const auto* refusal = std::get_if<Refusal>(&result))
        return refusal->error + ": " + refusal->reason;
    if constexpr (std::is_same_v<T, bool>) return std::get<bool>(result) ? "yes" : "no";
    return "fine";
}

}   // namespace

TEST_CASE("a map function emits rows, in its order, twice the same key if it likes", "[store]") {
    Desk desk;
    CHECK(desk.map("function (doc) { emit(doc.type, 1); emit(doc.type, {n: doc.n}); }",
                   R"({"_id":"a","type":"post","n":2.50})") ==
          "\"post\" 1\n\"post\" {\"n\":2.5}\n");
    // What is undefined becomes null, as over couchjs's pipe; so does what JSON lacks.
    CHECK(desk.map("function (doc) { emit(); emit(doc.none, 0/0); }", "{}") ==
          "null null\nnull null\n");
    CHECK(desk.map("function(doc) { emit([1.0, 1e3], 'ü \\ud83d\\ude00'); }", "{}") ==
          "[1,1000] \"ü 😀\"\n");
}

TEST_CASE("today's JavaScript runs", "[store]") {
    Desk desk;
    CHECK(desk.map("(doc) => { for (const [k, v] of Object.entries(doc)) emit(`${k}!`, v ?? 0); }",
                   R"({"a":1,"b":null})") == "\"a!\" 1\n\"b!\" 0\n");
    CHECK(desk.map("function (doc) { class P { #x = doc?.deep?.x; get x() { return this.#x; } }"
                   " let {x, ...rest} = new P(); emit([...new Set([1, 1, 2])], new P().x); }",
                   R"({"deep":{"x":7}})") == "[1,2] 7\n");
    // Old style, with a semicolon behind.
    CHECK(desk.map("function (doc) { emit(doc._id) };\n", R"({"_id":"x"})") == "\"x\" null\n");
}

TEST_CASE("what is no function is refused with the reason", "[store]") {
    Desk desk;
    CHECK_THAT(desk.map("function (doc) { emit(doc. }", "{}"),
               Catch::StartsWith("compilation_error: Compilation of the map function failed: "
                                 "SyntaxError"));
    CHECK_THAT(desk.map("42", "{}"), Catch::Contains("does not eval to a function"));
}

TEST_CASE("a map function that throws emits nothing of its own; others go on", "[store]") {
    Desk desk;
    auto program = desk.program();
    program->add_map("function (doc) { emit(1, 1); doc.a.b.c; }");
    program->add_map("function (doc) { emit(2, 2); }");
    program->add_map("function (doc) { throw {stop: 1}; }");
    CHECK(Desk::rows(*program, R"({"_id":"d"})") == "2 2\n");
    REQUIRE(desk.logged.size() == 2);
    CHECK_THAT(desk.logged[0], Catch::Contains("TypeError") && Catch::Contains("doc._id d"));
}

TEST_CASE("a document is sealed: one function cannot change it for the next", "[store]") {
    Desk desk;
    auto program = desk.program();
    program->add_map("function (doc) { doc.a = 2; delete doc.b; doc.c.push(1); }");
    program->add_map("function (doc) { emit(doc.a, [doc.b, doc.c]); }");
    CHECK(Desk::rows(*program, R"({"a":1,"b":2,"c":[]})") == "1 [2,[]]\n");
}

TEST_CASE("reduce gets keys with ids, rereduce null; what throws is null", "[store]") {
    Desk desk;
    auto program = desk.program();
    const std::vector<std::string> sources{
        "function (keys, values, rereduce) { return [keys && keys[0], values, rereduce]; }",
        "function (keys, values) { return sum(values); }", "function () { throw 1; }",
        "function () { }"};
    CHECK(text(program->reduce(sources, json_value(R"([[["k","a"],1],[["k","b"],2]])").view())) ==
          R"([[["k","a"],[1,2],false],3,null,null])");
    CHECK(text(program->rereduce(sources, json_value("[3,4]").view())) ==
          "[[null,[3,4],true],7,null,null]");
}

TEST_CASE("a reduce whose output does not shrink is an error, unless it is allowed", "[store]") {
    Desk desk;
    auto program = desk.program();
    std::string rows = "[";
    for (int i = 0; i < 500; ++i)
        rows += std::string(i > 0 ? "," : "") + "[[\"key\",\"id\"],\"0123456789\"]";
    const json::Value given = json_value(rows + "]");
    const std::vector<std::string> sources{"function (k, v) { return v.concat(v); }"};
    CHECK_THAT(text(program->reduce(sources, given.view())),
               Catch::StartsWith("reduce_overflow_error: Reduce output must shrink more rapidly"));
    CHECK_THAT(text(program->reduce(sources, given.view(), false)), Catch::StartsWith("[[\"0123"));
}

TEST_CASE("validate_doc_update refuses in its own words", "[store]") {
    Desk desk;
    auto program = desk.program();
    const json::Value doc = json_value(R"({"_id":"d","n":1})");
    const json::Value user = json_value(R"({"name":"ann","roles":["editor"]})");
    const json::Value security = json_value("{}");
    const auto check = [&](std::string_view source) {
        return word(program->validate(source, doc.view(), {}, user.view(), security.view()));
    };
    CHECK(check("function (n, o, u) { if (o !== null || u.name != 'ann') throw 1; }") == "fine");
    CHECK(check("function () { throw({forbidden: 'not you'}); }") == "forbidden: not you");
    CHECK(check("function () { throw({unauthorized: 'who are you'}); }") ==
          "unauthorized: who are you");
    CHECK_THAT(check("function (n) { n.a.b; }"), Catch::StartsWith("TypeError: "));
    CHECK(check("function () { throw 'x'; }") == "unnamed_error: \"x\"");
}

TEST_CASE("filters answer by truth, view filters by emitting", "[store]") {
    Desk desk;
    auto program = desk.program(R"({"lib":{"t":"exports.type = 'post';"}})");
    const json::Value doc = json_value(R"({"type":"post"})");
    const json::Value request = json_value(R"({"query":{"t":"post"}})");
    CHECK(word(program->filter("function (doc, req) { return doc.type == req.query.t; }",
                               doc.view(), request.view())) == "yes");
    CHECK(word(program->filter("function (doc) { return doc.type == require('lib/t').type; }",
                               doc.view(), request.view())) == "yes");
    CHECK(word(program->filter("function () { }", doc.view(), request.view())) == "no");
    CHECK(word(program->emits("function (doc) { if (doc.type == 'page') emit(1); }", doc.view())) ==
          "no");
    CHECK(word(program->emits("function (doc) { emit(); }", doc.view())) == "yes");
}

TEST_CASE("modules are found by path, run once, and may need one another", "[store]") {
    Desk desk;
    const std::string design =
        R"({"views":{"lib":{"a":"exports.x = require('./b').y + 1; exports.id = module.id;",)"
        R"("b":"exports.y = 1;","round":"exports.me = 1; require('views/lib/round');",)"
        R"("up":{"c":"exports.z = require('../b').y;"}}},"secret":"exports.s = 1;"})";
    const auto map = [&](const char* path) {
        return desk.map("function (d) { emit(require('" + std::string(path) + "')); }", "{}",
                        design);
    };
    CHECK(map("views/lib/a") == "{\"x\":2,\"id\":\"views/lib/a\"} null\n");
    CHECK(map("views/lib/round") == "{\"me\":1} null\n");
    CHECK(map("views/lib/up/c") == "{\"z\":1} null\n");
    CHECK(map("secret") == "");   // Maps see views.lib alone.
    CHECK_THAT(desk.logged.back(), Catch::Contains("invalid_require_path"));
    CHECK(map("views/lib/up") == "");
    CHECK_THAT(desk.logged.back(), Catch::Contains("Must require Javascript string"));
}

TEST_CASE("the clock is the virtual one, chance a stream of ours, and UTC is everywhere",
          "[store]") {
    Desk desk;
    CHECK(desk.map("function () { emit(Date.now(), new Date().toISOString());"
                   " emit(new Date(0).getHours(), typeof Date());"
                   " emit(new Date(2020, 0, 1) instanceof Date, new Date().constructor === Date);"
                   " emit(Math.random(), Math.random()); }",
                   "{}") == "1700000000000 \"2023-11-14T22:13:20.000Z\"\n0 \"string\"\n"
                            "true true\n0.0625 0.125\n");
    CHECK(
        desk.map("function () { emit([typeof WeakRef, typeof SharedArrayBuffer, typeof Atomics,"
                 " typeof WebAssembly, typeof FinalizationRegistry, typeof host, typeof rows]); }",
                 "{}") == "[\"undefined\",\"undefined\",\"undefined\",\"undefined\",\"undefined\","
                          "\"undefined\",\"undefined\"] null\n");
}

TEST_CASE("programs are worlds apart", "[store]") {
    Desk desk;
    auto one = desk.program();
    auto other = desk.program();
    one->add_map("function () { globalThis.x = 1; Array.prototype.map = null; emit(1); }");
    other->add_map("function () { emit(typeof x, [1].map((n) => n)); }");
    Desk::rows(*one, "{}");
    CHECK(Desk::rows(*other, "{}") == "\"undefined\" [1]\n");
}

TEST_CASE("a function that never ends is given up; a replay does so without running it",
          "[store]") {
    Budget budget;
    budget.wall = std::chrono::milliseconds{150};
    Desk desk(budget);
    CHECK_THAT(desk.map("function () { try { for (;;) { } } catch (e) { } finally { } }", "{}"),
               Catch::StartsWith("timeout: "));
    CHECK_THAT(desk.map("function () { /^(a+)+$/.test('a'.repeat(40) + 'b'); }", "{}"),
               Catch::StartsWith("timeout: "));
    REQUIRE(desk.hung == std::vector<std::uint64_t>{3, 6});
    CHECK(desk.map("function () { emit(1); }", "{}") == "1 null\n");   // It goes on.
}

TEST_CASE("calls that hung fail at once in a replay", "[store]") {
    Budget budget;
    budget.hung = {3};
    Desk desk(budget);
    CHECK_THAT(desk.map("function () { for (;;) { } }", "{}"), Catch::StartsWith("timeout: "));
    CHECK(desk.hung.empty());
}

TEST_CASE("greed and depth end the function, not us", "[store]") {
    Budget budget;
    budget.heap_bytes = std::size_t{32} << 20;
    Desk desk(budget);
    desk.map("function () { (function f() { f(); })(); }", "{}");
    CHECK_THAT(desk.logged.back(), Catch::Contains("too much recursion"));
    desk.map("function () { let a = []; for (;;) a.push(new Array(1000).fill(a.length)); }", "{}");
    CHECK(desk.map("function () { emit(1); }", "{}") == "1 null\n");
    // A value that cannot be written.
    CHECK_THAT(desk.map("function () { let o = {}; o.o = o; emit(o); }", "{}"),
               Catch::StartsWith("TypeError: "));
    std::string deep = "0";
    for (int i = 0; i < 900; ++i) deep = "[" + deep + "]";
    CHECK_THAT(desk.map("function (d) { emit(d.x); }", "{\"x\":" + deep + "}"),
               Catch::StartsWith("[[[["));
    CHECK(desk.map("function () { emit('\\ud800', '\\\\ud800'); }", "{}") ==
          "\"\xEF\xBF\xBD\" \"\\\\ud800\"\n");
}

}   // namespace glasshive::test
