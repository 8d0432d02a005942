#pragma once

#include <deque>

#include "raft/entry.h"

namespace glasshive::raft {

/// The one history that all members of a cluster share: each entry once, when the first member
/// applies it. Whoever applies it later must have the very same entry (state machine safety), so a
/// state that is a function of the log need be computed only once for all members.
class CommittedLog {
  public:
    enum class Verdict : std::uint8_t {
        first,     ///< Nobody applied it before.
        known,     ///< The same entry again, by another member or after a restart.
        differs,   ///< Another entry was applied there: consensus is broken.
        gap,       ///< An entry before it was never seen: broken as well.
    };
    /// Requires an entry that was not forgotten.
    Verdict record(const Entry& entry);
    Index last() const { return forgotten_ + entries_.size(); }
    /// Null when forgotten or not seen yet.
    const Entry* find(Index index) const;
    /// Entries up to `index` are in everybody's snapshot.
    void forget_up_to(Index index);
    /// Drops what follows `index`: a new cluster was forced there.
    void cut_after(Index index);

  private:
    Index forgotten_ = 0;
    std::deque<Entry> entries_;
};

}   // namespace glasshive::raft
