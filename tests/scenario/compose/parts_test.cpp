// Goal: variables, shell words and YAML 1.1 scalars come out as docker's own libraries give them.
// Method: tables, one per part.
#include <catch2/catch.hpp>

#include "scenario/compose/interpolate.h"
#include "scenario/compose/item.h"
#include "scenario/compose/loader.h"
#include "support.h"
#include "words/grammar/shlex.h"
#include "yaml/node.h"

using namespace glasshive;
using namespace glasshive::compose;

TEST_CASE("variables are replaced as docker/cli's template does", "[compose][interpolate]") {
    const std::map<std::string, std::string> variables{{"A", "1"}, {"EMPTY", ""}, {"_b2", "x"}};
    struct Row { const char* text; const char* expected; };
    for (const Row& row : std::vector<Row>{{"$A", "1"},
                                           {"${A}", "1"},
                                           {"a$A.b", "a1.b"},
                                           {"$$A", "$A"},
                                           {"${_b2}", "x"},
                                           {"$NONE", ""},
                                           {"${NONE}", ""},
                                           {"${NONE:-d}", "d"},
                                           {"${EMPTY:-d}", "d"},
                                           {"${EMPTY-d}", ""},
                                           {"${NONE-d}", "d"},
                                           {"${A:-d}", "1"},
                                           {"${NONE:-}", ""},
                                           {"${A:?needed}", "1"},
                                           {"${EMPTY?needed}", ""},
                                           {"${NONE:-a:b-c}", "a:b-c"},
                                           {"$NONE-rest of it", "rest of it"},
                                           {"${NONE:-$$}", "$$"},
                                           {"no variables", "no variables"}}) {
        CAPTURE(row.text);
        const Substituted result = substitute(row.text, variables);
        REQUIRE(result.problem.empty());
        REQUIRE(result.text == row.expected);
    }
    for (const char* text :
         {"$", "${", "${}", "${1}", "${A", "${A:+x}", "$ A", "${EMPTY:?no}", "${NONE?no}"}) {
        CAPTURE(text);
        REQUIRE_FALSE(substitute(text, variables).problem.empty());
    }
}

TEST_CASE("shell words split as google/shlex splits them", "[compose][shell]") {
    using Words = std::vector<std::string>;
    REQUIRE(words::shell_split("one  two\tthree").words == Words{"one", "two", "three"});
    REQUIRE(words::shell_split("a 'b c' \"d e\"f").words == Words{"a", "b c", "d ef"});
    REQUIRE(words::shell_split(R"("a \"b\"" c\ d 'e\f')").words == Words{"a \"b\"", "c d", "e\\f"});
    REQUIRE(words::shell_split("a # comment\nb").words == Words{"a", "b"});
    REQUIRE(words::shell_split("a#b ''").words == Words{"a#b", ""});
    REQUIRE(words::shell_split("").words.empty());
    REQUIRE(words::shell_split("'open").problem == "EOF found when expecting closing quote");
}

TEST_CASE("scalars get YAML 1.1's types and Go's texts", "[compose][scalar]") {
    struct Row { const char* text; Type type; const char* shown; };
    for (const Row& row : std::vector<Row>{{"yes", Type::boolean, "true"},
                                           {"Off", Type::boolean, "false"},
                                           {"nope", Type::text, "nope"},
                                           {"80", Type::integer, "80"},
                                           {"0755", Type::integer, "493"},
                                           {"0x10", Type::integer, "16"},
                                           {"1_000", Type::integer, "1000"},
                                           {"08", Type::real, "8"},
                                           {"1.10", Type::real, "1.1"},
                                           {"1e3", Type::real, "1000"},
                                           {"1e21", Type::real, "1e+21"},
                                           {"3.8.1", Type::text, "3.8.1"},
                                           {"80:80", Type::text, "80:80"},
                                           {"'80'", Type::text, "80"},
                                           {"-", Type::text, "-"}}) {
        CAPTURE(row.text);
        const auto document =
            yaml::parse(std::string("[") + (row.text[0] == '-' ? "'-'" : row.text) + "]", "t");
        REQUIRE(document.ok());
        Item item;
        resolve_scalar(document.value().root().items()[0], item);
        REQUIRE(item.type == row.type);
        REQUIRE(item.text == row.shown);
    }
}
