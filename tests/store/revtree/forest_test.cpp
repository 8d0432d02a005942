// Goal: copies that hear of the same edits have the same tree and the same winner, whatever reached
// them first, twice or in parts; forgetting forgets what it should. Method: random worlds of edits,
// told as random parts of histories in random orders; the invariants after every step.
#include "store/revtree/forest.h"

#include <catch2/catch.hpp>

#include "store/revtree/invariants.h"

namespace glasshive::test {

using namespace store;

namespace {

constexpr std::uint64_t worlds = 400;

void require_sound(const Tree& tree) {
    const std::vector<std::string> broken = violations(tree);
    INFO(shape(tree));
    for (const std::string& sentence : broken) UNSCOPED_INFO(sentence);
    REQUIRE(broken.empty());
}

Tree merged(const std::vector<std::vector<Step>>& paths) {
    Tree tree;
    for (const std::vector<Step>& path : paths) {
        tree.merge(path);
        require_sound(tree);
    }
    return tree;
}

}   // namespace

TEST_CASE("every order of arrival gives the same tree and the same winner", "[store][revtree]") {
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        CAPTURE(seed);
        World world(seed, 2 + seed % 25);
        auto paths = world.paths(1 + seed % 12);
        const Tree first = merged(paths);
        for (int order = 0; order < 4; ++order) {
            world.shuffle(paths);
            const Tree other = merged(paths);
            CAPTURE(shape(first), shape(other));
            REQUIRE(first == other);
            REQUIRE(first.node(first.winner()).revision == other.node(other.winner()).revision);
        }
    }
}

TEST_CASE("merging is commutative, associative and idempotent", "[store][revtree]") {
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        CAPTURE(seed);
        World world(seed, 2 + seed % 20);
        const Tree a = merged(world.paths(1 + seed % 5));
        const Tree b = merged(world.paths(1 + seed % 4));
        const Tree c = merged(world.paths(1 + seed % 3));
        const auto join = [](Tree x, const Tree& y) {
            x.merge(y);
            require_sound(x);
            return x;
        };
        CAPTURE(shape(a), shape(b), shape(c));
        REQUIRE(join(a, b) == join(b, a));
        REQUIRE(join(join(a, b), c) == join(a, join(b, c)));
        REQUIRE(join(a, a) == a);
        const Tree both = join(a, b);
        REQUIRE(join(both, a) == both);
        REQUIRE(join(both, b) == both);
    }
}

TEST_CASE("a path that is known changes nothing and says so", "[store][revtree]") {
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        CAPTURE(seed);
        World world(seed, 2 + seed % 20);
        const auto paths = world.paths(1 + seed % 8);
        Tree tree = merged(paths);
        const Tree before = tree;
        for (const auto& path : paths) {
            const Merged again = tree.merge(path);
            REQUIRE(again.result == MergeResult::internal_node);
            REQUIRE_FALSE(again.changed);
        }
        REQUIRE(tree == before);
    }
}

TEST_CASE("who looks for many revisions finds each where one look does", "[store][revtree]") {
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        CAPTURE(seed);
        World world(seed, 2 + seed % 40);
        const Tree tree = merged(world.paths(1 + seed % 12));
        for (const std::size_t questions : {std::size_t{1}, std::size_t{1000}}) {
            const TreeFinder finder(tree, questions);
            for (const auto& path : world.paths(8)) {   // Some of them the tree never heard of.
                const Revision& revision = path.back().revision;
                REQUIRE(finder.find(revision) == tree.find(revision));
            }
        }
    }
}

TEST_CASE("a merge changes the tree exactly when it says so", "[store][revtree]") {
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        CAPTURE(seed);
        World world(seed, 2 + seed % 20);
        Tree tree;
        for (const auto& path : world.paths(10)) {
            const Tree before = tree;
            const std::size_t leaves = tree.leaves().size();
            const Merged result = tree.merge(path);
            CAPTURE(shape(before), shape(tree));
            REQUIRE(result.changed == !(tree == before));
            if (result.result == MergeResult::new_leaf && leaves > 0) {
                REQUIRE(tree.leaves().size() <= leaves);   // Fewer when it joined two trees.
            }
        }
    }
}

TEST_CASE("stemming keeps the newest revisions of every branch and all leaves",
          "[store][revtree]") {
    // couch_key_tree:stem/2; couchdb.md 1.4.
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        World world(seed, 2 + seed % 30);
        const Tree tree = merged(world.paths(1 + seed % 12));
        for (std::uint32_t limit = 1; limit < 8; ++limit) {
            Tree stemmed = tree;
            const bool forgot = stemmed.stem(limit);
            CAPTURE(seed, limit, shape(tree), shape(stemmed));
            require_sound(stemmed);
            REQUIRE(stemming_violations(tree, stemmed, limit).empty());
            REQUIRE(forgot == !(stemmed == tree));
            REQUIRE_FALSE(stemmed.stem(limit));   // Once is enough.
            REQUIRE(stemmed.node(stemmed.winner()).revision == tree.node(tree.winner()).revision);
        }
    }
}

TEST_CASE("what was stemmed away comes back with a copy that still has it", "[store][revtree]") {
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        World world(seed, 2 + seed % 30);
        const Tree tree = merged(world.paths(1 + seed % 12));
        Tree stemmed = tree;
        stemmed.stem(1 + static_cast<std::uint32_t>(seed % 5));
        stemmed.merge(tree);
        CAPTURE(seed, shape(tree), shape(stemmed));
        REQUIRE(stemmed == tree);
    }
}

TEST_CASE("purging leaves no trace of a branch and touches no other", "[store][revtree]") {
    // couch_key_tree:remove_leafs/2; couchdb.md 1.4.
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        World world(seed, 2 + seed % 30);
        const Tree tree = merged(world.paths(1 + seed % 12));
        std::vector<Revision> doomed;
        Tree expected;   // What a copy is that never heard of them.
        const auto leaves = tree.leaves();
        for (const Tree::Index leaf : leaves) {
            if (world.random().below(2) == 0) doomed.push_back(tree.node(leaf).revision);
        }
        for (const Tree::Index leaf : leaves) {
            const Revision& revision = tree.node(leaf).revision;
            if (std::find(doomed.begin(), doomed.end(), revision) != doomed.end()) continue;
            std::vector<Step> steps;
            for (const Tree::Index at : tree.history(leaf)) {
                steps.push_back({tree.node(at).revision, tree.node(at).content});
            }
            std::reverse(steps.begin(), steps.end());
            expected.merge(steps);
        }
        Tree purged = tree;
        auto removed = purged.remove_leaves(doomed);
        std::sort(removed.begin(), removed.end());
        std::sort(doomed.begin(), doomed.end());
        CAPTURE(seed, shape(tree), shape(purged), shape(expected));
        REQUIRE(removed == doomed);
        REQUIRE(purged == expected);
        REQUIRE(purged.remove_leaves(doomed).empty());
    }
}

TEST_CASE("ids that clients made up break no invariant but their own", "[store][revtree]") {
    // The same revision with several parents: CouchDB keeps both, and so do we.
    for (std::uint64_t seed = 0; seed < worlds; ++seed) {
        kernel::Rng random(seed, "made up");
        Tree tree;
        for (int i = 0; i < 12; ++i) {
            std::vector<Step> steps;
            const auto start = static_cast<std::uint32_t>(1 + random.below(4));
            const auto length = static_cast<std::uint32_t>(1 + random.below(5));
            for (std::uint32_t k = 0; k < length; ++k) {
                const std::string id(1, static_cast<char>('a' + random.below(3)));
                steps.push_back({Revision(start + k, id), held(id)});
            }
            tree.merge(steps);
            tree.stem(4);
            CAPTURE(seed, shape(tree));
            REQUIRE(violations(tree, false).empty());
        }
    }
}

}   // namespace glasshive::test
