// How logs become alike and entries committed (Raft 5.3, 5.4.2).
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "raft/raft.h"

namespace glasshive::raft {

// --- Leader --------------------------------------------------------------------------------------

Position Raft::append(Entry::Kind kind, PayloadPtr payload, Change change) {
    SIM_ASSERT(role_ == Role::leader);
    const Position at{term_, log_.last().index + 1};
    log_.append({at, kind, std::move(payload), change});
    return at;
}

void Raft::broadcast_append(bool even_if_empty) {
    for (const MemberId voter : membership_.voters()) {
        if (voter != id_) send_append(voter, even_if_empty);
    }
}

void Raft::send_append(MemberId to, bool even_if_empty) {
    SIM_ASSERT(to != id_);
    Progress& progress = progress_.at(to);
    while (!progress.paused(options_.inflight_max)) {
        const Index previous = progress.next - 1;
        const std::optional<Term> term = log_.term_at(previous);
        if (!term) return send_snapshot(to, progress);
        std::vector<Entry> entries = log_.slice(progress.next, options_.append_max);
        if (entries.empty() && !even_if_empty) return;
        progress.sent(previous + entries.size());
        send(to, AppendEntries{{*term, previous}, std::move(entries), commit_});
        even_if_empty = false;   // One message carries the commit index.
    }
}

void Raft::broadcast_heartbeat() {
    for (const auto& [member, progress] : progress_) {
        if (member != id_) send(member, Heartbeat{std::min(progress.match, commit_)});
    }
}

void Raft::receive(MemberId from, const AppendReply& reply) {
    const auto found = progress_.find(from);
    if (role_ != Role::leader || found == progress_.end()) return;
    Progress& progress = found->second;
    progress.recent = true;
    if (reply.accepted) return acknowledged(from, reply.index);
    // The follower's log ends or disagrees at the hint. Where our term there is later than its own
    // nothing can agree, so a whole term is skipped at a time (Raft 5.3, last paragraphs).
    Index retry = reply.hint.index;
    if (reply.hint.term > 0) retry = log_.conflict(reply.hint.index, reply.hint.term).index;
    if (progress.rejected(reply.index, retry)) send_append(from, true);
}

void Raft::acknowledged(MemberId from, Index index) {
    SIM_ASSERT(index <= log_.last().index);
    const auto found = progress_.find(from);
    if (found == progress_.end()) return;
    Progress& progress = found->second;
    const bool paused = progress.paused(options_.inflight_max);
    const bool news = progress.accepted(index);
    const bool caught_up = progress.state == Progress::State::snapshot &&
                           progress.match >= progress.pending_snapshot;
    const bool agreed = progress.state == Progress::State::probe && progress.match == index;
    if (caught_up || agreed) progress.become_replicate();
    const bool committed = advance_commit();
    if (committed) broadcast_append(true);
    if (from == id_) return;
    if (news || agreed) send_append(from, paused && !committed);
    if (from == transfer_to_ && progress.match == log_.last().index) order_to_stand(from);
}

/// Commits what a majority has, if the newest of it is of this term. Older terms' entries are never
/// counted by themselves: a later leader may still replace them (Raft, figure 8).
bool Raft::advance_commit() {
    const Index reached = membership_.reached_by_majority([this](MemberId member) {
        const auto found = progress_.find(member);
        return found == progress_.end() ? Index{0} : found->second.match;
    });
    if (reached <= commit_ || log_.term_at(reached) != term_) return false;
    commit_to(reached);
    return true;
}

void Raft::receive(MemberId from, const HeartbeatReply&) {
    const auto found = progress_.find(from);
    if (role_ != Role::leader || found == progress_.end()) return;
    Progress& progress = found->second;
    progress.recent = true;
    progress.probe_sent = false;
    // Answers get lost; without this a full window would stay full.
    if (progress.inflight.size() >= options_.inflight_max) progress.inflight.pop_front();
    if (progress.match < log_.last().index || progress.state == Progress::State::probe) {
        send_append(from, true);
    }
}

void Raft::on(const SendFailed& failed) {
    const auto found = progress_.find(failed.to);
    if (role_ != Role::leader || found == progress_.end()) return;
    Progress& progress = found->second;
    if (failed.snapshot) {
        if (progress.state != Progress::State::snapshot) return;
        progress.pending_snapshot = 0;   // It did not arrive: start from what is acknowledged.
        progress.become_probe();
        progress.probe_sent = true;      // And only after the next beat was answered.
    } else if (progress.state == Progress::State::replicate) {
        progress.become_probe();         // What was on its way is probably lost.
    }
}

// --- Follower ------------------------------------------------------------------------------------

void Raft::receive(MemberId from, const AppendEntries& append) {
    if (append.previous.index < commit_) {
        send(from, AppendReply{true, commit_, {}});   // An old one; what is committed stays.
        return;
    }
    if (!log_.has(append.previous)) {
        const Position hint = log_.conflict(append.previous.index, append.previous.term);
        send(from, AppendReply{false, append.previous.index, hint});
        return;
    }
    take_entries(append);
    const Index last = append.previous.index + append.entries.size();
    commit_to(std::min(append.commit, last));
    send(from, AppendReply{true, last, {}});
}

void Raft::take_entries(const AppendEntries& append) {
    for (const Entry& entry : append.entries) {
        if (log_.has(entry.at)) {
            SIM_ASSERT(log_.entry(entry.at.index) == entry);   // Log matching.
            continue;
        }
        if (entry.at.index <= log_.last().index) {
            SIM_ASSERT(entry.at.index > commit_);   // A committed entry is for ever.
            log_.truncate(entry.at.index);
            unstable_ = std::min(unstable_, entry.at.index);
            durable_ = std::min(durable_, entry.at.index - 1);
        }
        log_.append(entry);
    }
}

void Raft::receive(MemberId from, const Heartbeat& beat) {
    commit_to(beat.commit);
    send(from, HeartbeatReply{});
}

void Raft::commit_to(Index index) {
    SIM_ASSERT(index <= log_.last().index);
    commit_ = std::max(commit_, index);
}

}   // namespace glasshive::raft
