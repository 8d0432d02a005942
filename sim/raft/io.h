#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "raft/messages.h"

/// All that goes into a member and all that comes out of it.
namespace glasshive::raft {

// --- Inputs --------------------------------------------------------------------------------------

/// A tick of the clock has passed (swarmkit: 1 s).
struct Tick {};
/// Append this, if leader. `request` comes back in Accepted or Refused.
struct Propose {
    std::uint64_t request = 0;
    PayloadPtr payload;
};
/// Add or remove one voter, if leader.
struct ProposeChange {
    std::uint64_t request = 0;
    Change change;
};
/// Hand the leadership to `to`, if leader.
struct Transfer {
    std::uint64_t request = 0;
    MemberId to;
};
/// Stand for election at once: a sole member that starts need not wait for its timeout.
struct Campaign {};
/// The disk has carried out all orders up to this one.
struct Persisted {
    std::uint64_t sequence = 0;
};
/// The answer to SnapshotWanted.
struct SnapshotTaken {
    Snapshot snapshot;
};
/// The transport gave up on a message to `to`.
struct SendFailed {
    MemberId to;
    bool snapshot = false;   ///< It was an InstallSnapshot.
};
/// The transport delivered an InstallSnapshot to `to`.
struct SnapshotSent {
    MemberId to;
};
using Input = std::variant<Tick, Message, Propose, ProposeChange, Transfer, Campaign, Persisted,
                           SnapshotTaken, SendFailed, SnapshotSent>;

// --- Outputs -------------------------------------------------------------------------------------

enum class Role : std::uint8_t { follower, candidate, leader };

/// Why a member took up a role.
enum class RoleReason : std::uint8_t {
    election_timeout,     ///< Candidate: no leader was heard for `ticks`.
    asked_to_stand,       ///< Candidate: Campaign, or TimeoutNow from `from`.
    votes_won,            ///< Leader: `members` voted for it.
    votes_lost,           ///< Follower: `members` refused.
    higher_term,          ///< Follower: `from` spoke in a later term.
    leader_exists,        ///< Follower: `from` leads this term.
    quorum_lost,          ///< Follower: of the voters only `members` were heard lately.
    removed,              ///< Follower: `from` says that this member was removed.
};
struct RoleChange {
    Role before = Role::follower;
    Role now = Role::follower;
    Term term = 0;
    RoleReason why = RoleReason::election_timeout;
    MemberId from{};
    std::uint32_t ticks = 0;
    std::vector<MemberId> members{};
};

/// A member learned who leads; nothing is said when it loses sight of a leader.
struct LeaderKnown {
    MemberId leader;
    Term term = 0;
};

/// Why a vote was given or not.
enum class VoteReason : std::uint8_t {
    granted,
    voted_for_other,      ///< `other` has this term's vote.
    leader_known,         ///< `other` leads this term already.
    log_behind,           ///< The candidate's log ends before `last`.
    lease,                ///< `other` led within an election timeout; not even the term counts.
};
struct VoteCast {
    MemberId candidate;
    Term term = 0;        ///< The candidate's.
    VoteReason why = VoteReason::granted;
    MemberId other{};
    Position last{};      ///< The voter's.
};

struct Send {
    Message message;
};
/// Committed and on this disk: carry out in order. Each index once in a life.
struct Apply {
    std::vector<Entry> entries;
};
/// Replace the state machine's state by this one.
struct Restore {
    Snapshot snapshot;
};
/// Please take a snapshot of the state as of `at`; come back with SnapshotTaken, soon or late.
struct SnapshotWanted {
    Position at;
    Membership membership;
};

/// A proposal has its place in the log. It commits there or never; until then anything may happen.
struct Accepted {
    std::uint64_t request = 0;
    Position at;
};
enum class Refusal : std::uint8_t {
    not_leader,
    removed,              ///< The leader is no member any more.
    transferring,         ///< Leadership is being handed over.
    change_pending,       ///< An earlier membership change may not have been applied yet.
    member_already,
    member_unknown,
    removed_before,       ///< Removed members come back under a new number only.
    last_member,          ///< Nobody would be left.
    leader_already,       ///< The transfer is to the leader itself.
    too_large,            ///< Beyond Options::payload_max.
};
struct Refused {
    std::uint64_t request = 0;
    Refusal why = Refusal::not_leader;
};

enum class TransferStage : std::uint8_t {
    begun,
    ordered,              ///< `to` has all entries and was told to stand.
    given_up,             ///< An election timeout passed, `to` was removed, or another was chosen.
};
struct TransferProgress {
    MemberId to;
    TransferStage stage = TransferStage::begun;
};

/// A member said that this one was removed; it says nothing from now on.
struct WasRemoved {
    MemberId by;
};

using Output = std::variant<RoleChange, LeaderKnown, VoteCast, Send, Persist, Apply, Restore,
                            SnapshotWanted, Accepted, Refused, TransferProgress, WasRemoved>;
using Outputs = std::vector<Output>;

}   // namespace glasshive::raft
