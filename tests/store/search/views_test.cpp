// Goal: a cluster answers what one copy of everything would answer, if nobody writes meanwhile; and
// an index follows its copy. Method: the same documents in a cluster and in a model of one copy and
// one index; replies compared as texts.
#include <catch2/catch.hpp>

#include "store/search/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

constexpr std::string_view shop = R"js({"views":{
    "kind":{"map":"doc => { for (const k of doc.kinds || []) emit([k, doc.n], doc.n); }"},
    "sum":{"map":"doc => { for (const k of doc.kinds || []) emit([k, doc.n], doc.n); }",
           "reduce":"_sum"},
    "stats":{"map":"doc => { if (doc.n) emit(doc.n % 3, doc.n); }","reduce":"_stats"},
    "mean":{"map":"doc => { if (doc.n) emit(doc.n % 3, doc.n); }",
            "reduce":"(keys, values, again) => again ? sum(values.map(v => v)) : sum(values)"},
    "link":{"map":"doc => { if (doc.next) emit(doc.n, {_id: doc.next}); }"},
    "raw":{"map":"doc => emit(doc._id, null)","options":{"collation":"raw"}}}})js";

std::string body_of(int n) {
    const std::string next = "\"doc" + std::to_string((n * 7 + 3) % 40) + "\"";
    return "{\"n\":" + std::to_string(n) + ",\"kinds\":[\"" + (n % 2 == 0 ? "even" : "odd") +
           "\",\"Äpfel\"],\"next\":" + (n % 5 == 0 ? "null" : next) + "}";
}

}   // namespace

TEST_CASE("a view over a cluster is the view over one copy", "[store][search]") {
    const std::size_t nodes = GENERATE(1U, 3U);
    SearchCluster cluster(nodes);
    REQUIRE(cluster.create(0, 4) == 201);
    REQUIRE(cluster.write(0, "_design/d", shop) == "201");
    Model model(cluster, shop);
    model.put("_design/d", shop);
    for (int n = 0; n < 40; ++n) {
        const std::string id = "doc" + std::to_string(n);
        REQUIRE(cluster.write(static_cast<std::size_t>(n) % nodes, id, body_of(n)) == "201");
        model.put(id, body_of(n));
    }
    cluster.driver.run_for(1s);
    const std::pair<std::string_view, std::string_view> asked[] = {
        {"kind", ""},
        {"kind", "limit=7&skip=3"},
        {"kind", "descending=true&limit=5"},
        {"kind", R"(startkey=["even",10]&endkey=["even",20])"},
        {"kind", R"(key=["odd",7]&include_docs=true)"},
        {"sum", R"(keys=[["odd",7],["even",2],["odd",7]]&group=true)"},
        {"kind", R"(keys=[["odd",7]])"},
        {"kind", R"(startkey=["z"]&endkey=["a"])"},
        {"kind", "group=true"},
        {"sum", ""},
        {"sum", "group_level=1"},
        {"sum", "group=true&limit=4&skip=2&descending=true"},
        {"sum", "reduce=false&limit=3"},
        {"sum", R"(keys=[["odd",7],["odd",9]])"},
        {"sum", R"(keys=[["odd",7],["odd",9]]&group=true)"},
        {"sum", "include_docs=true"},
        {"stats", "group=true"},
        {"stats", ""},
        {"mean", "group=true"},
        {"mean", ""},
        {"link", "include_docs=true"},
        {"link", ""},
        {"raw", "limit=10"}};
    for (const auto& [name, parameters] : asked) {
        CAPTURE(nodes, name, parameters);
        for (std::size_t via = 0; via < nodes; ++via)
            REQUIRE(cluster.view(via, "d", name, parameters) == model.view(name, parameters));
    }
    for (const std::string_view parameters :
         {"", "limit=3&skip=2", "descending=true&startkey=\"doc3\"", "include_docs=true&limit=2",
          R"(keys=["doc1","nobody","doc1"])", R"(startkey="doc9"&endkey="doc1")"}) {
        CAPTURE(nodes, parameters);
        REQUIRE(cluster.all_docs(0, parameters) == model.all_docs(parameters));
    }
}

TEST_CASE("what is missing is said in CouchDB's words", "[store][search]") {
    SearchCluster cluster(1);
    REQUIRE(cluster.view(0, "d", "v") == "404 not_found: Database does not exist.");
    REQUIRE(cluster.create(0) == 201);
    REQUIRE(cluster.view(0, "d", "v") == "404 not_found: missing");
    REQUIRE(cluster.write(0, "_design/d", shop) == "201");
    REQUIRE(cluster.view(0, "_design/d", "v") == "404 not_found: missing_named_view");
    REQUIRE(cluster.view(0, "d", "kind") == "{\"total_rows\":0,\"offset\":0,\"rows\":[]}");
    REQUIRE(cluster.view(0, "d", "stats") == "{\"rows\":[]}");
    REQUIRE(cluster.view(0, "d", "kind", "partition=p") ==
            "400 bad_request: partition specified on non-partitioned db");
    REQUIRE(cluster.put_on_top(0, "_design/d", "{}", true) == "201");
    REQUIRE(cluster.view(0, "d", "kind") == "404 not_found: deleted");
}

TEST_CASE("an index follows its copy, and a function runs once for all copies", "[store][search]") {
    SearchCluster cluster(3);
    REQUIRE(cluster.create(0, 2) == 201);
    REQUIRE(cluster.write(0, "_design/d", R"js({"views":{
                "n":{"map":"doc => emit(doc.n, null)","reduce":"_count"}}})js") == "201");
    for (int n = 0; n < 30; ++n)
        REQUIRE(cluster.write(0, "doc" + std::to_string(n), body_of(n)) == "201");
    cluster.driver.run_for(1s);
    const auto count = [&](std::size_t via, std::string_view parameters = "") {
        const std::string text = cluster.view(via, "d", "n", parameters);
        return text.substr(text.find("value\":") + 7);
    };
    REQUIRE(count(0) == "30}]}");
    cluster.driver.run_for(1s);   // The losers of the race end, too.
    const std::uint64_t calls = cluster.scripts.calls();
    REQUIRE(calls < 45);   // Not 90: load, compile, a document each, and few more.

    // An update runs for the documents that changed, and deleted ones go.
    REQUIRE(cluster.put_on_top(1, "doc7", R"({"n":700})") == "201");
    REQUIRE(cluster.put_on_top(2, "doc8", "{}", true) == "201");
    cluster.driver.run_for(1s);
    REQUIRE(count(1, "update=false") == "30}]}");
    REQUIRE(count(1, "update=lazy") == "30}]}");
    cluster.driver.run_for(1s);
    REQUIRE(count(2, "update=false") == "29}]}");
    REQUIRE(cluster.scripts.calls() == calls + 1);
    REQUIRE(cluster.view(0, "d", "n", "reduce=false&key=700") ==
            R"({"total_rows":29,"offset":28,"rows":[{"id":"doc7","key":700,"value":null}]})");
}

TEST_CASE("indexes are told of, tidied up and compacted", "[store][search]") {
    SearchCluster cluster(3);
    REQUIRE(cluster.create(0, 2) == 201);
    const std::string first = R"js({"views":{"n":{"map":"doc => emit(doc.n, null)"}}})js";
    REQUIRE(cluster.write(0, "_design/d", first) == "201");
    for (int n = 0; n < 20; ++n)
        REQUIRE(cluster.write(0, "doc" + std::to_string(n), body_of(n)) == "201");
    const auto info = [&] {
        return cluster.answer_of([&](SearchCluster::Then then) {
            cluster.search[1].searcher->design_info("orders", "d", then);
        });
    };
    REQUIRE(info().find(R"("updates_pending":{"minimum":21,"preferred":21,"total":63})") !=
            std::string::npos);
    REQUIRE(cluster.view(0, "d", "n", "limit=0").starts_with(R"({"total_rows":20)"));
    cluster.driver.run_for(1s);
    const std::string now = info();
    CAPTURE(now);
    REQUIRE(now.starts_with(R"({"name":"d","view_index":{"updates_pending":{"minimum":0,)"));
    REQUIRE(now.find(R"("update_seq":21,)") != std::string::npos);
    REQUIRE(now.find(R"("updater_running":false)") != std::string::npos);

    // Another function is another index; the old one stays until somebody cleans up.
    const std::string second = R"js({"views":{"n":{"map":"doc => emit(-doc.n, null)"}}})js";
    REQUIRE(cluster.put_on_top(0, "_design/d", second) == "201");
    REQUIRE(cluster.view(0, "d", "n", "limit=0").starts_with(R"({"total_rows":20)"));
    cluster.driver.run_for(1s);
    REQUIRE(cluster.search[2].indexes.indexes.size() == 4);
    REQUIRE(cluster.answer_of([&](SearchCluster::Then then) {
        cluster.search[1].searcher->view_cleanup("orders", then);
    }) == R"({"ok":true})");
    cluster.driver.run_for(1s);
    REQUIRE(cluster.search[2].indexes.indexes.size() == 2);
    const auto size = [&] { return cluster.search[2].indexes.indexes.begin()->second.file; };
    const Bytes before = size();
    REQUIRE(cluster.answer_of([&](SearchCluster::Then then) {
        cluster.search[1].searcher->compact_views("orders", "d", then);
    }) == R"({"ok":true})");
    cluster.driver.run_for(1s);
    REQUIRE(size() < before);
    REQUIRE(size() > cluster.search[2].indexes.indexes.begin()->second.index.external_size());

    // A database of the same name has indexes of its own.
    REQUIRE(cluster.remove(0) == 200);
    cluster.driver.run_for(1s);
    REQUIRE(cluster.create(0, 2) == 201);
    REQUIRE(cluster.write(0, "_design/d", second) == "201");
    REQUIRE(cluster.view(0, "d", "n").starts_with(R"({"total_rows":0)"));
}
