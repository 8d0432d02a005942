// Goal: who may write what is decided by design documents, wherever they are; changes are filtered
// by them. Method: stories on three nodes, refusals in the functions' own words.
#include <catch2/catch.hpp>

#include "store/search/cluster.h"

using namespace glasshive;
using namespace glasshive::test;
using store::search::FilterAnswer;
using store::search::FilterRequest;

namespace {

/// A function that wants `type`, keeps authors, and lets admins do anything.
constexpr std::string_view rules = R"js({"validate_doc_update":
    "function (doc, old, user, security) {
       if (user.roles.indexOf('_admin') >= 0) return;
       if (!user.name) throw({unauthorized: 'please log in'});
       if (!doc._deleted && !doc.type) throw({forbidden: doc._id + ' needs a type'});
       if (old && old.author !== user.name) throw({forbidden: 'that is ' + old.author + '\\'s'});
       if (doc._rev && doc._revisions.start !== parseInt(doc._rev)) throw({forbidden: 'no past'});
       if (security.members.names.indexOf(user.name) < 0) throw({forbidden: 'no member'});
     }"})js";

std::string one_line(std::string_view text) {
    std::string out(text);
    std::erase(out, '\n');
    return out;
}

constexpr std::string_view ann = R"({"name":"ann","roles":[]})";
constexpr std::string_view bob = R"({"name":"bob","roles":["poet"]})";

/// The ids that a filter lets through, sorted; or why there is no filter.
std::string filtered(SearchCluster& cluster, const FilterRequest& request,
                     store::Style style = store::Style::main_only) {
    auto made = std::make_shared<std::optional<FilterAnswer>>();
    cluster.search[1].searcher->filter("orders", request,
                                       [made](const FilterAnswer& answer) { *made = answer; });
    cluster.driver.run_for(1s);
    REQUIRE(*made);
    if ((*made)->status != 200)
        return std::to_string((*made)->status) + " " + (*made)->error + ": " + (*made)->reason;
    store::ChangesOptions options;
    options.list.filter = (*made)->filter;
    options.list.style = style;
    auto answer = StoreCluster::awaited<store::ChangesAnswer>();
    cluster.all[1].gatherer->changes("orders", options, StoreCluster::keep(answer));
    cluster.driver.run_for(1s);
    REQUIRE(*answer);
    std::vector<std::string> ids;
    for (const auto& row : (*answer)->rows) {
        ids.emplace_back(row.change.id.view());
        if (row.change.revisions.size() != 1)
            ids.back() += "*" + std::to_string(row.change.revisions.size());
    }
    std::sort(ids.begin(), ids.end());
    std::string text;
    for (const std::string& id : ids) text += (text.empty() ? "" : " ") + id;
    return text;
}

}   // namespace

TEST_CASE("validate_doc_update refuses in its own words, whichever copy is asked",
          "[store][search]") {
    // couchdb.md 1.2.8. The design document is in one range, the documents are in all of them.
    SearchCluster cluster(3);
    REQUIRE(cluster.create(0, 8) == 201);
    auto secured = StoreCluster::awaited<store::StatusAnswer>();
    cluster.all[0].coordinator->set_security(
        "orders", json_value(R"({"members":{"names":["ann","bob"]},"admins":{"names":["eve"]}})"),
        StoreCluster::keep(secured));
    cluster.driver.run_for(1s);
    REQUIRE(cluster.write(1, "before", R"({"author":"zoe"})", "", ann) == "201");
    REQUIRE(cluster.write(0, "_design/rules", one_line(rules)) == "201");
    cluster.driver.run_for(1s);
    for (int n = 0; n < 12; ++n) {
        const std::string id = "d" + std::to_string(n);
        const auto via = static_cast<std::size_t>(n) % 3;
        REQUIRE(cluster.write(via, id, "{}", "", ann) == "403 forbidden: " + id + " needs a type");
    }
    REQUIRE(cluster.write(0, "a", "{}", "", R"({"name":null,"roles":[]})") ==
            "401 unauthorized: please log in");
    REQUIRE(cluster.write(0, "a", R"({"type":1,"author":"ann"})", "", ann) == "201");
    const std::string first = cluster.get(0, "a").substr(4);
    REQUIRE(cluster.write(1, "a", R"({"type":2})", first, bob) == "403 forbidden: that is ann's");
    REQUIRE(cluster.write(1, "a", R"({"type":2,"author":"ann"})", first, ann) == "201");
    REQUIRE(cluster.write(2, "c", R"({"type":2})", "", R"({"name":"cid","roles":[]})") ==
            "403 forbidden: no member");
    REQUIRE(cluster.write(2, "before", "{}", cluster.get(0, "before").substr(4), bob, true) ==
            "403 forbidden: that is zoe's");
    REQUIRE(cluster.write(0, "free", "{}") == "201");   // A server's admin.

    // Rules that are gone refuse nobody.
    REQUIRE(cluster.put_on_top(2, "_design/rules", "{}", true) == "201");
    cluster.driver.run_for(1s);
    REQUIRE(cluster.write(1, "b", "{}", "", ann) == "201");
}

TEST_CASE("design documents are for admins, and must compile", "[store][search]") {
    SearchCluster cluster(3);
    REQUIRE(cluster.create(0, 2) == 201);
    REQUIRE(cluster.write(0, "_design/a", "{}", "", ann) ==
            "403 forbidden: You are not a db or server admin.");
    REQUIRE(cluster.write(0, "_design/a", R"({"views":{"v":{"map":"doc => {"}}})")
                .starts_with("400 compilation_error: Compilation of the map function in the 'v' "
                             "view failed: "));
    REQUIRE(cluster.write(0, "_design/a", R"({"views":{"v":{"map":1}}})") ==
            "400 invalid_design_doc: `views.v.map` field must have string type");
    REQUIRE(cluster.write(0, "_design/a", R"js({"views":{"v":{"map":"doc => emit(1)",
                                                              "reduce":"_sums"}}})js") == "201");
    REQUIRE(cluster.write(0, "_design/b", R"js({"views":{"v":{"map":"doc => emit(1)",
                                                              "reduce":"_what"}}})js") ==
            "400 invalid_design_doc: `_what` is not a supported reduce function.");
    REQUIRE(cluster.get(0, "_design/b") == "404 missing");
}

TEST_CASE("changes are filtered by ids, selectors, views and functions", "[store][search]") {
    // couchdb.md 6.
    SearchCluster cluster(3);
    REQUIRE(cluster.create(0, 2) == 201);
    REQUIRE(cluster.write(0, "_design/f", R"js({
        "filters":{"big":"(doc, req) => doc.n > req.query.least",
                   "bad":"doc => nobody.knows"},
        "views":{"odd":{"map":"doc => { if (doc.n % 2) emit(null, null); }"}}})js") == "201");
    for (int n = 0; n < 6; ++n) {
        const std::string id = "d" + std::to_string(n);
        REQUIRE(cluster.write(0, id, "{\"n\":" + std::to_string(n) + "}") == "201");
    }
    REQUIRE(cluster.put_on_top(0, "d5", "{}", true) == "201");
    cluster.driver.run_for(1s);
    const store::json::Value least = json_value(R"({"query":{"least":2}})");
    REQUIRE(filtered(cluster, {.filter = "f/big", .request = least}) == "d3 d4");
    REQUIRE(filtered(cluster, {.filter = "f/bad"}) == "");
    REQUIRE(filtered(cluster, {.filter = "_view", .view = "f/odd"}) == "d1 d3");
    REQUIRE(filtered(cluster, {.filter = "_design"}) == "_design/f");
    REQUIRE(filtered(cluster, {.filter = "_doc_ids",
                               .doc_ids = json_value(R"(["d5","d1","x"])")}) == "d1 d5");
    REQUIRE(filtered(cluster, {.filter = "_selector",
                               .selector = json_value(R"({"n":{"$in":[0,4,5]}})")}) == "d0 d4");
    REQUIRE(filtered(cluster, {.filter = "f/none"}) == "404 not_found: missing json key: none");
    REQUIRE(filtered(cluster, {.filter = "g/none"}) == "404 not_found: missing");
    REQUIRE(filtered(cluster, {.filter = "f"}) == "400 bad_request: `filter` must be of the form "
                                                  "`designname/filtername`");
    REQUIRE(filtered(cluster, {.filter = "_view"}) ==
            "400 bad_request: `view` filter parameter is not provided.");
    REQUIRE(filtered(cluster, {.filter = "_nope"}) ==
            "400 bad_request: unknown builtin filter name");
    REQUIRE(filtered(cluster, {.filter = "_doc_ids"}) ==
            "400 bad_request: `doc_ids` filter parameter is not a list of doc ids.");
    REQUIRE(filtered(cluster, {.filter = "_selector", .selector = json_value(R"({"$x":1})")}) ==
            "400 bad_request: Invalid operator: $x");

    // Of a document's leaves those that pass are told: couch_changes:filter_revs/2.
    std::vector<store::ReplicatedEdit> edits;
    for (const std::string_view body : {R"({"n":1})", R"({"n":9})", R"({"n":8})"}) {
        edits.push_back({.id = store::json::SharedBytes::copy_of("many"),
                         .path = {{rev("1-" + std::to_string(body[5])), content(body)}}});
    }
    cluster.all[0].coordinator->write_replicated("orders", edits, 0, [](const auto&) {});
    cluster.driver.run_for(1s);
    REQUIRE(filtered(cluster, {.filter = "f/big", .request = least}, store::Style::all_docs) ==
            "d3 d4 many*2");
}

TEST_CASE(
    "a function that never ends is given up once, and a replay gives it up without running it",
    "[store][search]") {
    std::vector<std::uint64_t> hung;
    const auto run = [&](store::search::ScriptOptions options) {
        SearchCluster cluster(3, 1, options);
        REQUIRE(cluster.create(0, 1) == 201);
        REQUIRE(cluster.write(0, "_design/d", R"js({"views":{
                    "v":{"map":"doc => { while (doc.endless) ; emit(doc.n); }"}}})js") == "201");
        REQUIRE(cluster.write(0, "a", R"({"endless":false})") == "201");
        REQUIRE(cluster.view(0, "d", "v").starts_with("{\"total_rows\":1"));
        REQUIRE(cluster.write(0, "b", R"({"endless":true})") == "201");
        const std::string said = cluster.view(0, "d", "v");
        REQUIRE(said.starts_with("500 timeout"));
        REQUIRE(cluster.view(1, "d", "v") == said);   // It is not tried again.
        return said;
    };
    const std::string first =
        run({.on_hung = [&](std::uint64_t call) { hung.push_back(call); }, .wall = 50ms});
    REQUIRE(hung.size() == 1);
    REQUIRE(run({.hung = {hung.begin(), hung.end()},
                 .on_hung = [](std::uint64_t) { FAIL("it ran"); }}) == first);
}
