// Goal: every text has one id and keeps its place and its characters however many follow. Method:
// enough names to make the table grow several times, compared with what was put in.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/names.h"

using namespace glasshive;

TEST_CASE("names are numbered by first mention and found again", "[base][names]") {
    Names names;
    REQUIRE_FALSE(names.find("web").valid());
    REQUIRE(names.intern("web").value == 0);
    REQUIRE(names.intern("db").value == 1);
    REQUIRE(names.intern("web").value == 0);
    REQUIRE(names.find("db").value == 1);
    REQUIRE_FALSE(names.find("we").valid());
    REQUIRE(names.size() == 2);
}

TEST_CASE("texts stay where they are while the table grows", "[base][names]") {
    Names names;
    const std::string_view first = names.text(names.intern("the first of many"));
    const char* place = first.data();
    for (std::uint32_t i = 1; i < 50'000; ++i) {
        const std::string text = "web." + std::to_string(i);
        REQUIRE(names.intern(text).value == i);
    }
    REQUIRE(names.text(NameId{0}).data() == place);
    for (std::uint32_t i = 1; i < 50'000; ++i) {
        const std::string text = "web." + std::to_string(i);
        REQUIRE(names.find(text).value == i);
        REQUIRE(names.text(NameId{i}) == text);
    }
}

TEST_CASE("empty, long and binary texts are names too", "[base][names]") {
    Names names;
    const std::vector<std::string> texts{"", std::string(100'000, 'x'), std::string("a\0b", 3),
                                         std::string("a\0c", 3), "a"};
    for (std::uint32_t i = 0; i < texts.size(); ++i) REQUIRE(names.intern(texts[i]).value == i);
    for (std::uint32_t i = 0; i < texts.size(); ++i) REQUIRE(names.text(NameId{i}) == texts[i]);
    // A text of the table itself may be asked for again while it grows.
    REQUIRE(names.intern(names.text(NameId{1})).value == 1);
}
