// Goal: JSON goes in and comes out as it does with CouchDB's jiffy. Method: tables of texts, most
// of them cases of jiffy's own tests.
#include <catch2/catch.hpp>

#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::test {

using namespace store::json;

namespace {

std::string again(std::string_view text) {
    const Parsed parsed = parse(text);
    CAPTURE(text, parsed.problem);
    REQUIRE(parsed.ok());
    return to_text(parsed.value.view());
}

bool refused(std::string_view text) {
    const Parsed parsed = parse(text);
    return !parsed.ok() && !parsed.value;
}

struct Row {
    std::string text;
    std::string comes_back;
};

}   // namespace

TEST_CASE("numbers come back as CouchDB prints them", "[store][json]") {
    // jiffy test/jiffy_03_number_tests.erl; couchdb.md 1.1 for the reals.
    const Row row = GENERATE(values<Row>({
        {"0", "0"},
        {"-0", "0"},
        {"-0.0", "0.0"},
        {"255", "255"},
        {"256", "256"},
        {"-3", "-3"},
        {"2147483647", "2147483647"},
        {"-2147483648", "-2147483648"},
        {"2147483648", "2147483648"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"18446744073709551615", "18446744073709551615"},
        {"18446744073709551616", "18446744073709551616"},
        {"1234567890123456789012345012", "1234567890123456789012345012"},
        {"-100000000000000000000000000000", "-100000000000000000000000000000"},
        {"1.0", "1.0"},
        {"1e3", "1000.0"},
        {"1E4", "10000.0"},
        {"0E3", "0.0"},
        {"1e20", "100000000000000000000.0"},
        {"1e21", "1e+21"},
        {"1e30", "1e+30"},
        {"0.000001", "0.000001"},
        {"0.00001", "0.00001"},
        {"1.5e-7", "1.5e-7"},
        {"0.000000000000000000000000000000000001", "1e-36"},
        {"1234567890123456789012345.0", "1.2345678901234568e+24"},
        {"1234567890123456789012345.0E3", "1.2345678901234569e+27"},
        {"-0.325E+2", "-32.5"},
        {"2.0123456789", "2.0123456789"},
        {"111111111111111111111.0", "111111111111111110000.0"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
    }));
    CHECK(again(row.text) == row.comes_back);
}

TEST_CASE("texts come back in UTF-8 with the least escapes", "[store][json]") {
    // jiffy test/jiffy_04_string_tests.erl.
    const Row row = GENERATE(values<Row>({
        {R"("")", R"("")"},
        {R"("\/")", R"("/")"},
        {R"("\"\\\b\f\n\r\t")", R"("\"\\\b\f\n\r\t")"},
        {R"("foo\u0005bar")", R"("foo\u0005bar")"},
        {R"("\u001f")", R"("\u001F")"},
        {"\"\x7F\"", "\"\x7F\""},
        {R"("\u0000")", R"("\u0000")"},
        {R"("\uD834\uDD1E")", "\"\xF0\x9D\x84\x9E\""},
        {R"("\uFFFE")", "\"\xEF\xBF\xBE\""},
        {R"("é")", "\"é\""},
    }));
    CHECK(again(row.text) == row.comes_back);
}

TEST_CASE("members keep their order, and of equal keys the last stays in its place",
          "[store][json]") {
    // jiffy test/jiffy_16_dedupe_keys_tests.erl; couch_util:json_decode asks for dedupe_keys.
    CHECK(again(R"({"z":1,"a":{"y":2,"b":3}})") == R"({"z":1,"a":{"y":2,"b":3}})");
    CHECK(again(R"({"a":1,"a":2})") == R"({"a":2})");
    CHECK(again(R"({"bar":1,"foo":2,"baz":3,"foo":4})") == R"({"bar":1,"baz":3,"foo":4})");
    CHECK(again(R"([{"o":{"k":1,"k":2}},{}])") == R"([{"o":{"k":2}},{}])");
    CHECK(again(R"({"a\u0000b":1,"a\u0000c":2,"a\u0000b":3})") == R"({"a\u0000c":2,"a\u0000b":3})");
    std::string twice;   // So many that they are sorted, not compared in pairs.
    std::string once;
    for (int i = 0; i < 100; ++i) {
        const std::string member = "\"k" + std::to_string(i) + "\":" + std::to_string(i);
        twice += member + ",";
        once += (i == 0 ? "" : ",") + member;
    }
    CHECK(again("{" + twice + once + "}") == "{" + once + "}");
}

TEST_CASE("what jiffy refuses is refused", "[store][json]") {
    // jiffy test/jiffy_0{3,4}_*_tests.erl, c_src/decoder.c, c_src/utf8.c.
    const std::string text = GENERATE(values<std::string>({
        "",
        " ",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{a:1}",
        "{\"a\":1,}",
        "nul",
        "tru",
        "'a'",
        "1 1",
        "02",
        "-01",
        "+12",
        "-",
        "1.",
        ".1",
        "1.-1",
        "1E",
        "1-E2",
        "2E +3",
        "1EA",
        "NaN",
        "1e400",
        "-1.5e999",
        "\"",
        "\"foo",
        "\"\\g\"",
        "\"\n\"",
        "\"\\uD834foo\\uDD1E\"",
        "\"\\uD834\"",
        "\"\\uDD1E\"",
        "\"\\uD834\\uD834\"",
        "\"\\u12g4\"",
        "\"\xD8RR\"",
        "\"\xC0\x80\"",
        "\"\xED\xA0\x80\"",
        "\"\xF4\x90\x80\x80\"",
        "\"\x80\"",
        "\xEF\xBB\xBF{}",
        "{}x",
        "/* */ 1",
    }));
    CAPTURE(text);
    CHECK(refused(text));
}

TEST_CASE("a NUL is no end of the text", "[store][json]") {
    CHECK(refused(std::string_view("{}\0", 3)));
    CHECK(refused(std::string_view("\"a\0b\"", 5)));
}

TEST_CASE("space around and inside is skipped", "[store][json]") {
    CHECK(again(" \t\r\n{ \"a\" : [ 1 , true , null , false ] } \n") ==
          R"({"a":[1,true,null,false]})");
}

TEST_CASE("depth and size are bounded", "[store][json]") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(parse(nested(1000)).ok());
    CHECK(parse(nested(1001)).problem == "nested deeper than 1000");
    CHECK(refused(std::string(1'000'000, '[')));
    CHECK(parse("[1,2]", {.bytes_max = 4}).problem == "too long");
    CHECK(parse(std::string(308, '9')).ok());
    CHECK(refused(std::string(400, '9')));
}

TEST_CASE("bytes that are no UTF-8 are written as U+FFFD", "[store][json]") {
    // Only client-made revision ids bring them; couch_util:json_encode says force_utf8.
    const Row row = GENERATE(values<Row>({
        {"foo\x80"
         "bar",
         "\"foo\xEF\xBF\xBD"
         "bar\""},
        {"\xE0", "\"\xEF\xBF\xBD\""},
        {"\xC2\x81\x80", "\"\xC2\x81\xEF\xBF\xBD\""},
        {"\xF0\x9D\x84\x9E", "\"\xF0\x9D\x84\x9E\""},
    }));
    std::string out;
    print_text(row.text, out);
    CHECK(out == row.comes_back);
}

}   // namespace glasshive::test
