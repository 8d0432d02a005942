#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "raft/saved.h"

namespace glasshive::raft {

/// A member's log in memory:
///
///       compacted        kept for slow followers
///     1 ... first-1 | first ... snapshot.at | ... commit | ... last
///
/// Entries up to the snapshot may be kept so that a follower a little behind needs no snapshot.
class Log {
  public:
    /// Starts where the disk left off.
    explicit Log(const Saved& saved);

    /// The first entry still here; last().index + 1 when there is none.
    Index first() const { return base_.index + 1; }
    Position last() const { return entries_.empty() ? base_ : entries_.back().at; }
    const Snapshot& snapshot() const { return snapshot_; }
    const Entry& entry(Index index) const;
    /// Empty when compacted away or beyond the end. Index 0 has term 0.
    std::optional<Term> term_at(Index index) const;
    bool has(Position at) const { return term_at(at.index) == at.term; }
    /// From `from` on, at least one entry if there is one, and as many as fit into `room`.
    std::vector<Entry> slice(Index from, Bytes room) const;
    /// Entries from..to, both included.
    std::vector<Entry> range(Index from, Index to) const;

    void append(Entry entry);
    /// Drops the entries from `from` on. Requires from >= first().
    void truncate(Index from);
    /// The greatest index <= `hint` whose term is <= `term`: where logs that disagree may agree
    /// again (etcd raft log.go, findConflictByTerm). Term 0 when that is compacted away.
    Position conflict(Index hint, Term term) const;
    /// A snapshot of our own: entries before `keep_from` are forgotten.
    void compact(Snapshot snapshot, Index keep_from);
    /// Somebody else's snapshot, in place of everything.
    void restore(Snapshot snapshot);

  private:
    Snapshot snapshot_;
    Position base_;              // The entry before the first one kept.
    std::deque<Entry> entries_;
};

}   // namespace glasshive::raft
