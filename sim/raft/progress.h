#pragma once

#include <cstddef>
#include <deque>

#include "raft/entry.h"

namespace glasshive::raft {

/// What a leader believes about one member's log, and how fast it may send.
///
///            accepted                rejected, or an append was lost
///     probe ----------> replicate ----------------------------------> probe
///       |                   |
///       +-------------------+--- next entry is compacted ---> snapshot ---> probe
///
/// Source: etcd raft tracker/progress.go.
struct Progress {
    enum class State : std::uint8_t {
        probe,       ///< Unsure where the logs agree: one append at a time, a beat apart.
        replicate,   ///< Sure: appends follow one another without waiting, `inflight` at most.
        snapshot,    ///< Waits for `pending_snapshot` to arrive; no appends.
    };

    State state = State::probe;
    Index match = 0;              ///< The member has everything up to here, on disk.
    Index next = 1;               ///< The next entry to send. match < next.
    Index pending_snapshot = 0;   ///< In snapshot.
    bool recent = false;          ///< Heard of since the leader last counted its quorum.
    bool probe_sent = false;      ///< In probe: wait for an answer to the last append.
    std::deque<Index> inflight;   ///< In replicate: last entries of unanswered appends, ascending.

    void become_probe();
    void become_replicate();
    void become_snapshot(Index at);
    bool paused(std::size_t inflight_max) const;
    /// An append that ends at `last` left (nothing new: last < next).
    void sent(Index last);
    /// The member has everything up to `index`. False when that was known.
    bool accepted(Index index);
    /// The member refused an append after `previous`; try after `retry`. False for an old answer.
    bool rejected(Index previous, Index retry);
};

}   // namespace glasshive::raft
