#include "swarm/manager/manager.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/assert.h"
#include "swarm/events.h"
#include "swarm/security/tokens.h"

namespace glasshive::swarm {

namespace {
/// Timers of the consensus; the control loops' own tags lie below.
constexpr std::uint32_t consensus_tags = 64;
/// Source: swarmkit manager/state/raft/raft.go ErrNoClusterLeader, as the control API words it.
constexpr const char* no_leader =
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few "
    "managers are online. Make sure more than half of the managers are online.";
constexpr const char* deadline =
    "rpc error: code = DeadlineExceeded desc = context deadline exceeded";
}   // namespace

Manager::Manager(kernel::Kernel& kernel, HostId host, ReplicatedState& state, LogDisk* disk)
    : kernel_(kernel),
      process_(kernel.add_process(host, *this)),
      host_(host),
      state_(state),
      store_(state.store()),
      herald_(store_),
      consensus_(kernel, state, {process_, host, consensus_tags}, disk, *this),
      report_(kernel, state, kernel.name_of(host)) {}

// --- Life ----------------------------------------------------------------------------------------

void Manager::found(raft::MemberId member, const std::vector<raft::MemberId>& all) {
    stands_ = member == all.front();
    consensus_.be(member, raft::Saved::genesis(all));
}

void Manager::join(raft::MemberId member, const std::vector<raft::MemberId>& voters) {
    consensus_.be(member, raft::Saved::genesis(voters));
}

void Manager::on_start() {
    if (!consensus_.id().valid() || state_.is_expelled(consensus_.id())) return;
    const bool stands = stands_ && !ever_started_;
    locked_ = ever_started_ && store_.cluster().unlock_key > 0;
    ever_started_ = true;
    if (!locked_) start_consensus(stands);
}

void Manager::start_consensus(bool stands) {
    consensus_.start(stands);
    settle();
}

bool Manager::unlock(std::string_view key) {
    if (key != unlock_key(kernel_.seed(), store_.cluster())) return false;
    if (locked_) {
        locked_ = false;
        start_consensus(false);
    }
    return true;
}

void Manager::on_stop() {
    end_reign(false);
    stale_sessions_.clear();
    consensus_.stop();
}

/// Whatever happened: lead when it is time to, stop when it is over, and get on with it.
void Manager::settle() {
    if (loops_ != nullptr && !consensus_.leads()) end_reign(false);
    if (!consensus_.leads()) stale_sessions_.clear();
    if (loops_ == nullptr && stale_sessions_.empty() && consensus_.caught_up()) begin_reign();
    if (loops_ != nullptr) pump();
    if (consensus_.running()) report_.tell(*consensus_.raft());
}

void Manager::begin_reign() {
    if (state_.acting != nullptr) state_.acting->end_reign(true);
    state_.acting = this;
    store_.drop_proposals();
    const std::uint64_t term = consensus_.raft()->term();
    const auto voters = static_cast<std::int64_t>(consensus_.raft()->membership().voters().size());
    const EventId said =
        kernel_.emit(events::raft_leader, kernel_.name_of(host_),
                     {field::integer(static_cast<std::int64_t>(term)), field::integer(voters)});
    const kernel::CauseScope scope(kernel_, said);
    loops_ = std::make_unique<ControlLoops>(store_, process_, term, state_.policy,
                                            state_.decisions);
    herald_.set_dispatcher(&loops_->dispatcher());
    store_.set_announcer(&herald_);
    loops_->start(state_.agents);
}

/// `stale`: another manager leads, and this one does not know yet. It goes on answering the agents
/// it can reach; what it would decide never commits, so it decides nothing.
void Manager::end_reign(bool stale) {
    if (loops_ == nullptr) return;
    state_.agents = loops_->dispatcher().agents();
    if (stale) stale_sessions_ = loops_->dispatcher().sessions();
    else loops_->dispatcher().close_sessions();
    herald_.set_dispatcher(nullptr);
    loops_.reset();
    if (state_.acting == this) state_.acting = nullptr;
    store_.drop_proposals();
}

void Manager::pump() {
    while (loops_ != nullptr && (applied_ || store_.has_proposals())) {
        while (ProposalPtr proposal = store_.take_proposal()) {
            consensus_.propose(std::make_shared<TransactionPayload>(std::move(proposal)));
        }
        applied_ = false;
        if (loops_ != nullptr) loops_->tick();
    }
}

// --- Consensus -----------------------------------------------------------------------------------

void Manager::on_apply(const std::vector<raft::Entry>& entries) {
    for (const raft::Entry& entry : entries) {
        const bool first = entry.at.index > state_.applied();
        state_.apply(consensus_.id(), entry);
        applied_ = true;
        if (!first || entry.kind != raft::Entry::Kind::change) continue;
        const bool added = entry.change.kind == raft::Change::Kind::add;
        kernel_.emit(events::raft_member, host_of(entry.change.member),
                     {field::name(kernel_.names().intern(added ? "joined" : "removed")),
                      field::integer(static_cast<std::int64_t>(
                          consensus_.raft()->membership().voters().size()))});
    }
}

void Manager::on_restore(const raft::Snapshot& snapshot) {
    kernel_.emit(events::raft_snapshot, kernel_.name_of(host_),
                 {field::integer(static_cast<std::int64_t>(snapshot.at.index)),
                  field::bytes(snapshot.state == nullptr ? Bytes{} : snapshot.state->size())});
}

void Manager::on_role(const raft::RoleChange& change) {
    using raft::Role;
    const auto term = static_cast<std::int64_t>(change.term);
    if (change.now == Role::candidate) {
        const bool asked = change.why == raft::RoleReason::asked_to_stand;
        kernel_.emit(events::raft_candidate, kernel_.name_of(host_),
                     {field::integer(term),
                      field::name(kernel_.names().intern(asked ? "asked to stand"
                                                               : "no leader was heard")),
                      field::integer(change.ticks)});
    }
    if (change.before != Role::leader || change.now == Role::leader) return;
    const char* why = "another leads in a later term";
    if (change.why == raft::RoleReason::quorum_lost) why = "a majority is silent";
    if (change.why == raft::RoleReason::removed) why = "it was removed";
    kernel_.emit(events::raft_stepdown, kernel_.name_of(host_),
                 {field::integer(term), field::name(kernel_.names().intern(why))});
}

/// Only a leader that is one no more is refused: its loops end with the step that told it so.
void Manager::on_proposal_refused() {}

NameId Manager::host_of(raft::MemberId member) const {
    const ProcessId process = state_.process_of(member);
    return process.valid() ? kernel_.name_of(kernel_.host_of(process)) : NameId{};
}

bool Manager::add_member(raft::MemberId member) {
    if (!acts()) return false;
    consensus_.change({raft::Change::Kind::add, member});
    settle();
    return true;
}

/// Source: swarmkit manager/controlapi/node.go UpdateNode; manager/role_manager.go;
/// manager/state/raft/raft.go CanRemoveMember.
std::string Manager::demotion_refusal(raft::MemberId member) const {
    const std::vector<raft::MemberId>& voters = consensus_.raft()->membership().voters();
    if (voters.size() <= 1) {
        return "rpc error: code = FailedPrecondition desc = attempting to demote the last manager "
               "of the swarm";
    }
    std::size_t reachable = 0;
    for (const raft::MemberId voter : voters) {
        if (voter == member) continue;
        reachable += voter == consensus_.id() || consensus_.reaches(voter) ? 1 : 0;
    }
    if (reachable >= (voters.size() - 1) / 2 + 1) return "";
    return "rpc error: code = FailedPrecondition desc = can't remove member from the raft: this "
           "would result in a loss of quorum";
}

/// Members whose node is to be a worker leave the consensus.
/// Source: swarmkit manager/role_manager.go reconcileRole, roleReconcileInterval.
void Manager::reconcile_roles() {
    constexpr Duration every = std::chrono::seconds{5};
    if (!acts() || kernel_.now() - roles_tried_at_ < every) return;
    for (const raft::MemberId voter : consensus_.raft()->membership().voters()) {
        const ProcessId process = state_.process_of(voter);
        const Node* node =
            process.valid() ? store_.find_node(kernel_.host_of(process)) : nullptr;
        if (node == nullptr || node->config->role == NodeRole::manager) continue;
        if (!demotion_refusal(voter).empty()) continue;
        roles_tried_at_ = kernel_.now();
        if (voter != consensus_.id()) {
            consensus_.change({raft::Change::Kind::remove, voter});
            return;
        }
        for (const raft::MemberId other : consensus_.raft()->membership().voters()) {
            if (other == voter || !consensus_.reaches(other)) continue;
            consensus_.transfer(other);
            return;
        }
    }
}

bool Manager::force_new_cluster() {
    if (!is_running() || !consensus_.running()) return false;
    end_reign(false);
    if (state_.acting != nullptr) state_.acting->end_reign(false);
    stale_sessions_.clear();
    raft::Saved saved = raft::force_new_cluster(consensus_.saved(), consensus_.id());
    const raft::Index kept = consensus_.saved().hard.commit;
    consensus_.stop();
    state_.expel_all_but(consensus_.id());
    state_.fall_back_to(kept);
    consensus_.be(consensus_.id(), std::move(saved));
    consensus_.start(true);
    settle();
    return true;
}

std::string Manager::refusal(bool& waits) const {
    waits = false;
    if (locked_) {
        return "Swarm is encrypted and needs to be unlocked before it can be used. Please use "
               "\"docker swarm unlock\" to unlock it.";
    }
    if (state_.is_expelled(consensus_.id())) return no_leader;
    if (acts() && consensus_.has_quorum()) return "";
    if (consensus_.leaderless_ticks() > 10) return no_leader;
    waits = true;
    return deadline;
}

// --- Handlers ------------------------------------------------------------------------------------

void Manager::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (state_.is_expelled(consensus_.id())) consensus_.stop();   // Left out while it ran.
    const bool consensus = consensus_.on_timer(tag, argument);
    if (consensus) reconcile_roles();
    if (!consensus && loops_ != nullptr) {
        loops_->on_timer(static_cast<LoopTimer>(tag), argument);
    }
    settle();
}

void Manager::on_message(const kernel::Message& message) {
    if (!consensus_.on_message(message)) {
        if (loops_ != nullptr) loops_->dispatcher().on_message(message);
        else answer_agent(message);
    }
    settle();
}

/// Who does not act as leader names who does; an overtaken leader goes on with its sessions.
void Manager::answer_agent(const kernel::Message& message) {
    kernel::Outgoing answer;
    answer.type = static_cast<std::uint16_t>(DispatcherMessage::session_invalid);
    answer.a = message.a;
    const auto type = static_cast<DispatcherMessage>(message.type);
    if (type == DispatcherMessage::heartbeat && stale_sessions_.count(message.a) > 0) {
        answer.type = static_cast<std::uint16_t>(DispatcherMessage::heartbeat_reply);
        answer.b = static_cast<std::uint64_t>(heartbeat_period.count());
    } else if (type == DispatcherMessage::session_request && consensus_.raft() != nullptr &&
               consensus_.raft()->leader().valid() && !consensus_.leads()) {
        answer.type = static_cast<std::uint16_t>(DispatcherMessage::session_redirect);
        answer.b = state_.process_of(consensus_.raft()->leader()).value;
    }
    kernel_.send(process_, message.channel, std::move(answer));
}

void Manager::on_channel_closed(ChannelId channel, kernel::CloseReason /*reason*/) {
    if (!consensus_.on_channel_closed(channel) && loops_ != nullptr) {
        loops_->dispatcher().on_channel_closed(channel);
    }
    settle();
}

void Manager::on_work_done(std::uint32_t /*tag*/, std::uint64_t /*argument*/) {
    consensus_.on_work_done();
    settle();
}

}   // namespace glasshive::swarm
