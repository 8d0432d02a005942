// Who leads: standing, voting, winning, stepping down (Raft 5.2, 5.4.1, 6; thesis 4.2.3, 6.2).
#include <utility>

#include "base/assert.h"
#include "raft/raft.h"

namespace glasshive::raft {

/// Whoever heard a leader within the shortest election timeout ignores candidates: a member that
/// was cut off, or removed, cannot depose a leader the others still hear. The leader hears itself.
bool Raft::holds_off(const Message& message) {
    const auto* request = std::get_if<RequestVote>(&message.body);
    if (request == nullptr || request->transfer) return false;
    if (!leader_.valid() || election_elapsed_ >= options_.election_ticks) return false;
    out_.push_back(
        VoteCast{message.from, message.term, VoteReason::lease, leader_, log_.last()});
    return true;
}

void Raft::receive(MemberId from, const RequestVote& request, Term term) {
    VoteCast cast{from, term, VoteReason::granted, {}, log_.last()};
    if (voted_for_.valid() && voted_for_ != from) {
        cast.why = VoteReason::voted_for_other;
        cast.other = voted_for_;
    } else if (!voted_for_.valid() && leader_.valid()) {
        cast.why = VoteReason::leader_known;
        cast.other = leader_;
    } else if (request.last < log_.last()) {
        cast.why = VoteReason::log_behind;
    } else {
        election_elapsed_ = 0;
        voted_for_ = from;
    }
    send(from, VoteReply{cast.why == VoteReason::granted});
    out_.push_back(cast);
}

void Raft::receive(MemberId from, const VoteReply& reply) {
    if (role_ != Role::candidate) return;
    votes_.emplace(from, reply.granted);
    count_votes();
}

void Raft::receive(MemberId from, const TimeoutNow&) {
    if (role_ == Role::follower && may_stand()) stand(RoleReason::asked_to_stand, from);
}

void Raft::on(const Campaign&) {
    if (role_ != Role::leader && !muted_ && may_stand()) stand(RoleReason::asked_to_stand, {});
}

/// A member that knows of a committed change it has not applied would count by the old membership.
bool Raft::may_stand() const {
    return membership_.has(id_) && !restoring_ && !changes_between(applied_, commit_);
}

void Raft::stand(RoleReason why, MemberId from) {
    SIM_ASSERT(role_ != Role::leader);
    const Role before = role_;
    enter_term(term_ + 1);
    role_ = Role::candidate;
    voted_for_ = id_;
    for (const MemberId voter : membership_.voters()) {
        if (voter != id_) send(voter, RequestVote{log_.last(), from.valid()});
    }
    out_.push_back(RoleChange{before, role_, term_, why, from});
}

void Raft::count_votes() {
    std::vector<MemberId> granted, refused;
    for (const auto& [member, vote] : votes_) {
        if (membership_.has(member)) (vote ? granted : refused).push_back(member);
    }
    if (granted.size() >= membership_.majority()) {
        become_leader(std::move(granted));
    } else if (membership_.voters().size() - refused.size() < membership_.majority()) {
        RoleChange change;
        change.why = RoleReason::votes_lost;
        change.members = std::move(refused);
        become_follower(term_, {}, std::move(change));
    }
}

/// Says so only when it is news: a follower that learns a later term stays what it was.
void Raft::become_follower(Term term, MemberId leader, RoleChange change) {
    SIM_ASSERT(term >= term_);
    change.before = role_;
    change.term = term;
    enter_term(term);
    role_ = Role::follower;
    if (change.before != role_) out_.push_back(std::move(change));
    know_leader(leader);
}

void Raft::become_leader(std::vector<MemberId> voters) {
    SIM_ASSERT(role_ == Role::candidate);
    SIM_ASSERT(voted_for_ == id_);
    enter_term(term_);
    role_ = Role::leader;
    out_.push_back(
        RoleChange{Role::candidate, role_, term_, RoleReason::votes_won, {}, 0, std::move(voters)});
    know_leader(id_);
    for (const MemberId voter : membership_.voters()) {
        progress_[voter].next = log_.last().index + 1;
    }
    progress_[id_].match = durable_;
    // A change that an earlier leader proposed may be in the log: no further one before it applies.
    change_pending_until_ = log_.last().index;
    append(Entry::Kind::empty, nullptr, {});
    broadcast_append(true);
}

/// Forgets what belonged to the role and the term that end, and draws a new timeout.
void Raft::enter_term(Term term) {
    SIM_ASSERT(term >= term_);
    if (term > term_) voted_for_ = {};
    term_ = term;
    leader_ = {};
    election_elapsed_ = 0;
    heartbeat_elapsed_ = 0;
    election_timeout_ =
        options_.election_ticks + static_cast<std::uint32_t>(draw_(options_.election_ticks));
    votes_.clear();
    progress_.clear();
    change_pending_until_ = 0;
    transfer_to_ = {};
}

void Raft::know_leader(MemberId leader) {
    if (leader_ == leader) return;
    leader_ = leader;
    out_.push_back(LeaderKnown{leader, term_});
}

/// Check-quorum: a leader that a majority does not answer would accept what it cannot commit.
void Raft::check_quorum() {
    std::vector<MemberId> heard;
    for (auto& [member, progress] : progress_) {
        if (member == id_ || progress.recent) heard.push_back(member);
        progress.recent = false;
    }
    if (heard.size() >= membership_.majority()) return;
    RoleChange change;
    change.why = RoleReason::quorum_lost;
    change.members = std::move(heard);
    become_follower(term_, {}, std::move(change));
}

}   // namespace glasshive::raft
