// Goal: keys stand in the order in which a real CouchDB keeps them. Method: CouchDB's own list of
// keys in order; rules one by one (couchdb.md 7, couch_ejson_compare.erl); the laws of a total
// order on random values; the table for ASCII against ICU.
#include <catch2/catch.hpp>

#include <random>

#include "store/collate/collate.h"
#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/texts.h"

namespace glasshive::test {

using namespace store;
using collate::Order;

namespace {

int sign(int number) { return number < 0 ? -1 : number > 0 ? 1 : 0; }

int compare(std::string_view a, std::string_view b, Order order = Order::icu) {
    return sign(collate::compare(json_value(a).view(), json_value(b).view(), order));
}

void check_ascending(const std::vector<std::string>& texts, Order order) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (std::size_t j = 0; j < texts.size(); ++j) {
            CAPTURE(texts[i], texts[j]);
            const int expected = i < j ? -1 : i > j ? 1 : 0;
            REQUIRE(compare(texts[i], texts[j], order) == expected);
        }
    }
}

/// Values of all kinds, few enough texts and numbers that some are equal.
void random_value(std::mt19937& chance, json::Builder& out, int depth) {
    const auto draw = [&](int below) { return static_cast<int>(chance() % unsigned(below)); };
    static const std::vector<std::string> texts{
        "", "a", "A", "b", "aa", "\u00e9", "e\u0301", "-", "_", "\x01", "\u4e2d", "z z", "1"};
    switch (draw(depth > 2 ? 5 : 7)) {
        case 0: return out.null();
        case 1: return out.boolean(draw(2) == 1);
        case 2: return out.integer(std::int64_t{draw(5)} - 2);
        case 3: return out.real((draw(9) - 4) / 2.0);
        case 4: return out.text(texts[std::size_t(draw(int(texts.size())))]);
        case 5:
            out.begin_array();
            for (int i = draw(3); i > 0; --i) random_value(chance, out, depth + 1);
            return out.end_array();
        default:
            out.begin_object();
            for (int i = draw(3); i > 0; --i) {
                out.key(texts[std::size_t(draw(int(texts.size())))]);
                random_value(chance, out, depth + 1);
            }
            return out.end_object();
    }
}

}   // namespace

TEST_CASE("keys stand in the order CouchDB documents", "[store][collate]") {
    check_ascending({"null",
                     "false",
                     "true",
                     "-1",
                     "1",
                     "2",
                     "3.5",
                     "4",
                     R"("a")",
                     R"("A")",
                     R"("aa")",
                     R"("b")",
                     R"("B")",
                     R"("ba")",
                     R"("bb")",
                     "[]",
                     R"(["a"])",
                     R"(["b"])",
                     R"(["b","c"])",
                     R"(["b","c","a"])",
                     R"(["b","d"])",
                     R"(["b","d","e"])",
                     "{}",
                     R"({"a":1})",
                     R"({"a":2})",
                     R"({"b":1})",
                     R"({"b":2})",
                     R"({"b":2,"a":1})",
                     R"({"b":2,"c":2})"},
                    Order::icu);
}

TEST_CASE("raw collation is Erlang's order of terms", "[store][collate]") {
    check_ascending({"-1", "1", "2.5", "false", "null", "true", "{}", R"({"B":1})", R"({"a":1})",
                     "[]", "[1]", "[1,2]", R"("")", R"("A")", R"("B")", R"("a")", R"("aa")",
                     R"("é")"},
                    Order::raw);
}

TEST_CASE("punctuation, digits, letters and accents stand as in ICU's root", "[store][collate]") {
    CHECK(compare(R"("_")", R"("-")") < 0);   // '-' > '_' (couchdb.md 7).
    CHECK(compare(R"("~")", R"("1")") < 0);
    CHECK(compare(R"("9")", R"("a")") < 0);
    CHECK(compare(R"("e")", R"("é")") < 0);
    CHECK(compare(R"("é")", R"("f")") < 0);
    CHECK(compare(R"("é")", "\"e\u0301\"") == 0);   // Composed or not: the same text.
    CHECK(compare(R"("aB")", R"("Aa")") > 0);       // Case counts only when letters are equal.
    CHECK(collate::collator_version() == "153.120");
}

TEST_CASE("numbers are compared by exact value", "[store][collate]") {
    CHECK(compare("1", "1.0") == 0);
    CHECK(compare("9007199254740993", "9007199254740992.0") > 0);
    CHECK(compare("9007199254740992", "9007199254740992.0") == 0);
    CHECK(compare("-3", "-3.5") > 0);
    CHECK(compare("100000000000000000000", "99999999999999999999") > 0);
    CHECK(compare("100000000000000000000", "1e20") == 0);
    CHECK(compare("100000000000000000001", "1e20") > 0);
    CHECK(compare("-100000000000000000001", "-1e20") < 0);
    CHECK(compare("1", "1e300") < 0);
    CHECK(compare("[1,2,3]", "[1.0,2,3.5]") < 0);
}

TEST_CASE("objects are compared in document order", "[store][collate]") {
    CHECK(compare(R"({"a":1,"b":2})", R"({"b":2,"a":1})") < 0);
    CHECK(compare(R"({"a":1})", R"({"a":1,"a2":0})") < 0);
    CHECK(compare(R"({"A":1})", R"({"a":2})") > 0);   // Keys first, and by ICU.
}

TEST_CASE("both orders are total", "[store][collate]") {
    const Order order = GENERATE(Order::icu, Order::raw);
    std::mt19937 chance(7);
    std::vector<json::Value> values;
    json::Builder builder;
    for (int i = 0; i < 120; ++i) {
        random_value(chance, builder, 0);
        values.push_back(builder.take());
    }
    const std::size_t n = values.size();
    std::vector<std::vector<int>> table(n, std::vector<int>(n));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j)
            table[i][j] = sign(collate::compare(values[i].view(), values[j].view(), order));
    }
    bool lawful = true;
    for (std::size_t i = 0; i < n; ++i) {
        lawful = lawful && table[i][i] == 0;
        for (std::size_t j = 0; j < n; ++j) {
            lawful = lawful && table[i][j] == -table[j][i];
            for (std::size_t k = 0; k < n; ++k) {
                if (table[i][j] <= 0 && table[j][k] <= 0) lawful = lawful && table[i][k] <= 0;
                if (table[i][j] == 0) lawful = lawful && table[i][k] == table[j][k];
            }
        }
    }
    REQUIRE(lawful);
}

TEST_CASE("the table for ASCII says what ICU says", "[store][collate]") {
    // All pairs of one and two printable characters beside one another, then random texts.
    bool same = true;
    const auto check = [&](const std::string& a, const std::string& b) {
        same = same && sign(collate::compare_text(a, b)) == collate::compare_text_by_icu(a, b);
    };
    for (char a = 0x20; a < 0x7F; ++a) {
        for (char b = 0x20; b < 0x7F; ++b) {
            check({a}, {b});
            check({a, b}, {b, a});
            check({a, b}, {a});
            check({'x', a, 'y'}, {'X', b});
        }
    }
    std::mt19937 chance(11);
    for (int i = 0; i < 50'000; ++i) {
        std::string texts[2];
        for (std::string& text : texts) {
            for (unsigned size = chance() % 6; size > 0; --size)
                text += chance() % 3 == 0 ? char(0x20 + chance() % 95) : "aAbB-_ 1"[chance() % 8];
        }
        check(texts[0], texts[1]);
    }
    check("a\tb", "a b");
    check(std::string("a\0b", 3), "ab");
    REQUIRE(same);
}

}   // namespace glasshive::test
