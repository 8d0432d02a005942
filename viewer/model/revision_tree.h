#pragma once

#include <string>
#include <vector>

#include "viewer/model/store_log.h"

namespace glasshive::viewer {

/// A revision that some copy of a document holds.
struct TreeRevision {
    /// What it is to readers of all copies together.
    enum class Part : std::uint8_t { inner, winner, conflict, deleted_leaf };
    NameId revision;
    std::uint32_t generation = 0;   ///< The number before the dash.
    int parent = -1;                ///< Place in the list; -1: a root, or its parent is forgotten.
    Part part = Part::inner;
    bool deleted = false;
    bool body = false;            ///< At one copy at least.
    std::vector<NameId> held;     ///< Nodes whose copies hold it.
    std::vector<NameId> newest;   ///< Nodes whose copies know no edit of it: a leaf there.
    std::vector<NameId> shown;    ///< Nodes that show it to who asks them alone.
    EventId first{};              ///< When a copy held it first.
    Time since{};
    int row = 0;           ///< Where it is drawn; the winner's line is row 0.
    int column = 0;        ///< Likewise: generations that have something to show.
    bool folded = false;   ///< One of a long line of edits: it is not drawn.
};

/// The histories of a document's copies at one instant, laid over each other.
struct RevisionTree {
    NameId document, database;
    std::vector<TreeRevision> revisions;   ///< By generation.
    std::vector<NameId> nodes;             ///< That hold a copy, by name.
    int rows = 0, columns = 0;
    int conflicts = 0;
    bool differ = false;   ///< Not all copies have the same leaves.
    bool cut = false;      ///< Older generations are left out.
};

/// Lines of at most so many generations are drawn whole; of longer ones the ends and forks.
constexpr std::size_t tree_columns_whole = 10;
/// A drawing has no room for more.
constexpr std::size_t tree_revisions_max = 2'000;

/// What copies held of a document after `last`. Cost: what was said of it up to there.
RevisionTree revisions_of(const StoreLog& log, const Glass& glass, NameId document, EventId last);

/// "12-45cb": a revision in few letters.
std::string short_revision(std::string_view revision);

}   // namespace glasshive::viewer
