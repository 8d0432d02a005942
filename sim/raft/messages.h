#pragma once

#include <variant>
#include <vector>

#include "raft/saved.h"

/// What members say to one another. Raft's four calls (figures 2 and 13 of the paper, the thesis'
/// TimeoutNow) and the heartbeat of its own that etcd/raft has; etcd raft.proto lists the same.
namespace glasshive::raft {

struct RequestVote {
    Position last;            ///< The candidate's last entry.
    bool transfer = false;    ///< The leader asked for this election: no lease holds it up.
};
struct VoteReply {
    bool granted = false;
};
struct AppendEntries {
    Position previous;        ///< The entry before `entries`; the receiver must have it.
    std::vector<Entry> entries;
    Index commit = 0;         ///< The leader's.
};
/// Answers appends, snapshots, and leaders of the past.
struct AppendReply {
    bool accepted = false;
    Index index = 0;          ///< Accepted: on disk up to here. Else: `previous.index` refused.
    Position hint;            ///< Refused: the logs may agree up to here at most.
};
struct Heartbeat {
    Index commit = 0;         ///< Not beyond what the receiver is known to have.
};
struct HeartbeatReply {};
struct InstallSnapshot {
    Snapshot snapshot;
};
/// Stand for election now; the leader's farewell.
struct TimeoutNow {};
/// "You were removed": the answer to whatever a removed member says (swarmkit, ErrMemberRemoved).
struct RemovedNotice {};

struct Message {
    MemberId from;
    MemberId to;
    Term term = 0;            ///< The sender's when it spoke.
    std::variant<RequestVote, VoteReply, AppendEntries, AppendReply, Heartbeat, HeartbeatReply,
                 InstallSnapshot, TimeoutNow, RemovedNotice> body;
};

/// On the wire, headers of the transport not counted.
Bytes size_of(const Message& message);

}   // namespace glasshive::raft
