#pragma once

#include <cstdint>
#include <vector>

#include "store/revtree/tree.h"

namespace glasshive::store {

/// What one copy has of a document: the winner's path, oldest revision first, the newest with its
/// content. Empty: not found.
using OpenedPath = std::vector<Step>;

/// Counts equal replies to a read. Equal: the same list of revisions, or not found.
/// Source: fabric_doc_open.erl, handle_message/3, is_r_met/3, handle_response/1.
class ReadTally {
  public:
    /// r is at most the number of copies asked. Requires r >= 1.
    explicit ReadTally(std::uint32_t r) : needed_(r) {}
    void add(OpenedPath path);
    bool met() const;

    /// What is to be done with the replies so far.
    enum class Repair : std::uint8_t {
        none,     ///< All agree.
        behind,   ///< The others are ancestors of the answer: repair after answering.
        first,    ///< They disagree, or too few answered: repair, then answer.
    };
    Repair repair() const;
    /// The answer: what r copies said; else the best of all, live before deleted, then the greatest
    /// list of revisions. Empty: not found. Requires one or more replies.
    const OpenedPath& answer() const;
    /// Different documents that were found: what a repair writes to all copies.
    std::vector<const OpenedPath*> found() const;
    std::uint32_t replies() const { return replies_; }

  private:
    struct Group {
        OpenedPath path;
        std::uint32_t copies = 0;
    };
    const Group* quorum() const;

    std::uint32_t needed_;
    std::uint32_t replies_ = 0;
    std::vector<Group> groups_;   // In order of arrival; at most n.
};

}   // namespace glasshive::store
