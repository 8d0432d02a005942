// Goal: what one replication brings from one cluster to another, what it tells and what it notes.
// Method: a cluster of three nodes and one of a single node; jobs without a scheduler.
#include <catch2/catch.hpp>

#include "store/replicate/job.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

struct Two {
    Two() {
        a.boot();
        b.boot();
        REQUIRE(a.create("db") == 201);
        REQUIRE(b.create("db", 4) == 201);
    }
    Sites world{4};
    Site a{world, "a", 0, 3};
    Site b{world, "b", 3, 1};
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}   // namespace

TEST_CASE("a one-shot replication makes two databases equal and tells how", "[store][replicate]") {
    Two two;
    two.a.fill("db", "doc", 1200);
    REQUIRE(!two.a.put("db", "x", R"({"v":2})", two.a.put("db", "x")).empty());
    Job job(two.a);
    const std::string result = job.run(two.a, "db", two.b, "db");
    CAPTURE(result);
    REQUIRE(two.a.tale("db").size() == 1201);
    REQUIRE(two.a.tale("db") == two.b.tale("db"));
    REQUIRE(result.starts_with(R"({"session_id":"session1","source_last_seq":"12)"));
    REQUIRE(has(result, R"("replication_id_version":4,"history":[{"session_id":"session1",)"
                        R"("start_time":"Thu, 01 Jan 1970 00:00:)"));
    REQUIRE(has(result, R"("start_last_seq":0,"end_last_seq":"12)"));
    REQUIRE(has(result, R"("missing_checked":1201,"missing_found":1201,"docs_read":1201,)"
                        R"("docs_written":1201,"doc_write_failures":0,"bulk_get_docs":1201,)"
                        R"("bulk_get_attempts":1201}]})"));
    // The same on both sides, and nothing is left to do.
    REQUIRE(two.a.local("db", "rid") == result);
    REQUIRE(two.b.local("db", "rid") == result);
    const std::string again = job.run(two.a, "db", two.b, "db");
    REQUIRE(again == R"({"no_changes":true,)" + result.substr(1));
    REQUIRE(job.stats().missing_checked == 0);
}

TEST_CASE("conflicts and tombstones travel, with what led to them", "[store][replicate]") {
    Two two;
    const std::string base = two.a.put("db", "x", R"({"v":0})");
    Job job(two.a);
    job.run(two.a, "db", two.b, "db");
    // Each side edits on its own; one document dies.
    REQUIRE(!two.a.put("db", "x", R"({"v":"a"})", base).empty());
    REQUIRE(!two.b.put("db", "x", R"({"v":"b"})", base).empty());
    two.b.erase("db", "gone", two.b.put("db", "gone", R"({"v":1})"));
    job.run(two.a, "db", two.b, "db");
    job.run(two.b, "db", two.a, "db");
    const auto tale = two.a.tale("db");
    REQUIRE(tale == two.b.tale("db"));
    REQUIRE(has(tale.at("x"), R"({"v":"a"})"));
    REQUIRE(has(tale.at("x"), R"({"v":"b"})"));
    REQUIRE(tale.at("gone").starts_with("2-"));
    REQUIRE(has(tale.at("gone"), "!"));
    // A loser is edited, a winner deleted: the same decision on both sides.
    const std::string winner = tale.at("x").substr(0, 34);
    two.b.erase("db", "x", winner);
    job.run(two.b, "db", two.a, "db");
    REQUIRE(two.a.tale("db") == two.b.tale("db"));
    REQUIRE(!two.a.tale("db").at("x").starts_with(winner));
}

TEST_CASE("attachments come with their documents, each in a request of its own",
          "[store][replicate]") {
    Two two;
    store::Edit edit = StoreCluster::edit("x", "{}", "");
    edit.content = store::ContentPtr(
        {.body = content(R"({"v":1})")->body,
         .attachments = {store::Attachment{.name = "a.bin",
                                           .type = "application/octet-stream",
                                           .md5 = std::string(16, 'm'),
                                           .data = store::json::SharedBytes::copy_of("hello"),
                                           .length = Bytes{5},
                                           .encoded_length = Bytes{5},
                                           .revpos = 1}}});
    REQUIRE(!two.a.edit("db", edit).empty());
    REQUIRE(!two.a.put("db", "_design/d", R"({"views":{}})").empty());
    two.a.fill("db", "doc", 3);
    Job job(two.a);
    const std::string result = job.run(two.a, "db", two.b, "db");
    CAPTURE(result);
    // A design document is not asked for in bulk, one with attachments in vain.
    REQUIRE(has(result, R"("docs_read":5,"docs_written":5,"doc_write_failures":0,)"
                        R"("bulk_get_docs":3,"bulk_get_attempts":4})"));
    REQUIRE(two.a.tale("db") == two.b.tale("db"));
    for (const auto& [shard, copy] : two.b.all[0].files.copies) {
        const store::Document* document = copy.find("x");
        if (document == nullptr) continue;
        const auto& brought = document->tree.node(document->tree.winner()).content;
        REQUIRE(brought->attachments.size() == 1);
        REQUIRE(brought->attachments[0].data.view() == "hello");
        REQUIRE(brought->attachments[0].revpos == 1);
    }
}

TEST_CASE("without _bulk_get each revision is asked for alone", "[store][replicate]") {
    Two two;
    two.a.fill("db", "doc", 40);
    Job job(two.a);
    REQUIRE(has(job.run(two.a, "db", two.b, "db", R"({"use_bulk_get":false})"),
                R"("docs_read":40,"docs_written":40,"doc_write_failures":0,)"
                R"("bulk_get_docs":0,"bulk_get_attempts":0})"));
    REQUIRE(two.a.tale("db") == two.b.tale("db"));
}

TEST_CASE("what is wanted is chosen by ids, by a selector, or by being a design document",
          "[store][replicate]") {
    struct Row {
        std::string options, brought;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"doc_ids":["doc1","doc3","nobody"]})", "doc1 doc3"},
        {R"({"selector":{"n":{"$gt":1}}})", "doc2 doc3"},
        {R"({"selector":{"_id":"doc0"}})", "doc0"},
        {R"({"filter":"_design"})", "_design/d"},
        {R"({})", "_design/d doc0 doc1 doc2 doc3"},
    }));
    CAPTURE(row.options);
    Two two;
    two.a.fill("db", "doc", 4);
    two.a.put("db", "_design/d", R"({"views":{}})");
    Job job(two.a);
    const std::string result = job.run(two.a, "db", two.b, "db", row.options);
    CAPTURE(result);
    std::string brought;
    for (const auto& [id, leaves] : two.b.tale("db")) brought += (brought.empty() ? "" : " ") + id;
    REQUIRE(brought == row.brought);
    const bool by_ids = has(row.options, "doc_ids");   // Old clients look here.
    REQUIRE(has(result, R"("replication_id_version":4,"start_time":)") == by_ids);
}

TEST_CASE("losing revisions stay where they are if only winners are wanted", "[store][replicate]") {
    Two two;
    two.a.put("db", "x", R"({"v":"a"})");
    two.b.put("db", "x", R"({"v":"b"})");
    Job job(two.a);
    job.run(two.b, "db", two.a, "db");
    REQUIRE(two.b.create("winners") == 201);
    job.run(two.a, "db", two.b, "winners", R"({"winning_revs_only":true})");
    const auto all = two.a.tale("db").at("x");
    const auto winners = two.b.tale("winners").at("x");
    REQUIRE(all.size() > winners.size());
    REQUIRE(all.starts_with(winners));
}

TEST_CASE("documents that the target refuses are counted and left behind", "[store][replicate]") {
    // couchdb.md 8: 403 and 401 of a validation function; the replication goes on.
    struct NoBadOnes final : store::Validator {
        std::optional<store::Refusal> refuses(const store::EditWriter&,
                                              const store::EditSeen& edit) override {
            const std::string_view id = edit.id;
            if (id == "bad1") return store::Refusal{"forbidden", "no"};
            if (id == "bad2") return store::Refusal{"unauthorized", "no"};
            return {};
        }
    } validator;
    Two two;
    for (auto& node : two.b.all) node.replica->set_validator(&validator);
    two.a.fill("db", "bad", 3);
    Job job(two.a);
    const std::string result = job.run(two.a, "db", two.b, "db");
    CAPTURE(result);
    REQUIRE(has(result, R"("docs_read":3,"docs_written":1,"doc_write_failures":2,)"));
    REQUIRE(two.b.tale("db").size() == 1);
    // They are behind the checkpoint: not tried again.
    REQUIRE(job.run(two.a, "db", two.b, "db").starts_with(R"({"no_changes":true)"));
}

TEST_CASE("without checkpoints all is looked at again; from a place, what came behind it",
          "[store][replicate]") {
    Two two;
    two.a.fill("db", "doc", 10);
    Job job(two.a);
    const std::string bare = R"({"use_checkpoints":false})";
    REQUIRE(job.run(two.a, "db", two.b, "db", bare) == bare);
    REQUIRE(two.a.local("db", "rid").empty());
    REQUIRE(job.run(two.a, "db", two.b, "db", bare) == bare);
    REQUIRE(job.stats().missing_checked == 10);
    REQUIRE(job.stats().missing_found == 0);
    job.run(two.a, "db", two.b, "db");
    const std::string place = job.replicator->through_seq();
    two.a.put("db", "late");
    job.run(two.a, "db", two.b, "db", R"({"since_seq":")" + place + "\"}");
    REQUIRE(job.stats().missing_checked == 1);
    REQUIRE(job.run(two.a, "db", two.b, "db", R"({"since_seq":"junk"})") ==
            "{changes_req_failed,400}");
}

TEST_CASE("who may not read or write is told so", "[store][replicate]") {
    struct Gate final : rep::PeerGate {
        std::optional<rep::PeerError> refuses(const rep::PeerCredentials&, const std::string&,
                                              Verb verb) override {
            if (verb == Verb::design) return rep::PeerError{401, "unauthorized", "no admin"};
            if (verb != Verb::create && !closed) return {};
            return rep::PeerError{verb == Verb::create ? 401 : 403, "forbidden", "no"};
        }
        void
        script_filter(const std::string&, const rep::ChangesFilter&,
                      rep::PeerThen<std::shared_ptr<const store::ChangeFilter>> then) override {
            then(rep::PeerError{404, "not_found", "missing json key: f"});
        }
        bool closed = false;
    } gate;
    Sites world{2};
    Site a{world, "a", 0, 1};
    Site b{world, "b", 1, 1, &gate};
    a.boot();
    b.boot();
    REQUIRE(a.create("db") == 201);
    REQUIRE(b.create("db") == 201);
    a.put("db", "x");
    a.put("db", "_design/d", R"({"views":{}})");
    Job job(a);
    REQUIRE(has(job.run(a, "db", b, "db"), R"("docs_written":1,"doc_write_failures":1,)"));
    REQUIRE(job.run(b, "db", a, "db", R"({"filter":"d/f"})") == "{changes_req_failed,404}");
    REQUIRE(job.run(a, "db", b, "new", R"({"create_target":true})") ==
            "unauthorized: unauthorized to access or create database http://b:5984/new/");
    gate.closed = true;
    REQUIRE(job.run(a, "db", b, "db") ==
            "forbidden: forbidden to access or create database http://b:5984/db/");
}
