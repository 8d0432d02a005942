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
