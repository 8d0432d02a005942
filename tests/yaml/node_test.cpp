// Goal: a Document keeps text, order and place of everything, and refuses what would mislead.
// Method: small texts, asserted node by node; a table of broken texts with the exact problem text.
#include <catch2/catch.hpp>

#include <fstream>

#include "yaml/node.h"

using namespace glasshive;
using namespace glasshive::yaml;

namespace {

Document parsed(const std::string& text) {
    Result<Document> result = parse(text, "t.yaml");
    if (!result.ok()) FAIL(to_text(result.problems()[0]));
    return result.value();
}

std::string problems_of(const std::string& text) {
    const Result<Document> result = parse(text, "t");
    if (result.ok()) return "accepted";
    std::string all;
    for (const Diagnostic& problem : result.problems()) {
        all += (all.empty() ? "" : "\n") + to_text(problem);
    }
    return all;
}

std::string place(const Node& node) {
    return std::to_string(node.line()) + ":" + std::to_string(node.column());
}

}   // namespace

TEST_CASE("scalars stay as they are written", "[yaml][node]") {
    const Document document = parsed(
        "a: on\nb: 1.0\nc: 0x10\nd: 08\ne: \"5\"\nf: ~\ng:\nh: !!str 3\ni: |\n  two\n  lines\n");
    const Node& root = document.root();
    REQUIRE(root.find("a").text() == "on");
    REQUIRE(root.find("b").text() == "1.0");
    REQUIRE(root.find("c").text() == "0x10");
    REQUIRE(root.find("d").text() == "08");
    REQUIRE(root.find("d").is_plain());
    REQUIRE_FALSE(root.find("e").is_plain());
    REQUIRE(root.find("f").is_null());
    REQUIRE(root.find("g").is_null());
    REQUIRE(root.find("h").tag() == "tag:yaml.org,2002:str");
    REQUIRE(root.find("i").text() == "two\nlines\n");
    REQUIRE_FALSE(root.find("z").exists());
    REQUIRE(root.find("a").file() == "t.yaml");
}

TEST_CASE("every value knows its line and column", "[yaml][node]") {
    const Document document =
        parsed("# top\nweb:\n  image: x\n  ports: [80,\n    443]\n  none:\n\nlast: 1\n");
    const Node web = document.root().find("web");
    REQUIRE(place(web) == "3:3");
    REQUIRE(place(web.find("image")) == "3:10");
    REQUIRE(place(web.find("ports").items()[1]) == "5:5");
    REQUIRE(place(web.find("none")) == "6:3");   // An absent value is where its key is.
    REQUIRE(place(document.root().entries()[1].key) == "8:1");
}

TEST_CASE("an empty list item is reported where its dash is", "[yaml][node]") {
    const Document document = parsed("list:\n  - a\n  -\n  # remark\n  - ~\nlast:\n");
    const auto items = document.root().find("list").items();
    REQUIRE(items.size() == 3);
    REQUIRE(items[1].line() == 3);
    REQUIRE(place(items[2]) == "5:5");
}

TEST_CASE("an alias is reported at the alias, what is inside it at the anchor", "[yaml][node]") {
    const Document document = parsed("a: &x {size: 1}\nb: *x\n");
    const Node b = document.root().find("b");
    REQUIRE(place(b) == "2:4");
    REQUIRE(place(b.find("size")) == "1:14");
}

TEST_CASE("merge keys fill in, explicit keys and earlier maps win", "[yaml][node]") {
    const Document document = parsed(
        "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\n"
        "x:\n  c: 3\n  <<: [*one, *two]\n  d: 3\nquoted: {\"<<\": 1}\n");
    const Node x = document.root().find("x");
    std::string order;
    for (const Entry& entry : x.entries())
        order += entry.key.text() + "=" + entry.value.text() + " ";
    REQUIRE(order == "c=3 a=1 b=1 d=3 ");
    REQUIRE(document.root().find("quoted").find("<<").text() == "1");
}

TEST_CASE("keys of large maps are found as those of small ones", "[yaml][node]") {
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "key" + std::to_string(i) + ": " + std::to_string(i) + "\n";
    const Document document = parsed(text);
    for (int i = 0; i < 100; ++i) {
        REQUIRE(document.root().find("key" + std::to_string(i)).text() == std::to_string(i));
    }
    REQUIRE_FALSE(document.root().find("key100").exists());
    REQUIRE(document.root().entries()[42].key.text() == "key42");
}

TEST_CASE("an empty file is a null, a byte order mark and Windows line ends are no matter",
          "[yaml][node]") {
    REQUIRE(parsed("").root().is_null());
    REQUIRE(parsed("# only a remark\n").root().line() == 1);
    REQUIRE(parsed("\xEF\xBB\xBF" "a: 1\r\nb: 2\r\n").root().find("b").text() == "2");
    REQUIRE(parsed("a: |+\n  x\n\n").root().find("a").text() == "x\n\n");
    REQUIRE(parsed("a: |\n  x").root().find("a").text() == "x\n");
    REQUIRE(parsed("a: 1 # end").root().find("a").text() == "1");
    REQUIRE(parsed("---\na: 1\n...\n").root().find("a").text() == "1");
}

TEST_CASE("broken texts give one clear problem each", "[yaml][node]") {
    struct Row { std::string text; std::string problem; };
    const std::vector<Row> rows{
        {"a: 1\nb: 2\na: 3\n", "t:3: the key \"a\" is written twice; first in line 1"},
        {"w:\n  - {x: 1, y: 2, x: 3}\n",
         "t:2: w[0]: the key \"x\" is written twice; first in line 2"},
        {"a: &a {<<: *b}\n", "t:1: not valid YAML: this alias names no anchor\n    hint: an anchor "
                             "(&name) is written above the alias (*name) that uses it"},
        {"a: &a\n  <<: *a\n", "t:2: a.<<: this value contains itself through an alias"},
        {"a: &a [1, *a]\n", "t:1: a[1]: this value contains itself through an alias"},
        {"x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n",
         "t:4: y: the key \"<<\" is written twice; first in line 3\n"
         "    hint: merge several maps with one key: <<: [*a, *b]"},
        {"y: {<<: 5}\n", "t:1: y: << merges a map or a list of maps, and this is a text"},
        {"y: {<<: [5]}\n", "t:1: y: << merges maps, and this item is a text"},
        {"a: 1\n%b: 2", "t:2: not valid YAML: a line that begins with % is a directive and stands "
                         "before the document\n"
                         "    hint: remove it, or put quotes around the text"},
        {"a: 1\n---\nb: 2\n", "t:2: a second document begins here; a file holds one\n"
                              "    hint: remove the --- or split the file"},
        {"[1]: 2\n", "t:1: a key must be a text, not a list"},
        {"~: 2\n", "t:1: a key must be a text, not nothing\n"
                   "    hint: put quotes around a key that is spelled null or ~"},
        {"a: 1\n\tb: 2\n", "t:2: not valid YAML: a tab is used for indentation\n"
                           "    hint: YAML allows spaces only"},
        {"a: b: c\n", "t:1: not valid YAML: a colon is not allowed here\n"
                      "    hint: put quotes around a text that contains \": \""},
        {"a: [1, 2\nb: 3\n", "t:2: not valid YAML: a list in brackets is not closed\n"
                             "    hint: look for a missing ] or comma, here or in the lines above"},
        {"a: \"x\n", "t:1: not valid YAML: a quoted text begins here and is never closed\n"
                     "    hint: look for the missing quote"},
        {"a: 'x\nb: 2",
         "t:1: not valid YAML: a quoted text begins here and is never closed\n"
         "    hint: look for the missing quote"},
        {"a: {b: 1\n", "t:1: not valid YAML: a map in braces is not closed\n"
                       "    hint: look for a missing } or comma, here or in the lines above"},
        {"a: \x04\n", "t:1: a control character; this is not a text file"},
        {"a: \xFF\n", "t:1: bytes that are not UTF-8\n    hint: save the file as UTF-8"},
        {"a: 1\nb: \xED\xA0\x80\n",
         "t:2: bytes that are not UTF-8\n    hint: save the file as UTF-8"},
        {std::string("a: 1\nb\0c: 2", 12), "t:2: a NUL byte; this is not a text file\n"
                                           "    hint: if it is UTF-16 text, save it as UTF-8"},
        {std::string("\xFF\xFE"
                     "a\0",
                     4),
         "t: the file is UTF-16 text\n    hint: save it as UTF-8"},
        {std::string(200, '['), "t:1: lists and maps are nested more than 100 deep"},
        {std::string(20'000, '{'), "t:1: lists and maps are nested more than 100 deep"},
        {"a: 1\nb: " + std::string(line_bytes_max, 'x'),
         "t:2: this line has more than 1048576 bytes\n    hint: break it into lines"},
        {std::string(file_bytes_max + 1, ' '),
         "t: the file has 16777217 bytes; at most 16777216 are read"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text.substr(0, 80));
        REQUIRE(problems_of(row.text) == row.problem);
    }
}

TEST_CASE("every duplicate key is reported, not the first alone", "[yaml][node]") {
    REQUIRE(problems_of("a: {x: 1, x: 2}\nb: {y: 1, y: 2}\na: 1\n") ==
            "t:1: a: the key \"x\" is written twice; first in line 1\n"
            "t:2: b: the key \"y\" is written twice; first in line 2\n"
            "t:3: the key \"a\" is written twice; first in line 1");
}

TEST_CASE("aliases of aliases cannot eat the machine", "[yaml][node]") {
    std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int j = 1; j < 10; ++j) text += ", " + before;
        text += "]\n";
    }
    REQUIRE(problems_of(text).find("aliases repeat more than 1000000 values") != std::string::npos);

    std::string chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 200; ++i) {
        chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
                 std::to_string(i - 1) + "]\n";
    }
    REQUIRE(problems_of(chain).find("nested more than 100 deep through aliases") !=
            std::string::npos);
}

TEST_CASE("a missing file and a folder are problems, not crashes", "[yaml][node]") {
    REQUIRE(to_text(read_file("no/such/file.yaml").problems()[0]) ==
            "no/such/file.yaml: cannot be read: No such file or directory");
    REQUIRE(to_text(read_file("/").problems()[0]) == "/: this is a folder, not a file");
    REQUIRE(to_text(read_file("/dev/zero").problems()[0]).find("bytes; at most") !=
            std::string::npos);
}
