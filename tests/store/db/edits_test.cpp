// Goal: one copy takes and refuses edits as couch_db_updater does. Method: short stories of one
// client; each case names the rule of couchdb.md and the upstream function.
#include <catch2/catch.hpp>

#include "store/db/copy.h"

namespace glasshive::test {

using namespace store;

namespace {

Edit edit(std::string_view id, std::string_view body, std::string_view parent = "",
          bool deleted = false) {
    return {.id = json::SharedBytes::copy_of(id),
            .parent = parent.empty() ? std::nullopt : std::optional(rev(parent)),
            .content = content(body, deleted)};
}

using Texts = std::vector<std::string>;

}   // namespace

TEST_CASE("a new document has no revision to name", "[store][db]") {
    // couchdb.md 1.2, rule 1; prep_and_validate_update/5.
    Client client;
    CHECK(client.put("a", R"({"x":1})", "1-abc") == "409");
    CHECK(client.put("a", R"({"x":1})") == "1-0785e9eb543380151003dc452c3a001a");
    CHECK(client.put("a", R"({"x":2})") == "409");
    CHECK(client.copy.info().documents == 1);
    CHECK(client.copy.update_seq() == 1);   // What was refused counts for nothing.
}

TEST_CASE("an edit names a leaf, any leaf", "[store][db]") {
    // couchdb.md 1.2, rule 2 and 12.6: editing a losing leaf is legal.
    Client client;
    const std::string first = client.put("a", "{}");
    const std::string second = client.put("a", R"({"n":2})", first);
    CHECK(client.put("a", R"({"n":3})", first) == "409");   // No leaf any more.
    CHECK(client.replicate("a", 2, {"lost", std::string_view(first).substr(2)}) == "stored");
    const std::string losing = client.winner("a") == second ? "2-lost" : second;
    const std::string third = client.put("a", R"({"n":4})", losing);
    CHECK(third.starts_with("3-"));
    CHECK(client.winner("a") == third);
}

TEST_CASE("a tombstone keeps its body, and the document is gone", "[store][db]") {
    // couchdb.md 1: DELETE stores {}, _deleted:true with fields keeps them.
    Client client;
    const std::string first = client.put("a", R"({"x":1})");
    const std::string gone = client.remove("a", first, R"({"why":"x"})");
    CHECK(client.winner("a") == gone + "!");
    const Tree& tree = client.copy.find("a")->tree;
    CHECK(tree.node(tree.winner()).content->body == content(R"({"why":"x"})")->body);
    CHECK(client.copy.info().deleted == 1);
    CHECK(client.copy.info().documents == 0);
}

TEST_CASE("a copy counts the live documents in front of a place", "[store][db]") {
    Client client;
    std::map<std::string, std::string> revisions;
    for (const char* const id : {"b", "d", "a", "c"}) revisions[id] = client.put(id, "{}");
    CHECK(client.copy.live_among_first(0) == 0);
    CHECK(client.copy.live_among_first(3) == 3);
    client.remove("b", revisions["b"]);
    CHECK(client.copy.live_among_first(1) == 1);
    CHECK(client.copy.live_among_first(2) == 1);
    CHECK(client.copy.live_among_first(3) == 2);
    CHECK(client.copy.live_among_first(4) == 3);
}

TEST_CASE("a deleted document comes back below its tombstone, without naming it", "[store][db]") {
    // couchdb.md 1.2, rules 3 and 4, 12.5; merge_rev_tree/4, first clause.
    Client client;
    const std::string first = client.put("a", R"({"x":1})");
    const std::string gone = client.remove("a", first);
    CHECK(gone == "2-d0ae140c7f7cdb92dd85a3e31ae18f0c");
    CHECK(client.put("a", R"({"x":3})", gone) == "409");   // Even the right one.
    CHECK(client.put("a", R"({"x":3})", first) == "409");
    CHECK(client.remove("a") == "409");
    CHECK(client.put("a", R"({"x":3})") == "3-45cb630d69eb1e6695e40bfc7a7c6178");
    CHECK(client.copy.info().documents == 1);
}

TEST_CASE("deleting what never was makes a tombstone", "[store][db]") {
    // couchdb.md 1.2, rule 4: _deleted:true on a never-seen id.
    Client client;
    CHECK(client.remove("a").starts_with("1-"));
    CHECK(client.copy.info().deleted == 1);
    CHECK(client.changes() == "1:a");
}

TEST_CASE("deleting the winner of a conflict lets the next leaf win", "[store][db]") {
    // couchdb.md 1: deleted only when all leaves are.
    Client client;
    client.replicate("a", 1, {"x"});
    client.replicate("a", 1, {"y"});
    CHECK(client.leaves("a") == "1-y 1-x");
    const std::string gone = client.remove("a", "1-y");
    CHECK(client.leaves("a") == "1-x " + gone + "!");
    CHECK(client.put("a", R"({"back":1})", gone).starts_with("3-"));   // A dead leaf is a leaf.
    const std::string winner = client.winner("a");
    client.remove("a", winner);
    client.remove("a", "1-x");
    CHECK(client.winner("a").ends_with("!"));
}

TEST_CASE("two edits of one document in a request are told apart by their order", "[store][db]") {
    // couchdb.md 1.2, rule 6; group_alike_docs/1.
    Client client;
    const Texts both =
        client.bulk({edit("a", R"({"n":1})"), edit("b", "{}"), edit("a", R"({"n":2})")});
    CHECK(both[0].starts_with("1-"));
    CHECK(both[1].starts_with("1-"));
    CHECK(both[2] == "409");
    // One cannot build on the other: all are compared with what was before.
    const std::string second = Client().put("a", R"({"n":2})", "");
    CHECK(client.bulk({edit("c", R"({"n":2})"), edit("c", R"({"n":3})", second)})[1] == "409");
    // But a new document after a tombstone of the same request comes back below it.
    const Texts again = client.bulk({edit("d", "{}", "", true), edit("d", R"({"n":1})")});
    CHECK(again[0].starts_with("1-"));
    CHECK(again[1].starts_with("2-"));
    CHECK(client.copy.find("d")->seq == client.copy.update_seq());   // One number for both.
}

TEST_CASE("a bulk gives sequence numbers in order of ids", "[store][db]") {
    // couchdb.md 6, and group_alike_docs/1, which sorts.
    Client client;
    client.bulk({edit("c", "{}"), edit("a", "{}"), edit("b", "{}")});
    CHECK(client.changes() == "1:a 2:b 3:c");
}

TEST_CASE("what a validation function forbids is not stored", "[store][db]") {
    // couchdb.md 1.2, rule 8; 1.3.
    Client client;
    client.put("old", "{}");
    std::vector<std::size_t> histories;
    client.rules.validate = [&](const EditSeen& edit) -> std::optional<Refusal> {
        histories.push_back(edit.history.size());
        if (edit.id.starts_with("_design/") || edit.after.deleted || edit.before) return {};
        return Refusal{"forbidden", "no new ones"};
    };
    CHECK(client.put("new", "{}") == "403 no new ones");
    CHECK(client.replicate("new", 2, {"b", "a"}) == "403 no new ones");
    CHECK(histories == std::vector<std::size_t>{0, 2});   // Replicated: the path, its own too.
    CHECK(client.copy.find("new") == nullptr);
    CHECK(client.put("_design/d", "{}").starts_with("1-"));
    CHECK(client.copy.update_seq() == 2);
}

TEST_CASE("an attachment without MD5 gets a drawn revision", "[store][db]") {
    // couchdb.md 1.1, last lines; new_revid/1.
    Client client;
    client.rules.draw = [] { return 4711U; };
    Content with{.body = json::Value::empty_object(), .attachments = {{.name = "a"}}};
    const Texts results =
        client.bulk({{.id = json::SharedBytes::copy_of("a"), .content = ContentPtr(with)}});
    CHECK(results[0] == "1-4711");
}

TEST_CASE("replicated revisions are merged whatever is there", "[store][db]") {
    // couchdb.md 1.3; prep_and_validate_replicated_updates/5.
    Client client;
    CHECK(client.replicate("a", 3, {"c", "b", "a"}) == "stored");
    CHECK(client.replicate("a", 3, {"c", "b", "a"}) == "known");
    CHECK(client.replicate("a", 2, {"b", "a"}) == "known");   // An inner revision is no news.
    CHECK(client.copy.update_seq() == 1);
    CHECK(client.replicate("a", 3, {"d", "b", "a"}) == "stored");
    CHECK(client.replicate("a", 7, {"z"}) == "stored");   // Nothing in common: another tree.
    CHECK(client.leaves("a") == "7-z 3-d 3-c");
    CHECK(client.changes() == "3:a");
}

TEST_CASE("replicated revisions of one request are looked at together", "[store][db]") {
    Client client;
    const auto id = json::SharedBytes::copy_of("a");
    const std::string_view first[] = {"a"};
    const std::string_view second[] = {"b", "a"};
    const std::vector<ReplicatedEdit> edits{{id, path_of(1, first, content("{}"))},
                                            {id, path_of(2, second, content("{}"))},
                                            {id, path_of(2, second, content("{}"))}};
    const auto results = client.copy.update_replicated(edits);
    CHECK(results[0].outcome == Updated::Outcome::known);   // No leaf beside the second.
    CHECK(results[1].outcome == Updated::Outcome::stored);
    CHECK(results[2].outcome == Updated::Outcome::known);
    CHECK(client.leaves("a") == "2-b");
    CHECK(client.copy.update_seq() == 1);
    client.check();
}

TEST_CASE("old revisions are forgotten beyond the limit", "[store][db]") {
    // couchdb.md 1.4; maybe_stem_full_doc_info/2.
    Client client({.revs_limit = 3});
    std::string last = client.put("a", "{}");
    for (int i = 0; i < 9; ++i) last = client.put("a", std::to_string(i), last);
    CHECK(client.copy.find("a")->tree.nodes().size() == 3);
    CHECK(client.winner("a") == last);
    client.copy.set_revs_limit(1);
    CHECK(client.copy.update_seq() == 11);   // couchdb.md 1.4: it counts as an update.
    client.put("a", "{}", last);
    CHECK(client.copy.find("a")->tree.nodes().size() == 1);
}

}   // namespace glasshive::test
