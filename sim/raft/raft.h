#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "raft/io.h"
#include "raft/log.h"
#include "raft/progress.h"

namespace glasshive::raft {

/// How a member behaves. Defaults: as SwarmKit configures etcd/raft (swarmkit
/// manager/state/raft/raft.go, DefaultNodeConfig, DefaultRaftConfig; api/types.proto RaftConfig).
struct Options {
    std::uint32_t election_ticks = 10;    ///< Timeouts are drawn from this to twice this less 1.
    std::uint32_t heartbeat_ticks = 1;
    std::size_t inflight_max = 256;       ///< Unanswered appends to one follower.
    Bytes append_max{65535};              ///< Entries in one append, but always one.
    Bytes payload_max{1536 * 1024};       ///< store/memory.go MaxTransactionBytes, 1.5 MB.
    Index snapshot_interval = 10'000;     ///< Entries applied between snapshots.
    Index keep_for_slow_followers = 500;  ///< Entries kept in memory before a snapshot.
    /// False, as in swarmkit: nothing leaves before all that was to be written is written. True:
    /// only answers and votes wait, a leader writes and sends at the same time (thesis 10.2.1).
    bool send_while_writing = false;
};

/// Draws the election timeouts: uniform over 0..bound-1.
using Draw = std::function<std::uint64_t(std::uint64_t bound)>;

/// One consensus member. No clock, no network, no disk, no chance of its own: step() takes what
/// happened and returns what to do about it, in order. Whoever drives it
///   1. hands Persist orders to the disk in order and answers with Persisted, at once or late;
///   2. sends messages in any way it likes: lost, late, twice, out of order;
///   3. carries out Apply and Restore before the next step;
///   4. after a crash makes a new Raft from what the disk holds (Saved) and calls start();
///   5. reports failed sends (SendFailed), at least those of snapshots.
/// Pre-vote is off and check-quorum on, as in SwarmKit: a leader that hears no majority for an
/// election timeout steps down, and whoever heard a leader within one ignores candidates.
class Raft {
  public:
    Raft(MemberId id, const Saved& saved, const Options& options, Draw draw);

    /// Brings the state machine up to what the disk knows as committed. Once, before any step().
    Outputs start();
    Outputs step(const Input& input);

    // --- Looking in ------------------------------------------------------------------------------
    MemberId id() const { return id_; }
    Role role() const { return role_; }
    Term term() const { return term_; }
    MemberId voted_for() const { return voted_for_; }
    MemberId leader() const { return leader_; }   ///< Invalid: nobody it knows of.
    Index commit() const { return commit_; }
    Index applied() const { return applied_; }
    Index durable() const { return durable_; }    ///< This disk surely holds the log up to here.
    const Log& log() const { return log_; }
    const Membership& membership() const { return membership_; }
    std::uint32_t election_timeout() const { return election_timeout_; }
    std::uint32_t election_elapsed() const { return election_elapsed_; }
    MemberId transferring_to() const { return transfer_to_; }
    /// Leaders only: what is believed about each other member.
    const std::map<MemberId, Progress>& progress() const { return progress_; }
    const Options& options() const { return options_; }

  private:
    // raft.cpp: inputs, terms, outputs.
    void on(const Tick&);
    void on(const Message& message);
    void on(const Propose& proposal);
    void on(const Persisted& done);
    bool term_admits(const Message& message);
    void deliver(const Message& message);
    void finish_step();
    void persist_changes();
    void send(MemberId to, decltype(Message::body) body);
    void flush_messages();
    void emit(Message message);
    bool must_wait(const Message& message) const;
    void refuse(std::uint64_t request, Refusal why);
    std::optional<Refusal> no_proposals() const;
    void check_invariants() const;

    // election.cpp
    void on(const Campaign&);
    void receive(MemberId from, const RequestVote& request, Term term);
    void receive(MemberId from, const VoteReply& reply);
    void receive(MemberId from, const TimeoutNow&);
    bool holds_off(const Message& message);
    bool may_stand() const;
    void stand(RoleReason why, MemberId from);
    void count_votes();
    void become_follower(Term term, MemberId leader, RoleChange change);
    void become_leader(std::vector<MemberId> voters);
    void enter_term(Term term);
    void know_leader(MemberId leader);
    void check_quorum();

    // replication.cpp
    void receive(MemberId from, const AppendEntries& append);
    void receive(MemberId from, const AppendReply& reply);
    void receive(MemberId from, const Heartbeat& beat);
    void receive(MemberId from, const HeartbeatReply&);
    void on(const SendFailed& failed);
    Position append(Entry::Kind kind, PayloadPtr payload, Change change);
    void take_entries(const AppendEntries& append);
    void send_append(MemberId to, bool even_if_empty);
    void broadcast_append(bool even_if_empty);
    void broadcast_heartbeat();
    void acknowledged(MemberId from, Index index);
    bool advance_commit();
    void commit_to(Index index);

    // snapshot.cpp: snapshots, and applying.
    void on(const SnapshotTaken& taken);
    void on(const SnapshotSent& sent);
    void receive(MemberId from, const InstallSnapshot& install);
    void send_snapshot(MemberId to, Progress& progress);
    void apply_committed();
    void want_snapshot();

    // changes.cpp: membership and transfer of leadership.
    void on(const ProposeChange& proposal);
    void on(const Transfer& request);
    void receive(MemberId from, const RemovedNotice&);
    std::optional<Refusal> no_change(const Change& change) const;
    void apply_change(const Change& change);
    void give_up_transfer();
    void order_to_stand(MemberId member);
    bool changes_between(Index after, Index last) const;

    MemberId id_;
    Options options_;
    Draw draw_;

    // On disk, once persisted.
    Term term_ = 0;
    MemberId voted_for_;
    Log log_;
    Index commit_ = 0;

    Role role_ = Role::follower;
    MemberId leader_;
    Index applied_ = 0;
    Membership membership_;                   // As of applied_.
    bool muted_ = false;                      // Was told that it was removed.
    bool restoring_ = false;                  // The log's snapshot waits for the disk.
    bool snapshot_asked_ = false;
    std::uint32_t election_elapsed_ = 0;      // Leader: since it last counted its quorum.
    std::uint32_t heartbeat_elapsed_ = 0;
    std::uint32_t election_timeout_ = 0;

    // Candidates.
    std::map<MemberId, bool> votes_;

    // Leaders.
    std::map<MemberId, Progress> progress_;
    Index change_pending_until_ = 0;          // A change may stand at or before this index.
    MemberId transfer_to_;

    // The disk. An order's entries begin at `from`; 0: it has none.
    struct Write {
        std::uint64_t sequence;
        Index from;
        Position last;
    };
    HardState hard_ordered_;
    Index unstable_ = 0;                      // Entries from here on were not ordered yet.
    bool snapshot_unordered_ = false;
    std::uint64_t ordered_ = 0;
    std::uint64_t sync_ordered_ = 0;          // The last order that somebody waits for.
    std::uint64_t done_ = 0;
    Index durable_ = 0;
    std::deque<Write> writes_;

    Outputs out_;
    std::vector<Message> to_send_;            // Of this step.
    struct Held {
        std::uint64_t after;
        Message message;
    };
    std::deque<Held> held_;                   // Until the disk has done order `after`.
};

}   // namespace glasshive::raft
