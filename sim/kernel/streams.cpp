#include "kernel/messages.h"

#include <algorithm>

#include "base/assert.h"
#include "kernel/events.h"

namespace glasshive::kernel {

// --- Opening and sending -------------------------------------------------------------------------

ChannelId Messages::id_of(std::uint32_t slot) const {
    return ChannelId{slot | (channels_[slot].generation << channel_bits)};
}

Messages::Channel* Messages::find(ChannelId id) {
    return const_cast<Channel*>(std::as_const(*this).find(id));
}

const Messages::Channel* Messages::find(ChannelId id) const {
    const std::uint32_t slot = id.value & channel_mask;
    if (!id.valid() || slot >= channels_.size()) return nullptr;
    const Channel& channel = channels_[slot];
    return channel.used && id_of(slot) == id ? &channel : nullptr;
}

bool Messages::is_open(ChannelId id) const {
    const Channel* channel = find(id);
    return channel != nullptr && !channel->ends[0].closed && !channel->ends[1].closed;
}

ChannelId Messages::connect(ProcessId from, ProcessId to) {
    SIM_ASSERT(from != to);
    SIM_ASSERT(k_.owner(from).running);
    std::uint32_t slot = 0;
    if (free_channels_.empty()) {
        slot = static_cast<std::uint32_t>(channels_.size());
        SIM_ASSERT(slot < channel_mask);
        channels_.emplace_back();
    } else {
        slot = free_channels_.back();
        free_channels_.pop_back();
    }
    Channel& channel = channels_[slot];
    channel.used = true;
    channel.path_version = 0;
    const ProcessId processes[2] = {from, to};
    for (std::size_t side = 0; side < 2; ++side) {
        auto& list = channels_of_[processes[side].index()];
        channel.ends[side] = {.process = processes[side],
                              .list_index = static_cast<std::uint32_t>(list.size())};
        list.push_back(slot);
        channel.directions[side] = {};
    }
    channel.ends[0].incarnation = k_.owner(from).incarnation;
    // SYN and SYN-ACK: one round trip before the first message may leave, either way.
    const Duration round_trip =
        current_path(channel, 0).latency + current_path(channel, 1).latency;
    for (Direction& direction : channel.directions) direction.last_delivery = k_.now_ + round_trip;
    return id_of(slot);
}

const PathInfo& Messages::current_path(Channel& channel, int side) {
    const std::uint32_t version = k_.topology_.version();
    if (channel.path_version != version) {
        const auto& [near, far] = channel.ends;
        channel.directions[0].path = path_between(near.process, far.process);
        channel.directions[1].path = path_between(far.process, near.process);
        channel.path_version = version;
    }
    return channel.directions[static_cast<std::size_t>(side)].path;
}

namespace {

/// A path that loses everything is waited for as a cut one is: what will be lost until it ends is
/// not known when something is sent.
bool lets_through(const PathInfo& path) {
    return path.connected && path.loss_ppm < 1'000'000;
}

}   // namespace

bool Messages::passes(Channel& channel, int side) {
    if (!lets_through(current_path(channel, side))) return false;
    const bool established = channel.ends[1].incarnation != 0;
    return established || lets_through(current_path(channel, 1 - side));
}

void Messages::launch(Channel& channel, int side, std::uint32_t slot) {
    const PathInfo& path = current_path(channel, side);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    InFlight& flying = slots_[slot];
    flying.epoch = k_.topology_.cut_epoch();
    Duration wire = path.latency + transfer_time(flying.message.size, path.bottleneck);
    if (path.loss_ppm > 0) wire += loss_delay(path.loss_ppm);
    if (jitter_.any()) wire += jitter_of(flying.message.from, flying.message.to);
    direction.last_delivery = std::max(k_.now_ + wire, direction.last_delivery);
    k_.push(direction.last_delivery, Kernel::pack(Kernel::Entry::message, 0, slot));
}

std::uint32_t add_jitter(Kernel& kernel, std::string label, Duration mean) {
    return Messages::jitter_in(kernel).add(std::move(label), mean);
}

void set_jitter(Kernel& kernel, ProcessId process, std::uint32_t group) {
    Messages::jitter_in(kernel).set(process, group);
}

Duration Messages::jitter_of(ProcessId from, ProcessId to) {
    const HostId a = k_.owner(from).host, b = k_.owner(to).host;
    if (!a.valid() || !b.valid()) return {};
    return jitter_.draw(from, to, {a, k_.topology_.host_name(a)}, {b, k_.topology_.host_name(b)});
}

void Messages::send(ProcessId from, ChannelId id, Outgoing&& out) {
    Channel* channel = find(id);
    if (channel == nullptr) return;
    const int side = channel->ends[0].process == from ? 0 : 1;
    const End& own = channel->ends[static_cast<std::size_t>(side)];
    const End& peer = channel->ends[static_cast<std::size_t>(1 - side)];
    SIM_ASSERT(own.process == from);
    if (own.closed) return;
    count_sent(from, out.size);
    const std::uint32_t slot = take_slot({.from = from, .to = peer.process, .channel = id,
                                          .type = out.type, .a = out.a, .b = out.b,
                                          .body = std::move(out.body), .size = out.size});
    ++channel->references;
    Direction& direction = channel->directions[static_cast<std::size_t>(side)];
    if (direction.stall != 0) {
        stall_of(direction).backlog.push_back(slot);
    } else if (!passes(*channel, side) || silent(peer.process)) {
        stall(id, side, slot, false);
    } else {
        launch(*channel, side, slot);
    }
}

// --- Delivery ------------------------------------------------------------------------------------

/// True when the message may be handed over now; otherwise it was stalled, held, lost or refused.
bool Messages::deliver_on_channel(std::uint32_t slot, std::uint64_t payload) {
    const InFlight& flying = slots_[slot];
    const ChannelId id = flying.message.channel;
    Channel* channel = find(id);
    SIM_ASSERT(channel != nullptr);   // References keep it alive.
    const ProcessId to = flying.message.to;
    const int side = channel->ends[0].process == to ? 1 : 0;   // Of the sender.
    End& far = channel->ends[static_cast<std::size_t>(1 - side)];
    Direction& direction = channel->directions[static_cast<std::size_t>(side)];
    const Kernel::Owner& receiver = k_.owner(to);
    const HostId from_host = k_.owner(flying.message.from).host;
    const bool hosted = receiver.host.valid() && from_host.valid();

    if (direction.stall != 0) {
        // Behind a message that has not got through, before what was sent since: streams keep their
        // order.
        Stall& stalled = stall_of(direction);
        stalled.backlog.insert(stalled.backlog.begin() + stalled.arrived++, slot);
        return false;
    }
    const auto cut_on_the_way = [&](HostId a, HostId b) {
        return k_.topology_.cut_since(flying.epoch, a, b) != scenario_cause;
    };
    const bool handshake = channel->ends[1].incarnation == 0;
    const bool cut = hosted && flying.epoch != k_.topology_.cut_epoch() &&
                     (cut_on_the_way(from_host, receiver.host) ||
                      (handshake && cut_on_the_way(receiver.host, from_host)));
    if (cut || silent(to)) {
        stall(id, side, slot, true);
        return false;
    }
    const bool first = far.incarnation == 0;
    const bool gone = !receiver.running || (!first && far.incarnation != receiver.incarnation);
    if (gone || far.closed) {
        --channel->references;
        lose(slot);
        if (gone) mark_closed(id, 1 - side);
        send_close(id, side, first ? CloseReason::refused : CloseReason::reset, k_.now_);
        free_if_done(id);
        return false;
    }
    if (k_.hold_if_paused(receiver, payload)) return false;
    far.incarnation = receiver.incarnation;
    --channel->references;
    free_if_done(id);
    return true;
}

// --- Closing -------------------------------------------------------------------------------------

void Messages::send_close(ChannelId id, int side, CloseReason reason, Time not_before) {
    Channel& channel = *find(id);
    if (channel.ends[static_cast<std::size_t>(side)].closed) return;
    Time due = std::max(k_.now_, not_before);
    if (reason != CloseReason::timed_out) {   // Travels from the other end.
        const PathInfo& path = current_path(channel, 1 - side);
        if (!path.connected) return;   // Never heard; this end finds out when it next sends.
        due = std::max(due, k_.now_ + path.latency);
    }
    ++channel.references;
    const std::uint32_t slot = (id.value & channel_mask) * 2 + static_cast<std::uint32_t>(side);
    k_.push(due, Kernel::pack(Kernel::Entry::close, static_cast<std::uint32_t>(reason), slot));
}

void Messages::deliver_close(std::uint64_t payload) {
    const std::uint32_t packed = Kernel::slot_of(payload);
    const int side = static_cast<int>(packed & 1);
    const ChannelId id = id_of(packed / 2);
    const auto reason = static_cast<CloseReason>(Kernel::generation_of(payload));
    Channel* channel = find(id);
    SIM_ASSERT(channel != nullptr);
    End& end = channel->ends[static_cast<std::size_t>(side)];
    const Kernel::Owner& o = k_.owner(end.process);
    const bool listens = !end.closed && o.running &&
                         (end.incarnation == 0 || end.incarnation == o.incarnation);
    if (listens && k_.hold_if_paused(o, payload)) return;
    --channel->references;
    const ProcessId process = end.process;
    const bool bound = end.incarnation != 0;   // Unbound: it never heard of the channel.
    const ProcessId peer = channel->ends[static_cast<std::size_t>(1 - side)].process;
    mark_closed(id, side);
    free_if_done(id);
    if (!listens || !bound) return;
    const HostId from = k_.owner(process).host;
    const HostId to = k_.owner(peer).host;
    static constexpr const char* words[] = {"refused", "reset", "timed_out"};
    if (from.valid() && to.valid() && reason != CloseReason::reset) {
        const CauseScope scope(k_, k_.hosts_[to.index()].silenced_by);
        k_.emit(events::message_connection_lost, k_.name_of(from),
                {field::name(k_.name_of(to)),
                 field::name(k_.names().intern(words[static_cast<std::size_t>(reason)]))});
    }
    k_.owner(process).process->on_channel_closed(id, reason);
}

void Messages::close(ProcessId from, ChannelId id) {
    Channel* channel = find(id);
    if (channel == nullptr) return;
    const int side = channel->ends[0].process == from ? 0 : 1;
    if (channel->ends[static_cast<std::size_t>(side)].closed) return;
    mark_closed(id, side);
    Direction& direction = channel->directions[static_cast<std::size_t>(side)];
    // While stalled the FIN waits with the data; retry() sends it on.
    if (direction.stall == 0) {
        send_close(id, 1 - side, CloseReason::reset, direction.last_delivery);
    }
    free_if_done(id);
}

void Messages::mark_closed(ChannelId id, int side) {
    Channel& channel = *find(id);
    End& end = channel.ends[static_cast<std::size_t>(side)];
    if (end.closed) return;
    end.closed = true;
    unlink(channel, side);
}

void Messages::unlink(Channel& channel, int side) {
    const End& end = channel.ends[static_cast<std::size_t>(side)];
    auto& list = channels_of_[end.process.index()];
    const std::uint32_t at = end.list_index;
    list[at] = list.back();
    list.pop_back();
    if (at == list.size()) return;
    for (End& moved : channels_[list[at]].ends) {   // The one that took the place.
        if (moved.process == end.process && !moved.closed) moved.list_index = at;
    }
}

void Messages::end_all(ProcessId process, bool tell_peers) {
    const std::vector<std::uint32_t> open = channels_of_[process.index()];
    for (const std::uint32_t slot : open) {
        const ChannelId id = id_of(slot);
        const int side = channels_[slot].ends[0].process == process ? 0 : 1;
        mark_closed(id, side);
        if (tell_peers) send_close(id, 1 - side, CloseReason::reset, k_.now_);
        free_if_done(id);
    }
}

void Messages::free_if_done(ChannelId id) {
    Channel* channel = find(id);
    if (channel == nullptr || channel->references > 0) return;
    if (!channel->ends[0].closed || !channel->ends[1].closed) return;
    channel->used = false;
    channel->generation = (channel->generation + 1) & ((1U << (32 - channel_bits)) - 1);
    if (channel->generation == 0) channel->generation = 1;
    free_channels_.push_back(id.value & channel_mask);
}

}   // namespace glasshive::kernel
