#pragma once

#include <cstdint>
#include <vector>

#include "raft/entry.h"
#include "raft/membership.h"

namespace glasshive::raft {

/// What must be on disk before anybody is told of it (Raft, figure 2, "persistent state"), and how
/// far the member knew the log to be committed.
struct HardState {
    Term term = 0;
    MemberId voted_for;   ///< In `term`; invalid: nobody.
    Index commit = 0;
    friend bool operator==(const HardState&, const HardState&) = default;
};

/// The state after the entries up to `at`, in place of them.
struct Snapshot {
    Position at;
    Membership membership;   ///< As of `at`.
    PayloadPtr state;        ///< The state machine's; null for a state that no entry has touched.
};

/// An order to the disk. Orders complete in the order they are given, each wholly or not at all.
struct Persist {
    std::uint64_t sequence = 0;       ///< From 1 in each life; named by the answer, Persisted.
    HardState hard;
    std::vector<Entry> entries;       ///< Replace all from the first one's index on.
    std::vector<Snapshot> snapshot;   ///< None or one.
    /// False: nobody waits for it. Only `hard.commit` changed, which may be lost (etcd raft,
    /// MustSync), or it is a snapshot of the member's own.
    bool sync = true;
};

/// What one member's disk holds: enough to restart it.
struct Saved {
    HardState hard;
    Snapshot snapshot;
    std::vector<Entry> entries;   ///< Without gaps, from just after the snapshot.

    /// What every first member, and everyone who joins later, starts from: the same voters at index
    /// 0.
    static Saved genesis(std::vector<MemberId> first_voters);

    Position last() const { return entries.empty() ? snapshot.at : entries.back().at; }
    /// Null when compacted or not there.
    const Entry* find(Index index) const;
    /// The membership after the entries up to `index`. Requires snapshot.at.index <= index <=
    /// last().index.
    Membership membership_at(Index index) const;
    /// Carries out a completed order.
    void write(const Persist& order);
};

/// What `docker swarm init --force-new-cluster` makes of a manager's disk: entries not known to be
/// committed are dropped, and committed ones appended that remove every other voter. The result
/// elects itself and asks nobody. Entries that the others committed and this disk has not heard of
/// are lost: that is the price, and why the others must never come back as they were.
/// Requires a survivor that was not removed, as far as its own disk knows.
/// Source: swarmkit manager/state/raft/storage.go, loadAndStart.
Saved force_new_cluster(Saved saved, MemberId survivor);

}   // namespace glasshive::raft
