#include "store/revtree/invariants.h"

#include <algorithm>
#include <set>

#include "store/revtree/order.h"

namespace glasshive::store {

namespace {

using Index = Tree::Index;

class Looker {
  public:
    Looker(const Tree& tree, std::vector<std::string>& found) : tree_(tree), found_(found) {}

    /// The list is whole trees: a root, and below each node positions that count up by one.
    void positions_count_up() {
        if (tree_.empty()) return;
        if (!tree_.node(0).root) broken(0, "is first and no root");
        std::uint32_t root_position = 0;
        for (Index i = 0; i < tree_.nodes().size(); ++i) {
            const std::uint32_t position = tree_.node(i).revision.position();
            if (tree_.node(i).root) {
                root_position = position;
            } else {
                const std::uint32_t before = tree_.node(i - 1).revision.position();
                if (position > before + 1) broken(i, "has no parent before it");
                if (position <= root_position) broken(i, "is older than its root");
            }
        }
    }
    void siblings_stand_in_order() {
        for (Index i = 0; i < tree_.nodes().size(); ++i) {
            const Index next = order::subtree_end(tree_.nodes(), i);
            if (tree_.node(i).root || next == tree_.nodes().size() || tree_.node(next).root) {
                continue;
            }
            const Revision& a = tree_.node(i).revision;
            const Revision& b = tree_.node(next).revision;
            if (a.position() == b.position() && !(a < b)) broken(next, "stands behind a greater");
        }
    }
    void trees_stand_in_order() {
        const Revision* before = nullptr;
        for (Index i = 0; i < tree_.nodes().size(); ++i) {
            if (!tree_.node(i).root) continue;
            if (before && !(*before < tree_.node(i).revision)) broken(i, "is a root out of order");
            before = &tree_.node(i).revision;
        }
    }
    void leaves_hold_something() {
        for (const Index leaf : tree_.leaves()) {
            if (!tree_.node(leaf).content) broken(leaf, "is a leaf and holds nothing");
        }
    }
    void revisions_stand_once() {
        std::set<Revision> seen;
        for (Index i = 0; i < tree_.nodes().size(); ++i) {
            if (!seen.insert(tree_.node(i).revision).second) broken(i, "stands twice");
        }
    }
    void winner_is_first_leaf() {
        if (tree_.empty()) return;
        const std::vector<Index> leaves = tree_.leaves();
        if (tree_.winner() != leaves.front()) broken(tree_.winner(), "wins and is not first");
        const bool all_deleted = std::all_of(leaves.begin(), leaves.end(), [&](Index leaf) {
            return tree_.node(leaf).content && tree_.node(leaf).content->deleted;
        });
        if (all_deleted != tree_.deleted()) broken(tree_.winner(), "does not say who is deleted");
    }

  private:
    void broken(Index index, const std::string& what) {
        found_.push_back(tree_.node(index).revision.text() + " " + what);
    }

    const Tree& tree_;
    std::vector<std::string>& found_;
};

}   // namespace

std::vector<std::string> violations(const Tree& tree, bool honest) {
    std::vector<std::string> found;
    Looker look(tree, found);
    look.positions_count_up();
    look.siblings_stand_in_order();
    look.trees_stand_in_order();
    look.leaves_hold_something();
    look.winner_is_first_leaf();
    if (honest) look.revisions_stand_once();
    return found;
}

std::vector<std::string> stemming_violations(const Tree& before, const Tree& after,
                                             std::uint32_t limit) {
    std::vector<std::string> found;
    std::set<Revision> kept;
    for (const Tree::Node& node : after.nodes()) kept.insert(node.revision);
    std::set<Revision> wanted;   // The last `limit` revisions of each leaf's history.
    for (const Index leaf : before.leaves()) {
        std::vector<Index> past = before.history(leaf);
        past.resize(std::min<std::size_t>(past.size(), limit));
        for (const Index at : past) wanted.insert(before.node(at).revision);
    }
    for (const Revision& revision : wanted) {
        if (!kept.count(revision)) found.push_back(revision.text() + " was forgotten");
    }
    for (const Revision& revision : kept) {
        if (!wanted.count(revision)) found.push_back(revision.text() + " was kept");
    }
    const auto leaves_of = [](const Tree& tree) {
        std::vector<Revision> leaves;
        for (const Index leaf : tree.leaves()) leaves.push_back(tree.node(leaf).revision);
        return leaves;
    };
    if (leaves_of(before) != leaves_of(after)) found.push_back("stemming changed the leaves");
    return found;
}

}   // namespace glasshive::store
