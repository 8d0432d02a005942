#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "raft/committed_log.h"
#include "raft/raft.h"

namespace glasshive::raft {

/// The truths of Raft (figure 3 of the paper) and those this implementation adds, looked at from
/// outside after every step of any member of a cluster. State checks look at what is, delta checks
/// compare with what was. Each check is one function, named after its sentence.
///
/// Cost: O(log kept in memory) per step. Keeps every entry it ever saw: for tests, not for runs.
class Invariants {
  public:
    /// The disk of a member, running or not; null for one that never was.
    using Disks = std::function<const Saved*(MemberId)>;

    explicit Invariants(Disks disks) : disks_(std::move(disks)) {}

    /// After start() (`restarted`) or step() returned `outputs` and before they are carried out.
    void check(const Raft& member, const Outputs& outputs, bool restarted = false);
    /// The member was made a cluster of its own: what `saved` says is a new history, and what the
    /// others do is no longer compared with it. Requires the disk before force_new_cluster().
    void forked(MemberId survivor, const Saved& saved);

    /// A new member joins the cluster that `member` belongs to; needed after forked() only.
    void joins(MemberId newcomer, MemberId member) { history_of_[newcomer] = history_of_[member]; }

    /// What did not hold, in sentences, in order; the first few only.
    const std::vector<std::string>& violations() const { return violations_; }
    /// Terms in which a leader was seen, over all histories.
    std::size_t leaders_seen() const;
    /// The longest history applied.
    Index committed() const;

  private:
    /// An entry as the first log that held it had it.
    struct Known {
        Entry entry;
        Term term_before = 0;
    };
    /// In which term an entry was first known to be committed; 0: not yet.
    struct Commit {
        Term in = 0;
        Position at;
    };
    /// What one cluster has agreed on; forcing a new cluster begins another.
    struct History {
        std::map<Term, MemberId> leaders;
        std::map<std::pair<MemberId, Term>, MemberId> votes;
        std::vector<std::vector<Known>> entries;         // By index.
        CommittedLog committed;
        std::vector<Commit> commits;                     // By index - 1.
        std::map<Index, Membership> memberships;         // By index of the last entry applied.
    };
    /// A member as it was after its last step.
    struct Before {
        Role role = Role::follower;
        Term term = 0;
        MemberId voted_for;
        Index commit = 0;
        Index applied = 0;
        Position last;
    };

    void terms_and_indexes_never_go_back(const Raft& member, const Before& before);
    void one_leader_per_term(const Raft& member, History& history);
    void leaders_voted_for_themselves(const Raft& member);
    void leaders_only_append(const Raft& member, const Before& before);
    void logs_match(const Raft& member, History& history);
    void leaders_have_all_committed(const Raft& member, const Before& before, History& history);
    void commits_are_on_a_majority_of_disks(const Raft& member, const Before& before,
                                            History& history);
    void applied_alike(const Raft& member, const Apply& apply, Index& at, History& history);
    void restored_alike(const Raft& member, const Restore& restore, Index& at, History& history);
    void one_change_at_a_time(const Raft& member);
    void memberships_agree(const Raft& member, History& history);
    void orders_leave_nothing_out(const Raft& member, const Persist& order);
    void promises_are_on_disk(const Raft& member, const Message& message, History& history);
    void one_vote_per_term(MemberId voter, Term term, MemberId candidate, History& history);
    bool on_majority(const Membership& membership, Position at) const;
    bool on_disk(MemberId member, Position at) const;
    void broken(const Raft& member, const std::string& what);

    Disks disks_;
    std::vector<History> histories_{1};
    std::map<MemberId, std::size_t> history_of_;
    std::map<MemberId, Before> before_;
    std::vector<std::string> violations_;
};

}   // namespace glasshive::raft
