#include "kernel/kernel.h"

#include <algorithm>

#include "base/assert.h"
#include "kernel/flows.h"
#include "kernel/messages.h"
#include "kernel/work_queues.h"

namespace glasshive::kernel {

Kernel::Kernel(EventStream& events, const Topology& topology, std::uint64_t seed)
    : events_(events), topology_(topology), seed_(seed), hosts_(topology.host_count()) {
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        hosts_[i].name =
            events_.names().intern(topology.host_name(HostId{static_cast<std::uint32_t>(i)}));
    }
    messages_ = std::make_unique<Messages>(*this);
    flows_ = std::make_unique<Flows>(*this);
    work_ = std::make_unique<WorkQueues>(*this);
}

Kernel::~Kernel() = default;

Kernel::Owner& Kernel::owner(ProcessId id) {
    SIM_ASSERT(id.index() < owners_.size());
    return owners_[id.index()];
}
const Kernel::Owner& Kernel::owner(ProcessId id) const {
    SIM_ASSERT(id.index() < owners_.size());
    return owners_[id.index()];
}
Kernel::Host& Kernel::host(HostId id) {
    SIM_ASSERT(id.index() < hosts_.size());
    return hosts_[id.index()];
}

bool Kernel::is_on(HostId id) const { return !id.valid() || hosts_.at(id.index()).on; }
bool Kernel::is_paused(HostId id) const { return id.valid() && hosts_.at(id.index()).paused; }
bool Kernel::is_running(ProcessId id) const { return owner(id).running; }
HostId Kernel::host_of(ProcessId id) const { return owner(id).host; }
NameId Kernel::name_of(HostId id) const { return hosts_.at(id.index()).name; }

void Kernel::tell_owners(const Host& h) {
    for (const ProcessId id : h.processes) {
        Owner& o = owners_[id.index()];
        o.host_on = h.on;
        o.host_paused = h.paused;
    }
}

// --- Processes and power -------------------------------------------------------------------------

ProcessId Kernel::add_process(HostId on, Process& process) {
    const ProcessId id{static_cast<std::uint32_t>(owners_.size())};
    process.id_ = id;
    owners_.push_back(Owner{.process = &process, .host = on});
    messages_->add_owner();
    if (on.valid()) {
        host(on).processes.push_back(id);
        tell_owners(host(on));
    }
    return id;
}

void Kernel::start(ProcessId id) {
    Owner& o = owner(id);
    SIM_ASSERT(!o.running);
    SIM_ASSERT(is_on(o.host));
    o.running = true;
    ++o.incarnation;
    o.process->on_start();
}

void Kernel::stop_process(ProcessId id, EventId why) {
    Owner& o = owner(id);
    o.running = false;
    o.silenced_by = why;
    newest_silence_ = std::max(newest_silence_, why);
    work_->drop_owner(id);
    flows_->drop_owner(id);
    Process* process = o.process;   // on_stop may add processes: `o` may move.
    process->on_stop();
}

void Kernel::kill(ProcessId id, EventId why) {
    if (!owner(id).running) return;
    const CauseScope scope(*this, why);
    messages_->end_all(id, true);   // The host's own kernel closes the sockets.
    stop_process(id, why);
}

void Kernel::power_off(HostId id, EventId why) {
    Host& h = host(id);
    if (!h.on) return;
    const CauseScope scope(*this, why);
    h.on = false;
    h.paused = false;
    h.silenced_by = why;
    newest_silence_ = std::max(newest_silence_, why);
    tell_owners(h);
    // What was held falls due now and meets a dead host, as it would have on the wire.
    for (const std::uint64_t payload : h.held) push(now_, payload);
    h.held.clear();
    const std::vector<ProcessId> processes = h.processes;
    for (const ProcessId process : processes) {
        if (!owner(process).running) continue;
        messages_->end_all(process, false);   // Nobody is left to say so.
        stop_process(process, why);
    }
    flows_->recheck();
}

void Kernel::power_on(HostId id) {
    Host& h = host(id);
    if (h.on) return;
    h.on = true;
    ++h.boots;
    tell_owners(h);
    work_->thaw(id);
    const std::vector<ProcessId> processes = h.processes;
    for (const ProcessId process : processes) {
        if (!owner(process).running) start(process);
    }
    flows_->recheck();
}

void Kernel::pause(HostId id, EventId why) {
    Host& h = host(id);
    if (!h.on || h.paused) return;
    h.paused = true;
    h.silenced_by = why;
    newest_silence_ = std::max(newest_silence_, why);
    tell_owners(h);
    work_->freeze(id);
    const CauseScope scope(*this, why);
    flows_->recheck();
}

void Kernel::resume(HostId id) {
    Host& h = host(id);
    if (!h.paused) return;
    h.paused = false;
    tell_owners(h);
    work_->thaw(id);
    // Held entries were popped in order of due time; equal due times keep that order in the queue.
    for (const std::uint64_t payload : h.held) push(now_, payload);
    h.held.clear();
    flows_->recheck();
}

bool Kernel::hold_if_paused(const Owner& o, std::uint64_t payload) {
    if (!o.host_paused) return false;
    hosts_[o.host.index()].held.push_back(payload);
    return true;
}

void Kernel::topology_changed() { flows_->recheck(); }

// --- Timers --------------------------------------------------------------------------------------

std::uint64_t Kernel::pack(Entry kind, std::uint32_t generation, std::uint32_t slot) {
    SIM_ASSERT(slot <= slot_mask);
    return (static_cast<std::uint64_t>(kind) << 61) |
           (static_cast<std::uint64_t>(generation & generation_mask) << slot_bits) | slot;
}

void Kernel::push(Time due, std::uint64_t payload) {
    queue_.push({.due_ns = ns_of(due), .payload = payload});
}

TimerId Kernel::after(ProcessId id, Duration delay, std::uint32_t tag, std::uint64_t argument,
                      ProcessId awaits) {
    SIM_ASSERT(delay.count() >= 0);
    const Owner& o = owner(id);
    SIM_ASSERT(o.running);
    std::uint32_t slot = 0;
    if (free_timers_.empty()) {
        slot = static_cast<std::uint32_t>(timers_.size());
        timers_.emplace_back();
    } else {
        slot = free_timers_.back();
        free_timers_.pop_back();
    }
    Timer& timer = timers_[slot];
    timer.owner = id;
    timer.incarnation = o.incarnation;
    timer.tag = tag;
    timer.argument = argument;
    timer.cause = cause_;
    timer.awaits = awaits;
    timer.epoch = topology_.cut_epoch();
    timer.armed_after = events_.last();
    const std::uint64_t payload = pack(Entry::timer, timer.generation, slot);
    // A delay past the end of time is "never", not an overflow.
    push(delay > time_never - now_ ? time_never : now_ + delay, payload);
    return TimerId{payload};
}

void Kernel::cancel(TimerId id) {
    if (id == TimerId::none) return;
    const auto payload = static_cast<std::uint64_t>(id);
    const std::uint32_t slot = slot_of(payload);
    SIM_ASSERT(slot < timers_.size());
    Timer& timer = timers_[slot];
    if ((timer.generation & generation_mask) != generation_of(payload)) return;   // Fired already.
    free_timer(slot);
}

void Kernel::free_timer(std::uint32_t slot) {
    ++timers_[slot].generation;
    timers_[slot].awaits = {};
    free_timers_.push_back(slot);
}

EventId Kernel::oldest_awaiting() const {
    EventId oldest = events_.last();
    for (const Timer& timer : timers_) {
        if (timer.awaits.valid()) oldest = std::min(oldest, timer.armed_after);
    }
    return oldest;
}

void Kernel::run_timer(std::uint64_t payload) {
    const std::uint32_t slot = slot_of(payload);
    Timer& timer = timers_[slot];
    if ((timer.generation & generation_mask) != generation_of(payload)) return;   // Cancelled.
    const Owner& o = owner(timer.owner);
    const bool current = o.running && o.incarnation == timer.incarnation;
    if (current && hold_if_paused(o, payload)) return;
    const std::uint32_t tag = timer.tag;
    const std::uint64_t argument = timer.argument;
    if (current) cause_ = timer.awaits.valid() ? why_silent(timer) : timer.cause;
    free_timer(slot);
    if (current) o.process->on_timer(tag, argument);
}

/// A timer that awaited somebody fired: what silenced that somebody, as far as anything did.
EventId Kernel::why_silent(const Timer& timer) const {
    const Owner& peer = owner(timer.awaits);
    const Owner& self = owner(timer.owner);
    const bool has_host = peer.host.valid();
    if (!peer.host_on || peer.host_paused) return hosts_[peer.host.index()].silenced_by;
    if (!peer.running) return peer.silenced_by;
    const bool ever_cut = topology_.cut_epoch() != 0;
    if (ever_cut && has_host && self.host.valid()) {
        for (const auto& [from, to] : {std::pair{peer.host, self.host}, {self.host, peer.host}}) {
            const EventId now = topology_.cut_now(from, to);
            if (now != scenario_cause) return now;
            const EventId before = topology_.cut_since(timer.epoch, from, to);
            if (before != scenario_cause) return before;
        }
    }
    // It lives and is in reach now, but was silenced, or its message lost, since the timer was set.
    if (newest_silence_ > timer.armed_after) {
        EventId newest = peer.silenced_by;
        if (has_host) newest = std::max(newest, hosts_[peer.host.index()].silenced_by);
        newest = std::max(newest, messages_->last_drop(timer.awaits, timer.owner));
        if (newest > timer.armed_after) return newest;
    }
    // Or what it said is on its way for longer than it should be.
    EventId worse = scenario_cause;
    if (has_host && self.host.valid()) {
        worse = std::max(topology_.worse_now(peer.host, self.host),
                         topology_.worse_now(self.host, peer.host));
    }
    return worse != scenario_cause ? worse : timer.cause;
}

// --- Messages, flows, work: the classes that hold their state ------------------------------------

ChannelId Kernel::connect(ProcessId from, ProcessId to) { return messages_->connect(from, to); }
void Kernel::send(ProcessId from, ChannelId channel, Outgoing message) {
    messages_->send(from, channel, std::move(message));
}
void Kernel::close(ProcessId from, ChannelId channel) { messages_->close(from, channel); }
bool Kernel::is_open(ChannelId channel) const { return messages_->is_open(channel); }
void Kernel::send_datagram(ProcessId from, ProcessId to, Outgoing message) {
    messages_->send_datagram(from, to, std::move(message));
}
TrafficTotals Kernel::traffic() const {
    TrafficTotals sum = messages_->totals();
    const TrafficTotals flows = flows_->totals();
    sum.sent += flows.sent;
    sum.received += flows.received;
    sum.lost += flows.lost;
    sum.in_flight += flows.in_flight;
    return sum;
}
TrafficTotals Kernel::traffic(HostId id) const { return messages_->totals(id); }

FlowId Kernel::pull(ProcessId o, HostId source, FlowOptions options) {
    return flows_->pull(o, source, options);
}
void Kernel::cancel(FlowId flow) { flows_->cancel(flow); }
void Kernel::set_flow_profile(const FlowProfile& profile) { flows_->set_profile(profile); }
void Kernel::set_flow_engine(FlowEngine* engine) { flows_->set_engine(engine); }
bool Kernel::has_flow_operations() const { return flows_->has_operations(); }
void Kernel::run_flow_operations() { flows_->run_operations(); }
void Kernel::flow_finished(FlowId flow) { flows_->finished(flow); }

QueueId Kernel::add_queue(HostId on, double capacity, double item_cap) {
    return work_->add_queue(on, capacity, item_cap);
}
void Kernel::set_queue_speed(QueueId queue, double factor) { work_->set_speed(queue, factor); }
WorkId Kernel::work(ProcessId o, QueueId queue, WorkOptions options) {
    return work_->submit(o, queue, options);
}
void Kernel::cancel(WorkId id) { work_->cancel(id); }
double Kernel::queue_rate_in_use(QueueId queue) const { return work_->rate_in_use(queue); }
std::size_t Kernel::queue_length(QueueId queue) const { return work_->length(queue); }
double Kernel::work_left(WorkId id) const { return work_->left(id); }

EventId Kernel::emit(const EventKind& kind, NameId subject,
                     std::initializer_list<FieldArgument> fields) {
    return events_.emit(now_, cause_, kind, subject, fields);
}

// --- Driving -------------------------------------------------------------------------------------

void Kernel::run_entry(std::uint64_t payload) {
    ++entries_run_;
    switch (static_cast<Entry>(payload >> 61)) {
        case Entry::timer: run_timer(payload); break;
        case Entry::message: messages_->deliver(payload); break;
        case Entry::retry: messages_->retry(payload); break;
        case Entry::close: messages_->deliver_close(payload); break;
        case Entry::flow_ready: flows_->ready(payload); break;
        case Entry::flow_timeout: flows_->timed_out(payload); break;
        case Entry::work: work_->look(payload); break;
    }
    cause_ = scenario_cause;
}

/// A large cluster's processes do not fit the nearest caches, and each link of the chain from a
/// timer to its process is a wait for memory: they are asked for one after the other while earlier
/// entries run. The distances are those that measured best (docs/performance.md).
void Kernel::prefetch() const {
    const auto is_timer = [](std::uint64_t payload) { return payload != 0 && payload >> 61 == 0; };
    if (const std::uint64_t far = queue_.ahead(11); is_timer(far)) {
        __builtin_prefetch(&timers_[slot_of(far)], 1);
    }
    if (const std::uint64_t near = queue_.ahead(7); is_timer(near)) {
        __builtin_prefetch(&owners_[timers_[slot_of(near)].owner.index()]);
    }
    if (const std::uint64_t soon = queue_.ahead(4); is_timer(soon)) {
        __builtin_prefetch(owners_[timers_[slot_of(soon)].owner.index()].process, 1);
    }
    if (const std::uint64_t next = queue_.ahead(1); is_timer(next)) {
        const Owner& o = owners_[timers_[slot_of(next)].owner.index()];
        messages_->prefetch(o.process->likely_channel_, o.host);
    }
    // GCC takes a function that only prefetches for one without effect, and drops its calls.
    asm volatile("");
}

std::size_t Kernel::drops_remembered() const { return messages_->drops_remembered(); }

Kernel::Drained Kernel::drain(Time limit, std::uint64_t events_max) {
    QueueEntry entry{};
    while (true) {
        if (flows_->has_operations()) return Drained::flow_operation;
        if (events_max == 0) return Drained::events_spent;
        if (!queue_.pop(ns_of(limit), entry)) return Drained::limit;
        SIM_ASSERT(entry.due_ns >= now_ns_);
        prefetch();
        now_ns_ = entry.due_ns;
        now_ = time_of_ns(entry.due_ns);
        run_entry(entry.payload);
        --events_max;
    }
}

Time Kernel::next_due() {
    return flows_->has_operations() ? now_ : time_of_ns(queue_.next_due_ns());
}

void Kernel::advance_to(Time time) {
    SIM_ASSERT(time >= now_);
    now_ = time;
    now_ns_ = ns_of(time);
}

}   // namespace glasshive::kernel
