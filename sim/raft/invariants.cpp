#include "raft/invariants.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "raft/describe.h"

namespace glasshive::raft {

namespace {
const Persist* last_order(const Outputs& outputs) {
    const Persist* last = nullptr;
    for (const Output& output : outputs) {
        if (const auto* order = std::get_if<Persist>(&output)) last = order;
    }
    return last;
}

std::size_t changes_after(Index commit, const Entry* first, const Entry* end) {
    return static_cast<std::size_t>(std::count_if(first, end, [&](const Entry& entry) {
        return entry.at.index > commit && entry.kind == Entry::Kind::change;
    }));
}
}   // namespace

void Invariants::check(const Raft& member, const Outputs& outputs, bool restarted) {
    History& history = histories_[history_of_[member.id()]];
    const bool first = before_.count(member.id()) == 0;
    Before& before = before_[member.id()];
    if (restarted) {
        // Memory is lost; the term of the disk may be behind what was said in memory, but not
        // behind what was promised: one_vote_per_term and promises_are_on_disk see to that.
        before = {};
        before.term = member.term();
        before.voted_for = member.voted_for();
    }
    SIM_ASSERT(!first || restarted);
    Index at = restarted ? 0 : before.applied;
    for (const Output& output : outputs) {
        if (const auto* apply = std::get_if<Apply>(&output)) {
            applied_alike(member, *apply, at, history);
        } else if (const auto* restore = std::get_if<Restore>(&output)) {
            restored_alike(member, *restore, at, history);
        } else if (const auto* send = std::get_if<Send>(&output)) {
            promises_are_on_disk(member, send->message, history);
        } else if (const auto* order = std::get_if<Persist>(&output)) {
            if (order == last_order(outputs)) orders_leave_nothing_out(member, *order);
        }
    }
    if (at != member.applied()) broken(member, "says it applied what it did not hand out");
    terms_and_indexes_never_go_back(member, before);
    one_leader_per_term(member, history);
    leaders_voted_for_themselves(member);
    leaders_only_append(member, before);
    logs_match(member, history);
    commits_are_on_a_majority_of_disks(member, before, history);
    leaders_have_all_committed(member, before, history);
    one_change_at_a_time(member);
    memberships_agree(member, history);
    before = {member.role(),   member.term(),    member.voted_for(),
              member.commit(), member.applied(), member.log().last()};
}

void Invariants::forked(MemberId survivor, const Saved& saved) {
    const History& old = histories_[history_of_[survivor]];
    History fresh;
    fresh.committed = old.committed;
    fresh.committed.cut_after(saved.hard.commit);
    fresh.commits = old.commits;
    fresh.commits.resize(std::min<std::size_t>(saved.hard.commit, old.commits.size()));
    fresh.entries = old.entries;
    fresh.entries.resize(std::min<std::size_t>(saved.hard.commit + 1, old.entries.size()));
    for (const auto& [index, membership] : old.memberships) {
        if (index <= saved.hard.commit) fresh.memberships[index] = membership;
    }
    history_of_[survivor] = histories_.size();
    histories_.push_back(std::move(fresh));
}

// --- Deltas --------------------------------------------------------------------------------------

void Invariants::terms_and_indexes_never_go_back(const Raft& member, const Before& before) {
    if (member.term() < before.term) broken(member, "went back to an earlier term");
    if (member.commit() < before.commit) broken(member, "took back a commit");
    if (member.applied() < before.applied) broken(member, "took back an applied entry");
    if (member.term() == before.term && before.voted_for.valid() &&
        member.voted_for() != before.voted_for) {
        broken(member, "changed its vote within a term");
    }
}

/// Raft, figure 3, "leader append-only".
void Invariants::leaders_only_append(const Raft& member, const Before& before) {
    if (member.role() != Role::leader || before.role != Role::leader) return;
    if (member.term() != before.term) return;
    if (!member.log().has(before.last)) {
        broken(member, "leads and changed its log before its end");
    }
}

// --- States --------------------------------------------------------------------------------------

/// Raft, figure 3, "election safety".
void Invariants::one_leader_per_term(const Raft& member, History& history) {
    if (member.role() != Role::leader) return;
    const auto [found, fresh] = history.leaders.emplace(member.term(), member.id());
    if (!fresh && found->second != member.id()) {
        broken(member, "leads, and so did " + to_text(found->second));
    }
}

void Invariants::leaders_voted_for_themselves(const Raft& member) {
    if (member.role() == Role::follower) return;
    if (member.voted_for() != member.id()) broken(member, "stands without its own vote");
}

/// Raft, figure 3, "log matching", by induction: a position names one entry, and one before it.
void Invariants::logs_match(const Raft& member, History& history) {
    const Log& log = member.log();
    if (history.entries.size() <= log.last().index) history.entries.resize(log.last().index + 1);
    for (Index index = log.first(); index <= log.last().index; ++index) {
        const Entry& entry = log.entry(index);
        const Term term_before = *log.term_at(index - 1);
        std::vector<Known>& known = history.entries[index];
        const auto same = std::find_if(known.begin(), known.end(), [&](const Known& one) {
            return one.entry.at == entry.at;
        });
        if (same == known.end()) {
            known.push_back({entry, term_before});
        } else if (!(same->entry == entry) || same->term_before != term_before) {
            broken(member, "has another entry, or another log before it, at " + to_text(entry.at));
        }
    }
}

/// Raft, figure 3, "leader completeness": whatever was committed in an earlier term.
void Invariants::leaders_have_all_committed(const Raft& member, const Before& before,
                                            History& history) {
    if (member.role() != Role::leader) return;
    if (before.role == Role::leader && before.term == member.term()) return;
    const Index covered = member.log().snapshot().at.index;
    for (Index index = covered + 1; index <= history.commits.size(); ++index) {
        const Commit& commit = history.commits[index - 1];
        if (commit.in == 0 || commit.in >= member.term()) continue;
        if (!member.log().has(commit.at)) {
            broken(member, "was elected without the committed " + to_text(commit.at));
        }
    }
}

/// What a leader counts as committed is on the disks of a majority, or a crash could undo it.
void Invariants::commits_are_on_a_majority_of_disks(const Raft& member, const Before& before,
                                                    History& history) {
    if (member.role() != Role::leader || member.commit() <= before.commit) return;
    if (before.role != Role::leader || before.term != member.term()) return;
    const Position at{*member.log().term_at(member.commit()), member.commit()};
    if (at.term != member.term()) broken(member, "committed an entry of an earlier term");
    if (history.commits.size() < at.index) history.commits.resize(at.index);
    for (Index index = at.index; index >= member.log().first(); --index) {
        if (history.commits[index - 1].in != 0) break;
        history.commits[index - 1] = {member.term(), member.log().entry(index).at};
    }
    // A step that applies a change counts before it by the old voters, after it by the new ones.
    const auto old = history.memberships.find(before.applied);
    if (on_majority(member.membership(), at)) return;
    if (old != history.memberships.end() && on_majority(old->second, at)) return;
    broken(member, "committed " + to_text(at) + ", which is on the disks of no majority");
}

bool Invariants::on_majority(const Membership& membership, Position at) const {
    std::size_t have = 0;
    for (const MemberId voter : membership.voters()) have += on_disk(voter, at) ? 1 : 0;
    return have >= membership.majority();
}

/// Raft, figure 3, "state machine safety": each index once, in order, and the same for everybody.
void Invariants::applied_alike(const Raft& member, const Apply& apply, Index& at,
                               History& history) {
    for (const Entry& entry : apply.entries) {
        if (entry.at.index != at + 1) broken(member, "applied out of order");
        at = entry.at.index;
        using Verdict = CommittedLog::Verdict;
        const Verdict verdict = history.committed.record(entry);
        if (verdict == Verdict::differs || verdict == Verdict::gap) {
            broken(member, "applied another entry than others did at " + to_text(entry.at));
        }
        if (entry.at.index > member.commit()) broken(member, "applied what is not committed");
        if (!on_disk(member.id(), entry.at)) broken(member, "applied what is not on its disk");
    }
}

void Invariants::restored_alike(const Raft& member, const Restore& restore, Index& at,
                                History& history) {
    const Snapshot& snapshot = restore.snapshot;
    if (snapshot.at.index < at) broken(member, "went back to an older snapshot");
    at = snapshot.at.index;
    const Entry* entry = history.committed.find(at);
    if (entry == nullptr || entry->at != snapshot.at) {
        broken(member, "restored what nobody applied");
    }
    if (disks_(member.id())->snapshot.at.index < at) {
        broken(member, "restored what is not on its disk");
    }
}

/// Whoever holds a change knows that the one before it is committed, also after a crash: majorities
/// of neighbouring memberships overlap, those of any two need not.
void Invariants::one_change_at_a_time(const Raft& member) {
    const Log& log = member.log();
    const Index from = std::max(member.commit() + 1, log.first());
    const std::vector<Entry> open = log.range(from, log.last().index);
    const Saved& disk = *disks_(member.id());
    const Entry* stored = disk.entries.data();
    if (changes_after(member.commit(), open.data(), open.data() + open.size()) > 1 ||
        changes_after(disk.hard.commit, stored, stored + disk.entries.size()) > 1) {
        broken(member, "holds two changes of membership of which neither is known to be committed");
    }
}

/// Members at the same index count the same voters.
void Invariants::memberships_agree(const Raft& member, History& history) {
    const auto [found, fresh] = history.memberships.emplace(member.applied(), member.membership());
    if (!fresh && !(found->second == member.membership())) {
        broken(member, "counts other voters than others did at index " +
                           std::to_string(member.applied()));
    }
}

/// Term, vote and commit index go to disk with the entries that came with them.
void Invariants::orders_leave_nothing_out(const Raft& member, const Persist& order) {
    const HardState now{member.term(), member.voted_for(), member.commit()};
    if (!(order.hard == now)) broken(member, "ordered less to the disk than it knows");
}

/// Whatever others may build on, an acknowledgement or a vote, is on disk before it is said.
void Invariants::promises_are_on_disk(const Raft& member, const Message& message,
                                      History& history) {
    const Saved& disk = *disks_(member.id());
    if (const auto* reply = std::get_if<AppendReply>(&message.body)) {
        if (reply->accepted && reply->index > disk.last().index) {
            broken(member,
                   "acknowledged " + std::to_string(reply->index) + " before it was on disk");
        }
    }
    if (const auto* reply = std::get_if<VoteReply>(&message.body); reply && reply->granted) {
        const HardState& hard = disk.hard;
        const bool kept = hard.term == message.term && hard.voted_for == message.to;
        if (!kept && hard.term <= message.term) {
            broken(member, "voted for " + to_text(message.to) + " before it was on disk");
        }
        one_vote_per_term(member.id(), message.term, message.to, history);
    }
    if (std::holds_alternative<AppendEntries>(message.body)) {
        // Leading is relying on one's own vote.
        one_vote_per_term(member.id(), message.term, member.id(), history);
    }
}

void Invariants::one_vote_per_term(MemberId voter, Term term, MemberId candidate,
                                   History& history) {
    const auto [found, fresh] = history.votes.emplace(std::make_pair(voter, term), candidate);
    if (fresh || found->second == candidate) return;
    violations_.push_back("member " + to_text(voter) + " voted twice in term " +
                          std::to_string(term) + ": for " + to_text(found->second) + " and " +
                          to_text(candidate));
}

bool Invariants::on_disk(MemberId member, Position at) const {
    const Saved* disk = disks_(member);
    if (disk == nullptr) return false;
    if (at.index <= disk->snapshot.at.index) return true;
    const Entry* entry = disk->find(at.index);
    return entry != nullptr && entry->at == at;
}

void Invariants::broken(const Raft& member, const std::string& what) {
    constexpr std::size_t kept = 20;
    if (violations_.size() >= kept) return;
    violations_.push_back("member " + to_text(member.id()) + " (" + to_text(member.role()) +
                          ", term " + std::to_string(member.term()) + ") " + what);
}

std::size_t Invariants::leaders_seen() const {
    std::size_t count = 0;
    for (const History& history : histories_) count += history.leaders.size();
    return count;
}

Index Invariants::committed() const {
    Index longest = 0;
    for (const History& history : histories_) longest = std::max(longest, history.committed.last());
    return longest;
}

}   // namespace glasshive::raft
