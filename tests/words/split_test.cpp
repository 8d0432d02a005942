// Goal: a cheat sheet's line is split as a shell would split it, and what needs a shell is named.
// Method: tables.
#include <catch2/catch.hpp>

#include "words/split.h"

using namespace glasshive::words;
using Words = std::vector<std::string>;

TEST_CASE("words are split at spaces, quotes and backslashes as in sh", "[words][split]") {
    REQUIRE(split_line("docker  service\tls").words == Words{"docker", "service", "ls"});
    REQUIRE(split_line("a 'b c' \"d e\"f ''").words == Words{"a", "b c", "d ef", ""});
    REQUIRE(split_line("a \\\n  b").words == Words{"a", "b"});
    REQUIRE(split_line("a \\\r\n  b").words == Words{"a", "b"});
    REQUIRE(split_line(R"("a\"b\x" c\ d 'e\f' "$A")").problem != "");
    REQUIRE(split_line(R"("a\"b\x" c\ d 'e\f')").words == Words{"a\"b\\x", "c d", "e\\f"});
    REQUIRE(split_line("a # the rest\n").words == Words{"a"});
    REQUIRE(split_line("a#b").words == Words{"a#b"});
    REQUIRE(split_line("  \n ").words.empty());
    REQUIRE(split_line("$ docker ps").words == Words{"docker", "ps"});
    REQUIRE(split_line("sudo docker ps").words == Words{"docker", "ps"});
    REQUIRE(split_line("a '$(x) | y > z'").words == Words{"a", "$(x) | y > z"});
    REQUIRE(split_line("a --format \"{{.ID}}\" b={}").words ==
            Words{"a", "--format", "{{.ID}}", "b={}"});
}

TEST_CASE("what only a shell could do is refused and named", "[words][split]") {
    struct Row {
        const char* line;
        const char* part;
    };
    for (const Row& row :
         std::vector<Row>{{"docker ps | grep x", "a pipe (|)"},
                          {"docker rm $(docker ps -q)", "a substitution ($(...))"},
                          {"docker rm \"$(docker ps -q)\"", "a substitution ($(...))"},
                          {"docker rm `docker ps -q`", "a substitution (`...`)"},
                          {"docker run -v $PWD:/x y", "a variable ($PWD)"},
                          {"docker run -v \"${PWD}:/x\" y", "a variable (${PWD})"},
                          {"docker ps > out", "a redirection (>)"},
                          {"docker secret create a - < x", "a redirection (<)"},
                          {"docker ps && docker ps", "a second command (&&)"},
                          {"docker ps; docker ps", "a second command (;)"},
                          {"docker ps &", "the background (&)"},
                          {"docker ps\ndocker ps", "a second line"},
                          {"docker 'ps", "a quote that is not closed"},
                          {"docker \"ps", "a quote that is not closed"},
                          {"docker ps \\", "a backslash with nothing after it"}}) {
        CAPTURE(row.line);
        const Line line = split_line(row.line);
        REQUIRE(line.words.empty());
        REQUIRE(line.problem.find(row.part) != std::string::npos);
    }
}
