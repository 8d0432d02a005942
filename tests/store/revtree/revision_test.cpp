// Goal: revisions are read, written, compared and made as CouchDB does. Method: tables; the vectors
// of couchdb.md 1.1 were taken from a real CouchDB 3.5.0.
#include <catch2/catch.hpp>

#include "store/json/parse.h"
#include "store/revtree/rev_id.h"

namespace glasshive::test {

using namespace store;

namespace {

Content content_of(std::string_view body, bool deleted = false) {
    json::Parsed parsed = json::parse(body);
    REQUIRE(parsed.ok());
    return {.body = parsed.value, .deleted = deleted};
}

std::string next(std::string_view parent, const Content& content) {
    const auto before = Revision::parse(parent);
    const auto revision = next_revision(before ? &*before : nullptr, content);
    REQUIRE(revision);
    return revision->text();
}

Revision rev(std::string_view text) {
    const auto revision = Revision::parse(text);
    CAPTURE(text);
    REQUIRE(revision);
    return *revision;
}

}   // namespace

TEST_CASE("an edit's revision is the one a real node makes", "[store][revtree]") {
    // couch_db:new_revid/1; couchdb.md 1.1, vectors.
    CHECK(next("", content_of("{}")) == "1-967a00dff5e02add41819138abb3284d");
    CHECK(next("", content_of(R"({"v":1})")) == "1-7a7e4b29f3af401e69b6f86e4c26b727");
    const std::string first = next("", content_of(R"({"x":1})"));
    CHECK(first == "1-0785e9eb543380151003dc452c3a001a");
    const std::string deleted = next(first, content_of("{}", true));
    CHECK(deleted == "2-d0ae140c7f7cdb92dd85a3e31ae18f0c");
    CHECK(next(deleted, content_of(R"({"x":3})")) == "3-45cb630d69eb1e6695e40bfc7a7c6178");
}

TEST_CASE("everything that a revision is made of changes it", "[store][revtree]") {
    const std::string plain = next("1-a", content_of(R"({"x":1,"y":2})"));
    CHECK(next("1-a", content_of(R"({"x":1,"y":2})")) == plain);   // On every node.
    CHECK(next("1-b", content_of(R"({"x":1,"y":2})")) != plain);
    CHECK(next("1-a", content_of(R"({"y":2,"x":1})")) != plain);   // Order counts.
    CHECK(next("1-a", content_of(R"({"x":1.0,"y":2})")) != plain);
    CHECK(next("1-a", content_of(R"({"x":1,"y":2})", true)) != plain);
    Content with = content_of(R"({"x":1,"y":2})");
    with.attachments = {{.name = "a.txt", .type = "text/plain", .md5 = md5("a")},
                        {.name = "b.txt", .type = "text/plain", .md5 = md5("b")}};
    CHECK(next("1-a", with) != plain);
    Content swapped = with;
    std::swap(swapped.attachments[0], swapped.attachments[1]);
    CHECK(next("1-a", swapped) != next("1-a", with));
    with.attachments[1].md5.clear();   // Old ones have none; CouchDB draws a number then.
    const Revision parent = rev("1-a");
    CHECK_FALSE(next_revision(&parent, with));
}

TEST_CASE("md5 is the one of RFC 1321", "[store][revtree]") {
    CHECK(Revision(0, md5("")).id_text() == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(Revision(0, md5("abc")).id_text() == "900150983cd24fb0d6963f7d28e17f72");
}

TEST_CASE("revisions are read and written as couch_doc does", "[store][revtree]") {
    struct Row {
        std::string text;
        std::string comes_back;
    };
    const Row row = GENERATE(values<Row>({
        {"1-967a00dff5e02add41819138abb3284d", "1-967a00dff5e02add41819138abb3284d"},
        {"1-967A00DFF5E02ADD41819138ABB3284D", "1-967a00dff5e02add41819138abb3284d"},
        {"2-abc", "2-abc"},
        {"2-ABC", "2-ABC"},   // Not 32 digits: the bytes as they are.
        {"7-a-b", "7-a-b"},
        {"1-", "1-"},
        {"4294967295-x", "4294967295-x"},
        {"3-one-that-is-longer-than-thirty-two-bytes",
         "3-one-that-is-longer-than-thirty-two-bytes"},
        {"1-sixteen-letters!", "1-7369787465656e2d6c65747465727321"},   // 16 bytes are 16 bytes.
    }));
    CHECK(rev(row.text).text() == row.comes_back);
    CHECK(rev(rev(row.text).text()) == rev(row.text));
}

TEST_CASE("what is no revision is refused", "[store][revtree]") {
    const std::string text = GENERATE(values<std::string>(
        {"", "1", "-", "-1-abc", "x-abc", "1.5-abc", " 1-abc", "4294967296-x",
         "1-967a00dff5e02add41819138abb3284g", "1--67a00dff5e02add41819138abb3284d"}));
    CAPTURE(text);
    CHECK_FALSE(Revision::parse(text));
}

TEST_CASE("position, then bytes decide which revision is greater", "[store][revtree]") {
    // couchdb.md 1: 1-ffff.. > 1-abcd.. > 1-zz, seen on a real node; couch_doc:to_doc_info_path/1.
    const Revision ff = rev("1-ffffffffffffffffffffffffffffffff");
    const Revision ab = rev("1-abcdabcdabcdabcdabcdabcdabcdabcd");
    CHECK(ff > ab);
    CHECK(ab > rev("1-zz"));
    CHECK(rev("1-zz") > rev("1-z"));
    CHECK(rev("2-a") > rev("1-zz"));
    CHECK(rev("10-a") > rev("9-b"));
    CHECK(rev("1-") < rev("1-0"));
}

TEST_CASE("a revision can be copied and moved, however long", "[store][revtree]") {
    const std::string id = GENERATE(values<std::string>(
        {"", "x", "exactly16bytes..", "seventeen bytes..", std::string(1000, 'r')}));
    const Revision first(3, id);
    Revision copy = first;
    Revision other(4, "other, and a long one at that");
    CHECK(copy == first);
    other = copy;
    copy = Revision(9, "long enough to be shared by all");
    CHECK(other == first);
    const Revision moved = std::move(other);
    CHECK(moved == first);
    CHECK(moved.id() == id);
}

}   // namespace glasshive::test
