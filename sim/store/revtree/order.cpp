#include "store/revtree/order.h"

#include <algorithm>
#include <iterator>

namespace glasshive::store::order {

Index subtree_end(Nodes nodes, Index index) {
    const std::uint32_t position = nodes[index].revision.position();
    Index end = index + 1;
    while (end < nodes.size() && !nodes[end].root && nodes[end].revision.position() > position) {
        ++end;
    }
    return end;
}

bool is_leaf(Nodes nodes, Index index) {
    const Index next = index + 1;
    return next == nodes.size() || nodes[next].root ||
           nodes[next].revision.position() <= nodes[index].revision.position();
}

std::optional<Index> parent(Nodes nodes, Index index) {
    if (nodes[index].root) return {};
    const std::uint32_t position = nodes[index].revision.position();
    Index at = index - 1;
    while (nodes[at].revision.position() >= position) --at;
    return at;
}

std::vector<Index> parents(Nodes nodes) {
    std::vector<Index> parents(nodes.size(), no_parent);
    std::vector<Index> above;   // The way from the root to the node before.
    for (Index i = 0; i < nodes.size(); ++i) {
        const std::uint32_t position = nodes[i].revision.position();
        if (nodes[i].root) above.clear();
        while (!above.empty() && nodes[above.back()].revision.position() >= position) {
            above.pop_back();
        }
        if (!above.empty()) parents[i] = above.back();
        above.push_back(i);
    }
    return parents;
}

bool wins_over(const Tree::Node& a, const Tree::Node& b) {
    const bool a_live = !a.content || !a.content->deleted;
    const bool b_live = !b.content || !b.content->deleted;
    return a_live != b_live ? a_live : a.revision > b.revision;
}

void sort_trees(std::vector<Tree::Node>& nodes) {
    struct Range {
        Index begin;
        Index end;
    };
    std::vector<Range> trees;
    for (Index i = 0; i < nodes.size(); ++i) {
        if (nodes[i].root) trees.push_back({i, i});
        trees.back().end = i + 1;
    }
    const auto before = [&](const Range& a, const Range& b) {
        return nodes[a.begin].revision < nodes[b.begin].revision;
    };
    if (std::is_sorted(trees.begin(), trees.end(), before)) return;
    std::stable_sort(trees.begin(), trees.end(), before);
    std::vector<Tree::Node> sorted;
    sorted.reserve(nodes.size());
    for (const Range& tree : trees) {
        std::move(nodes.begin() + tree.begin, nodes.begin() + tree.end, std::back_inserter(sorted));
    }
    nodes = std::move(sorted);
}

}   // namespace glasshive::store::order
