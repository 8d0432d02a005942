#include "kernel/messages.h"

#include <algorithm>

#include "base/assert.h"
#include "kernel/events.h"

namespace glasshive::kernel {

/// What chance costs a message on a lossy path: the timeouts until a copy of it gets through.
Duration Messages::loss_delay(std::uint32_t loss_ppm) {
    Duration delay{};
    Duration rto = rto_first;
    while (loss_.chance_ppm(loss_ppm) && delay < tcp_gives_up) {
        delay += rto;
        rto = std::min(rto * 2, rto_most);
    }
    return delay;
}

void Messages::stall(ChannelId id, int side, std::uint32_t slot, bool under_way) {
    Channel& channel = *find(id);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    SIM_ASSERT(direction.stall == 0);
    if (free_stalls_.empty()) {
        direction.stall = static_cast<std::uint32_t>(stalls_.size());
        stalls_.emplace_back();
    } else {
        direction.stall = free_stalls_.back();
        free_stalls_.pop_back();
    }
    Stall& stalled = stall_of(direction);
    stalled.since = k_.now_;
    stalled.rto = rto_first;
    stalled.boots = boots_of(channel.ends[static_cast<std::size_t>(side)].process);
    stalled.cause = slots_[slot].cause;
    stalled.backlog.push_back(slot);
    stalled.arrived = under_way ? 1 : 0;
    note_stall(channel, side, slots_[slot]);
    arm_retry(id, side);
}

std::uint32_t Messages::boots_of(ProcessId process) const {
    const HostId host = k_.owner(process).host;
    return host.valid() ? k_.hosts_[host.index()].boots : 0;
}

void Messages::flow_again(Direction& direction) {
    stall_of(direction).backlog.clear();   // Its capacity serves the next one.
    free_stalls_.push_back(direction.stall);
    direction.stall = 0;
}

void Messages::note_stall(const Channel& channel, int side, const InFlight& flying) {
    const HostId from = k_.owner(channel.ends[static_cast<std::size_t>(side)].process).host;
    const HostId to = k_.owner(channel.ends[static_cast<std::size_t>(1 - side)].process).host;
    if (!from.valid() || !to.valid()) return;
    EventId why = k_.topology_.cut_now(from, to);
    if (why == scenario_cause) why = k_.topology_.cut_since(flying.epoch, from, to);
    if (why == scenario_cause) why = k_.topology_.cut_now(to, from);   // A handshake's way back.
    if (why == scenario_cause && !k_.hosts_[to.index()].on) why = k_.hosts_[to.index()].silenced_by;
    if (why == scenario_cause) why = k_.topology_.worse_now(from, to);
    const CauseScope scope(k_, why == scenario_cause ? flying.cause : why);
    k_.emit(events::message_stalled, k_.name_of(from), {field::name(k_.name_of(to))});
}

/// Not before the last message that is under way is there to wait with the others: a later one must
/// not overtake what is sent again.
void Messages::arm_retry(ChannelId id, int side) {
    Channel& channel = *find(id);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    ++channel.references;
    ++direction.retry_generation;
    const std::uint32_t slot = (id.value & channel_mask) * 2 + static_cast<std::uint32_t>(side);
    k_.push(std::max(k_.now_ + stall_of(direction).rto, direction.last_delivery),
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
    if (direction.stall == 0 || direction.retry_generation != Kernel::generation_of(payload)) {
        free_if_done(id);
        return;
    }
    // The retransmitting host itself died, if only for a moment since: its kernel forgot.
    if (silent(own.process) || stall_of(direction).boots != boots_of(own.process)) {
        drop_backlog(id, side);
        free_if_done(id);
        return;
    }
    if (!passes(*channel, side) || silent(peer.process)) {
        Stall& stalled = stall_of(direction);
        if (k_.now_ - stalled.since >= tcp_gives_up) {
            give_up(id, side);
            return;
        }
        stalled.rto = std::min(stalled.rto * 2, rto_most);
        arm_retry(id, side);
        return;
    }
    k_.cause_ = stall_of(direction).cause;
    const HostId from = k_.owner(own.process).host;
    const HostId to = k_.owner(peer.process).host;
    if (from.valid() && to.valid()) {
        const Duration stood = k_.now_ - stall_of(direction).since;
        k_.emit(events::message_resumed, k_.name_of(from),
                {field::name(k_.name_of(to)), field::duration(stood)});
    }
    for (const std::uint32_t slot : stall_of(direction).backlog) launch(*channel, side, slot);
    flow_again(direction);
    // The far end never heard that this one closed while the path was cut.
    if (own.closed) send_close(id, 1 - side, CloseReason::reset, direction.last_delivery);
    free_if_done(id);
}

void Messages::drop_backlog(ChannelId id, int side) {
    Channel& channel = *find(id);
    Direction& direction = channel.directions[static_cast<std::size_t>(side)];
    for (const std::uint32_t slot : stall_of(direction).backlog) {
        --channel.references;
        lose(slot);
    }
    flow_again(direction);
}

void Messages::give_up(ChannelId id, int side) {
    k_.cause_ = stall_of(find(id)->directions[static_cast<std::size_t>(side)]).cause;
    drop_backlog(id, side);
    send_close(id, side, CloseReason::timed_out, k_.now_);
    free_if_done(id);
}

}   // namespace glasshive::kernel
