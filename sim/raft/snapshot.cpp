// Applying what is committed, and snapshots in place of old entries (Raft 7).
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "raft/raft.h"

namespace glasshive::raft {

/// Applies what is committed and on this disk, so that a crash never loses what was carried out.
void Raft::apply_committed() {
    if (restoring_) {
        const Snapshot& snapshot = log_.snapshot();
        if (durable_ < snapshot.at.index) return;
        restoring_ = false;
        applied_ = snapshot.at.index;
        membership_ = snapshot.membership;
        out_.push_back(Restore{snapshot});
    }
    const Index to = std::min(commit_, durable_);
    if (applied_ < to) {
        out_.push_back(Apply{log_.range(applied_ + 1, to)});
        while (applied_ < to) {
            const Entry entry = log_.entry(++applied_);
            if (entry.kind == Entry::Kind::change) apply_change(entry.change);
        }
    }
    want_snapshot();
}

void Raft::want_snapshot() {
    if (snapshot_asked_) return;
    if (applied_ - log_.snapshot().at.index < options_.snapshot_interval) return;
    snapshot_asked_ = true;
    out_.push_back(SnapshotWanted{{*log_.term_at(applied_), applied_}, membership_});
}

void Raft::on(const SnapshotTaken& taken) {
    const Snapshot& snapshot = taken.snapshot;
    SIM_ASSERT(snapshot.at.index <= applied_);
    snapshot_asked_ = false;
    // The leader may have sent a newer one meanwhile.
    if (snapshot.at.index <= log_.snapshot().at.index) return;
    const Index kept = options_.keep_for_slow_followers;
    const Index from = snapshot.at.index > kept ? snapshot.at.index - kept + 1 : 1;
    log_.compact(snapshot, from);
    snapshot_unordered_ = true;
}

void Raft::send_snapshot(MemberId to, Progress& progress) {
    // Not worth the bytes for somebody who is probably down (etcd raft.go, maybeSendAppend).
    if (!progress.recent) return;
    progress.become_snapshot(log_.snapshot().at.index);
    send(to, InstallSnapshot{log_.snapshot()});
}

void Raft::on(const SnapshotSent& sent) {
    const auto found = progress_.find(sent.to);
    if (role_ != Role::leader || found == progress_.end()) return;
    Progress& progress = found->second;
    if (progress.state != Progress::State::snapshot) return;
    // It arrived but may not be on disk yet: go on behind it once a beat was answered.
    progress.become_probe();
    progress.probe_sent = true;
}

void Raft::receive(MemberId from, const InstallSnapshot& install) {
    const Snapshot& snapshot = install.snapshot;
    if (snapshot.at.index > commit_) {
        if (log_.has(snapshot.at)) {
            commit_to(snapshot.at.index);   // All of it is here already.
        } else {
            log_.restore(snapshot);
            commit_ = snapshot.at.index;
            durable_ = applied_;            // What follows on disk is about to be replaced.
            unstable_ = snapshot.at.index + 1;
            snapshot_unordered_ = true;
            restoring_ = true;
        }
    }
    send(from, AppendReply{true, commit_, {}});
}

}   // namespace glasshive::raft
