// Goal: a value is the external term that Erlang would write, and can be read in place.
// Method: bytes spelled out from erl_ext_dist; random values walked, printed and read again.
#include <catch2/catch.hpp>

#include "kernel/rng.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::test {

using namespace store::json;

namespace {

std::string hex_of(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        constexpr char digits[] = "0123456789abcdef";
        out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
        out.push_back(digits[c & 15]);
    }
    return out;
}

Value read(std::string_view text) {
    Parsed parsed = parse(text);
    REQUIRE(parsed.ok());
    return parsed.value;
}

std::string term(std::string_view text) { return hex_of(read(text).bytes()); }

/// Values of every kind, the awkward ones often.
class RandomValue {
  public:
    explicit RandomValue(std::uint64_t seed) : random_(seed, "json") {}
    Value next() {
        write(4);
        return builder_.take();
    }

  private:
    void write(std::uint64_t depth) {
        switch (random_.below(depth > 0 ? 9 : 7)) {
            case 0: return builder_.null();
            case 1: return builder_.boolean(random_.below(2) == 0);
            case 2: return builder_.integer(static_cast<std::int64_t>(random_.below(300)) - 20);
            case 3: return builder_.integer(static_cast<std::int64_t>(random_.next()));
            case 4: return builder_.big_integer(big());
            case 5: return builder_.real(real());
            case 6: return builder_.text(text());
            case 7: {
                builder_.begin_array();
                const bool bytes = random_.below(2) == 0;
                for (std::uint64_t left = random_.below(5); left > 0; --left) {
                    if (bytes) {
                        builder_.integer(static_cast<std::int64_t>(random_.below(256)));
                    } else {
                        write(depth - 1);
                    }
                }
                return builder_.end_array();
            }
            default: {
                builder_.begin_object();
                for (std::uint64_t left = random_.below(20); left > 0; --left) {
                    builder_.key(text());
                    write(depth - 1);
                }
                return builder_.end_object();
            }
        }
    }
    std::string big() {
        std::string digits = random_.below(2) == 0 ? "-" : "";
        digits.push_back(static_cast<char>('1' + random_.below(9)));
        for (std::uint64_t left = random_.below(60); left > 0; --left) {
            digits.push_back(static_cast<char>('0' + random_.below(10)));
        }
        return digits;
    }
    double real() {
        const double small = static_cast<double>(random_.between(-1'000'000, 1'000'000)) / 1024;
        return random_.below(2) == 0 ? small : small * 1e-150 / (1 + random_.unit());
    }
    std::string text() {
        static const std::string pieces[] = {"a",  "é", "\xF0\x9D\x84\x9E",   "\"",   "\\",
                                             "\n", "/", std::string(1, '\0'), "\x1F", "\x7F"};
        std::string out;
        for (std::uint64_t left = random_.below(4); left > 0; --left) {
            out += pieces[random_.below(10)];
        }
        return out;
    }

    kernel::Rng random_;
    Builder builder_;
};

}   // namespace

TEST_CASE("a value is the term that Erlang writes", "[store][json]") {
    // couchdb.md 1.1; erl_ext_dist.html with minor_version 1.
    struct Row {
        std::string text;
        std::string bytes;
    };
    const Row row = GENERATE(values<Row>({
        {"null", "6400046e756c6c"},
        {"true", "64000474727565"},
        {"false", "64000566616c7365"},
        {"255", "61ff"},
        {"256", "6200000100"},
        {"-1", "62ffffffff"},
        {"2147483648", "6e040000000080"},
        {"-2147483649", "6e040101000080"},
        {"1.0", "463ff0000000000000"},
        {"-0.0", "468000000000000000"},
        {R"("é")", "6d00000002c3a9"},
        {"[]", "6a"},
        {"[1,2,3]", "6b0003010203"},
        {"[1,256]", "6c000000026101"
                    "6200000100"
                    "6a"},
        {"[1.0]", "6c00000001463ff00000000000006a"},
        {"{}", "68016a"},
        {R"({"x":1})", "68016c0000000168026d000000017861016a"},
        {R"([[],{}])", "6c000000026a68016a6a"},
    }));
    CAPTURE(row.text);
    CHECK(term(row.text) == row.bytes);
}

TEST_CASE("integers beyond 255 bytes and lists beyond 65535 elements take the long forms",
          "[store][json]") {
    const Value big = Value(read(std::string(308, '9')));
    CHECK(term::tag_at(big.bytes().data()) == term::big_tag);
    Builder builder;
    builder.big_integer(std::string(700, '9'));   // No text may be so long, but the term can be.
    const Value larger = builder.take();
    CHECK(term::tag_at(larger.bytes().data()) == term::large_tag);
    CHECK(larger.view().digits() == std::string(700, '9'));
    for (const std::size_t count : {65535U, 65536U}) {
        builder.begin_array();
        for (std::size_t i = 0; i < count; ++i) builder.integer(std::int64_t{7});
        builder.end_array();
        const Value list = builder.take();
        CHECK(list.bytes().size() == (count == 65535 ? 3 + count : 5 + 2 * count + 1));
        CHECK(list.view().size() == count);
    }
}

TEST_CASE("a view finds members and elements", "[store][json]") {
    const Value value = read(R"({"a":[7,"x",{"b":-1}],"c":null,"d":[1,2,300],"e":2.5})");
    const View view = value.view();
    CHECK(view.size() == 4);
    CHECK(view.find("c")->is(Type::null));
    CHECK(view.find("e")->number() == 2.5);
    CHECK_FALSE(view.find("b"));
    CHECK_FALSE(view.find("c")->find("x"));
    std::vector<std::string> elements;
    for (const View element : view.find("a")->elements()) elements.push_back(to_text(element));
    CHECK(elements == std::vector<std::string>{"7", "\"x\"", "{\"b\":-1}"});
    std::vector<std::string> keys;
    for (const Member member : view.members()) keys.emplace_back(member.key);
    CHECK(keys == std::vector<std::string>{"a", "c", "d", "e"});
}

TEST_CASE("elements of an array of bytes have no term, and still are integers", "[store][json]") {
    const Value value = read("[1,2,255]");
    std::int64_t sum = 0;
    Builder copies;
    copies.begin_array();
    for (const View element : value.view().elements()) {
        CHECK(element.is(Type::integer));
        CHECK(element.size() == 0);
        CHECK(element.number() == static_cast<double>(*element.integer()));
        sum += *element.integer();
        copies.copy(element);
    }
    copies.end_array();
    CHECK(sum == 258);
    CHECK(copies.take() == value);
}

TEST_CASE("big integers are as near as a double can be", "[store][json]") {
    const std::string digits = GENERATE(values<std::string>(
        {"9007199254740993", "9223372036854775809", "18446744073709551615", "36893488147419103233",
         "1208925819614629174706177", "-340282366920938463463374607431768211457",
         "179769313486231570000000000000000000000"}));
    CAPTURE(digits);
    CHECK(read(digits).view().number() == std::stod(digits));
    CHECK(read(digits).view().digits() == digits);
}

TEST_CASE("copies share one block", "[store][json]") {
    const Value value = read(R"({"a":1})");
    Value copy = value;
    CHECK(copy.same_block(value));
    const Value moved = std::move(copy);
    CHECK(moved.same_block(value));
    CHECK_FALSE(copy);   // NOLINT: that it is empty is the point.
    CHECK(read(R"({"a":1})") == value);
    CHECK_FALSE(read(R"({"a":1})").same_block(value));
    CHECK_FALSE(read(R"({"a":1.0})") == value);
}

TEST_CASE("random values survive printing and reading", "[store][json]") {
    RandomValue random(7);
    for (int i = 0; i < 3000; ++i) {
        const Value value = random.next();
        const std::string text = to_text(value.view());
        const Parsed back = parse(text);
        CAPTURE(text, back.problem);
        REQUIRE(back.ok());
        // A real zero loses its sign, as in jiffy; the generator makes none.
        REQUIRE(back.value == value);
        REQUIRE(View(value.bytes().data()).bytes().size() == value.bytes().size());
    }
}

}   // namespace glasshive::test
