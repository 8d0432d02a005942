#include <algorithm>
#include <numeric>

#include "base/assert.h"
#include "store/revtree/order.h"
#include "store/revtree/tree.h"

namespace glasshive::store {

bool Tree::is_leaf(Index index) const { return order::is_leaf(nodes(), index); }

std::optional<Tree::Index> Tree::parent(Index index) const { return order::parent(nodes(), index); }

std::optional<Tree::Index> Tree::find(const Revision& revision) const {
    const std::span<const Node> all = nodes();
    for (Index i = 0; i < all.size(); ++i) {
        if (all[i].revision == revision) return i;
    }
    return {};
}

std::vector<Tree::Index> Tree::leaves() const {
    const std::span<const Node> all = nodes();
    std::vector<Index> leaves;
    for (Index i = 0; i < all.size(); ++i) {
        if (order::is_leaf(all, i)) leaves.push_back(i);
    }
    std::sort(leaves.begin(), leaves.end(),
              [all](Index a, Index b) { return order::wins_over(all[a], all[b]); });
    return leaves;
}

Tree::Index Tree::winner() const {
    SIM_ASSERT(!empty());
    const std::span<const Node> all = nodes();
    std::optional<Index> best;
    for (Index i = 0; i < all.size(); ++i) {
        if (order::is_leaf(all, i) && (!best || order::wins_over(all[i], all[*best]))) best = i;
    }
    return *best;
}

WinReason Tree::win_reason() const {
    const std::vector<Index> order = leaves();
    SIM_ASSERT(!order.empty());
    if (order.size() == 1) return WinReason::only_leaf;
    const Node& first = node(order[0]);
    const Node& second = node(order[1]);
    const auto deleted = [](const Node& leaf) { return leaf.content && leaf.content->deleted; };
    if (deleted(first) != deleted(second)) return WinReason::live_beats_deleted;
    if (first.revision.position() != second.revision.position()) return WinReason::longer_history;
    return WinReason::greater_id;
}

bool Tree::deleted() const {
    if (empty()) return false;
    const Node& best = node(winner());   // Live beats deleted.
    return best.content && best.content->deleted;
}

std::vector<Tree::Index> Tree::conflicts(bool deleted) const {
    std::vector<Index> others = leaves();
    if (!others.empty()) others.erase(others.begin());
    std::erase_if(others, [&](Index leaf) {
        return (node(leaf).content && node(leaf).content->deleted) != deleted;
    });
    return others;
}

std::vector<Tree::Index> Tree::history(Index index) const {
    std::vector<Index> history;
    for (std::optional<Index> at = index; at; at = parent(*at)) history.push_back(*at);
    return history;
}

std::vector<Tree::Index> Tree::leaves_from(std::span<const Revision> revisions) const {
    std::vector<Index> found = leaves();
    std::erase_if(found, [&](Index leaf) {
        const std::vector<Index> past = history(leaf);
        return std::none_of(past.begin(), past.end(), [&](Index at) {
            const Revision& known = node(at).revision;
            return std::find(revisions.begin(), revisions.end(), known) != revisions.end();
        });
    });
    return found;
}

std::vector<Revision> Tree::missing(std::span<const Revision> wanted) const {
    std::vector<Revision> missing;
    const TreeFinder known(*this, wanted.size());
    for (const Revision& revision : wanted) {
        if (!known.find(revision)) missing.push_back(revision);
    }
    return missing;
}

TreeFinder::TreeFinder(const Tree& tree, std::size_t questions) : tree_(tree) {
    constexpr std::size_t few = 8;
    if (questions < few || tree.nodes().size() < few) return;
    sorted_.resize(tree.nodes().size());
    std::iota(sorted_.begin(), sorted_.end(), Tree::Index{0});
    std::sort(sorted_.begin(), sorted_.end(), [nodes = tree.nodes()](auto a, auto b) {
        const auto order = nodes[a].revision <=> nodes[b].revision;
        return order != 0 ? order < 0 : a < b;
    });
}

std::optional<Tree::Index> TreeFinder::find(const Revision& revision) const {
    if (sorted_.empty()) return tree_.find(revision);
    const std::span<const Tree::Node> nodes = tree_.nodes();
    const auto at = std::lower_bound(
        sorted_.begin(), sorted_.end(), revision,
        [nodes](Tree::Index index, const Revision& r) { return nodes[index].revision < r; });
    if (at == sorted_.end() || nodes[*at].revision != revision) return {};
    return *at;
}

std::vector<Tree::Index> Tree::possible_ancestors(std::span<const Revision> missing) const {
    std::uint32_t newest = 0;
    for (const Revision& revision : missing) newest = std::max(newest, revision.position());
    std::vector<Index> ancestors = leaves();
    std::erase_if(ancestors, [&](Index leaf) { return node(leaf).revision.position() >= newest; });
    return ancestors;
}

bool operator==(const Tree& a, const Tree& b) {
    return std::equal(a.nodes().begin(), a.nodes().end(), b.nodes().begin(), b.nodes().end(),
                      [](const Tree::Node& x, const Tree::Node& y) {
                          return x.root == y.root && x.revision == y.revision &&
                                 x.content == y.content;
                      });
}

std::string_view status_of(const Tree::Node& node) {
    if (!node.content) return "missing";
    return node.content->deleted ? "deleted" : "available";
}

}   // namespace glasshive::store
