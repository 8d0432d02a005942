#include "viewer/model/revision_tree.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

using Is = CopyEdit::Is;
using Part = TreeRevision::Part;

std::uint32_t generation_of(std::string_view revision) {
    std::uint32_t number = 0;
    std::from_chars(revision.data(), revision.data() + revision.size(), number);
    return number;
}

/// What an id sorts by: 32 hex digits are 16 bytes, any other text is what it is.
std::string bytes_of(std::string_view revision) {
    const std::size_t dash = revision.find('-');
    const std::string_view id = dash == std::string_view::npos ? "" : revision.substr(dash + 1);
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    std::string bytes;
    for (std::size_t i = 0; id.size() == 32 && i < 32; i += 2) {
        const int high = digit(id[i]), low = digit(id[i + 1]);
        if (high < 0 || low < 0) return std::string(id);
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes.empty() ? std::string(id) : bytes;
}

/// What one copy holds.
struct Held {
    NameId parent;
    Is is = Is::live;
};
using Copy = std::map<NameId, Held>;   // By revision.

struct Folded {
    std::map<NameId, Copy> copies;                      // By node.
    std::map<NameId, std::pair<EventId, Time>> first;   // By revision.
    NameId database;
};

Folded fold(const StoreLog& log, NameId document, EventId last) {
    Folded folded;
    for (const std::uint32_t place : log.of_document(document)) {
        const CopyEdit& edit = log.edits()[place];
        if (edit.event > last) break;
        folded.database = edit.database;
        Copy& copy = folded.copies[edit.node];
        if (!edit.revision.valid()) {
            folded.copies.erase(edit.node);
        } else if (edit.is == Is::forgotten) {
            copy.erase(edit.revision);
        } else {
            copy[edit.revision] = {edit.parent, edit.is};
            folded.first.try_emplace(edit.revision, edit.event, edit.time);
        }
    }
    return folded;
}

/// Who wins: live before deleted, then the longer history, then the greater id.
/// Source: couch_doc:to_doc_info_path/1.
struct Order {
    const Glass& glass;
    bool operator()(const TreeRevision& a, const TreeRevision& b) const {
        if (a.deleted != b.deleted) return b.deleted;
        if (a.generation != b.generation) return a.generation > b.generation;
        return bytes_of(glass.text(a.revision)) > bytes_of(glass.text(b.revision));
    }
};

/// Parents stand one generation before: a stranger's recording may say otherwise.
void join(RevisionTree& tree, const Folded& folded) {
    std::map<NameId, int> place;
    for (std::size_t i = 0; i < tree.revisions.size(); ++i)
        place[tree.revisions[i].revision] = static_cast<int>(i);
    for (const auto& [node, copy] : folded.copies) {
        for (const auto& [revision, held] : copy) {
            const auto self = place.find(revision), parent = place.find(held.parent);
            if (self == place.end() || parent == place.end()) continue;
            TreeRevision& one = tree.revisions[static_cast<std::size_t>(self->second)];
            const auto& above = tree.revisions[static_cast<std::size_t>(parent->second)];
            if (above.generation + 1 == one.generation) one.parent = parent->second;
        }
    }
}

/// What each copy knows no edit of, and which of them it shows.
void find_leaves(RevisionTree& tree, const Folded& folded, const Order& better) {
    std::map<NameId, std::size_t> place;
    for (std::size_t i = 0; i < tree.revisions.size(); ++i) place[tree.revisions[i].revision] = i;
    std::set<std::vector<NameId>> kinds;
    for (const NameId node : tree.nodes) {
        const Copy& copy = folded.copies.at(node);
        std::set<NameId> parents;
        for (const auto& [revision, held] : copy) parents.insert(held.parent);
        std::vector<NameId> leaves;
        TreeRevision* best = nullptr;
        for (const auto& [revision, held] : copy) {
            if (parents.count(revision) > 0) continue;
            leaves.push_back(revision);
            const auto at = place.find(revision);
            if (at == place.end()) continue;
            TreeRevision& leaf = tree.revisions[at->second];
            leaf.newest.push_back(node);
            if (best == nullptr || better(leaf, *best)) best = &leaf;
        }
        if (best != nullptr) best->shown.push_back(node);
        kinds.insert(leaves);
    }
    tree.differ = kinds.size() > 1;
}

/// Branches get rows: the winner's line the first one, then the best of the other leaves.
void arrange(RevisionTree& tree, const Order& better) {
    auto& all = tree.revisions;
    std::vector<bool> has_child(all.size(), false);
    for (const TreeRevision& one : all) {
        if (one.parent >= 0) has_child[static_cast<std::size_t>(one.parent)] = true;
    }
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!has_child[i]) leaves.push_back(i);
        all[i].row = -1;
    }
    std::sort(leaves.begin(), leaves.end(),
              [&](std::size_t a, std::size_t b) { return better(all[a], all[b]); });
    for (const std::size_t leaf : leaves) {
        all[leaf].part = tree.rows == 0      ? Part::winner
                         : all[leaf].deleted ? Part::deleted_leaf
                                             : Part::conflict;
        if (all[leaf].part == Part::conflict) ++tree.conflicts;
        for (int at = static_cast<int>(leaf); at >= 0;) {
            TreeRevision& one = all[static_cast<std::size_t>(at)];
            if (one.row >= 0) break;   // Another branch's line.
            one.row = tree.rows;
            at = one.parent;
        }
        ++tree.rows;
    }
}

/// Gives generations columns. Of a long line only its ends, forks, and what copies stand at.
void fold_lines(RevisionTree& tree) {
    auto& all = tree.revisions;
    std::map<std::uint32_t, int> columns;
    for (const TreeRevision& one : all) columns[one.generation] = 0;
    if (columns.size() > tree_columns_whole) {
        std::vector<int> children(all.size(), 0);
        for (const TreeRevision& one : all) {
            if (one.parent >= 0) ++children[static_cast<std::size_t>(one.parent)];
        }
        columns.clear();
        for (std::size_t i = 0; i < all.size(); ++i) {
            TreeRevision& one = all[i];
            const bool fork = one.parent >= 0 && children[static_cast<std::size_t>(one.parent)] > 1;
            one.folded = one.parent >= 0 && children[i] == 1 && one.newest.empty() && !fork;
        }
        for (std::size_t i = 0; i < all.size(); ++i) {   // What led to a leaf is shown.
            if (children[i] == 0 && all[i].parent >= 0)
                all[static_cast<std::size_t>(all[i].parent)].folded = false;
        }
        for (const TreeRevision& one : all) {
            if (!one.folded) columns[one.generation] = 0;
        }
    }
    for (auto& [generation, column] : columns) column = tree.columns++;
    for (TreeRevision& one : all) {
        if (!one.folded) one.column = columns[one.generation];
    }
}

}   // namespace

RevisionTree revisions_of(const StoreLog& log, const Glass& glass, NameId document, EventId last) {
    const Folded folded = fold(log, document, last);
    RevisionTree tree{.document = document, .database = folded.database};
    std::map<NameId, TreeRevision> found;
    for (const auto& [node, copy] : folded.copies) {
        if (copy.empty()) continue;
        tree.nodes.push_back(node);
    }
    std::sort(tree.nodes.begin(), tree.nodes.end(),
              [&](NameId a, NameId b) { return natural_less(glass.text(a), glass.text(b)); });
    for (const NameId node : tree.nodes) {
        for (const auto& [revision, held] : folded.copies.at(node)) {
            TreeRevision& one = found[revision];
            one.revision = revision;
            one.generation = generation_of(glass.text(revision));
            one.deleted |= held.is == Is::deleted;
            one.body |= held.is != Is::missing;
            one.held.push_back(node);
            std::tie(one.first, one.since) = folded.first.at(revision);
        }
    }
    for (auto& [revision, one] : found) tree.revisions.push_back(std::move(one));
    const Order better{glass};
    std::sort(tree.revisions.begin(), tree.revisions.end(), [&](const auto& a, const auto& b) {
        return a.generation != b.generation ? a.generation > b.generation : better(a, b);
    });
    tree.cut = tree.revisions.size() > tree_revisions_max;
    if (tree.cut) tree.revisions.resize(tree_revisions_max);
    std::reverse(tree.revisions.begin(), tree.revisions.end());
    join(tree, folded);
    find_leaves(tree, folded, better);
    arrange(tree, better);
    fold_lines(tree);
    return tree;
}

std::string short_revision(std::string_view revision) {
    const std::size_t dash = std::min(revision.find('-'), revision.size());
    const std::size_t end = std::min(revision.size(), dash + 5);
    return std::string(revision.substr(0, std::min<std::size_t>(end, 16)));
}

}   // namespace glasshive::viewer
