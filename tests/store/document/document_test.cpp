// Goal: documents are read and written as couch_doc and couch_att do. Method: texts in, texts out;
// each mistake in CouchDB's words; random documents there and back.
#include <catch2/catch.hpp>

#include "kernel/rng.h"
#include "store/document/print.h"
#include "store/document/read.h"
#include "store/json/print.h"
#include "store/revtree/rev_id.h"
#include "store/texts.h"

namespace glasshive::test {

using namespace store;

namespace {

DocumentRead read(std::string_view text) {
    auto result = read_document(json_value(text).view());
    INFO(text);
    REQUIRE(std::holds_alternative<DocumentRead>(result));
    return std::get<DocumentRead>(std::move(result));
}

/// "error: reason"; "fine".
std::string refused(std::string_view text, const DocumentLimits& limits = {}) {
    const auto result = read_document(json_value(text).view(), limits);
    const auto* const refusal = std::get_if<Refusal>(&result);
    return refusal != nullptr ? refusal->error + ": " + refusal->reason : "fine";
}

std::vector<Attachment> whole(const DocumentRead& document, const Content* before = nullptr,
                              std::optional<std::uint32_t> position = 1) {
    auto result = attachments_of("d", document.attachments, before, position);
    REQUIRE(std::holds_alternative<std::vector<Attachment>>(result));
    return std::get<std::vector<Attachment>>(std::move(result));
}

std::string missing(const DocumentRead& document, const Content* before) {
    const auto result = attachments_of("d", document.attachments, before, 2);
    const auto* const refusal = std::get_if<Refusal>(&result);
    return refusal != nullptr ? refusal->error + ": " + refusal->reason : "fine";
}

std::string text(const json::Value& value) { return json::to_text(value.view()); }

ContentPtr holding(const char* body, bool deleted = false) {
    return ContentPtr({.body = json_value(body), .attachments = {}, .deleted = deleted});
}

}   // namespace

TEST_CASE("a document is its own members; CouchDB's are taken out", "[store][document]") {
    const DocumentRead one = read(
        R"({"b":1,"_id":"x","a":{"_deep":2},"_rev":"3-zz","_deleted":true,"_conflicts":["1-a"],)"
        R"("_revs_info":[],"_local_seq":7,"_deleted_conflicts":[],"_replication_state":"error"})");
    CHECK(one.id == "x");
    CHECK(text(one.body) == R"({"b":1,"a":{"_deep":2},"_replication_state":"error"})");
    REQUIRE(one.revisions.size() == 1);
    CHECK(one.revisions[0].text() == "3-zz");
    CHECK(one.deleted);
    CHECK_FALSE(read("{}").id);
    CHECK(read("{}").revisions.empty());
}

TEST_CASE("_revisions says more than _rev, wherever it stands", "[store][document]") {
    for (const char* const written :
         {R"({"_rev":"9-q","_revisions":{"start":3,"ids":["c","b"]}})",
          R"({"_revisions":{"start":3,"ids":["c","b"]},"_rev":"9-q"})"}) {
        const DocumentRead document = read(written);
        REQUIRE(document.revisions.size() == 2);
        CHECK(document.revisions[0].text() == "3-c");
        CHECK(document.revisions[1].text() == "2-b");
        const auto path = path_of(document, holding("{}"));
        REQUIRE(path.size() == 2);
        CHECK(path[0].revision.text() == "2-b");   // Oldest first, the newest holds something.
        CHECK_FALSE(path[0].content);
        CHECK(path[1].content);
    }
}

TEST_CASE("what is wrong with a document is said in CouchDB's words", "[store][document]") {
    const std::pair<const char*, const char*> wrong[] = {
        {"[]", "bad_request: Document must be a JSON object"},
        {"7", "bad_request: Document must be a JSON object"},
        {R"({"_id":7})", "illegal_docid: Document id must be a string"},
        {R"({"_id":""})", "illegal_docid: Document id must not be empty"},
        {R"({"_id":"_x"})", "illegal_docid: Only reserved document ids may start with underscore."},
        {R"({"_id":"_design/"})", "illegal_docid: Illegal document id `_design/`"},
        {R"({"_id":"_local/"})", "illegal_docid: Illegal document id `_local/`"},
        {R"({"_rev":7})", "bad_request: Invalid rev format"},
        {R"({"_rev":"7"})", "bad_request: Invalid rev format"},
        {R"({"_rev":"x-1"})", "bad_request: Invalid rev format"},
        {R"({"_rev":"1-0123456789abcdef0123456789abcdeg"})", "bad_request: Invalid rev format"},
        {R"({"_revisions":{"ids":["a"]}})", "doc_validation: _revisions.start isn't an integer."},
        {R"({"_revisions":{"start":"1","ids":["a"]}})",
         "doc_validation: _revisions.start isn't an integer."},
        {R"({"_revisions":{"start":1}})", "doc_validation: _revisions.ids isn't a array."},
        {R"({"_revisions":{"start":1,"ids":[1]}})", "doc_validation: RevId isn't a string"},
        {R"({"_revisions":{"start":1,"ids":["0123456789abcdef0123456789abcdeg"]}})",
         "doc_validation: RevId isn't a valid hexadecimal"},
        {R"({"_revisions":{"start":1,"ids":["a","b","c"]}})", "bad_request: Invalid rev format"},
        {R"({"_revisions":{"start":-1,"ids":[]}})", "bad_request: Invalid rev format"},
        {R"({"_revisions":{"start":99999999999,"ids":["a"]}})", "bad_request: Invalid rev format"},
        {R"({"_revisions":[]})", "doc_validation: Bad special document member: _revisions"},
        {R"({"_deleted":"true"})", "doc_validation: Bad special document member: _deleted"},
        {R"({"_attachments":[]})", "doc_validation: Bad special document member: _attachments"},
        {R"({"_nope":1})", "doc_validation: Bad special document member: _nope"},
        {R"({"_":1})", "doc_validation: Bad special document member: _"},
        {R"({"_replication_x":1})", "doc_validation: Bad special document member: _replication_x"},
        {R"({"_attachments":{"a":{"data":"no*64"}}})",
         "bad_request: Invalid attachment data for a"},
        {R"({"_attachments":{"a":{}}})", "bad_request: Invalid attachment data for a"},
        {R"({"_attachments":{"a":{"data":7}}})", "bad_request: Invalid attachment data for a"}};
    for (const auto& [written, said] : wrong) {
        INFO(written);
        CHECK(refused(written) == said);
    }
    CHECK(refused(R"({"_id":"_design/x"})") == "fine");
    CHECK(refused(R"({"_id":"_local/x"})") == "fine");
}

TEST_CASE("documents and attachments have a greatest size", "[store][document]") {
    const DocumentLimits limits{.document_bytes_max = 20, .attachment_bytes_max = 3};
    CHECK(refused(R"({"_id":"d","x":"123456789012"})", limits) == "fine");   // 20 with its braces.
    CHECK(refused(R"({"_id":"d","x":"1234567890123"})", limits) == "document_too_large: d");
    CHECK(refused("{\"x\":\"\\u0001\\u0001\\u0001\"}", limits) == "document_too_large: ");
    CHECK(refused(R"({"_attachments":{"a":{"data":"YWJj"}}})", limits) == "fine");
    CHECK(refused(R"({"_attachments":{"a":{"data":"YWJjZA=="}}})", limits) ==
          "attachment_too_large: a");
    CHECK(refused(R"({"_attachments":{"a":{"follows":true,"length":4}}})", limits) ==
          "attachment_too_large: a");
}

TEST_CASE("base64 is read as Erlang reads it", "[store][document]") {
    for (const char* const plain : {"", "f", "fo", "foo", "foob", "\xff\xfe+/"}) {
        CHECK(from_base64(base64(plain)) == plain);
    }
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(from_base64(" Zm9v\r\nYg==\t") == "foob");
    for (const char* const wrong :
         {"Zm9vY", "Zm9vYg=", "Zm=vYg==", "====", "Zm9v*g==", "Z===", "Zm9vYg==Zm9v"}) {
        INFO(wrong);
        CHECK_FALSE(from_base64(wrong));
    }
}

TEST_CASE("text is kept zipped, and its digest is of the gzip bytes", "[store][document]") {
    // couchdb.md 1.1 and 12.21.
    const std::string words(1000, 'a');
    const Attachment zipped = stored("a", "Text/Plain; charset=utf-8", words);
    CHECK(zipped.zipped);
    CHECK(zipped.length.count == 1000);
    CHECK(zipped.encoded_length.count < 100);
    CHECK(zipped.data.view().substr(0, 2) == "\x1f\x8b");
    CHECK(zipped.md5 == md5(zipped.data.view()));
    CHECK(identity_of(zipped) == words);

    const Attachment plain = stored("a", "image/png", words);
    CHECK_FALSE(plain.zipped);
    CHECK(plain.md5 == md5(words));
    CHECK(identity_of(plain) == words);

    const CompressionRules rules;
    for (const char* const type : {"text/html", " application/json ;q=1", "APPLICATION/XML"}) {
        CHECK(rules.zips(type));
    }
    for (const char* const type : {"application/jsonx", "text", "image/svg+xml", ""}) {
        CHECK_FALSE(rules.zips(type));
    }
    CHECK_FALSE(CompressionRules{.level = 0}.zips("text/html"));
    CHECK(identity_of(stored("a", "text/plain", "")).empty());
}

TEST_CASE("bytes that only claim to be gzip are all there is", "[store][document]") {
    AttachmentGiven given{.name = "a", .data = "no gzip", .length = 1'000'000, .zipped = true};
    const auto kept = std::get<0>(attachments_of("d", {given}, nullptr, 1));
    CHECK(identity_of(kept.front()) == "no gzip");
    // A bomb is no larger than it said.
    given.data = std::string(stored("a", "text/plain", std::string(1 << 20, 'a')).data.view());
    given.length = 10;
    const auto bomb = std::get<0>(attachments_of("d", {given}, nullptr, 1));
    CHECK(identity_of(bomb.front()) == given.data);
}

TEST_CASE("what follows and is not what was announced is refused", "[store][document]") {
    DocumentRead document =
        read(R"({"_attachments":{"a":{"follows":true,"length":3,"content_type":"text/plain",)"
             R"("digest":"md5-kAFQmDzST7DWlj99KOF/cg=="}}})");   // Of "abc".
    AttachmentGiven& given = document.attachments.front();
    REQUIRE(given.kind == AttachmentGiven::Kind::follows);
    given.kind = AttachmentGiven::Kind::in_document;   // The part came.
    given.data = "abc";
    CHECK(whole(document).front().length.count == 3);
    given.data = "abd";
    CHECK(missing(document, nullptr) == "content_md5_mismatch: Possible message corruption.");
}

TEST_CASE("a stub keeps what is there, of the revision that it names", "[store][document]") {
    const DocumentRead first =
        read(R"({"_attachments":{"a":{"data":"YQ==","content_type":"image/png"},)"
             R"("b":{"data":"Yg=="}}})");
    Content before{.body = json_value("{}"), .attachments = whole(first), .deleted = false};
    CHECK(before.attachments[0].revpos == 1);

    const DocumentRead second =
        read(R"({"_attachments":{"b":{"stub":true,"revpos":1},"c":{"data":"Yw=="}}})");
    const auto after = whole(second, &before, 2);
    REQUIRE(after.size() == 2);   // What is not named is deleted.
    CHECK(after[0] == before.attachments[1]);
    CHECK(after[1].revpos == 2);

    CHECK(whole(read(R"({"_attachments":{"a":{"stub":true}}})"), &before, 2).size() == 1);
    CHECK(missing(read(R"({"_attachments":{"a":{"stub":true,"revpos":2}}})"), &before) ==
          "missing_stub: Invalid attachment stub in d for a");
    CHECK(missing(read(R"({"_attachments":{"z":{"stub":true}}})"), &before) ==
          "missing_stub: Invalid attachment stub in d for z");
    CHECK(missing(read(R"({"_attachments":{"a":{"stub":true}}})"), nullptr) ==
          "missing_stub: Previous revision missing for document d");
    // A replicated one says itself when it came.
    const auto replicated =
        whole(read(R"({"_attachments":{"a":{"data":"YQ==","revpos":5}}})"), nullptr, std::nullopt);
    CHECK(replicated.front().revpos == 5);
}

TEST_CASE("a revision is written with what was asked for, in couch_doc's order",
          "[store][document]") {
    Tree tree;
    const std::string_view won[] = {"c", "b", "a"};
    const std::string_view lost[] = {"x", "a"};
    const std::string_view gone[] = {"y", "a"};
    tree.merge(path_of(3, won, holding(R"({"n":3})")));
    tree.merge(path_of(2, lost, holding(R"({"n":2})")));
    tree.merge(path_of(2, gone, holding(R"({"n":0})", true)));
    const Tree::Index winner = tree.winner();
    CHECK(text(document_json("d", tree, winner)) == R"({"_id":"d","_rev":"3-c","n":3})");
    const DocumentShown all{.revs = true,
                            .revs_info = true,
                            .conflicts = true,
                            .deleted_conflicts = true,
                            .local_seq = 9};
    CHECK(text(document_json("d", tree, winner, all)) ==
          R"({"_id":"d","_rev":"3-c","n":3,"_revisions":{"start":3,"ids":["c","b","a"]},)"
          R"("_revs_info":[{"rev":"3-c","status":"available"},{"rev":"2-b","status":"missing"},)"
          R"({"rev":"1-a","status":"missing"}],"_conflicts":["2-x"],)"
          R"("_deleted_conflicts":["2-y"],"_local_seq":9})");
    const auto deleted = tree.find(*Revision::parse("2-y"));
    REQUIRE(deleted);
    CHECK(text(document_json("d", tree, *deleted)) ==
          R"({"_id":"d","_rev":"2-y","n":0,"_deleted":true})");
    // Nothing is said of conflicts where there are none.
    Tree alone;
    const std::string_view only[] = {"a"};
    alone.merge(path_of(1, only, holding("{}")));
    CHECK(text(document_json("d", alone, 0, {.conflicts = true, .deleted_conflicts = true})) ==
          R"({"_id":"d","_rev":"1-a"})");
}

TEST_CASE("attachments are written as stubs, or whole", "[store][document]") {
    const DocumentRead document =
        read(R"({"_attachments":{"a":{"data":"YQ==","content_type":"image/png"},)"
             R"("t":{"data":"dGV4dA==","content_type":"text/plain"}}})");
    Tree tree;
    const std::string_view only[] = {"a"};
    tree.merge(path_of(
        1, only,
        ContentPtr({.body = document.body, .attachments = whole(document), .deleted = false})));
    const std::string stubs = text(document_json("d", tree, 0));
    CHECK(stubs.starts_with(
        R"({"_id":"d","_rev":"1-a","_attachments":{"a":{"content_type":"image/png",)"
        R"("revpos":1,"digest":"md5-DMF1ucDxtqgxw5niaXcmYQ==","length":1,"stub":true},"t":{)"
        R"("content_type":"text/plain","revpos":1,"digest":"md5-)"));
    const std::string data =
        text(document_json("d", tree, 0, {.attachments = {.data = true, .encoding = true}}));
    CHECK(data.find(R"("digest":"md5-DMF1ucDxtqgxw5niaXcmYQ==","data":"YQ=="})") !=
          std::string::npos);
    CHECK(data.find(R"("data":"dGV4dA==","encoding":"gzip","encoded_length":24})") !=
          std::string::npos);
}

TEST_CASE("what is written whole reads back as the same revision", "[store][document]") {
    kernel::Rng chance(1, "tests/document");
    for (int round = 0; round < 200; ++round) {
        std::string written = "{\"_attachments\":{";
        const std::size_t count = chance.below(4);
        for (std::size_t i = 0; i < count; ++i) {
            std::string bytes;
            for (std::size_t k = chance.below(50); k > 0; --k) {
                bytes += static_cast<char>(chance.below(256));
            }
            written += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":{\"content_type\":\"" +
                       (chance.below(2) == 0 ? "text/x" : "image/x") + "\",\"data\":\"" +
                       base64(bytes) + "\"}";
        }
        written += "},\"n\":" + std::to_string(round) + "}";
        const DocumentRead document = read(written);
        const ContentPtr content(
            {.body = document.body, .attachments = whole(document), .deleted = false});
        const auto revision = next_revision(nullptr, *content);
        REQUIRE(revision);
        Tree tree;
        const std::string id(revision->id());
        const std::string_view ids[] = {id};
        tree.merge(path_of(1, ids, content));
        const DocumentRead again =
            read(text(document_json("d", tree, 0, {.revs = true, .attachments = {.data = true}})));
        const ContentPtr same({.body = again.body,
                               .attachments = whole(again, nullptr, std::nullopt),
                               .deleted = again.deleted});
        INFO(written);
        CHECK(same == content);
        CHECK(again.revisions == std::vector<Revision>{*revision});
        CHECK(next_revision(nullptr, *same) == revision);
    }
}

}   // namespace glasshive::test
