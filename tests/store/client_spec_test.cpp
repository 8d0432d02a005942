// Goal: documents of one shape get their numbers, and steps refer to each other. Method: texts.
#include "store/client_spec.h"

#include <catch2/catch.hpp>

using namespace glasshive::store;

TEST_CASE("a shape's numbers are put in, alone as numbers and in texts as digits", "[store]") {
    struct Row {
        const char *text, *expected;
    };
    const Row row = GENERATE(values<Row>({
        {R"({"_id":"doc-{i}"})", R"({"_id":"doc-7"})"},
        {R"({"n":"{i}","rest":"{i%5}"})", R"({"n":7,"rest":2})"},
        {R"({"a":{},"b":"{i%0}","c":"{i%"})", R"({"a":{},"b":"{i%0}","c":"{i%"})"},
        {R"("{i}")", "7"},
        {"{i}{i%4}", "73"},
        {"", ""},
    }));
    CHECK(numbered(row.text, 7) == row.expected);
}

TEST_CASE("references to other steps are found in order of their places", "[store]") {
    const std::string text = R"({"_rev":"{conflict of b}","x":"{rev of late one}"})";
    const auto found = references_in(text);
    REQUIRE(found.size() == 2);
    CHECK(found[0].what == "conflict");
    CHECK(found[0].step == "b");
    CHECK(found[1].step == "late one");
    CHECK(text.substr(found[1].begin, found[1].end - found[1].begin) == "{rev of late one}");
    CHECK(references_in("{rev of nobody").empty());
}
