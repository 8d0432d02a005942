#include "store/revtree/tree.h"

#include <algorithm>

#include "base/assert.h"
#include "store/revtree/order.h"

namespace glasshive::store {

static_assert(sizeof(Tree::Node) == 40);
static_assert(sizeof(Tree) == 48);

std::vector<Step> path_of(std::uint32_t position, std::span<const std::string_view> newest_first,
                          ContentPtr content) {
    SIM_ASSERT(!newest_first.empty());
    SIM_ASSERT(newest_first.size() - 1 <= position);
    std::vector<Step> path;
    path.reserve(newest_first.size());
    std::uint32_t at = position - static_cast<std::uint32_t>(newest_first.size() - 1);
    for (auto id = newest_first.rbegin(); id != newest_first.rend(); ++id, ++at) {
        path.push_back({Revision(at, *id), {}});
    }
    path.back().content = std::move(content);
    return path;
}

Tree::Tree(const Tree& other)
    : only_(other.only_),
      many_(other.many_ ? std::make_unique<Nodes>(*other.many_) : nullptr) {}

Tree& Tree::operator=(Tree other) noexcept {
    std::swap(only_, other.only_);
    std::swap(many_, other.many_);
    return *this;
}

std::span<const Tree::Node> Tree::nodes() const {
    if (many_) return *many_;
    return {&only_, only_.root ? 1U : 0U};
}

Tree::Nodes Tree::take() {
    Nodes nodes;
    if (many_) {
        nodes = std::move(*many_);
        many_.reset();
    } else if (only_.root) {
        nodes.push_back(std::move(only_));
    }
    only_ = {};
    return nodes;
}

void Tree::put(Nodes nodes) {
    SIM_ASSERT(!many_ && !only_.root);
    if (nodes.size() == 1) {
        only_ = std::move(nodes[0]);
    } else if (!nodes.empty()) {
        many_ = std::make_unique<Nodes>(std::move(nodes));
    }
}

namespace {

using Nodes = std::vector<Tree::Node>;

/// Where a path and the forest meet: the revision, and where it stands in the path.
struct Meeting {
    Tree::Index node;
    std::size_t step;
};

/// In the first tree that has a common revision where the later of the two beginnings is
/// (couch_key_tree:merge_at).
std::optional<Meeting> meeting_of(const Nodes& nodes, Path path) {
    const std::uint32_t start = path[0].revision.position();
    std::uint32_t tree_start = 0;
    for (Tree::Index i = 0; i < nodes.size(); ++i) {
        const Revision& revision = nodes[i].revision;
        if (nodes[i].root) tree_start = revision.position();
        if (tree_start <= start) {
            if (revision == path[0].revision) return Meeting{i, 0};
        } else if (nodes[i].root && tree_start - start < path.size()) {
            if (revision == path[tree_start - start].revision) {
                return Meeting{i, tree_start - start};
            }
        }
    }
    return {};
}

void insert_chain(Nodes& nodes, Tree::Index before, Path chain, bool root) {
    if (before == nodes.size() && chain.size() == 1) {   // Most edits.
        nodes.push_back({chain[0].revision, chain[0].content, root});
        return;
    }
    Nodes added;
    added.reserve(chain.size());
    for (const Step& step : chain) added.push_back({step.revision, step.content, false});
    added.front().root = root;
    nodes.insert(nodes.begin() + before, std::make_move_iterator(added.begin()),
                 std::make_move_iterator(added.end()));
}

/// A known revision whose content was lost takes it from the path (couch_key_tree:value_pref).
bool fill(Tree::Node& node, const Step& step) {
    if (node.content || !step.content) return false;
    node.content = step.content;
    return true;
}

/// Follows the path down from where they met; what is new goes in where order wants it
/// (couch_key_tree:merge_extend).
Merged extend(Nodes& nodes, Tree::Index at, Path path) {
    Merged merged;
    merged.changed = fill(nodes[at], path[0]);
    for (std::size_t step = 1; step < path.size(); ++step) {
        const Revision& wanted = path[step].revision;
        const bool was_leaf = order::is_leaf(nodes, at);
        const Tree::Index end = order::subtree_end(nodes, at);
        Tree::Index child = at + 1;
        while (child < end && nodes[child].revision < wanted) {
            child = order::subtree_end(nodes, child);
        }
        if (child == end || nodes[child].revision != wanted) {
            insert_chain(nodes, child, path.subspan(step), false);
            return {was_leaf ? MergeResult::new_leaf : MergeResult::new_branch, true};
        }
        at = child;
        merged.changed |= fill(nodes[at], path[step]);
    }
    return merged;
}

Tree::Index place_of_root(const Nodes& nodes, const Revision& root) {
    Tree::Index at = 0;
    while (at < nodes.size() && !(nodes[at].root && nodes[at].revision > root)) ++at;
    return at;
}

/// Whether some revision stands in two places: a path joined two trees.
bool stands_twice(const Nodes& nodes, Path path) {
    std::size_t found = 0;
    for (const Tree::Node& node : nodes) {
        const std::uint32_t position = node.revision.position();
        const std::uint32_t start = path[0].revision.position();
        if (position < start || position - start >= path.size()) continue;
        found += node.revision == path[position - start].revision ? 1 : 0;
    }
    return found > path.size();
}

/// Whether a tree's root stands elsewhere, too: only among ids that clients made up, where two
/// revisions that parents told apart have lost these.
bool root_stands_twice(const Nodes& nodes) {
    for (const Tree::Node& root : nodes) {
        if (!root.root) continue;
        const auto same = [&](const Tree::Node& node) { return node.revision == root.revision; };
        if (std::count_if(nodes.begin(), nodes.end(), same) > 1) return true;
    }
    return false;
}

}   // namespace

Merged Tree::merge(Path path) {
    SIM_ASSERT(!path.empty());
    SIM_ASSERT(path.back().revision.position() ==
               path.front().revision.position() + path.size() - 1);
    if (empty() && path.size() == 1) {   // Most documents begin so.
        only_ = {path[0].revision, path[0].content, true};
        return {MergeResult::new_leaf, true};
    }
    Nodes nodes = take();
    Merged merged{MergeResult::new_branch, true};
    bool joined = false;
    if (const auto meeting = meeting_of(nodes, path)) {
        const auto [node, step] = *meeting;
        merged = extend(nodes, node, path.subspan(step));
        if (step > 0) {   // The path knows more of the tree's past.
            nodes[node].root = false;
            insert_chain(nodes, node, path.subspan(0, step), true);
            order::sort_trees(nodes);
            merged.changed = true;
        }
        joined = merged.changed && stands_twice(nodes, path);
    } else {
        if (nodes.empty()) merged.result = MergeResult::new_leaf;
        insert_chain(nodes, place_of_root(nodes, path[0].revision), path, true);
    }
    put(std::move(nodes));
    if (joined) repair();
    return merged;
}

void Tree::merge(const Tree& other) {
    for (const std::vector<Step>& path : other.paths()) merge(path);
}

/// The way from its root to each leaf, by where they begin (couch_key_tree:repair_tree).
std::vector<std::vector<Step>> Tree::paths() const {
    std::vector<std::vector<Step>> paths;
    for (Index i = 0; i < nodes().size(); ++i) {
        if (!is_leaf(i)) continue;
        std::vector<Step> path;
        for (const Index at : history(i)) path.push_back({node(at).revision, node(at).content});
        std::reverse(path.begin(), path.end());
        paths.push_back(std::move(path));
    }
    std::stable_sort(paths.begin(), paths.end(), [](const auto& a, const auto& b) {
        return a.front().revision.position() < b.front().revision.position();
    });
    return paths;
}

/// Trees that a path joined become one: all paths are laid down anew, those that go back furthest
/// first. CouchDB does it when it stems (couch_key_tree:stem, dupe_keys).
void Tree::repair() {
    Nodes laid;
    for (const std::vector<Step>& path : paths()) {
        if (const auto meeting = meeting_of(laid, path)) {
            extend(laid, meeting->node, Path(path).subspan(meeting->step));
        } else {
            insert_chain(laid, place_of_root(laid, path[0].revision), path, true);
        }
    }
    take();
    put(std::move(laid));
}

bool Tree::stem(std::uint32_t limit) {
    SIM_ASSERT(limit >= 1);
    const std::span<const Node> all = nodes();
    if (all.size() <= limit) return false;
    // How far the nearest leaf is, children before parents.
    std::vector<std::uint32_t> distance(all.size(), UINT32_MAX);
    const std::vector<Index> parents = order::parents(all);
    bool cut = false;
    for (auto i = static_cast<Index>(all.size()); i-- > 0;) {
        if (order::is_leaf(all, i)) distance[i] = 0;
        cut |= distance[i] >= limit;
        const Index above = parents[i];
        if (above != order::no_parent) distance[above] = std::min(distance[above], distance[i] + 1);
    }
    if (!cut) return false;
    // What lost its parent begins a tree of its own. Nodes stay in order within their tree.
    Nodes nodes = take();
    std::vector<Nodes> trees;
    std::vector<std::size_t> tree_of(nodes.size());
    for (Index i = 0; i < nodes.size(); ++i) {
        if (distance[i] >= limit) continue;
        const Index above = parents[i];
        nodes[i].root = nodes[i].root || distance[above] >= limit;
        tree_of[i] = nodes[i].root ? trees.size() : tree_of[above];
        if (nodes[i].root) trees.emplace_back();
        trees[tree_of[i]].push_back(std::move(nodes[i]));
    }
    Nodes kept;
    for (Nodes& tree : trees) std::move(tree.begin(), tree.end(), std::back_inserter(kept));
    order::sort_trees(kept);
    const bool twins = root_stands_twice(kept);
    put(std::move(kept));
    if (twins) repair();
    return true;
}

std::vector<Revision> Tree::remove_leaves(std::span<const Revision> revisions) {
    std::vector<Revision> removed;
    Nodes nodes = take();
    std::vector<bool> keep(nodes.size(), false);
    const std::vector<Index> parents = order::parents(nodes);
    for (auto i = static_cast<Index>(nodes.size()); i-- > 0;) {
        if (order::is_leaf(nodes, i)) {
            const Revision& leaf = nodes[i].revision;
            keep[i] = std::find(revisions.begin(), revisions.end(), leaf) == revisions.end();
            if (!keep[i]) removed.push_back(leaf);
        }
        if (parents[i] != order::no_parent && keep[i]) keep[parents[i]] = true;
    }
    Nodes kept;
    for (Index i = 0; i < nodes.size(); ++i) {
        if (keep[i]) kept.push_back(std::move(nodes[i]));
    }
    put(std::move(kept));
    std::reverse(removed.begin(), removed.end());
    return removed;
}

bool Tree::drop_inner_content() {
    if (!many_) return false;
    bool dropped = false;
    for (Index i = 0; i < many_->size(); ++i) {
        Node& node = (*many_)[i];
        if (!node.content || is_leaf(i)) continue;
        node.content = {};
        dropped = true;
    }
    return dropped;
}

}   // namespace glasshive::store
