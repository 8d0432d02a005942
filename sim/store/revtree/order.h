#pragma once

#include <span>
#include <vector>

#include "store/revtree/tree.h"

/// Where nodes stand in a Tree's depth-first list. For the files of this module.
namespace glasshive::store::order {

using Nodes = std::span<const Tree::Node>;
using Index = Tree::Index;

/// Behind the last descendant of `index`.
Index subtree_end(Nodes nodes, Index index);
bool is_leaf(Nodes nodes, Index index);
std::optional<Index> parent(Nodes nodes, Index index);
/// Of all nodes, in one pass; `no_parent` of a root.
std::vector<Index> parents(Nodes nodes);
inline constexpr Index no_parent = UINT32_MAX;
/// Live before deleted, then the greater revision; a leaf whose content is missing counts as live.
bool wins_over(const Tree::Node& a, const Tree::Node& b);
/// Puts the trees in order of their roots; a tree is a root and what follows up to the next root.
void sort_trees(std::vector<Tree::Node>& nodes);

}   // namespace glasshive::store::order
