#include "kernel/messages.h"

#include <algorithm>

#include "base/assert.h"
#include "kernel/events.h"

namespace glasshive::kernel {

Messages::Messages(Kernel& kernel)
    : k_(kernel), loss_(kernel.rng("net/loss")), by_host_(kernel.hosts_.size()) {}

// --- Slots of messages in flight -----------------------------------------------------------------

std::uint32_t Messages::take_slot(Message&& message) {
    std::uint32_t slot = 0;
    if (free_slots_.empty()) {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        slot = free_slots_.back();
        free_slots_.pop_back();
    }
    totals_.in_flight += message.size.count;
    InFlight& flying = slots_[slot];
    flying.message = std::move(message);
    flying.epoch = k_.topology_.cut_epoch();
    flying.cause = k_.cause_;
    return slot;
}

Message Messages::release(std::uint32_t slot) {
    Message message = std::move(slots_[slot].message);
    totals_.in_flight -= message.size.count;
    free_slots_.push_back(slot);
    return message;
}

void Messages::count_sent(ProcessId from, Bytes size) {
    totals_.sent += size.count;
    const HostId host = k_.owner(from).host;
    if (host.valid()) by_host_[host.index()].sent += size.count;
}

void Messages::lose(std::uint32_t slot) {
    const Message message = release(slot);
    totals_.lost += message.size.count;
    const HostId host = k_.owner(message.from).host;
    if (host.valid()) by_host_[host.index()].lost += message.size.count;
}

PathInfo Messages::path_between(ProcessId from, ProcessId to) const {
    const HostId a = k_.owner(from).host;
    const HostId b = k_.owner(to).host;
    // Outside the cluster nothing is modelled: no latency, no limit worth the name, no loss.
    if (!a.valid() || !b.valid()) return {.bottleneck = gigabits(100)};
    return k_.topology_.path(a, b);
}

bool Messages::silent(ProcessId process) const {
    const HostId host = k_.owner(process).host;
    return host.valid() && !k_.hosts_[host.index()].on;
}

Duration Messages::loss_delay(std::uint32_t loss_ppm) {
    Duration delay{};
    Duration rto = rto_first;
    while (loss_.chance_ppm(loss_ppm) && delay < tcp_gives_up) {
        delay += rto;
        rto = std::min(rto * 2, rto_most);
    }
    return delay;
}

// --- Datagrams -----------------------------------------------------------------------------------

void Messages::send_datagram(ProcessId from, ProcessId to, Outgoing&& out) {
    const PathInfo path = path_between(from, to);
    count_sent(from, out.size);
    const std::uint32_t slot = take_slot({.from = from, .to = to, .channel = {}, .type = out.type,
                                          .a = out.a, .b = out.b, .body = std::move(out.body),
                                          .size = out.size});
    const bool lost = path.loss_ppm > 0 && loss_.chance_ppm(path.loss_ppm);
    if (!path.connected || lost) {
        note_drop(slots_[slot], path.connected ? "loss" : "cut");
        lose(slot);
        return;
    }
    const Duration wire = path.latency + transfer_time(slots_[slot].message.size, path.bottleneck);
    k_.push(k_.now_ + wire, Kernel::pack(Kernel::Entry::message, 0, slot));
}

void Messages::note_drop(const InFlight& lost, const char* reason) {
    const HostId from = k_.owner(lost.message.from).host;
    const HostId to = k_.owner(lost.message.to).host;
    if (!from.valid() || !to.valid()) return;   // The outside has no name to report under.
    // What cut the path explains the drop better than what sent the message.
    EventId why = k_.topology_.cut_now(from, to);
    if (why == scenario_cause) why = k_.topology_.cut_since(lost.epoch, from, to);
    if (why == scenario_cause && !k_.hosts_[to.index()].on) why = k_.hosts_[to.index()].silenced_by;
    const CauseScope scope(k_, why == scenario_cause ? lost.cause : why);
    last_drop_[{from, to}] = k_.emit(events::message_dropped, k_.name_of(from),
                                     {field::name(k_.name_of(to)),
                                      field::name(k_.names().intern(reason)),
                                      field::bytes(lost.message.size)});
}

EventId Messages::last_drop(ProcessId from, ProcessId to) const {
    const auto at = last_drop_.find({k_.owner(from).host, k_.owner(to).host});
    return at == last_drop_.end() ? scenario_cause : at->second;
}

// --- Channels: opening, sending ------------------------------------------------------------------

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
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    const std::uint32_t version = k_.topology_.version();
    if (direction.version != version) {
        direction.path = path_between(channel.ends[static_cast<std::size_t>(side)].process,
                                      channel.ends[static_cast<std::size_t>(1 - side)].process);
        direction.version = version;
    }
    return direction.path;
}

void Messages::launch(Channel& channel, int side, std::uint32_t slot) {
    const PathInfo& path = current_path(channel, side);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    InFlight& flying = slots_[slot];
    flying.epoch = k_.topology_.cut_epoch();
    Duration wire = path.latency + transfer_time(flying.message.size, path.bottleneck);
    if (path.loss_ppm > 0) wire += loss_delay(path.loss_ppm);
    direction.last_delivery = std::max(k_.now_ + wire, direction.last_delivery);
    k_.push(direction.last_delivery, Kernel::pack(Kernel::Entry::message, 0, slot));
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
    if (direction.stalled) {
        direction.backlog.push_back(slot);
    } else if (!current_path(*channel, side).connected || silent(peer.process)) {
        stall(id, side, slot);
    } else {
        launch(*channel, side, slot);
    }
}

// --- Delivery ------------------------------------------------------------------------------------

void Messages::deliver(std::uint64_t payload) {
    const std::uint32_t slot = Kernel::slot_of(payload);
    InFlight& flying = slots_[slot];
    const ProcessId to = flying.message.to;
    if (flying.message.channel.valid()) {
        if (!deliver_on_channel(slot, payload)) return;
    } else {
        const Kernel::Owner& receiver = k_.owner(to);
        const Kernel::Owner& sender = k_.owner(flying.message.from);
        const bool hosted = receiver.host.valid() && sender.host.valid();
        const bool cut = hosted && flying.epoch != k_.topology_.cut_epoch() &&
                         k_.topology_.cut_since(flying.epoch, sender.host, receiver.host) !=
                             scenario_cause;
        if (cut || !receiver.running) {
            note_drop(flying, cut ? "cut" : silent(to) ? "host_off" : "not_running");
            lose(slot);
            return;
        }
        if (k_.hold_if_paused(to, payload)) return;
    }
    k_.cause_ = slots_[slot].cause;
    const Message message = release(slot);
    totals_.received += message.size.count;
    const Kernel::Owner& receiver = k_.owner(to);
    if (receiver.host.valid()) by_host_[receiver.host.index()].received += message.size.count;
    receiver.process->on_message(message);
}

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

    if (direction
            .stalled) {   // Behind a message that has not got through: streams keep their order.
        direction.backlog.push_back(slot);
        return false;
    }
    const bool cut =
        hosted && flying.epoch != k_.topology_.cut_epoch() &&
        k_.topology_.cut_since(flying.epoch, from_host, receiver.host) != scenario_cause;
    if (cut || silent(to)) {
        stall(id, side, slot);
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
    if (k_.hold_if_paused(to, payload)) return false;
    far.incarnation = receiver.incarnation;
    --channel->references;
    free_if_done(id);
    return true;
}

// --- Stalls and retransmission -------------------------------------------------------------------

void Messages::stall(ChannelId id, int side, std::uint32_t slot) {
    Channel& channel = *find(id);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    SIM_ASSERT(!direction.stalled);
    direction.stalled = true;
    direction.stalled_since = k_.now_;
    direction.rto = rto_first;
    direction.cause = slots_[slot].cause;
    direction.backlog.push_back(slot);
    const HostId from = k_.owner(channel.ends[static_cast<std::size_t>(side)].process).host;
    const HostId to = k_.owner(channel.ends[static_cast<std::size_t>(1 - side)].process).host;
    if (from.valid() && to.valid()) {
        EventId why = k_.topology_.cut_now(from, to);
        if (why == scenario_cause) why = k_.topology_.cut_since(slots_[slot].epoch, from, to);
        if (why == scenario_cause && !k_.hosts_[to.index()].on) {
            why = k_.hosts_[to.index()].silenced_by;
        }
        const CauseScope scope(k_, why == scenario_cause ? direction.cause : why);
        k_.emit(events::message_stalled, k_.name_of(from), {field::name(k_.name_of(to))});
    }
    arm_retry(id, side);
}

void Messages::arm_retry(ChannelId id, int side) {
    Channel& channel = *find(id);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    ++channel.references;
    ++direction.retry_generation;
    const std::uint32_t slot = (id.value & channel_mask) * 2 + static_cast<std::uint32_t>(side);
    k_.push(k_.now_ + direction.rto,
            Kernel::pack(Kernel::Entry::retry, direction.retry_generation, slot));
}

void Messages::retry(std::uint64_t payload) {
    const std::uint32_t packed = Kernel::slot_of(payload);
    const int side = static_cast<int>(packed & 1);
    const ChannelId id = id_of(packed / 2);
    Channel* channel = find(id);
    SIM_ASSERT(channel != nullptr);
    --channel->references;
    Direction& direction = channel->directions[static_cast<std::size_t>(side)];
    const End& own = channel->ends[static_cast<std::size_t>(side)];
    const End& peer = channel->ends[static_cast<std::size_t>(1 - side)];
    if (!direction.stalled || direction.retry_generation != Kernel::generation_of(payload)) {
        free_if_done(id);
        return;
    }
    if (silent(own.process)) {   // The retransmitting host itself died.
        drop_backlog(id, side);
        free_if_done(id);
        return;
    }
    if (!current_path(*channel, side).connected || silent(peer.process)) {
        if (k_.now_ - direction.stalled_since >= tcp_gives_up) {
            give_up(id, side);
            return;
        }
        direction.rto = std::min(direction.rto * 2, rto_most);
        arm_retry(id, side);
        return;
    }
    k_.cause_ = direction.cause;
    const HostId from = k_.owner(own.process).host;
    const HostId to = k_.owner(peer.process).host;
    if (from.valid() && to.valid()) {
        k_.emit(events::message_resumed, k_.name_of(from),
                {field::name(k_.name_of(to)), field::duration(k_.now_ - direction.stalled_since)});
    }
    direction.stalled = false;
    const std::vector<std::uint32_t> waiting = std::move(direction.backlog);
    direction.backlog.clear();
    for (const std::uint32_t slot : waiting) launch(*channel, side, slot);
    // The far end never heard that this one closed while the path was cut.
    if (own.closed) send_close(id, 1 - side, CloseReason::reset, direction.last_delivery);
    free_if_done(id);
}

void Messages::drop_backlog(ChannelId id, int side) {
    Channel& channel = *find(id);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    for (const std::uint32_t slot : direction.backlog) {
        --channel.references;
        lose(slot);
    }
    direction.backlog.clear();
    direction.stalled = false;
}

void Messages::give_up(ChannelId id, int side) {
    k_.cause_ = find(id)->directions[static_cast<std::size_t>(side)].cause;
    drop_backlog(id, side);
    send_close(id, side, CloseReason::timed_out, k_.now_);
    free_if_done(id);
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
    if (listens && k_.hold_if_paused(end.process, payload)) return;
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
    if (!direction.stalled) {
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
