#include "kernel/flows.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "kernel/events.h"

namespace glasshive::kernel {

namespace {
constexpr double mss_bytes = 1460;       // Ethernet's 1500 less IPv4 and TCP headers (RFC 879).
constexpr double mathis_constant = 1.22;   // sqrt(3/2): Mathis et al. 1997, eq. 3.
}   // namespace

bool Flows::path_open(const Flow& f) const {
    const auto& from = k_.hosts_[f.from.index()];
    const auto& to = k_.hosts_[f.to.index()];
    if (!from.on || !to.on || from.paused || to.paused) return false;
    // Data one way, acknowledgements the other: a stream needs both.
    return k_.topology_.path(f.from, f.to).connected && k_.topology_.path(f.to, f.from).connected;
}

double Flows::rate_cap(const Flow& f) const {
    const PathInfo path = k_.topology_.path(f.from, f.to);
    const PathInfo back = k_.topology_.path(f.to, f.from);
    const double round_trip = seconds_of(path.latency + back.latency);
    double cap = 0;
    if (path.loss_ppm > 0 && round_trip > 0) {
        cap = mathis_constant * mss_bytes /
              (round_trip * std::sqrt(static_cast<double>(path.loss_ppm) / 1e6));
    }
    if (profile_.window_bytes > 0 && round_trip > 0) {
        const double window = profile_.window_bytes / round_trip;
        cap = cap > 0 ? std::min(cap, window) : window;
    }
    return cap;
}

FlowId Flows::pull(ProcessId owner, HostId source, const FlowOptions& options) {
    SIM_ASSERT(options.size.count >= 0);
    const HostId target = k_.host_of(owner);
    SIM_ASSERT(k_.owner(owner).running);
    SIM_ASSERT(target.valid());
    SIM_ASSERT(source.valid());
    FlowId id{};
    if (free_.empty()) {
        flows_.emplace_back();
        id = FlowId{static_cast<std::uint32_t>(flows_.size())};
    } else {
        id = free_.back();
        free_.pop_back();
    }
    Flow& f = flow(id);
    f.owner = owner;
    f.incarnation = k_.owner(owner).incarnation;
    f.from = source;
    f.to = target;
    f.in_engine = false;
    f.source_boots = k_.hosts_[source.index()].boots;
    f.remaining = static_cast<double>(options.size.count);
    f.size = options.size;
    f.argument = options.argument;
    f.active_index = static_cast<std::uint32_t>(active_.size());
    active_.push_back(id);
    f.subject = k_.names().intern("flow-" + std::to_string(++started_));
    const EventId event = k_.emit(events::flow_started, f.subject,
                                  {field::name(k_.name_of(source)), field::name(k_.name_of(target)),
                                   field::bytes(options.size)});
    f.cause = event;
    f.deadline = options.timeout == Duration::max() ? time_never : k_.now_ + options.timeout;
    f.give_up_at = f.deadline;
    if (f.deadline != time_never) arm_timeout(id, f.deadline);
    if (path_open(f)) {
        begin_latency(id);
    } else {
        const CauseScope scope(k_, event);
        note_stalled(id);
    }
    return id;
}

void Flows::note_stalled(FlowId id) {
    Flow& f = flow(id);
    f.state = State::stalled;
    ++f.stall_serial;   // A latency timer that runs is stale now.
    k_.emit(events::flow_stalled, f.subject,
            {field::bytes({static_cast<std::int64_t>(f.remaining)})});
    if (k_.now_ + tcp_gives_up >= f.give_up_at) return;
    f.give_up_at = k_.now_ + tcp_gives_up;
    arm_timeout(id, f.give_up_at);
}

void Flows::begin_latency(FlowId id) {
    Flow& f = flow(id);
    f.state = State::latency;
    const Duration latency = k_.topology_.path(f.from, f.to).latency;
    Duration wait = latency;
    if (profile_.latency_factor != 1) {
        wait =
            Duration{std::llround(static_cast<double>(latency.count()) * profile_.latency_factor)};
    }
    k_.push(k_.now_ + wait,
            Kernel::pack(Kernel::Entry::flow_ready, f.generation + f.stall_serial, slot_of(id)));
}

void Flows::ready(std::uint64_t payload) {
    const FlowId id{Kernel::slot_of(payload) + 1};
    Flow& f = flow(id);
    const bool current = ((f.generation + f.stall_serial) & Kernel::generation_mask) ==
                         Kernel::generation_of(payload);
    if (!current || f.state != State::latency) return;
    f.state = State::moving;
    k_.cause_ = f.cause;
    queue(id, Operation::start);
}

void Flows::arm_timeout(FlowId id, Time due) {
    k_.push(due, Kernel::pack(Kernel::Entry::flow_timeout, flow(id).generation, slot_of(id)));
}

void Flows::timed_out(std::uint64_t payload) {
    const FlowId id{Kernel::slot_of(payload) + 1};
    Flow& f = flow(id);
    if (f.state == State::unused || f.state == State::ended) return;
    if ((f.generation & Kernel::generation_mask) != Kernel::generation_of(payload)) return;
    if (k_.now_ < f.give_up_at) return;   // It healed meanwhile and its deadline moved.
    k_.cause_ = f.cause;
    queue(id, Operation::end, FlowEnd::timed_out, true);
}

void Flows::queue(FlowId id, Operation operation, FlowEnd end, bool tell) {
    if (operation == Operation::end) flow(id).state = State::ended;
    operations_.push_back({id, operation, end, tell, k_.cause_});
}

void Flows::cancel(FlowId id) {
    if (id == FlowId::none) return;
    const State state = flow(id).state;
    if (state == State::unused || state == State::ended) return;
    queue(id, Operation::end);
}

void Flows::drop_owner(ProcessId owner) {
    for (const FlowId id : active_) {
        if (flow(id).owner == owner && flow(id).state != State::ended) queue(id, Operation::end);
    }
}

void Flows::recheck() {
    if (topology_version_ != k_.topology_.version()) {
        topology_version_ = k_.topology_.version();
        refresh_ = !active_.empty();
    }
    for (const FlowId id : active_) {
        Flow& f = flow(id);
        if (f.state == State::ended) continue;
        const bool open = path_open(f);
        const bool source_on = k_.hosts_[f.from.index()].on;
        if (source_on && f.source_boots != k_.hosts_[f.from.index()].boots) {
            queue(id, Operation::end, FlowEnd::reset, true);
        } else if (f.state == State::stalled && open) {
            ++f.stall_serial;
            k_.emit(events::flow_resumed, f.subject,
                    {field::bytes({static_cast<std::int64_t>(f.remaining)})});
            f.give_up_at = f.deadline;
            begin_latency(id);
        } else if (f.state != State::stalled && !open) {
            if (f.in_engine) queue(id, Operation::stall);
            else note_stalled(id);
        } else if (f.in_engine && rate_cap(f) != f.rate_cap) {
            queue(id, Operation::recap);
        }
    }
}

void Flows::run_operations() {
    SIM_ASSERT(engine_ != nullptr);
    if (refresh_) engine_->refresh_links();
    refresh_ = false;
    // Operations may emit and call owners, who may queue more: those run in the next round.
    std::vector<Pending> batch;
    batch.swap(operations_);
    for (const Pending& pending : batch) run(pending);
    k_.cause_ = scenario_cause;
}

void Flows::stop_in_engine(FlowId id) {
    Flow& f = flow(id);
    if (!f.in_engine) return;
    f.remaining = std::max(0.0, engine_->stop(id));
    f.in_engine = false;
}

void Flows::run(const Pending& pending) {
    Flow& f = flow(pending.flow);
    if (f.state == State::unused) return;
    k_.cause_ = pending.cause;
    switch (pending.operation) {
        case Operation::start:
            if (f.state != State::moving || f.in_engine) return;
            f.rate_cap = rate_cap(f);
            f.in_engine = true;
            engine_->start(pending.flow, f.from, f.to, f.remaining, f.rate_cap);
            return;
        case Operation::recap: {
            if (!f.in_engine) return;
            stop_in_engine(pending.flow);
            f.rate_cap = rate_cap(f);
            f.in_engine = true;
            engine_->start(pending.flow, f.from, f.to, f.remaining, f.rate_cap);
            return;
        }
        case Operation::stall:
            if (f.state == State::stalled || f.state == State::ended || path_open(f)) return;
            stop_in_engine(pending.flow);
            note_stalled(pending.flow);
            return;
        case Operation::end:
            stop_in_engine(pending.flow);
            end_now(pending.flow, !pending.tell                         ? "cancelled"
                                  : pending.end == FlowEnd::timed_out ? "timed_out"
                                                                      : "reset",
                    pending.end, pending.tell);
            return;
    }
}

void Flows::emit_ended(Flow& f, const char* word) {
    const Bytes moved{f.size.count - static_cast<std::int64_t>(f.remaining)};
    done_.sent += f.size.count;
    done_.received += moved.count;
    done_.lost += f.size.count - moved.count;
    k_.cause_ = k_.emit(events::flow_ended, f.subject,
                        {field::name(k_.names().intern(word)), field::bytes(moved)});
}

void Flows::end_now(FlowId id, const char* word, FlowEnd end, bool tell) {
    Flow& f = flow(id);
    emit_ended(f, word);
    const ProcessId owner = f.owner;
    const std::uint64_t argument = f.argument;
    const auto& o = k_.owner(owner);
    const bool current = o.running && o.incarnation == f.incarnation;
    release(id);
    if (tell && current) o.process->on_flow_end(id, end, argument);
}

void Flows::finished(FlowId id) {
    Flow& f = flow(id);
    // A stop queued at this very instant lost the race: the bytes are there.
    if (f.state == State::unused || !f.in_engine) return;
    f.in_engine = false;
    f.remaining = 0;
    k_.cause_ = f.cause;
    if (f.state == State::ended) return;   // Cancelled just now; its end operation reports it.
    end_now(id, "done", FlowEnd::done, true);
    k_.cause_ = scenario_cause;
}

void Flows::release(FlowId id) {
    Flow& f = flow(id);
    active_[f.active_index] = active_.back();
    flow(active_[f.active_index]).active_index = f.active_index;
    active_.pop_back();
    f.state = State::unused;
    ++f.generation;   // The serial runs on: their sum, which guards queue entries, only rises.
    free_.push_back(id);
}

TrafficTotals Flows::totals() const {
    TrafficTotals totals = done_;
    for (const FlowId id : active_) {
        const Flow& f = flows_[static_cast<std::size_t>(id) - 1];
        totals.sent += f.size.count;
        totals.in_flight += f.size.count;
    }
    return totals;
}

}   // namespace glasshive::kernel
