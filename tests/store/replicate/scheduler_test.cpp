// Goal: replications as clients ask for them: `_replicate`, documents in `_replicator`, and what is
// shown of them. Method: two clusters, every node with a scheduler.
#include <catch2/catch.hpp>

#include "store/replicate/site.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

using Rows = rep::Scheduler::Rows;

struct Desk {
    explicit Desk(const rep::SchedulerOptions& options = {}) {
        a.schedule(options);
        b.schedule(options);
        a.boot();
        b.boot();
        world.driver.run_for(10s);
        REQUIRE(a.create("db") == 201);
        REQUIRE(b.create("db", 4) == 201);
        REQUIRE(a.create("_replicator") == 201);
        world.driver.run_for(10s);
    }
    /// Status and body; "" when there is no answer yet.
    Awaited<std::string> begin(const std::string& body, std::size_t via = 0) {
        auto answer = StoreCluster::awaited<std::string>();
        a.all[via].scheduler->replicate(store::json::parse(body).value, {"", true},
                                        [answer](const rep::ReplicateReply& reply) {
                                            *answer = std::to_string(reply.status) + " " +
                                                      store::json::to_text(reply.body.view());
                                        });
        return answer;
    }
    std::string replicate(const std::string& body, std::size_t via = 0) {
        const auto answer = begin(body, via);
        world.driver.run_for(20s);
        return answer->value_or("");
    }
    template <class Ask>
    std::string table(Ask ask) {
        auto answer = StoreCluster::awaited<std::string>();
        ask([answer](const Rows& rows) {
            std::string text;
            for (const auto& row : rows) text += store::json::to_text(row.view()) + "\n";
            *answer = text;
        });
        world.driver.run_for(1s);
        return answer->value_or("none");
    }
    std::string jobs(std::size_t via = 0) {
        return table([&](auto then) { a.all[via].scheduler->jobs(then); });
    }
    std::string docs(const std::vector<std::string>& states = {}, std::size_t via = 0) {
        return table([&](auto then) {
            a.all[via].scheduler->docs("_replicator", states,
                                       [then](const auto& told) { then(told.rows); });
        });
    }
    std::string tasks(std::size_t via = 0) {
        return table([&](auto then) { a.all[via].scheduler->tasks(then); });
    }
    void run(Duration span) { world.driver.run_for(span); }

    Sites world{6};
    Site a{world, "a", 0, 3};
    Site b{world, "b", 3, 3};
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}
const std::string push = R"("source":"db","target":"http://b0:5984/db")";

}   // namespace

TEST_CASE("a request for one replication is answered when it has ended", "[store][replicate]") {
    Desk desk;
    desk.a.fill("db", "doc", 30);
    const std::string reply = desk.replicate("{" + push + "}");
    CAPTURE(reply);
    REQUIRE(reply.starts_with(R"(200 {"ok":true,"session_id":")"));
    REQUIRE(has(reply, R"("docs_written":30,)"));
    REQUIRE(desk.a.tale("db") == desk.b.tale("db"));
    const std::string again = desk.replicate("{" + push + "}", 2);   // Through another node.
    REQUIRE(again.starts_with(R"(200 {"ok":true,"no_changes":true,"session_id":)"));
    REQUIRE(desk.jobs().empty());
}

TEST_CASE(
    "a continuous replication is answered at once, shown, and cancelled by its id or its body",
    "[store][replicate]") {
    Desk desk;
    const std::string reply = desk.replicate("{" + push + R"(,"continuous":true})");
    CAPTURE(reply);
    REQUIRE(reply.starts_with(R"(202 {"ok":true,"_local_id":")"));
    REQUIRE(has(reply, R"(+continuous"})"));
    desk.a.put("db", "x");
    desk.run(2s);
    REQUIRE(desk.b.tale("db").size() == 1);
    for (const std::size_t via : {0, 1, 2}) {
        const std::string jobs = desk.jobs(via);
        CAPTURE(jobs);
        REQUIRE(has(jobs, R"({"database":null,"id":")"));
        REQUIRE(has(jobs, R"("source":"db","target":"http://b0:5984/db/","user":null,)"
                          R"("doc_id":null,"info":{"revisions_checked":1,)"
                          R"("missing_revisions_found":1,"docs_read":1,"docs_written":1,)"
                          R"("changes_pending":0,"doc_write_failures":0,"bulk_get_docs":1,)"
                          R"("bulk_get_attempts":1,"checkpointed_source_seq":0,"source_seq":"1-)"));
        REQUIRE(has(jobs, R"("history":[{"timestamp":"2023-11-14T22:13:)"));
        REQUIRE(has(jobs, R"("type":"started"},{"timestamp":)"));
    }
    const std::string tasks = desk.tasks();
    CAPTURE(tasks);
    REQUIRE(has(tasks, R"("process_status":"waiting","bulk_get_attempts":1,)"));
    REQUIRE(has(tasks, R"("checkpoint_interval":30000,)"));
    REQUIRE(has(tasks, R"("type":"replication","updated_on":1700000)"));

    const std::string id = reply.substr(reply.find("_local_id\":\"") + 12, 43);
    REQUIRE(desk.replicate(R"({"cancel":true,"id":")" + id + "\"}", 1) ==
            R"(200 {"ok":true,"_local_id":")" + id + "\"}");
    REQUIRE(desk.jobs().empty());
    desk.a.put("db", "y");
    desk.run(5s);
    REQUIRE(desk.b.tale("db").size() == 1);
    REQUIRE(desk.replicate(R"({"cancel":true,"id":"nobody"})") ==
            R"(404 {"error":"not_found","reason":"missing"})");

    desk.replicate("{" + push + R"(,"continuous":true})");   // From where it was.
    REQUIRE(desk.b.tale("db").size() == 2);
    REQUIRE(
        desk.replicate("{" + push + R"(,"continuous":true,"cancel":true})").starts_with("200 "));
    REQUIRE(desk.jobs().empty());
}

TEST_CASE("what cannot be replicated is told in CouchDB's words", "[store][replicate]") {
    Desk desk;
    const auto reply = [&](const std::string& body) { return desk.replicate(body); };
    REQUIRE(reply(R"({"source":"db","target":"http://b0:5984/none"})") ==
            R"(500 {"error":"db_not_found","reason":"could not open http://b0:5984/none/"})");
    REQUIRE(reply(R"({"source":"db","target":"http://c0/none"})") ==
            R"(500 {"error":"nxdomain","reason":"could not resolve http://c0/none/"})");
    REQUIRE(reply(R"({"source":"db"})") ==
            R"(500 {"error":"error","reason":"Missing replicator database"})");
    REQUIRE(reply("{" + push + R"(,"continuous":1})") ==
            R"(400 {"error":"bad_request","reason":"parameter `continuous` must be a boolean"})");
    REQUIRE(reply("{" + push + R"(,"filter":"none"})") ==
            R"(500 {"error":"error","reason":"Invalid filter. Must match )"
            R"(`ddocname/filtername`."})");
    REQUIRE(
        reply("{" + push + R"(,"filter":"d/f"})")
            .starts_with(R"(500 {"error":"filter_fetch_error","reason":"Couldn't open document )"
                         R"(`_design/d` from source database `db`)"));
    REQUIRE(desk.jobs().empty());
    // Unless it is to be made.
    REQUIRE(reply(R"({"source":"db","target":"http://b0:5984/new","create_target":true,)"
                  R"("create_target_params":{"q":1}})")
                .starts_with("200 "));
    REQUIRE(desk.b.all[0].files.maps.at("new").ranges().size() == 1);
}

TEST_CASE("a document's replication runs once, and the document tells its end",
          "[store][replicate]") {
    Desk desk;
    desk.a.fill("db", "doc", 30);
    desk.a.put("_replicator", "job", "{" + push + "}");
    desk.run(500ms);
    const std::string jobs = desk.jobs();
    CAPTURE(jobs);
    REQUIRE(jobs.starts_with(R"({"database":"_replicator","id":")"));
    REQUIRE(has(jobs, R"("doc_id":"job")"));
    desk.run(20s);
    REQUIRE(desk.jobs().empty());
    REQUIRE(desk.b.tale("db").size() == 30);
    const std::string document = desk.a.tale("_replicator")["job"];
    CAPTURE(document);
    REQUIRE(document.starts_with("2-"));
    REQUIRE(
        has(document, R"("_replication_state":"completed","_replication_state_time":"2023-11-)"));
    REQUIRE(has(document, R"("_replication_stats":{"revisions_checked":30,)"));
    REQUIRE(has(document, R"("start_time":"2023-11-14T22:13:)"));
    const std::string docs = desk.docs();
    CAPTURE(docs);
    REQUIRE(docs.starts_with(R"({"database":"_replicator","doc_id":"job","id":null,"source":"db",)"
                             R"("target":"http://b0:5984/db/","state":"completed",)"
                             R"("error_count":0,"info":{"revisions_checked":30,)"));
    REQUIRE(desk.docs({"completed"}) == docs);
    REQUIRE(desk.docs({"running"}).empty());
    desk.a.put("db", "late");
    desk.run(200s);
    REQUIRE(desk.b.tale("db").size() == 30);
}

TEST_CASE(
    "a document that describes nothing fails for good, one that cannot run now is tried again",
    "[store][replicate]") {
    Desk desk;
    desk.a.put("_replicator", "bad", R"({"source":"db"})");
    desk.a.put("_replicator", "early",
               R"({"source":"db","target":"http://b0:5984/late","continuous":true})");
    desk.run(10s);
    const std::string bad = desk.a.tale("_replicator")["bad"];
    REQUIRE(has(bad, R"("_replication_state":"failed","_replication_state_time":")"));
    REQUIRE(has(bad, R"("_replication_state_reason":"Missing replicator database")"));
    const std::string docs = desk.docs();
    CAPTURE(docs);
    REQUIRE(has(docs, R"("state":"crashing","info":{"error":)"
                      R"("db_not_found: could not open http://b0:5984/late/"},"error_count":1,)"));
    REQUIRE(has(docs, R"("state":"failed","error_count":1,)"
                      R"("info":{"error":"Missing replicator database"})"));
    desk.a.put("db", "x");
    REQUIRE(desk.b.create("late") == 201);
    desk.run(90s);   // 30 s after the first crash, looked at once a minute.
    REQUIRE(desk.b.tale("late").size() == 1);
    REQUIRE(has(desk.docs({"running"}), R"("state":"running","info":{"revisions_checked":1,)"));
    // The document goes, and the job with it.
    const std::string early = desk.a.tale("_replicator")["early"];
    REQUIRE(!desk.a.erase("_replicator", "early", early.substr(0, early.find(' '))).empty());
    desk.run(10s);
    REQUIRE(desk.jobs().empty());
}

TEST_CASE("when a job's node dies, another takes the document's job over", "[store][replicate]") {
    Desk desk;
    desk.a.put("_replicator", "job", "{" + push + R"(,"continuous":true})");
    desk.run(70s);   // It no longer starts.
    const std::string before = desk.docs();
    CAPTURE(before);
    const std::size_t at = before.find(R"("node":"a)");
    REQUIRE(at != std::string::npos);
    const auto owner = static_cast<std::size_t>(before[at + 9] - '0');
    const std::size_t other = (owner + 1) % 3;
    desk.a.crash(owner);
    desk.a.put("db", "x", "{}", "", other);
    desk.run(50s);
    REQUIRE(desk.b.tale("db").empty());   // Membership must stand still first.
    desk.run(30s);
    REQUIRE(desk.b.tale("db").size() == 1);
    const std::string after = desk.docs({}, other);
    CAPTURE(after);
    REQUIRE(has(after, R"("state":"running")"));
    REQUIRE(!has(after, R"("node":"a)" + std::to_string(owner)));
    desk.a.boot(owner);   // It gets its job back.
    desk.run(100s);
    REQUIRE(has(desk.docs(), R"("node":"a)" + std::to_string(owner)));
    REQUIRE(desk.jobs().find('\n') == desk.jobs().size() - 1);   // One job.
    desk.a.put("db", "y");
    desk.run(10s);
    REQUIRE(desk.b.tale("db").size() == 2);
}

TEST_CASE("jobs beyond the most that may run take turns", "[store][replicate]") {
    // max_jobs, max_churn, interval; couch_replicator_scheduler:rotate_jobs/2.
    Desk desk({.jobs_max = 1});
    REQUIRE(desk.b.create("other") == 201);
    const auto states = [&] {
        std::string text = desk.docs(), out;
        for (std::size_t at = 0; (at = text.find(R"("state":")", at)) != std::string::npos; ++at) {
            out += text.substr(at + 9, 1);
        }
        return out;
    };
    // On one node, which is found by trying names.
    std::vector<std::string> ids;
    for (int i = 0; ids.size() < 2; ++i) {
        const std::string id = "job" + std::to_string(i);
        const auto& map = desk.a.all[0].files.maps.at("_replicator");
        std::vector<std::string> nodes;
        for (const auto* copy : map.copies_of(std::string_view(id))) nodes.push_back(copy->node);
        if (store::owner_of("_replicator", id, nodes) == "a0") ids.push_back(id);
    }
    desk.a.put("_replicator", ids[0], "{" + push + R"(,"continuous":true})");
    desk.a.put("_replicator", ids[1],
               R"({"source":"db","target":"http://b0:5984/other","continuous":true})");
    desk.a.put("db", "x");
    desk.run(10s);
    REQUIRE(states() == "rp");   // running, pending
    REQUIRE(desk.b.tale("other").empty());
    desk.run(60s);
    REQUIRE(states() == "pr");
    REQUIRE(desk.b.tale("other").size() == 1);
    desk.run(60s);
    REQUIRE(states() == "rp");
}

TEST_CASE("of two documents that ask for the same, the second fails", "[store][replicate]") {
    // couch_replicator_doc_processor_worker:maybe_add_job_to_scheduler/3; on one node.
    Sites world{2};
    Site a(world, "a", 0, 1), b(world, "b", 1, 1);
    a.schedule();
    b.schedule();
    a.boot();
    b.boot();
    for (const std::string name : {"db", "_replicator"}) REQUIRE(a.create(name) == 201);
    REQUIRE(b.create("db") == 201);
    world.driver.run_for(10s);
    const std::string body = "{" + push + R"(,"continuous":true})";
    a.put("_replicator", "one", body);
    a.put("_replicator", "two", body);
    world.driver.run_for(10s);
    const std::string two = a.tale("_replicator")["two"];
    CAPTURE(two);
    REQUIRE(has(two, R"("_replication_state":"failed")"));
    REQUIRE(has(two, "already started, triggered by document `one` from db `_replicator`"));
    // The database goes, and its jobs with it.
    REQUIRE(a.remove("_replicator") == 200);
    world.driver.run_for(10s);
    a.put("db", "x");
    world.driver.run_for(10s);
    REQUIRE(b.tale("db").empty());
}

TEST_CASE("a filter's code is part of a replication's name, and looked at from time to time",
          "[store][replicate]") {
    struct Gate final : rep::PeerGate {
        std::optional<rep::PeerError> refuses(const rep::PeerCredentials&, const std::string&,
                                              Verb) override {
            return {};
        }
        void
        script_filter(const std::string&, const rep::ChangesFilter&,
                      rep::PeerThen<std::shared_ptr<const store::ChangeFilter>> then) override {
            then(std::shared_ptr<const store::ChangeFilter>());
        }
    } gate;
    Sites world{2};
    Site a(world, "a", 0, 1, &gate), b(world, "b", 1, 1);
    a.schedule();
    a.boot();
    b.boot();
    for (const std::string name : {"db", "_replicator"}) REQUIRE(a.create(name) == 201);
    REQUIRE(b.create("db") == 201);
    const std::string first =
        a.put("db", "_design/d", R"({"filters":{"f":" function(){return true} "}})");
    world.driver.run_for(10s);
    a.put("_replicator", "job", "{" + push + R"(,"continuous":true,"filter":"d/f"})");
    const auto row = [&] {
        auto answer = StoreCluster::awaited<std::string>();
        a.all[0].scheduler->jobs([answer](const Rows& rows) {
            *answer = std::to_string(rows.size());
            for (const auto& each : rows) **answer += store::json::to_text(each.view());
        });
        return answer->value_or("");
    };
    world.driver.run_for(10s);
    const auto id = [&] { return row().substr(row().find("\"id\":"), 40); };
    const std::string before = id();
    REQUIRE(b.tale("db").size() == 1);
    world.driver.run_for(100s);
    REQUIRE(id() == before);
    a.put("db", "_design/d", R"({"filters":{"f":"function(){return 1}"}})", first);
    world.driver.run_for(100s);
    REQUIRE(id() != before);
    REQUIRE(row().starts_with("1"));
}
