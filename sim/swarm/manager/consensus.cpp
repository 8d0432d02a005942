#include "swarm/manager/consensus.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"

namespace glasshive::swarm {

namespace {
constexpr Bytes envelope_size{64};   // gRPC and HTTP/2 headers of one call.
}   // namespace

Consensus::Consensus(kernel::Kernel& kernel, ReplicatedState& state, const Place& place,
                     LogDisk* disk, Listener& listener)
    : kernel_(kernel), state_(state), place_(place), disk_(disk), listener_(listener) {}

void Consensus::be(raft::MemberId id, raft::Saved saved) {
    SIM_ASSERT(!running());
    id_ = id;
    saved_ = std::move(saved);
    state_.add_member(id, place_.owner, saved_.snapshot.at.index);
}

// --- Life ----------------------------------------------------------------------------------------

void Consensus::start(bool stand) {
    SIM_ASSERT(id_.valid());
    ++lives_;
    const std::string stream =
        "raft/" + std::to_string(id_.value) + (lives_ > 1 ? "/" + std::to_string(lives_) : "");
    auto rng = std::make_shared<kernel::Rng>(kernel_.rng(stream));
    raft_.emplace(id_, saved_, raft::Options{},
                  [rng](std::uint64_t bound) { return rng->below(bound); });
    leaderless_ = 0;
    stepping_ = true;
    for (raft::Output& output : raft_->start()) carry_out(std::move(output));
    stepping_ = false;
    drain();
    arm_tick();
    const std::vector<raft::MemberId>& voters = raft_->membership().voters();
    const bool sole = voters.size() == 1 && voters.front() == id_;
    if (stand || sole) step(raft::Campaign{});
}

void Consensus::stop() {
    raft_.reset();
    todo_.clear();
    orders_.clear();
    peers_.clear();
    writing_ = false;
    stepping_ = false;
}

// --- In and out ----------------------------------------------------------------------------------

void Consensus::step(raft::Input input) {
    todo_.push_back(std::move(input));
    if (!stepping_) drain();   // Whoever is in the middle of a step goes on with it.
}

void Consensus::drain() {
    stepping_ = true;
    while (!todo_.empty() && raft_) {
        const raft::Input next = std::move(todo_.front());
        todo_.pop_front();
        for (raft::Output& output : raft_->step(next)) carry_out(std::move(output));
    }
    stepping_ = false;
}

void Consensus::carry_out(raft::Output output) {
    if (const auto* sent = std::get_if<raft::Send>(&output)) {
        send(sent->message);
    } else if (const auto* order = std::get_if<raft::Persist>(&output)) {
        persist(*order);
    } else if (const auto* apply = std::get_if<raft::Apply>(&output)) {
        listener_.on_apply(apply->entries);
    } else if (const auto* restore = std::get_if<raft::Restore>(&output)) {
        state_.snapshot_taken(id_, restore->snapshot.at.index);
        listener_.on_restore(restore->snapshot);
    } else if (const auto* wanted = std::get_if<raft::SnapshotWanted>(&output)) {
        todo_.push_back(raft::SnapshotTaken{
            {.at = wanted->at, .membership = wanted->membership,
             .state = std::make_shared<StateImage>(state_.image_size())}});
    } else if (const auto* role = std::get_if<raft::RoleChange>(&output)) {
        listener_.on_role(*role);
    } else if (std::holds_alternative<raft::LeaderKnown>(output)) {
        leaderless_ = 0;
    } else if (std::holds_alternative<raft::Refused>(output)) {
        listener_.on_proposal_refused();
    }
}

void Consensus::propose(raft::PayloadPtr payload) {
    step(raft::Propose{++requests_, std::move(payload)});
}

void Consensus::change(raft::Change change) { step(raft::ProposeChange{++requests_, change}); }

void Consensus::transfer(raft::MemberId to) { step(raft::Transfer{++requests_, to}); }

bool Consensus::caught_up() const {
    return leads() && raft_->applied() >= raft_->log().last().index;
}

bool Consensus::has_quorum() const {
    if (!leads()) return false;
    std::size_t heard = 0;
    for (const raft::MemberId voter : raft_->membership().voters()) {
        heard += voter == id_ || reaches(voter) ? 1 : 0;
    }
    return heard >= raft_->membership().majority();
}

bool Consensus::reaches(raft::MemberId peer) const {
    const auto found = peers_.find(peer);
    return found != peers_.end() && found->second.heard_at &&
           kernel_.now() - *found->second.heard_at <= 2 * raft_tick;
}

// --- The network ---------------------------------------------------------------------------------

void Consensus::send(const raft::Message& message) {
    const ProcessId to = state_.process_of(message.to);
    if (!to.valid()) return;
    Peer& peer = peers_[message.to];
    if (!peer.channel.valid()) peer.channel = kernel_.connect(place_.owner, to);
    if (!peer.silent_since) peer.silent_since = kernel_.now();
    peer.snapshot =
        peer.snapshot || std::holds_alternative<raft::InstallSnapshot>(message.body);
    auto envelope = std::make_shared<RaftEnvelope>();
    envelope->message = message;
    kernel_.send(place_.owner, peer.channel,
                 {.type = raft_message, .body = std::move(envelope),
                  .size = raft::size_of(message) + envelope_size});
}

bool Consensus::on_message(const kernel::Message& message) {
    if (message.type != raft_message) return false;
    if (!raft_) return true;
    const raft::Message& said = static_cast<const RaftEnvelope&>(*message.body).message;
    Peer& peer = peers_[said.from];
    peer.silent_since.reset();
    peer.heard_at = kernel_.now();
    if (peer.snapshot && std::holds_alternative<raft::AppendReply>(said.body)) {
        peer.snapshot = false;
        todo_.push_back(raft::SnapshotSent{said.from});
    }
    step(said);
    return true;
}

/// Nothing came back: what waits on the stream is given up, and Raft is told.
void Consensus::lose(raft::MemberId id) {
    Peer& peer = peers_[id];
    peer.channel = ChannelId{};
    peer.silent_since.reset();
    const bool snapshot = std::exchange(peer.snapshot, false);
    step(raft::SendFailed{id, snapshot});
}

bool Consensus::on_channel_closed(ChannelId channel) {
    for (auto& [id, peer] : peers_) {
        if (peer.channel != channel) continue;
        lose(id);
        return true;
    }
    return false;
}

// --- The clock -----------------------------------------------------------------------------------

/// A follower's tick waits for the leader, a leader's for a silent follower: should it end in an
/// election, or in the end of a reign, that silence is why.
void Consensus::arm_tick() {
    raft::MemberId awaited = raft_->leader();
    if (awaited == id_) {
        awaited = raft::MemberId{};
        for (const auto& [id, peer] : peers_) {
            if (peer.silent_since && !reaches(id)) awaited = id;
        }
    }
    kernel_.after(place_.owner, raft_tick, place_.tag_first, 0,
                  awaited.valid() ? state_.process_of(awaited) : ProcessId{});
}

bool Consensus::on_timer(std::uint32_t tag, std::uint64_t /*argument*/) {
    if (tag != place_.tag_first) return false;
    if (raft_) tick();
    return true;
}

void Consensus::tick() {
    std::vector<raft::MemberId> silent;
    for (const auto& [id, peer] : peers_) {
        if (peer.silent_since && kernel_.now() - *peer.silent_since >= raft_send_timeout) {
            silent.push_back(id);
        }
    }
    for (const raft::MemberId id : silent) {
        const ChannelId channel = peers_[id].channel;
        if (channel.valid()) kernel_.close(place_.owner, channel);
        lose(id);
    }
    step(raft::Tick{});
    leaderless_ = raft_->leader().valid() ? 0 : leaderless_ + 1;
    arm_tick();
}

// --- The disk ------------------------------------------------------------------------------------

void Consensus::persist(const raft::Persist& order) {
    const bool free_now = orders_.empty() && (alone() || disk_ == nullptr || !order.sync);
    if (!free_now) {
        orders_.push_back(order);
        if (!writing_) write_next();
        return;
    }
    saved_.write(order);
    if (!order.snapshot.empty()) state_.snapshot_taken(id_, order.snapshot.back().at.index);
    todo_.push_back(raft::Persisted{order.sequence});
}

void Consensus::write_next() {
    if (orders_.empty()) return;
    writing_ = true;
    Bytes bytes{128};   // The hard state and the record's header.
    for (const raft::Entry& entry : orders_.front().entries) bytes += raft::size_of(entry);
    for (const raft::Snapshot& snapshot : orders_.front().snapshot) {
        if (snapshot.state != nullptr) bytes += snapshot.state->size();
    }
    kernel_.work(place_.owner, disk_->queue(place_.host),
                 {.amount = disk_->work(place_.host, bytes), .tag = place_.tag_first});
}

void Consensus::on_work_done() {
    SIM_ASSERT(!orders_.empty());
    const raft::Persist order = std::move(orders_.front());
    orders_.pop_front();
    writing_ = false;
    saved_.write(order);
    if (!order.snapshot.empty()) state_.snapshot_taken(id_, order.snapshot.back().at.index);
    write_next();
    step(raft::Persisted{order.sequence});
}

}   // namespace glasshive::swarm
