// Who belongs to the cluster, one change at a time, and handing over (thesis 3.10, 4.1 to 4.3).
#include <utility>

#include "base/assert.h"
#include "raft/raft.h"

namespace glasshive::raft {

// --- Membership ----------------------------------------------------------------------------------

void Raft::on(const ProposeChange& proposal) {
    if (const auto why = no_change(proposal.change)) return refuse(proposal.request, *why);
    const Position at = append(Entry::Kind::change, nullptr, proposal.change);
    change_pending_until_ = at.index;
    out_.push_back(Accepted{proposal.request, at});
    broadcast_append(true);
}

std::optional<Refusal> Raft::no_change(const Change& change) const {
    if (const auto why = no_proposals()) return why;
    // Two at once, or one before an entry of this term has committed, could make two majorities
    // that do not overlap (Ongaro, raft-dev 2015, "bug in single-server membership changes").
    if (change_pending_until_ > applied_) return Refusal::change_pending;
    if (change.kind == Change::Kind::add) {
        if (membership_.has(change.member)) return Refusal::member_already;
        if (membership_.was_removed(change.member)) return Refusal::removed_before;
        return std::nullopt;
    }
    if (!membership_.has(change.member)) return Refusal::member_unknown;
    if (membership_.voters().size() == 1) return Refusal::last_member;
    return std::nullopt;
}

/// Effective from here on, as in etcd/raft, not when the entry is appended as in the thesis. A
/// leader that applies its own removal leads on, without counting itself and without taking
/// proposals, until one who stays says that it knows: if it fell silent at once, a last message
/// lost would leave followers who cannot know that they need fewer votes (etcd/raft README,
/// "Implementation notes", says so of two members).
void Raft::apply_change(const Change& change) {
    if (!membership_.apply(change) || role_ != Role::leader) return;
    if (change.kind == Change::Kind::add) {
        Progress& progress = progress_[change.member];
        progress.next = log_.last().index + 1;
        progress.recent = true;   // Counted as heard until it had the time to answer.
        send_append(change.member, true);
        return;
    }
    progress_.erase(change.member);
    if (change.member == transfer_to_) give_up_transfer();
    if (advance_commit()) broadcast_append(true);   // The majority may be smaller now.
}

bool Raft::changes_between(Index after, Index last) const {
    for (Index index = after + 1; index <= last; ++index) {
        if (log_.entry(index).kind == Entry::Kind::change) return true;
    }
    return false;
}

void Raft::receive(MemberId from, const RemovedNotice&) {
    muted_ = true;
    out_.push_back(WasRemoved{from});
    if (role_ == Role::follower) return;
    RoleChange change;
    change.why = RoleReason::removed;
    change.from = from;
    become_follower(term_, {}, std::move(change));
}

// --- Transfer of leadership ----------------------------------------------------------------------

void Raft::on(const Transfer& request) {
    if (role_ != Role::leader) return refuse(request.request, Refusal::not_leader);
    if (!membership_.has(request.to)) return refuse(request.request, Refusal::member_unknown);
    if (request.to == id_) return refuse(request.request, Refusal::leader_already);
    if (transfer_to_ == request.to) return;
    give_up_transfer();
    transfer_to_ = request.to;
    election_elapsed_ = 0;   // It has a whole election timeout.
    out_.push_back(TransferProgress{transfer_to_, TransferStage::begun});
    if (progress_.at(transfer_to_).match == log_.last().index) {
        order_to_stand(transfer_to_);
    } else {
        send_append(transfer_to_, true);
    }
}

void Raft::order_to_stand(MemberId member) {
    send(member, TimeoutNow{});
    out_.push_back(TransferProgress{member, TransferStage::ordered});
}

void Raft::give_up_transfer() {
    if (!transfer_to_.valid()) return;
    out_.push_back(TransferProgress{transfer_to_, TransferStage::given_up});
    transfer_to_ = {};
}

}   // namespace glasshive::raft
