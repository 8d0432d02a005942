#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "store/revtree/content.h"
#include "store/revtree/revision.h"

namespace glasshive::store {

/// One revision of a path, and what it held if that is known.
struct Step {
    Revision revision;
    ContentPtr content;
};

/// A history, the oldest revision first; positions count up by one. Not empty.
using Path = std::span<const Step>;

/// The path that `_revisions` describes (newest id first); only its newest revision has content.
/// Requires ids and position >= ids.size() - 1.
std::vector<Step> path_of(std::uint32_t position, std::span<const std::string_view> newest_first,
                          ContentPtr content);

enum class MergeResult : std::uint8_t {
    new_leaf,        ///< It went on from a leaf, or is the first path of all.
    new_branch,      ///< It parted from an inner revision, or is a tree of its own: a conflict.
    internal_node,   ///< All of it was known.
};
struct Merged {
    MergeResult result = MergeResult::internal_node;
    bool changed = false;   ///< An internal_node changes the tree when it brings lost content back.
};

/// Why one leaf wins over all others.
enum class WinReason : std::uint8_t {
    only_leaf,
    live_beats_deleted,
    longer_history,   ///< Same kind, greater position.
    greater_id,       ///< Same position: the bytes of the id decide, no clock does.
};

/// A document's edit histories: trees, several after stemming cut their common past away.
///
///       1-a --- 2-b --- 3-c         leaves 3-c and 3-d are in conflict
///                 \---- 3-d
///
/// The nodes stand in depth-first order, trees by their root, siblings by their id, so equal
/// histories are equal lists. A node's parent is the nearest one before it with a position one
/// less; roots are marked. Histories meet in any order and any number of times with the same
/// result, if each revision has one parent; ids that clients made up may break that, and then it is
/// CouchDB's result for this order.
///
/// Source: couch_key_tree.erl; couch_doc:to_doc_info_path/1 for the winner.
/// Memory: 48 bytes; from two revisions on another 24 and 40 for each. Cost: O(nodes) per
/// operation.
class Tree {
  public:
    struct Node {
        Revision revision;
        ContentPtr content;
        bool root = false;
    };
    using Index = std::uint32_t;   ///< In nodes(), until the tree changes.

    Tree() = default;
    Tree(const Tree& other);
    Tree(Tree&& other) noexcept   ///< Leaves an empty one.
        : only_(std::exchange(other.only_, {})),
          many_(std::move(other.many_)) {}
    Tree& operator=(Tree other) noexcept;
    ~Tree() = default;

    bool empty() const { return nodes().empty(); }
    std::span<const Node> nodes() const;
    const Node& node(Index index) const { return nodes()[index]; }

    // --- Changing --------------------------------------------------------------------------------
    Merged merge(Path path);
    /// All histories of the other tree.
    void merge(const Tree& other);
    /// Forgets what lies `limit` or more revisions behind every leaf. Requires limit >= 1.
    /// True when something was forgotten.
    bool stem(std::uint32_t limit);
    /// Purge: forgets these leaves and the revisions that led to no other leaf. Returns those that
    /// were leaves; all others are left alone.
    std::vector<Revision> remove_leaves(std::span<const Revision> revisions);
    /// Compaction: forgets what inner revisions held. True when something was forgotten.
    bool drop_inner_content();

    // --- Looking ---------------------------------------------------------------------------------
    bool is_leaf(Index index) const;
    std::optional<Index> find(const Revision& revision) const;
    std::optional<Index> parent(Index index) const;
    /// The winner first: live before deleted, then greater position, then greater id.
    std::vector<Index> leaves() const;
    /// Requires a tree that is not empty.
    Index winner() const;
    WinReason win_reason() const;
    /// All leaves are deleted.
    bool deleted() const;
    /// Live leaves beside the winner (`_conflicts`), or deleted ones (`_deleted_conflicts`).
    std::vector<Index> conflicts(bool deleted) const;
    /// From this revision back to what is still known of its past, newest first: `_revisions`, and
    /// with what each node holds, `_revs_info`.
    std::vector<Index> history(Index index) const;
    /// Leaves that come from these revisions, a revision that is a leaf itself included (`latest`).
    std::vector<Index> leaves_from(std::span<const Revision> revisions) const;
    /// Those of `wanted` that nobody here has heard of (_revs_diff), in their order.
    std::vector<Revision> missing(std::span<const Revision> wanted) const;
    /// Leaves older than the newest missing revision, which may descend from them; winner first.
    std::vector<Index> possible_ancestors(std::span<const Revision> missing) const;

    /// Same revisions in the same places holding the same.
    friend bool operator==(const Tree& a, const Tree& b);

  private:
    using Nodes = std::vector<Node>;
    struct Place {
        Index node;         // The revision where the two meet.
        std::size_t step;   // And where it stands in the path.
    };

    Nodes take();
    void put(Nodes nodes);
    void repair();
    std::vector<std::vector<Step>> paths() const;

    // One node needs no allocation.
    Node only_;   // Empty tree: no root.
    std::unique_ptr<Nodes> many_;
};

/// Finds many revisions of one tree, each as Tree::find does. Cost: O(nodes log nodes) once, then
/// O(log nodes). The tree outlives it, unchanged.
class TreeFinder {
  public:
    /// `questions`: how many will be asked, about; few are answered without preparation.
    TreeFinder(const Tree& tree, std::size_t questions);
    std::optional<Tree::Index> find(const Revision& revision) const;

  private:
    const Tree& tree_;
    std::vector<Tree::Index> sorted_;   // By revision; empty: not worth it.
};

/// What `_revs_info` says of a revision: "available", "missing" or "deleted".
std::string_view status_of(const Tree::Node& node);

}   // namespace glasshive::store
