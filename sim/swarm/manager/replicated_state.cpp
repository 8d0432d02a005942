#include "swarm/manager/replicated_state.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::swarm {

ReplicatedState::ReplicatedState(kernel::Kernel& kernel) : kernel_(kernel), store_(kernel) {
    remake_ingress({});
}

void ReplicatedState::set_certificate_validity(Duration validity) {
    auto cluster = std::make_shared<ClusterObject>(store_.cluster());
    cluster->certificate_validity = validity;
    store_.propose(Proposer::api, {Change{ClusterUpdate{std::move(cluster), {}}, scenario_cause}});
    store_.commit_next();
}

/// What was so before the swarm ran is nobody's decision, and in no log.
void ReplicatedState::remake_ingress(NetworkSpec spec) {
    const NameId name = kernel_.names().intern(ingress_network);
    spec.name = ingress_network;
    Transaction changes;
    if (const Network* before = store_.find_network(name); before != nullptr) {
        changes.push_back({NetworkRemove{before->id}, scenario_cause});
    }
    changes.push_back({NetworkCreate{.network = store_.new_network_id(), .name = name,
                                     .spec = std::make_shared<const NetworkSpec>(std::move(spec))},
                       scenario_cause});
    store_.propose(Proposer::api, std::move(changes));
    store_.commit_next();
}

void ReplicatedState::add_member(raft::MemberId member, ProcessId process, raft::Index index) {
    processes_[member] = process;
    snapshots_[member] = index;
    if (snapshots_.size() < 2 || base_ != nullptr) return;
    // A swarm of one never falls back, so it kept no history.
    base_ = std::make_unique<Store>(kernel_);
    base_->assume(store_);
    base_index_ = log_.last();
    since_base_.clear();
}

ProcessId ReplicatedState::process_of(raft::MemberId member) const {
    const auto found = processes_.find(member);
    return found == processes_.end() ? ProcessId{} : found->second;
}

void ReplicatedState::apply(raft::MemberId /*member*/, const raft::Entry& entry) {
    // What was so before the first entry, such as the first nodes, is in no log.
    if (log_.last() == 0 && base_ != nullptr) base_->assume(store_);
    const raft::CommittedLog::Verdict verdict = log_.record(entry);
    SIM_ASSERT(verdict == raft::CommittedLog::Verdict::first ||
               verdict == raft::CommittedLog::Verdict::known);
    if (verdict == raft::CommittedLog::Verdict::known) return;
    Past past;
    if (entry.kind == raft::Entry::Kind::data) {
        past.proposal = static_cast<const TransactionPayload&>(*entry.payload).proposal();
    }
    // Recorded before it is made true: what that leads to may come back here.
    const std::size_t place = since_base_.size();
    const bool keep = base_ != nullptr;
    if (keep) since_base_.push_back(past);
    if (past.proposal == nullptr) return;
    Record record = store_.apply(past.proposal);
    if (keep) since_base_[place].record = std::move(record);
}

void ReplicatedState::expel_all_but(raft::MemberId survivor) {
    for (const auto& [id, process] : processes_) {
        if (id != survivor) expelled_.insert(id);
    }
    std::erase_if(snapshots_, [&](const auto& each) { return each.first != survivor; });
}

void ReplicatedState::snapshot_taken(raft::MemberId member, raft::Index index) {
    const auto found = snapshots_.find(member);
    if (found == snapshots_.end()) return;
    found->second = std::max(found->second, index);
    forget_what_all_have();
}

void ReplicatedState::forget_what_all_have() {
    raft::Index least = log_.last();
    for (const auto& [id, snapshot] : snapshots_) least = std::min(least, snapshot);
    for (; base_index_ < least && !since_base_.empty(); ++base_index_) {
        const Past& past = since_base_.front();
        if (past.proposal != nullptr) base_->replay(past.proposal, past.record);
        since_base_.pop_front();
    }
    log_.forget_up_to(least);
}

void ReplicatedState::fall_back_to(raft::Index index) {
    if (index >= log_.last()) return;
    SIM_ASSERT(base_ != nullptr && index >= base_index_);
    since_base_.resize(index - base_index_);
    log_.cut_after(index);
    Store again(kernel_);
    again.assume(*base_);
    for (const Past& past : since_base_) {
        if (past.proposal != nullptr) again.replay(past.proposal, past.record);
    }
    store_.assume(again);
}

Bytes ReplicatedState::image_size() const {
    // As TransactionPayload: half a kilobyte per object.
    const std::size_t objects =
        store_.nodes().size() + store_.services().size() + store_.task_count();
    return Bytes{1024 + static_cast<std::int64_t>(objects) * 512};
}

}   // namespace glasshive::swarm
