#include "kernel/messages.h"

#include <algorithm>

#include "base/assert.h"
#include "kernel/events.h"

namespace glasshive::kernel {

Messages::Messages(Kernel& kernel)
    : k_(kernel),
      loss_(kernel.rng("net/loss")),
      jitter_(kernel.seed()),
      by_host_(kernel.hosts_.size() + 1) {}

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
    of(message.from).in_flight += message.size.count;
    InFlight& flying = slots_[slot];
    flying.message = std::move(message);
    flying.epoch = k_.topology_.cut_epoch();
    flying.cause = k_.cause_;
    return slot;
}

Message Messages::release(std::uint32_t slot) {
    Message message = std::move(slots_[slot].message);
    totals_.in_flight -= message.size.count;
    of(message.from).in_flight -= message.size.count;
    free_slots_.push_back(slot);
    return message;
}

void Messages::count_sent(ProcessId from, Bytes size) {
    totals_.sent += size.count;
    of(from).sent += size.count;
}

/// Outside the cluster counts as one more host, the last.
TrafficTotals& Messages::of(ProcessId process) {
    const HostId host = k_.owner(process).host;
    return host.valid() ? by_host_[host.index()] : by_host_.back();
}

const TrafficTotals& Messages::totals(HostId host) const {
    return host.valid() ? by_host_.at(host.index()) : by_host_.back();
}

void Messages::lose(std::uint32_t slot) {
    const Message message = release(slot);
    totals_.lost += message.size.count;
    of(message.from).lost += message.size.count;
}

PathInfo Messages::path_between(ProcessId from, ProcessId to) const {
    const HostId a = k_.owner(from).host;
    const HostId b = k_.owner(to).host;
    // Outside the cluster nothing is modelled: no latency, no limit worth the name, no loss.
    if (!a.valid() || !b.valid()) return {.bottleneck = gigabits(100)};
    return k_.topology_.path(a, b);
}

bool Messages::silent(ProcessId process) const {
    return !k_.owner(process).host_on;
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
    const EventId drop = k_.emit(events::message_dropped, k_.name_of(from),
                                 {field::name(k_.name_of(to)),
                                  field::name(k_.names().intern(reason)),
                                  field::bytes(lost.message.size)});
    last_drop_[{from, to}] = drop;
    k_.newest_silence_ = std::max(k_.newest_silence_, drop);
    if (last_drop_.size() > drops_most_) forget_old_drops();
}

/// A partition of a large cluster drops between ever new pairs. Only timers armed before a drop ask
/// for it; the cost is shared by the drops that made the list twice as long.
void Messages::forget_old_drops() {
    const EventId oldest = k_.oldest_awaiting();
    for (auto at = last_drop_.begin(); at != last_drop_.end();) {
        at = at->second > oldest ? std::next(at) : last_drop_.erase(at);
    }
    drops_most_ = std::max(drops_most_, last_drop_.size() * 2);
}

EventId Messages::last_drop(ProcessId from, ProcessId to) const {
    if (last_drop_.empty()) return scenario_cause;
    const auto at = last_drop_.find({k_.owner(from).host, k_.owner(to).host});
    return at == last_drop_.end() ? scenario_cause : at->second;
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
        if (k_.hold_if_paused(receiver, payload)) return;
    }
    k_.cause_ = slots_[slot].cause;
    const Message message = release(slot);
    totals_.received += message.size.count;
    of(to).received += message.size.count;
    k_.owner(to).process->on_message(message);
}

}   // namespace glasshive::kernel
