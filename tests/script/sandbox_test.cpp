// Goal: a script repeats exactly, is told plainly what is wrong, and cannot hurt anyone. Method:
// small scripts with what they print; then hostile ones, each of which must end within its budget
// with a message that says which.
#include <catch2/catch.hpp>

#include "script/sandbox.h"

using namespace glasshive;
using script::Limits;
using script::Sandbox;

namespace {

struct Ran {
    std::string printed;
    std::optional<Diagnostic> problem;
    std::uint64_t spent = 0;
    Bytes peak{};
};

Ran run(const std::string& text, const Limits& limits = {}, std::uint64_t seed = 1) {
    Sandbox sandbox("test.lua", limits, kernel::Rng(seed, "script/test"));
    Ran ran;
    sandbox.on_print([&](std::string_view line) {
        ran.printed += std::string(line) + "\n";
    });
    ran.problem = sandbox.run(text);
    ran.spent = sandbox.instructions_spent();
    ran.peak = sandbox.memory_peak();
    return ran;
}

std::string printed(const std::string& text) {
    const Ran ran = run(text);
    INFO(text);
    if (ran.problem) FAIL_CHECK(to_text(*ran.problem));
    return ran.printed;
}

}   // namespace

TEST_CASE("tables are gone through in order", "[script]") {
    REQUIRE(printed("for k, v in pairs({b = 2, [10] = 'x', a = 1, [2.5] = 'y', [-1] = 'z'}) do "
                    "print(k, v) end") == "-1\tz\n2.5\ty\n10\tx\na\t1\nb\t2\n");
    REQUIRE(printed("local t = {x = 1, y = 2, z = 3} for k in pairs(t) do t[k] = nil end "
                    "print(next(t))") == "nil\n");
    REQUIRE(printed("local t = {b = 1, a = 2} local k = next(t) print(k, next(t, k))") ==
            "a\tb\t1\n");
    REQUIRE(printed("print(next({}), next({7}))") == "nil\t1\t7\n");
    const Ran keyed = run("for k in pairs({[true] = 1}) do print(k) end");
    REQUIRE(keyed.problem);
    REQUIRE(keyed.problem->message ==
            "a table with a key of type boolean has no order to go through it in");
}

TEST_CASE("chance comes from the stream that the owner names", "[script]") {
    const std::string text = "print(math.random(), math.random(6), math.random(-5, 5))";
    REQUIRE(run(text, {}, 7).printed == run(text, {}, 7).printed);
    REQUIRE(run(text, {}, 7).printed != run(text, {}, 8).printed);
    REQUIRE(run("math.random(0)").problem->message ==
            "bad argument #1 to 'random' (interval is empty)");
    REQUIRE(printed("for i = 1, 1000 do local d = math.random(3) assert(d >= 1 and d <= 3) end "
                    "print(math.randomseed)") == "nil\n");
}

TEST_CASE("nothing has an address", "[script]") {
    REQUIRE(printed("print({}, print, coroutine.create(print))") == "table\tfunction\tthread\n");
    REQUIRE(printed("print(tostring({}) .. string.format('%s|%5s|%q', {}, 1, 'a'))") ==
            "tabletable|    1|\"a\"\n");
    REQUIRE(run("string.format('%p', {})").problem->message == "%p is not available to scripts");
    REQUIRE(printed("print(setmetatable({}, {__tostring = function() return 'me' end}))") ==
            "me\n");
}

TEST_CASE("patterns are Lua's", "[script]") {
    struct Row {
        const char* call;
        const char* result;
    };
    const Row rows[] = {
        {"('hello world'):find('o w')", "5\t7"},
        {"('hello'):find('l+')", "3\t4"},
        {"('hello'):find('xyz')", "nil"},
        {"('a.b'):find('.', 1, true)", "2\t2"},
        {"('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key\tvalue"},
        {"('  trim  '):match('^%s*(.-)%s*$')", "trim"},
        {"('2026-11-26'):match('(%d+)-(%d+)-(%d+)')", "2026\t11\t26"},
        {"('f(a(b)c)d'):match('%b()')", "(a(b)c)"},
        {"('THE (quick) fox'):find('%f[%a]%a+%f[%A]')", "1\t3"},
        {"('abcabc'):match('(abc)%1')", "abc"},
        {"('hello'):match('()ll()')", "3\t5"},
        {"('hello world'):gsub('o', '0')", "hell0 w0rld\t2"},
        {"('hello world'):gsub('(%w+)', '<%1>')", "<hello> <world>\t2"},
        {"('hello'):gsub('', '-')", "-h-e-l-l-o-\t6"},
        {"('abc'):gsub('%w', '%0%0', 2)", "aabbc\t2"},
        {"('$name is $age'):gsub('%$(%w+)', {name = 'Ann', age = 5})", "Ann is 5\t2"},
        {"('a,b,,c'):gsub(',', function() return nil end)", "a,b,,c\t3"},
        {"('hello'):gsub('^h', 'H')", "Hello\t1"},
        {"('x = [[]'):find('[[]')", "5\t5"},
        {"('a]b'):find('[]]')", "2\t2"},
        {"('a-b'):find('[a%-]', 2)", "2\t2"},
        {"('abc'):find('b', -2)", "2\t2"},
        {"('abc'):find('', 10)", "nil"},
        {"('abc'):match('.-b')", "ab"},
        {"('0x1F'):match('%x+$')", "1F"},
        {"('ab12'):match('%a*%d?')", "ab1"},
        {"('abc'):byte(1, -1)", "97\t98\t99"},
        {"('ab'):rep(3, ',')", "ab,ab,ab"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.call);
        CHECK(printed(std::string("print(") + row.call + ")") == std::string(row.result) + "\n");
    }
    REQUIRE(printed("local r = '' for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do "
                    "r = r .. k .. v end for w in ('one two'):gmatch('%a+') do r = r .. w end "
                    "print(r)") == "a1b2onetwo\n");
    for (const char* bad : {"'[a'", "'%'", "'(a'", "'a)'", "'%1'", "'%b'", "'%f'"}) {
        CAPTURE(bad);
        CHECK(run(std::string("('aaa'):match(") + bad + ")").problem.has_value());
    }
}

TEST_CASE("sorting is stable and does not need a consistent order", "[script]") {
    REQUIRE(printed("local t = {5, 2, 8, 1} table.sort(t) print(table.concat(t, ' ')) "
                    "table.sort(t, function(a, b) return a > b end) print(table.concat(t, ' '))") ==
            "1 2 5 8\n8 5 2 1\n");
    REQUIRE(printed("local t = {} for i = 1, 300 do t[i] = {i % 3, i} end "
                    "table.sort(t, function(a, b) return a[1] < b[1] end) "
                    "local ok = true for i = 2, 300 do ok = ok and (t[i-1][1] < t[i][1] or "
                    "t[i-1][2] < t[i][2]) end print(ok)") == "true\n");
    REQUIRE(printed("local t = {} for i = 1, 200 do t[i] = i end "
                    "table.sort(t, function() return math.random() < 0.5 end) print(#t)") ==
            "200\n");
    REQUIRE(run("table.sort({1, 'x'})").problem->message ==
            "attempt to compare string with number");
}

TEST_CASE("a mistake is told with its line", "[script]") {
    const Ran ran = run("local x = {}\n\nlocal y = x.y.z\n");
    REQUIRE(ran.problem);
    REQUIRE(ran.problem->file == "test.lua");
    REQUIRE(ran.problem->line == 3);
    REQUIRE(ran.problem->message == "attempt to index a nil value (field 'y')");
    REQUIRE(ran.problem->hint.find("stack traceback") != std::string::npos);
    REQUIRE(run("local = 3").problem->line == 1);
    REQUIRE(run("error({})").problem->message == "table");
    REQUIRE(run("error('mine', 0)").problem->message == "mine");
    REQUIRE(printed("print(pcall(error, 'caught')) print(select('#', pcall(function() return 1, 2 "
                    "end)))  print(xpcall(error, function(m) return 'so ' .. m end, 'it'))") ==
            "false\tcaught\n3\nfalse\tso it\n");
    REQUIRE(printed("local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) "
                    "print(pcall(coroutine.yield, b)) return 'end' end) "
                    "print(co(1)) print(co(5)) print(co('in'))") == "2\n5\ntrue\tin\nend\n");
}

// --- Hostile scripts -----------------------------------------------------------------------------

namespace {

const char* const instructions = "the budget of 2000000 instructions is spent";
const char* const memory = "the budget of 4 MiB of memory is spent";
const char* const any = "";
struct Hostile {
    const char* text;
    const char* message;   // "": whatever it says.
};
const Hostile hostile[] = {
    {"while true do end", instructions},
    {"repeat until false", instructions},
    {"::a:: goto a", instructions},
    {"while true do pcall(function() while true do end end) end", instructions},
    {"while true do xpcall(function() while true do end end, function() while true do end "
     "end) end", instructions},
    {"local co = coroutine.wrap(function() while true do end end) while true do pcall(co) end",
     instructions},
    {"while true do local co = coroutine.create(function() while true do end end) "
     "coroutine.resume(co) end", instructions},
    {"while true do coroutine.wrap(function() coroutine.yield() end)() end", any},
    {"local t = {} while true do t[#t + 1] = {} end", memory},
    {"local t = {} while true do pcall(function() while true do t[#t + 1] = {} end end) end",
     instructions},
    {"local s = 'x' while true do s = s .. s end", "a text is longer than 256 KiB"},
    {"return ('x'):rep(1e9)", "the resulting text is too long"},
    {"return ('x'):rep(1e18)", "the resulting text is too long"},
    {"return ('x'):rep(2^70)", any},
    {"return ('x'):rep(math.maxinteger)", "the resulting text is too long"},
    {"return (''):rep(math.maxinteger, 'ab')", "the resulting text is too long"},
    {"return (''):rep(math.maxinteger)", nullptr},
    {"local function f() return f() + 1 end f()", any},
    {"local function f() return pcall(f) end while true do f() end", any},
    {"local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end "
     "return t.x", any},
    {"local t = setmetatable({}, {__index = function(t, k) return t[k .. 'x'] end}) "
     "return t.x", any},
    {"('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b')", instructions},
    {"return ('a'):rep(200):match(('.-'):rep(50) .. 'b')", instructions},
    {"return ('x'):rep(100000):find(('x*'):rep(60) .. 'y')", instructions},
    {"return ('('):rep(100000):gsub('%b()', '')", any},
    {"for w in ('a'):rep(50000):gmatch('a-a-a-b') do end", instructions},
    {"return (('x'):rep(1000)):gsub('', ('y'):rep(1000))", "the resulting text is too long"},
    {"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.insert(t, 1, 0) end",
     instructions},
    {"local t = {} for i = 1, 1e5 do t[i] = i end while true do table.remove(t, 1) "
     "table.move(t, 1, #t, 2) end", instructions},
    {"table.concat({}, '', 1, math.maxinteger)", instructions},
    {"table.concat(setmetatable({}, {__index = function() return 'x' end}), '', 1, 1e8)",
     instructions},
    {"table.move({}, 1, math.maxinteger - 1, 2)", instructions},
    {"table.unpack({}, 1, 1e8)", "more than 255 values at once"},
    {"('x'):rep(1000):byte(1, -1)", "more than 255 values at once"},
    {"local t = {} for i = 1, 3e4 do t[i] = -i end while true do table.sort(t) end",
     instructions},
    {"table.sort({1, 2, 3, 4, 5, 6}, function() while true do end end)", instructions},
    {"local t = {} for i = 1, 1e5 do t[i] = i end while true do next(t, 5) end", instructions},
    {"local t = {} for i = 1, 2e4 do t[i] = i end while true do pairs(t) end", instructions},
    {"local a, b = ('x'):rep(2e5) .. 'a', ('x'):rep(2e5) .. 'a' while a == b do end",
     instructions},
    {"local a = ('x'):rep(2e5) while true do local _ = a .. 'y' end", instructions},
    {"local a = ('x'):rep(2e5) while true do a:upper() end", instructions},
    {"while true do string.format('%99.99f', 1) end", instructions},
    {"setmetatable({}, {__gc = function() while true do end end})",
     "__gc is not available to scripts"},
    {"setmetatable({}, {__mode = 'k'})", "__mode is not available to scripts"},
    {"local mt = getmetatable('') mt.__index = nil", "attempt to index a string value (local "
                                                     "'mt')"},
    {"setmetatable(_G, {__index = function() error('boo') end}) return undefined", "boo"},
    {"return load('x = 1')", "attempt to call a nil value (global 'load')"},
    {"return io.open('/etc/passwd')", "attempt to index a nil value (global 'io')"},
    {"return os.execute('true')", "attempt to index a nil value (global 'os')"},
    {"return require('os')", "attempt to call a nil value (global 'require')"},
    {"return debug.getregistry()", "attempt to index a nil value (global 'debug')"},
    {"return package.loaded", "attempt to index a nil value (global 'package')"},
    {"return string.dump(print)", "attempt to call a nil value (field 'dump')"},
    {"collectgarbage()", "attempt to call a nil value (global 'collectgarbage')"},
    {"\x1bLua\x54\x00\x19\x93", "attempt to load a binary chunk (mode is 't')"},
    {"error(setmetatable({}, {__tostring = function() while true do end end}))", any},
    {"error(nil)", "nil"},
    {"error('\\0oo', 0)", "an error without a text"},
    {"error('', 0)", "an error without a text"},
    {"error('')", "an error without a text"},
    {"local t <close> = setmetatable({}, {__close = function() while true do end end})",
     instructions},
    {"local mt = {} local function f() local x <close> = setmetatable({}, mt) f() end "
     "mt.__close = function() f() end f()", any},
    {"local n = 0 table.insert(setmetatable({}, {__len = function() n = n + 1 "
     "return n == 1 and 1 or 1 << 50 end}), 1, 'x')",
     "a table whose length is a function's cannot be changed like a list"},
    {"local n = 0 table.concat(setmetatable({}, {__len = function() n = n + 1 "
     "return n == 1 and 1 or 1 << 50 end, __index = function() return 'x' end}))", nullptr},
    {"local n = 0 table.unpack(setmetatable({}, {__len = function() n = n + 1 "
     "return n == 1 and 1 or 900000 end}))", nullptr},
    {"local t = {} for i = 1, 2e4 do t['k' .. i] = i end for i = 1, 2e4 do t['k' .. i] = nil end "
     "while true do next(t) end", instructions},
    {"local t = {} for i = 1, 10 do t[('k'):rep(2e5) .. i] = i end while true do next(t) end",
     instructions},
    {"return ('x'):rep(2e5):find('[' .. ('a'):rep(2e5) .. ']')", instructions},
    {"return ('x'):rep(2e5):gsub('(a-)x', ('%1'):rep(1e5))", instructions},
    {"local function deep(n) if n > 0 then return (deep(n - 1)) end "
     "while true do pcall(error) end end deep(1e4)", instructions},
    {"coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)()",
     instructions},
    {"local function f(n) return coroutine.wrap(function() f(n + 1) end)() end f(1)", any},
};

}   // namespace

TEST_CASE("hostile scripts end within their budget and say which", "[script][hostile]") {
    std::size_t ended = 0;
    for (const Hostile& row : hostile) {
        CAPTURE(std::string(row.text).substr(0, 90));
        const Ran ran = run(row.text, {.instructions = 2'000'000, .memory = mebibyte * 4});
        CHECK(ran.peak <= mebibyte * 4);
        CHECK(ran.spent <= 2'000'000);
        if (row.message == nullptr) {
            CHECK_FALSE(ran.problem);
            continue;
        }
        CHECK(ran.problem.has_value());
        if (!ran.problem) continue;
        ++ended;
        if (*row.message != '\0') CHECK(ran.problem->message == row.message);
        CHECK_FALSE(ran.problem->message.empty());
    }
    REQUIRE(ended >= 50);
}

TEST_CASE("a hundred deep brackets, a long line and other shapes of a program", "[script]") {
    REQUIRE(run(std::string(100'000, '(')).problem);
    REQUIRE(run("x = " + std::string(100'000, '{')).problem);
    REQUIRE(run("return " + std::string(300, '-') + "1").printed.empty());
    std::string sum = "local x = 1";
    for (int i = 0; i < 20'000; ++i) sum += " + 1";
    REQUIRE(printed(sum + " print(x)") == "20001\n");
    REQUIRE(run("\xff\xfe").problem);
    REQUIRE(run(std::string("x = '\0'", 7)).printed.empty());
    REQUIRE_FALSE(run("").problem);
}
