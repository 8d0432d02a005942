// Goal: what people read reads as they count and measure. Method: values and their texts.
#include "base/text.h"

#include <catch2/catch.hpp>

using namespace glasshive;

TEST_CASE("names with numbers sort by the numbers", "[base][text]") {
    REQUIRE(natural_less("web.2", "web.10"));
    REQUIRE_FALSE(natural_less("web.10", "web.2"));
    REQUIRE(natural_less("a", "ab"));
    REQUIRE(natural_less("a2b", "a2c"));
    REQUIRE(natural_less("a1", "a01"));
    REQUIRE_FALSE(natural_less("x9", "x9"));
}

TEST_CASE("a field's value has its unit, and a stranger's name is none", "[base][text]") {
    Names names;
    const NameId web = names.intern("web");
    REQUIRE(field_text(FieldType::name, field::name(web).value, names) == "web");
    REQUIRE(field_text(FieldType::name, {.integer = 77}, names).empty());
    REQUIRE(field_text(FieldType::name, field::name(NameId{}).value, names).empty());
    REQUIRE(field_text(FieldType::integer, {.integer = -3}, names) == "-3");
    REQUIRE(field_text(FieldType::real, {.real = 0.25}, names) == "0.25");
    REQUIRE(field_text(FieldType::duration, {.integer = 1'500'000'000}, names) == "1.5s");
    REQUIRE(field_text(FieldType::bytes, {.integer = 1 << 20}, names) == "1 MiB");
    REQUIRE(field_text(FieldType::event, {.integer = 7}, names) == "#7");
    REQUIRE(field_text(FieldType::text, {.integer = 7}, names).empty());
}
