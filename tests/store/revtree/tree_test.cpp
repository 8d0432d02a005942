// Goal: a tree grows, answers and forgets as couch_key_tree's does. Method: small trees in words,
// many of them the cases of its own tests (src/couch/test/eunit/couch_key_tree_tests.erl).
#include <catch2/catch.hpp>

#include "store/revtree/forest.h"
#include "store/revtree/invariants.h"

namespace glasshive::test {

using namespace store;

namespace {

std::string words(const Tree& tree, const std::vector<Tree::Index>& indexes) {
    std::string out;
    for (const Tree::Index at : indexes) {
        out += (out.empty() ? "" : " ") + tree.node(at).revision.text();
    }
    return out;
}

Revision rev(std::string_view text) { return *Revision::parse(text); }

struct Row {
    std::vector<std::string> before;
    std::string path;
    MergeResult result;
    std::string after;
};

}   // namespace

TEST_CASE("a path goes where the histories meet", "[store][revtree]") {
    // couch_key_tree:merge_at/3, merge_extend/2.
    using enum MergeResult;
    const Row row = GENERATE(values<Row>({
        {{}, "1-a", new_leaf, "1-a"},
        {{"1-a"}, "1-a", internal_node, "1-a"},
        {{"1-a"}, "1-a 2-b", new_leaf, "1-a(2-b)"},
        {{"1-a 2-b"}, "1-a", internal_node, "1-a(2-b)"},
        {{"1-a"}, "1-b", new_branch, "1-a|1-b"},
        {{"1-b"}, "1-a", new_branch, "1-a|1-b"},
        {{"1-a 2-b"}, "1-a 2-c", new_branch, "1-a(2-b 2-c)"},
        {{"1-a 2-c"}, "1-a 2-b", new_branch, "1-a(2-b 2-c)"},
        {{"1-a 2-b", "1-a 2-d"}, "1-a 2-c 3-x", new_branch, "1-a(2-b 2-c(3-x) 2-d)"},
        {{"1-a 2-b 3-c"}, "2-b 3-d", new_branch, "1-a(2-b(3-c 3-d))"},
        {{"2-b 3-c"}, "1-a 2-b 3-d", new_branch, "1-a(2-b(3-c 3-d))"},
        {{"2-b"}, "1-a? 2-b 3-c", new_leaf, "1-a?(2-b(3-c))"},
        {{"1-a 2-b"}, "2-c 3-d", new_branch, "1-a(2-b)|2-c(3-d)"},   // Nothing in common.
        {{"1-a"}, "5-x", new_branch, "1-a|5-x"},
        {{"5-x"}, "1-a 2-b", new_branch, "1-a(2-b)|5-x"},
        {{"1-a 2-b", "4-d 5-e"}, "2-b 3-c 4-d", new_leaf, "1-a(2-b(3-c(4-d(5-e))))"},   // Joined.
        {{"3-c", "5-e", "1-a"},
         "1-a 2-b 3-c 4-d 5-e 6-f",
         new_leaf,
         "1-a(2-b(3-c(4-d(5-e(6-f)))))"},
    }));
    Tree tree = tree_of(row.before);
    const Merged merged = tree.merge(path(row.path));
    CAPTURE(row.path);
    CHECK(merged.result == row.result);
    CHECK(shape(tree) == row.after);
    CHECK(violations(tree).empty());
}

TEST_CASE("content that is known is kept, lost content comes back", "[store][revtree]") {
    // couch_key_tree:value_pref/2.
    Tree tree = tree_of({"1-a? 2-b"});
    CHECK(shape(tree) == "1-a?(2-b)");
    const Merged filled = tree.merge(path("1-a"));
    CHECK(filled.result == MergeResult::internal_node);
    CHECK(filled.changed);   // So the document gets a new sequence number.
    CHECK(shape(tree) == "1-a(2-b)");
    CHECK_FALSE(tree.merge(path("1-a? 2-b?")).changed);
    CHECK(shape(tree) == "1-a(2-b)");
}

TEST_CASE("live beats deleted, then the longer history wins, then the greater id",
          "[store][revtree]") {
    // couch_doc:to_doc_info_path/1; couchdb.md 12.7. No clock takes part.
    struct Case {
        std::vector<std::string> paths;
        std::string leaves;
        WinReason reason;
        bool deleted;
    };
    const Case row = GENERATE(values<Case>({
        {{"1-a"}, "1-a", WinReason::only_leaf, false},
        {{"1-a!"}, "1-a", WinReason::only_leaf, true},
        {{"1-a 2-b 3-c!", "1-a 2-d"}, "2-d 3-c", WinReason::live_beats_deleted, false},
        {{"1-a 2-b 3-c", "1-a 2-z"}, "3-c 2-z", WinReason::longer_history, false},
        {{"1-a 2-b", "1-a 2-c", "1-a 2-d!"}, "2-c 2-b 2-d", WinReason::greater_id, false},
        {{"1-a 2-b!", "1-a 2-c!"}, "2-c 2-b", WinReason::greater_id, true},
        {{"1-ffffffffffffffffffffffffffffffff", "1-zz"},
         "1-ffffffffffffffffffffffffffffffff 1-zz",
         WinReason::greater_id,
         false},
    }));
    const Tree tree = tree_of(row.paths);
    CAPTURE(shape(tree));
    CHECK(words(tree, tree.leaves()) == row.leaves);
    CHECK(tree.winner() == tree.leaves()[0]);
    CHECK(tree.win_reason() == row.reason);
    CHECK(tree.deleted() == row.deleted);
}

TEST_CASE("conflicts are the other live leaves, deleted conflicts the deleted ones",
          "[store][revtree]") {
    const Tree tree = tree_of({"1-a 2-b", "1-a 2-c", "1-a 2-d!", "1-a 2-e 3-f!", "1-g"});
    CHECK(words(tree, tree.conflicts(false)) == "2-b 1-g");
    CHECK(words(tree, tree.conflicts(true)) == "3-f 2-d");
}

TEST_CASE("a revision's history is told newest first, with what is left of it",
          "[store][revtree]") {
    // _revisions and _revs_info; couchdb.md 5.
    Tree tree = tree_of({"3-c? 4-d! 5-e 6-f", "4-d! 5-x"});
    const auto history = tree.history(*tree.find(rev("6-f")));
    CHECK(words(tree, history) == "6-f 5-e 4-d 3-c");
    std::vector<std::string_view> info;
    for (const Tree::Index at : history) info.push_back(status_of(tree.node(at)));
    CHECK(info == std::vector<std::string_view>{"available", "available", "deleted", "missing"});
    CHECK(tree.drop_inner_content());
    CHECK(shape(tree) == "3-c?(4-d?(5-e?(6-f) 5-x))");   // Compaction never touches leaves.
    CHECK_FALSE(tree.drop_inner_content());
}

TEST_CASE("latest asks for the leaves that came of a revision", "[store][revtree]") {
    // couch_key_tree:get_key_leafs/2.
    const Tree tree = tree_of({"1-a 2-b 3-c", "1-a 2-b 3-d!", "1-a 2-e"});
    const auto from = [&](std::vector<Revision> revisions) {
        return words(tree, tree.leaves_from(revisions));
    };
    CHECK(from({rev("2-b")}) == "3-c 3-d");
    CHECK(from({rev("1-a")}) == "3-c 2-e 3-d");
    CHECK(from({rev("2-e")}) == "2-e");
    CHECK(from({rev("2-x")}).empty());
}

TEST_CASE("missing revisions are those nobody heard of", "[store][revtree]") {
    // couch_key_tree:find_missing/2, couch_db:possible_ancestors/2; couchdb.md 5, _revs_diff.
    const Tree tree = tree_of({"1-a 2-b 3-c", "1-a 2-e"});
    const std::vector<Revision> wanted{rev("3-x"), rev("2-b"), rev("1-a"), rev("4-y"), rev("2-z")};
    CHECK(tree.missing(wanted) == std::vector<Revision>{rev("3-x"), rev("4-y"), rev("2-z")});
    const std::vector<Revision> fourth{rev("4-y"), rev("2-z")};
    const std::vector<Revision> third{rev("3-x")};
    const std::vector<Revision> first{rev("1-z")};
    CHECK(words(tree, tree.possible_ancestors(fourth)) == "3-c 2-e");
    CHECK(words(tree, tree.possible_ancestors(third)) == "2-e");
    CHECK(tree.possible_ancestors(first).empty());
}

TEST_CASE("stemming cuts the common past away and may part a tree", "[store][revtree]") {
    // couch_key_tree:stem/2: a node stays while its nearest leaf is near enough.
    Tree tree = tree_of({"1-a 2-b 3-c 4-d 5-e", "1-a 2-b 3-x"});
    CHECK_FALSE(tree.stem(3));   // 3-c is two behind 5-e, 1-a two behind 3-x.
    CHECK(tree.stem(2));
    CHECK(shape(tree) == "2-b(3-x)|4-d(5-e)");
    CHECK(tree.stem(1));
    CHECK(shape(tree) == "3-x|5-e");
    // Two stemmed histories that share nothing any more look like a conflict: real behaviour.
    CHECK(words(tree, tree.conflicts(false)) == "3-x");
}

TEST_CASE("a long line of edits keeps its newest revisions", "[store][revtree]") {
    // couchdb.md 1.4: _revs_limit 1000.
    Tree tree;
    for (std::uint32_t i = 1; i <= 1500; ++i) {
        std::vector<Step> steps;
        if (i > 1) steps.push_back({Revision(i - 1, "r" + std::to_string(i - 1)), {}});
        steps.push_back({Revision(i, "r" + std::to_string(i)), held("x")});
        REQUIRE(tree.merge(steps).result == MergeResult::new_leaf);
        tree.stem(1000);
    }
    CHECK(tree.nodes().size() == 1000);
    CHECK(tree.node(0).revision.text() == "501-r501");
    CHECK(violations(tree).empty());
}

TEST_CASE("purging takes leaves and what led to nothing else", "[store][revtree]") {
    Tree tree = tree_of({"1-a 2-b 3-c", "1-a 2-d"});
    const std::vector<Revision> inner{rev("2-b"), rev("9-x")};
    CHECK(tree.remove_leaves(inner).empty());   // Only leaves can be purged.
    const std::vector<Revision> leaf{rev("3-c")};
    CHECK(tree.remove_leaves(leaf) == leaf);
    CHECK(shape(tree) == "1-a(2-d)");
    const std::vector<Revision> last{rev("2-d")};
    CHECK(tree.remove_leaves(last) == last);
    CHECK(tree.empty());
    CHECK_FALSE(tree.deleted());
}

TEST_CASE("copies of a tree go their own ways", "[store][revtree]") {
    const Tree one = tree_of({"1-a"});
    Tree other = one;
    other.merge(path("1-a 2-b"));
    Tree third = other;
    third.merge(path("1-a 2-c"));
    CHECK(shape(one) == "1-a");
    CHECK(shape(other) == "1-a(2-b)");
    CHECK(shape(third) == "1-a(2-b 2-c)");
    CHECK(third.node(0).content.same_block(one.node(0).content));   // What they hold is shared.
    const Tree moved = std::move(other);
    CHECK(shape(moved) == "1-a(2-b)");
    CHECK(other.empty());   // NOLINT: that it is empty is the point.
}

TEST_CASE("a path is made from what _revisions says", "[store][revtree]") {
    // couch_doc:to_path/1.
    const std::string_view ids[] = {"c", "b", "a"};
    const auto steps = path_of(7, ids, held("x"));
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].revision.text() == "5-a");
    CHECK(steps[2].revision.text() == "7-c");
    CHECK_FALSE(steps[1].content);
    CHECK(steps[2].content);
}

}   // namespace glasshive::test
