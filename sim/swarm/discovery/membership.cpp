// The failure detector of discovery/gossip.h: SWIM as hashicorp/memberlist state.go does it.
#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "kernel/math.h"
#include "swarm/discovery/gossip.h"
#include "swarm/discovery/tags.h"

namespace glasshive::swarm::discovery {

namespace {
constexpr Bytes ping_size{64};
constexpr std::uint64_t direct = 1, indirect = 2;   // Stages of a probe.
}   // namespace

Duration suspicion_timeout(std::size_t nodes) {
    const double scale =
        kernel::portable_log(static_cast<double>(std::max<std::size_t>(nodes, 10))) /
        kernel::portable_log(10.0);
    // An epsilon below any cut keeps log10(1000) at 3, whatever the last bit of the quotient.
    const auto thousandths = static_cast<std::int64_t>(std::floor(scale * 1000 + 1e-6));
    return suspicion_mult * thousandths * probe_interval / 1000;
}

// --- Answering -----------------------------------------------------------------------------------

void Gossip::answer_ping(kernel::Kernel& kernel, HostId host, const kernel::Message& ping) {
    kernel.send_datagram(ping.to, ping.from,
                         {.type = static_cast<std::uint16_t>(GossipMessage::ack),
                          .a = host.value | ping.a << 32,
                          .b = ping.b,
                          .size = ping_size});
}

/// An indirect probe passes through here: the request on its way out, or the answer on its way
/// back.
void Gossip::relay(kernel::Kernel& kernel, const Group& group, const kernel::Message& message) {
    if (message.type == static_cast<std::uint16_t>(GossipMessage::ping_request)) {
        kernel.send_datagram(message.to, group.daemons[message.a],
                             {.type = static_cast<std::uint16_t>(GossipMessage::ping),
                              .a = message.from.value + std::uint64_t{1},
                              .b = message.b,
                              .size = ping_size});
        return;
    }
    const auto asker = static_cast<std::uint32_t>(message.a >> 32);
    SIM_ASSERT(asker != 0);
    kernel.send_datagram(message.to, ProcessId{asker - 1},
                         {.type = static_cast<std::uint16_t>(GossipMessage::ack),
                          .a = message.a & 0xFFFFFFFF,
                          .b = message.b,
                          .size = ping_size});
}

// --- Probing -------------------------------------------------------------------------------------

bool Gossip::is_probed(HostId host, const Peer& peer) const {
    return host != place_.host && peer.state != State::failed && peer.records != nullptr &&
           !peer.records->records.empty();
}

void Gossip::count_probed(bool before, bool after) {
    if (before == after) return;
    probed_ += after ? 1 : std::size_t{0} - 1;
    rearm_probes();
}

/// Sets the next probe so that all watchers together probe each peer once per interval.
void Gossip::rearm_probes() {
    kernel_.cancel(probe_timer_);
    probe_timer_ = kernel::TimerId::none;
    if (probed_ == 0) return;
    const Duration period = probe_interval * static_cast<std::int64_t>(group_.watchers.size()) /
                            static_cast<std::int64_t>(probed_);
    const kernel::CauseScope scope(kernel_, scenario_cause);   // A habit, not a consequence.
    probe_timer_ = after(rng_.between(Duration{0}, period), tags::probe);
}

void Gossip::probe_next() {
    SIM_ASSERT(probed_ > 0);   // Whoever takes the last peer cancels the timer.
    probe_timer_ = after(probe_interval * static_cast<std::int64_t>(group_.watchers.size()) /
                             static_cast<std::int64_t>(probed_),
                         tags::probe);
    // A shuffled round: every peer once, then a new order (memberlist state.go probe, resetNodes).
    for (int refills = 0; refills < 2; ++refills) {
        while (!probe_order_.empty()) {
            const HostId host = probe_order_.back();
            probe_order_.pop_back();
            const auto at = peers_.find(host);
            if (at == peers_.end() || !is_probed(host, at->second)) continue;
            if (at->second.nonce != 0) continue;   // The last probe is not over.
            probe(host, at->second);
            return;
        }
        for (const auto& [host, peer] : peers_) {
            if (host != place_.host) probe_order_.push_back(host);
        }
        for (std::size_t i = probe_order_.size(); i > 1; --i) {
            std::swap(probe_order_[i - 1], probe_order_[rng_.below(i)]);
        }
    }
}

void Gossip::probe(HostId host, Peer& peer) {
    peer.nonce = ++nonce_;
    datagram(daemon_of(host), GossipMessage::ping, 0, peer.nonce, ping_size);
    if (peer.state == State::suspect) {   // Gives it the chance to refute: state.go probeNode.
        datagram(daemon_of(host), GossipMessage::suspect, host.value, peer.records->incarnation,
                 ping_size);
    }
    peer.probe = after(probe_timeout, tags::probe_late, direct << 32 | host.value, daemon_of(host));
}

void Gossip::probe_late(HostId host, std::uint32_t stage) {
    Peer& peer = peers_.at(host);
    if (stage == indirect) {
        peer.nonce = 0;
        if (peer.state == State::alive) suspect(host, peer, true);
        return;
    }
    const std::size_t nodes = group_.daemons.size();
    std::vector<HostId> helpers;
    for (std::size_t tries = 0; tries < 3 * nodes && helpers.size() < indirect_checks; ++tries) {
        const HostId helper{static_cast<std::uint32_t>(rng_.below(nodes))};
        if (helper == host || helper == place_.host) continue;
        if (std::find(helpers.begin(), helpers.end(), helper) == helpers.end()) {
            helpers.push_back(helper);
        }
    }
    for (const HostId helper : helpers) {
        datagram(daemon_of(helper), GossipMessage::ping_request, host.value, peer.nonce, ping_size);
    }
    peer.probe = after(probe_interval - probe_timeout, tags::probe_late,
                       indirect << 32 | host.value, daemon_of(host));
}

void Gossip::on_ack(const kernel::Message& message) {
    const auto at = peers_.find(HostId{static_cast<std::uint32_t>(message.a)});
    if (at == peers_.end() || at->second.nonce != message.b || message.b == 0) return;
    kernel_.cancel(at->second.probe);
    at->second.nonce = 0;
}

// --- Suspicion and death -------------------------------------------------------------------------

void Gossip::tell_watchers(GossipMessage type, HostId host, std::uint32_t incarnation) {
    for (const HostId watcher : group_.watchers) {
        if (watcher == place_.host || watcher == host) continue;
        datagram(daemon_of(watcher), type, host.value, incarnation, ping_size);
    }
}

void Gossip::suspect(HostId host, Peer& peer, bool tell) {
    SIM_ASSERT(peer.state == State::alive);
    peer.state = State::suspect;
    peer.suspicion = after(suspicion_timeout(group_.daemons.size()), tags::suspicion, host.value,
                           daemon_of(host));
    if (!tell) return;
    const std::uint32_t incarnation = peer.records->incarnation;
    datagram(daemon_of(host), GossipMessage::suspect, host.value, incarnation, ping_size);
    tell_watchers(GossipMessage::suspect, host, incarnation);
}

void Gossip::fail(HostId host, Peer& peer, bool tell) {
    const bool was_probed = is_probed(host, peer);
    peer.state = State::failed;
    peer.suspicion = kernel::TimerId::none;
    if (peer.nonce != 0) kernel_.cancel(peer.probe);
    peer.nonce = 0;
    replace_backends(peer.records.get(), nullptr, "node failed");
    if (tell) tell_watchers(GossipMessage::dead, host, peer.records->incarnation);
    count_probed(was_probed, false);
    if (reconnect_timer_ == kernel::TimerId::none) {
        const kernel::CauseScope scope(kernel_, scenario_cause);
        reconnect_timer_ = after(reconnect_period(), tags::reconnect);
    }
}

void Gossip::on_accused(const kernel::Message& message) {
    const HostId host{static_cast<std::uint32_t>(message.a)};
    const auto incarnation = static_cast<std::uint32_t>(message.b);
    if (host == place_.host) {
        refute(incarnation);
        return;
    }
    const auto at = peers_.find(host);
    if (at == peers_.end() || incarnation < at->second.records->incarnation) return;
    Peer& peer = at->second;
    const bool dead = message.type == static_cast<std::uint16_t>(GossipMessage::dead);
    if (!dead && peer.state == State::alive) suspect(host, peer, false);
    if (!dead || peer.state == State::failed) return;
    kernel_.cancel(peer.suspicion);
    fail(host, peer, false);
}

void Gossip::refute(std::uint32_t incarnation) {
    if (incarnation < own_->incarnation) return;   // Refuted already.
    auto next = std::make_shared<HostRecords>(*own_);
    next->incarnation = incarnation + 1;
    own_ = std::move(next);
    changed();
}

// --- Return --------------------------------------------------------------------------------------

/// Each watcher would try once a second; ten tries a second by all of them find a healed path as
/// soon.
Duration Gossip::reconnect_period() const {
    const auto watchers = static_cast<std::int64_t>(group_.watchers.size());
    return std::max(reconnect_interval, reconnect_interval * watchers / 10);
}

void Gossip::reconnect(bool all) {
    std::vector<HostId> failed;
    for (const auto& [host, peer] : peers_) {
        if (peer.state == State::failed) failed.push_back(host);
    }
    if (failed.empty()) return;
    if (!all) failed = {failed[rng_.below(failed.size())]};
    for (const HostId host : failed) {
        datagram(daemon_of(host), GossipMessage::join, host.value,
                 peers_.at(host).records->incarnation, ping_size);
    }
    if (reconnect_timer_ == kernel::TimerId::none) {
        const kernel::CauseScope scope(kernel_, scenario_cause);
        reconnect_timer_ = after(reconnect_period(), tags::reconnect);
    }
}

void Gossip::on_join(const kernel::Message& message) {
    refute(static_cast<std::uint32_t>(message.b));
    send_records(message.from);
}

}   // namespace glasshive::swarm::discovery
