// Goal: the tree of a document's revisions is what its copies said: who wins, what is in conflict,
// who lags; and no recording breaks it. Method: recordings told event by event.
#include <algorithm>

#include "viewer/model/revision_tree.h"
#include "viewer/model/told_run.h"

using namespace glasshive;
using namespace glasshive::viewer;
using Part = TreeRevision::Part;

namespace {

constexpr EventKind db_revision{.id = 1,
                                .name = "db.revision",
                                .subject = "document",
                                .doc = "",
                                .fields = {{{"database", FieldType::name, ""},
                                            {"node", FieldType::name, ""},
                                            {"seq", FieldType::integer, ""},
                                            {"revision", FieldType::name, ""},
                                            {"parent", FieldType::name, ""},
                                            {"is", FieldType::name, ""}}}};
constexpr EventKind db_write{.id = 2,
                             .name = "db.write",
                             .subject = "database",
                             .doc = "",
                             .fields = {{{"status", FieldType::integer, ""}}}};
constexpr EventKind db_asked{.id = 3, .name = "db.asked", .subject = "step", .doc = ""};
constexpr const EventKind* kinds[] = {&db_revision, &db_write, &db_asked};

struct Run : test::ToldRun {
    explicit Run(const fixture::Folder& folder) : ToldRun(folder, kinds) {}
    EventId edit(int seconds, std::string_view node, std::string_view revision,
                 std::string_view parent, std::string_view is = "live",
                 std::string_view document = "orders/cart", EventId cause = scenario_cause) {
        return say(seconds, db_revision, document,
                   {name("orders"), name(node), field::integer(seconds), name(revision),
                    name(parent), name(is)},
                   cause);
    }
};

/// The tree after `until`, and the whole run's log.
struct Seen {
    Glass glass;
    Story story{glass};
    explicit Seen(Run& run) : glass(run.end()) {
        while (!story.done()) REQUIRE_FALSE(story.advance(3));
    }
    RevisionTree tree(int until = 100, std::string_view document = "orders/cart") {
        const auto& edits = story.stores().edits();
        EventId last{};
        for (const CopyEdit& edit : edits) {
            if (edit.time <= Time{} + std::chrono::seconds{until}) last = edit.event;
        }
        return revisions_of(story.stores(), glass, glass.recording().names().find(document), last);
    }
    const TreeRevision& find(const RevisionTree& tree, std::string_view revision) {
        for (const TreeRevision& one : tree.revisions) {
            if (glass.text(one.revision) == revision) return one;
        }
        FAIL("no " << revision);
        return tree.revisions.front();
    }
};

}   // namespace

TEST_CASE("a conflict is a tree of two live leaves, and the longer one wins", "[viewer][store]") {
    const fixture::Folder folder("revisions");
    Run run(folder);
    for (const char* node : {"n1", "n2"}) run.edit(1, node, "1-a", "");
    run.edit(10, "n1", "2-f", "1-a");
    run.edit(11, "n2", "2-b", "1-a");
    run.edit(12, "n2", "3-c", "2-b");
    run.edit(20, "n1", "2-b", "1-a", "missing");
    run.edit(20, "n1", "3-c", "2-b");
    run.edit(21, "n2", "2-f", "1-a");
    Seen seen(run);

    const RevisionTree early = seen.tree(5);
    CHECK(early.revisions.size() == 1);
    CHECK(early.conflicts == 0);
    CHECK_FALSE(early.differ);

    const RevisionTree apart = seen.tree(15);
    CHECK(apart.differ);
    CHECK(seen.find(apart, "2-f").newest.size() == 1);
    CHECK(seen.find(apart, "3-c").shown == seen.find(apart, "3-c").newest);   // By n2 alone.

    const RevisionTree tree = seen.tree();
    CHECK_FALSE(tree.differ);
    CHECK(tree.conflicts == 1);
    CHECK(tree.rows == 2);
    CHECK(tree.columns == 3);
    const TreeRevision& winner = seen.find(tree, "3-c");
    CHECK(winner.part == Part::winner);
    CHECK(winner.row == 0);
    CHECK(winner.newest.size() == 2);
    CHECK(winner.shown.size() == 2);
    CHECK(seen.find(tree, "2-f").part == Part::conflict);
    CHECK(seen.find(tree, "2-f").shown.empty());
    CHECK(seen.find(tree, "2-b").body);   // n2 has it.
    CHECK(tree.revisions[static_cast<std::size_t>(winner.parent)].revision ==
          seen.find(tree, "2-b").revision);
}

TEST_CASE("of leaves of one length the greater id wins; a deleted one never beats a live one",
          "[viewer][store]") {
    const fixture::Folder folder("revisions");
    Run run(folder);
    run.edit(1, "n1", "2-0123456789abcdef0123456789abcdef", "");
    run.edit(1, "n1", "2-f123456789abcdef0123456789abcdef", "");
    run.edit(1, "n1", "9-z", "", "deleted");
    run.edit(1, "n1", "1-a", "", "missing");
    Seen seen(run);
    const RevisionTree tree = seen.tree();
    CHECK(seen.find(tree, "2-f123456789abcdef0123456789abcdef").part == Part::winner);
    CHECK(seen.find(tree, "2-0123456789abcdef0123456789abcdef").part == Part::conflict);
    CHECK(seen.find(tree, "9-z").part == Part::deleted_leaf);
    CHECK_FALSE(seen.find(tree, "1-a").body);
}

TEST_CASE("what copies forget is in no tree", "[viewer][store]") {
    const fixture::Folder folder("revisions");
    Run run(folder);
    for (const char* node : {"n1", "n2"}) run.edit(1, node, "1-a", "");
    run.edit(2, "n1", "1-a", "", "forgotten");
    run.edit(3, "n2", "", "", "forgotten");
    Seen seen(run);
    CHECK(seen.tree(2).nodes.size() == 1);
    CHECK(seen.tree(3).revisions.empty());
}

TEST_CASE("a long line of edits is folded, its forks are not", "[viewer][store]") {
    const fixture::Folder folder("revisions");
    Run run(folder);
    for (int i = 1; i <= 100; ++i) {
        const std::string parent = i == 1 ? "" : std::to_string(i - 1) + "-a";
        run.edit(i / 2, "n1", std::to_string(i) + "-a", parent);
    }
    run.edit(60, "n1", "51-b", "50-a");
    Seen seen(run);
    const RevisionTree tree = seen.tree();
    CHECK(tree.columns < 10);
    for (const char* drawn : {"1-a", "50-a", "51-a", "51-b", "99-a", "100-a"}) {
        CAPTURE(drawn);
        CHECK_FALSE(seen.find(tree, drawn).folded);
    }
    CHECK(seen.find(tree, "30-a").folded);
    CHECK(seen.tree(4).columns == 9);   // Nine generations are drawn whole.
}

TEST_CASE("names that are no revisions, and parents in a circle, make a drawing all the same",
          "[viewer][store]") {
    const fixture::Folder folder("revisions");
    Run run(folder);
    run.edit(1, "n1", "2-a", "3-b");
    run.edit(1, "n1", "3-b", "2-a");
    run.edit(1, "n1", "4294967295-x", "4294967294-x");
    run.edit(1, "n1", "99999999999999999999-x", "-");
    run.edit(1, "n1", "-", "-", "live?");
    run.edit(1, "n1", "nonsense", "nonsense");
    run.edit(1, "", "1-a", "");
    Seen seen(run);
    const RevisionTree tree = seen.tree();
    CHECK(tree.revisions.size() == 7);
    for (const TreeRevision& one : tree.revisions) {
        CHECK(one.column >= 0);
        CHECK(one.column < tree.columns);
        CHECK(one.row >= 0);
        CHECK(one.row < tree.rows);
    }
    CHECK(short_revision("nonsense that goes on and on") == "nonsense that go");
    CHECK(short_revision("12-0123456789") == "12-0123");
    CHECK(revisions_of(seen.story.stores(), seen.glass, NameId{}, EventId{9}).revisions.empty());
}

TEST_CASE("a write is about the document whose edit has the same cause", "[viewer][store]") {
    const fixture::Folder folder("revisions");
    Run run(folder);
    const EventId first = run.say(1, db_asked, "step-1");
    const EventId second = run.say(1, db_asked, "step-2");
    run.edit(2, "n1", "1-a", "", "live", "orders/a", first);
    run.edit(2, "n1", "1-b", "", "live", "orders/b", second);
    const EventId write = run.say(3, db_write, "orders", {field::integer(201)}, first);
    Seen seen(run);
    const StoreLog& log = seen.story.stores();
    const NameId orders = seen.glass.recording().names().find("orders");
    CHECK(seen.glass.text(log.document_of(orders, write, first)) == "orders/a");
    CHECK(seen.glass.text(log.document_of(orders, write, second)) == "orders/b");
    CHECK_FALSE(log.document_of(orders, write, scenario_cause).valid());
    REQUIRE(log.requests_of(orders).size() == 1);
    CHECK(log.requests_of(orders).front() == write);
    CHECK(log.of_database(orders).size() == 2);
    CHECK(log.complete());
}
