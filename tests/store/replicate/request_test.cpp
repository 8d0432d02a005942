// Goal: requests and endpoints are read as CouchDB reads them, and replications called what it
// calls them. Method: tables; a vector of its own tests.
#include <catch2/catch.hpp>

#include <openssl/evp.h>

#include "base/text.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/replicate/checkpoint.h"
#include "store/replicate/job_history.h"
#include "store/replicate/replication_id.h"
#include "store/replicate/text.h"

using namespace glasshive;
using namespace std::chrono_literals;
namespace rep = store::replicate;

namespace {

store::json::Value json_of(const std::string& text) {
    const auto parsed = store::json::parse(text);
    REQUIRE(parsed.ok());
    return parsed.value;
}

rep::ReplicationRequest request(const std::string& text) {
    const auto read = rep::read_request(json_of(text).view());
    CAPTURE(text);
    REQUIRE(std::holds_alternative<rep::ReplicationRequest>(read));
    return std::get<rep::ReplicationRequest>(read);
}

std::string id_of(const std::string& text, const std::optional<std::string>& code = {}) {
    return rep::replication_id("0123456789abcdef0123456789abcdef", request(text), code);
}

const std::string ends =
    R"("source":"http://srchost.local/src","target":"http://tgthost.local/tgt")";

}   // namespace

TEST_CASE("an endpoint's credentials are taken out of wherever they stand", "[store][replicate]") {
    // couch_replicator_utils:normalize_basic_auth/1, in this order: auth, URL, header.
    struct Row {
        std::string endpoint, url, user, password, port;
    };
    const auto row = GENERATE(values<Row>({
        {R"("http://host/db")", "http://host/db/", "", "", ""},
        {R"("http://host:1/db/")", "http://host:1/db/", "", "", "1"},
        {R"("https://user:pass@host/a%2Fb")", "https://host/a%2Fb/", "user", "pass", ""},
        {R"("http://u%40x:p%3A@host/db?k=v")", "http://host/db?k=v", "u@x", "p:", ""},
        {R"({"url":"http://host/db","auth":{"basic":{"username":"u","password":"p"}}})",
         "http://host/db/", "u", "p", ""},
        {R"({"url":"http://x:y@host/db","auth":{"basic":{"username":"u","password":"p"}}})",
         "http://host/db/", "u", "p", ""},
        {R"({"url":"http://x:y@host/db","headers":{"authorization":"BaSiC dTpw"}})",
         "http://host/db/", "x", "y", ""},
        {R"({"url":"http://host/db","headers":{"Authorization":"Basic dTpw"}})", "http://host/db/",
         "u", "p", ""},
        {R"({"url":"http://host/db","headers":{"Authorization":"Basic bad"}})", "http://host/db/",
         "", "", ""},
        {R"("http://[::1]:5984/db")", "http://[::1]:5984/db/", "", "", "5984"},
    }));
    CAPTURE(row.endpoint);
    const auto read = rep::read_endpoint(json_of(row.endpoint).view());
    REQUIRE(std::holds_alternative<rep::Endpoint>(read));
    const auto& endpoint = std::get<rep::Endpoint>(read);
    REQUIRE(endpoint.url == row.url);
    REQUIRE(endpoint.user == row.user);
    REQUIRE(endpoint.password == row.password);
    REQUIRE(endpoint.port == row.port);
    REQUIRE(endpoint.headers.empty());
    REQUIRE(endpoint.shown().find("pass") == std::string::npos);
}

TEST_CASE("what a request leaves out is as the configuration has it", "[store][replicate]") {
    // couch_replicator_parse:make_options/1, default_options/0.
    rep::ReplicationOptions usual;
    usual.worker_processes = 7;
    usual.connection_timeout = 9s;
    usual.retries_per_request = 1;
    usual.use_checkpoints = false;
    const auto read = rep::read_request(
        json_of("{" + ends + R"(,"retries_per_request":2,"use_bulk_get":false})").view(), usual);
    const auto& options = std::get<rep::ReplicationRequest>(read).options;
    REQUIRE(options.worker_processes == 7);
    REQUIRE(options.worker_batch_size == 500);
    REQUIRE_FALSE(options.use_checkpoints);
    REQUIRE_FALSE(options.use_bulk_get);
    REQUIRE(options.patience().timeout == 9s);
    REQUIRE(options.patience().retries == 2);
}

TEST_CASE("what is wrong with a request is said in CouchDB's words", "[store][replicate]") {
    // couch_replicator_parse.erl, couch_replicator_filters.erl.
    struct Row {
        std::string body, error, reason;
    };
    const auto row = GENERATE(values<Row>({
        {R"({"target":"x"})", "error", "Missing replicator database"},
        {R"({"source":"ftp://x","target":{"url":"ftp://x/y"}})", "error",
         "endpoint has an invalid url"},
        {R"({"source":{},"target":"x"})", "error", "endpoint has an invalid url"},
        {R"({"cancel":"yes"})", "bad_request", "parameter `cancel` must be a boolean"},
        {R"({"doc_ids":"a"})", "bad_request", "parameter `doc_ids` must be an array"},
        {"{" + ends + R"(,"selector":[]})", "bad_request",
         "parameter `selector` must be a JSON object"},
        {"{" + ends + R"(,"query_params":[]})", "bad_request",
         "parameter `query_params` must be an object"},
        {R"({"create_target_params":1})", "bad_request",
         "parameter `create_target_params` must be a JSON object"},
        {"{" + ends + R"(,"doc_ids":["a"],"filter":"d/f"})", "bad_request",
         "`doc_ids`,`filter`,`selector` are mutually exclusive"},
        {"{" + ends + R"(,"filter":"_view","query_params":{"view":"a"}})", "bad_request",
         "Invalid `view` parameter."},
        {"{" + ends + R"(,"filter":"f"})", "error",
         "Invalid filter. Must match `ddocname/filtername`."},
    }));
    CAPTURE(row.body);
    const auto read = rep::read_request(json_of(row.body).view());
    REQUIRE(std::holds_alternative<store::Refusal>(read));
    REQUIRE(std::get<store::Refusal>(read) == store::Refusal{row.error, row.reason});
}

TEST_CASE("options are read, numbers from texts too, ids from percent signs",
          "[store][replicate]") {
    const auto read = request("{" + ends +
                              R"(,"doc_ids":["b","a%2Fb","b"],"worker_batch_size":"100",)"
                              R"("checkpoint_interval":5000,"since_seq":"7-x","continuous":true,)"
                              R"("unknown":{},"user_ctx":{"name":"joe"}})");
    REQUIRE(read.options.filter.doc_ids == std::vector<std::string>{"a/b", "b"});
    REQUIRE(read.options.worker_batch_size == 100);
    REQUIRE(read.options.worker_processes == 4);
    REQUIRE(read.options.checkpoint_interval == 5s);
    REQUIRE(read.options.since_seq == "7-x");
    REQUIRE(read.user == "joe");
    REQUIRE(request(R"({"cancel":true,"_local_id":"abc x"})").id == "abc+x");
}

TEST_CASE("a replication is called what CouchDB calls it", "[store][replicate]") {
    // couch_replicator_doc_processor_worker.erl's tests have the server's uuid as an atom.
    std::string term = rep::replication_term("this_is_snek", request("{" + ends + "}"));
    const std::string binary = std::string("\x6d\0\0\0\x0c", 5) + "this_is_snek";
    const std::size_t at = term.find(binary);
    REQUIRE(at != std::string::npos);
    term.replace(at, binary.size(), std::string("\x64\0\x0c", 3) + "this_is_snek");
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(term.data(), term.size(), digest, &size, EVP_md5(), nullptr);
    REQUIRE(hex_text({reinterpret_cast<const char*>(digest), size}) ==
            "ad08e05057046eabe898a2572bbfb573");
}

TEST_CASE(
    "passwords, usual ports and the spelling of a selector change no id; users and filters do",
    "[store][replicate]") {
    const std::string plain = id_of("{" + ends + "}");
    const auto with = [](const std::string& source, const std::string& more = "") {
        return R"({"source":")" + source + R"(","target":"http://tgthost.local/tgt")" + more + "}";
    };
    REQUIRE(plain.size() == 32);
    REQUIRE(id_of(with("http://srchost.local:5984/src/")) == plain);
    REQUIRE(id_of(with("http://srchost.local:80/src")) == plain);
    REQUIRE(id_of(with("http://srchost.local:81/src")) != plain);
    REQUIRE(id_of(with("https://srchost.local/src")) == plain);
    const std::string joe = id_of(with("http://joe:a@srchost.local/src"));
    REQUIRE(joe != plain);
    REQUIRE(id_of(with("http://joe:b@srchost.local/src")) == joe);
    REQUIRE(id_of("{" + ends + R"(,"continuous":true,"create_target":true})") == plain);
    REQUIRE(rep::job_suffix(
                request("{" + ends + R"(,"continuous":true,"create_target":true})").options) ==
            "+continuous+create_target");
    const auto filtered = [&](const std::string& more) { return id_of("{" + ends + more + "}"); };
    // Two conditions are a list ($and), whose order counts, though members are sorted.
    REQUIRE(filtered(R"(,"selector":{"a":1,"b":2})") != filtered(R"(,"selector":{"b":2,"a":1})"));
    REQUIRE(filtered(R"(,"selector":{"a":1})") == filtered(R"(,"selector":{"a":{"$eq":1}})"));
    REQUIRE(filtered(R"(,"selector":{"a":1})") != plain);
    REQUIRE(filtered(R"(,"doc_ids":["a","b"])") == filtered(R"(,"doc_ids":["b","a","a"])"));
    REQUIRE(filtered(R"(,"doc_ids":["a"])") != plain);
    REQUIRE(filtered(R"(,"winning_revs_only":true)") != plain);
    const std::string script = "{" + ends + R"(,"filter":"d/f"})";
    REQUIRE(id_of(script, "function(){}") != id_of(script, "function(){return true}"));
}

TEST_CASE("a replication goes on from the newest session that both sides remember",
          "[store][replicate]") {
    // couch_replicator_scheduler_job:compare_replication_logs/2, compare_rep_history/2.
    const auto log = [](const std::string& newest, const std::string& sessions) {
        std::string history;
        for (const char session : sessions) {
            history += (history.empty() ? "" : ",") +
                       (R"({"session_id":")" + std::string(1, session) + R"(","recorded_seq":")" +
                        std::string(1, session) + R"(-seq"})");
        }
        return store::LocalDocument{json_of(R"({"session_id":")" + newest +
                                            R"(","source_last_seq":"last","history":[)" + history +
                                            "]}"),
                                    1};
    };
    struct Row {
        std::string source, target, since;
        std::size_t history;
    };
    const auto row = GENERATE(values<Row>({
        {"cba", "cba", "last", 3},    // The same session.
        {"cba", "ba", "b-seq", 1},    // The target's note of c was lost.
        {"ba", "cba", "b-seq", 1},    // Or the source's.
        {"dca", "eba", "a-seq", 0},   // They went apart.
        {"dc", "ba", "0", 0},         // Nothing in common.
        {"", "ba", "0", 0},           // One forgot.
    }));
    CAPTURE(row.source, row.target);
    const auto source = log(row.source.substr(0, 1), row.source);
    const auto target = log(row.target.substr(0, 1), row.target);
    const rep::StartingPoint from = rep::starting_point(&source, &target);
    REQUIRE(from.since == row.since);
    REQUIRE(from.history.size() == row.history);
    REQUIRE(rep::starting_point(nullptr, nullptr).since == "0");
    REQUIRE(rep::starting_point(&source, nullptr).since == (row.source.empty() ? "last" : "0"));
}

TEST_CASE("a checkpoint remembers fifty sessions", "[store][replicate]") {
    std::vector<store::json::Value> history(70, json_of(R"({"session_id":"old"})"));
    const auto body = rep::checkpoint_body({.id = "new", .through_seq = "9-x"}, history);
    REQUIRE(body.view().find("history")->size() == 50);
    const std::string text = store::json::to_text(body.view());
    REQUIRE(text.starts_with(R"({"session_id":"new","source_last_seq":"9-x",)"
                             R"("replication_id_version":4,"history":[{"session_id":"new",)"
                             R"("start_time":"Thu, 01 Jan 1970 00:00:00 GMT",)"));
}

TEST_CASE("a job waits thirty seconds after a crash, and twice as long after each further one",
          "[store][replicate]") {
    // couch_replicator_scheduler.erl: backoff_micros/1, consecutive_crashes/2.
    using Kind = rep::JobEvent::Kind;
    REQUIRE(rep::crash_backoff(1) == 30s);
    REQUIRE(rep::crash_backoff(2) == 60s);
    REQUIRE(rep::crash_backoff(11) == 30720s);
    REQUIRE(rep::crash_backoff(40) == 30720s);   // About eight and a half hours.
    const Duration healthy = 120s;
    rep::JobHistory history{{Kind::added, Time{0s}, ""}};
    REQUIRE(rep::may_start(history, Time{0s}, healthy));
    const auto happens = [&](Kind kind, Duration at) { history.push_front({kind, Time{at}, ""}); };
    happens(Kind::started, 1s);
    happens(Kind::crashed, 2s);
    REQUIRE(rep::consecutive_crashes(history, healthy) == 1);
    REQUIRE(!rep::may_start(history, Time{31s}, healthy));
    REQUIRE(rep::may_start(history, Time{32s}, healthy));
    happens(Kind::started, 60s);
    happens(Kind::crashed, 61s);
    REQUIRE(rep::consecutive_crashes(history, healthy) == 2);
    REQUIRE(!rep::may_start(history, Time{120s}, healthy));
    happens(Kind::started, 121s);
    happens(Kind::crashed, 600s);   // It ran well for a while.
    REQUIRE(rep::consecutive_crashes(history, healthy) == 0);
    REQUIRE(rep::may_start(history, Time{600s}, healthy));
    happens(Kind::started, 601s);
    happens(Kind::stopped, 602s);
    REQUIRE(rep::may_start(history, Time{602s}, healthy));
    REQUIRE(rep::last_started(history) == Time{601s});
}

TEST_CASE("instants are written as CouchDB writes them", "[store][replicate]") {
    REQUIRE(rep::iso8601(1'383'196'667) == "2013-10-31T05:17:47Z");
    REQUIRE(rep::rfc1123(1'383'196'667) == "Thu, 31 Oct 2013 05:17:47 GMT");
    REQUIRE(rep::iso8601(951'782'400) == "2000-02-29T00:00:00Z");
}
