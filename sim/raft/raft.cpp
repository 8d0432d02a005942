#include "raft/raft.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::raft {

Raft::Raft(MemberId id, const Saved& saved, const Options& options, Draw draw)
    : id_(id), options_(options), draw_(std::move(draw)), term_(saved.hard.term),
      voted_for_(saved.hard.voted_for), log_(saved),
      commit_(std::max(saved.hard.commit, saved.snapshot.at.index)),
      applied_(saved.snapshot.at.index), membership_(saved.snapshot.membership),
      hard_ordered_{term_, voted_for_, commit_}, unstable_(log_.last().index + 1),
      durable_(log_.last().index) {
    SIM_ASSERT(id_.valid());
    SIM_ASSERT(commit_ <= durable_);
    SIM_ASSERT(options_.election_ticks > options_.heartbeat_ticks);
    enter_term(term_);
}

Outputs Raft::start() {
    SIM_ASSERT(out_.empty());
    if (applied_ > 0) out_.push_back(Restore{log_.snapshot()});
    finish_step();
    check_invariants();
    return std::exchange(out_, {});
}

Outputs Raft::step(const Input& input) {
    std::visit([this](const auto& event) { on(event); }, input);
    finish_step();
    check_invariants();
    return std::exchange(out_, {});
}

// --- Inputs --------------------------------------------------------------------------------------

void Raft::on(const Tick&) {
    if (muted_) return;
    ++election_elapsed_;
    if (role_ != Role::leader) {
        if (election_elapsed_ < election_timeout_ || !membership_.has(id_)) return;
        const std::uint32_t waited = std::exchange(election_elapsed_, 0);
        if (!may_stand()) return;
        stand(RoleReason::election_timeout, {});
        std::get<RoleChange>(out_.back()).ticks = waited;
        return;
    }
    ++heartbeat_elapsed_;
    if (election_elapsed_ >= options_.election_ticks) {
        election_elapsed_ = 0;
        check_quorum();
        give_up_transfer();   // A transfer has one election timeout (thesis 3.10).
    }
    if (role_ == Role::leader && heartbeat_elapsed_ >= options_.heartbeat_ticks) {
        heartbeat_elapsed_ = 0;
        broadcast_heartbeat();
    }
}

void Raft::on(const Message& message) {
    SIM_ASSERT(message.to == id_);
    SIM_ASSERT(message.from != id_);
    if (muted_) return;
    if (const auto* notice = std::get_if<RemovedNotice>(&message.body)) {
        receive(message.from, *notice);
        return;
    }
    if (membership_.was_removed(message.from)) {
        // Its terms must not disturb those who stayed; swarmkit refuses such calls and says so.
        send(message.from, RemovedNotice{});
        return;
    }
    if (term_admits(message)) deliver(message);
}

/// Raft's rule for all servers: later terms end roles, earlier ones are not obeyed.
bool Raft::term_admits(const Message& message) {
    const bool from_leader = std::holds_alternative<AppendEntries>(message.body) ||
                             std::holds_alternative<Heartbeat>(message.body) ||
                             std::holds_alternative<InstallSnapshot>(message.body);
    if (message.term > term_) {
        if (holds_off(message)) return false;
        RoleChange change;
        change.why = RoleReason::higher_term;
        change.from = message.from;
        become_follower(message.term, from_leader ? message.from : MemberId{}, change);
    } else if (message.term < term_) {
        // A leader that hears nothing would go on for ever, and we, whose term is later, would not
        // follow it: this answer makes it step down (etcd raft.go, Step).
        if (from_leader) send(message.from, AppendReply{});
        return false;
    }
    if (from_leader) {
        SIM_ASSERT(role_ != Role::leader);   // Two leaders in one term.
        if (role_ == Role::candidate) {
            RoleChange change;
            change.why = RoleReason::leader_exists;
            change.from = message.from;
            become_follower(term_, message.from, change);
        }
        know_leader(message.from);
        election_elapsed_ = 0;
    }
    return true;
}

void Raft::deliver(const Message& message) {
    std::visit(
        [&](const auto& body) {
            using Body = std::decay_t<decltype(body)>;
            if constexpr (std::is_same_v<Body, RequestVote>) {
                receive(message.from, body, message.term);
            } else {
                receive(message.from, body);
            }
        },
        message.body);
}

void Raft::on(const Propose& proposal) {
    SIM_ASSERT(proposal.payload != nullptr);
    if (const auto why = no_proposals()) return refuse(proposal.request, *why);
    if (proposal.payload->size() > options_.payload_max) {
        return refuse(proposal.request, Refusal::too_large);
    }
    const Position at = append(Entry::Kind::data, proposal.payload, {});
    out_.push_back(Accepted{proposal.request, at});
    broadcast_append(true);
}

std::optional<Refusal> Raft::no_proposals() const {
    if (role_ != Role::leader) return Refusal::not_leader;
    if (!membership_.has(id_)) return Refusal::removed;
    if (transfer_to_.valid()) return Refusal::transferring;
    return std::nullopt;
}

void Raft::refuse(std::uint64_t request, Refusal why) { out_.push_back(Refused{request, why}); }

// --- The disk ------------------------------------------------------------------------------------

void Raft::persist_changes() {
    const HardState now{term_, voted_for_, commit_};
    const bool entries = unstable_ <= log_.last().index;
    const bool vote = now.term != hard_ordered_.term || now.voted_for != hard_ordered_.voted_for;
    if (!entries && !snapshot_unordered_ && now == hard_ordered_) return;
    Persist order;
    order.sequence = ++ordered_;
    order.hard = now;
    Write write{order.sequence, 0, {}};
    if (snapshot_unordered_) {
        order.snapshot.push_back(log_.snapshot());
        SIM_ASSERT(!entries);   // A step brings the one or the other.
        if (restoring_) write = {order.sequence, 1, log_.snapshot().at};
    }
    if (entries) {
        order.entries = log_.range(unstable_, log_.last().index);
        write = {order.sequence, unstable_, log_.last()};
    }
    order.sync = vote || write.from > 0;
    if (order.sync) sync_ordered_ = order.sequence;
    writes_.push_back(write);
    hard_ordered_ = now;
    unstable_ = log_.last().index + 1;
    snapshot_unordered_ = false;
    out_.push_back(std::move(order));
}

void Raft::on(const Persisted& done) {
    SIM_ASSERT(done.sequence <= ordered_);
    if (done.sequence <= done_) return;
    done_ = done.sequence;
    Index sure = 0;
    while (!writes_.empty() && writes_.front().sequence <= done_) {
        if (writes_.front().from > 0) sure = writes_.front().last.index;
        writes_.pop_front();
    }
    // What a later order replaces will not stay.
    for (const Write& later : writes_) {
        if (later.from > 0) sure = std::min(sure, later.from - 1);
    }
    durable_ = std::max(durable_, sure);
    SIM_ASSERT(durable_ <= log_.last().index);
    while (!held_.empty() && held_.front().after <= done_) {
        emit(std::move(held_.front().message));
        held_.pop_front();
    }
    // A vote for oneself and an entry of one's own count like anybody's: once they are on disk.
    if (role_ == Role::candidate && done_ >= sync_ordered_ && votes_.count(id_) == 0) {
        votes_[id_] = true;
        count_votes();
    } else if (role_ == Role::leader) {
        acknowledged(id_, durable_);
    }
}

// --- Outputs -------------------------------------------------------------------------------------

void Raft::finish_step() {
    do {
        persist_changes();
        flush_messages();
        apply_committed();
    } while (!to_send_.empty() || hard_ordered_ != HardState{term_, voted_for_, commit_});
    SIM_ASSERT(unstable_ == log_.last().index + 1);
}

void Raft::send(MemberId to, decltype(Message::body) body) {
    Message& message = to_send_.emplace_back();
    message.from = id_;
    message.to = to;
    message.term = term_;
    message.body = std::move(body);
}

void Raft::emit(Message message) {
    Send& send = std::get<Send>(out_.emplace_back(std::in_place_type<Send>));
    send.message = std::move(message);
}

bool Raft::must_wait(const Message& message) const {
    if (sync_ordered_ <= done_) return false;
    if (!options_.send_while_writing) return true;
    return std::holds_alternative<VoteReply>(message.body) ||
           std::holds_alternative<AppendReply>(message.body);
}

void Raft::flush_messages() {
    for (Message& message : to_send_) {
        if (must_wait(message)) {
            held_.push_back({sync_ordered_, std::move(message)});
        } else {
            emit(std::move(message));
        }
    }
    to_send_.clear();
}

void Raft::check_invariants() const {
    SIM_ASSERT(commit_ <= log_.last().index);              // Nothing unseen is committed,
    SIM_ASSERT(applied_ <= commit_);                       // nothing uncommitted applied,
    SIM_ASSERT(applied_ <= durable_);                      // nor anything a crash could lose.
    SIM_ASSERT(log_.snapshot().at.index <= commit_);
    SIM_ASSERT(log_.last().term <= term_);
    if (role_ == Role::follower) return;
    SIM_ASSERT(voted_for_ == id_);                         // Whoever leads voted for itself.
    if (role_ == Role::candidate) SIM_ASSERT(membership_.has(id_));
    if (role_ != Role::leader) return;
    SIM_ASSERT(leader_ == id_);
    SIM_ASSERT(progress_.size() == membership_.voters().size());
    for (const auto& [member, progress] : progress_) {
        SIM_ASSERT(membership_.has(member));
        SIM_ASSERT(progress.match < progress.next);
        SIM_ASSERT(progress.match <= log_.last().index);   // A follower cannot have more of ours.
    }
}

}   // namespace glasshive::raft
