#include "workload/client.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "swarm/request.h"
#include "workload/events.h"

namespace glasshive::workload {

namespace {
enum Tag : std::uint32_t { arrival = 1, late, retry };
}

Client::Client(kernel::Kernel& kernel, const ClientSpec& spec, ClientTargets targets)
    : kernel_(kernel), spec_(spec), targets_(std::move(targets)),
      rng_(kernel.rng("workload/" + spec.name)), name_(kernel.names().intern(spec.name)),
      timeout_(kernel.names().intern("timeout")), refused_(kernel.names().intern("refused")),
      no_backend_(kernel.names().intern("no backend")),
      error_(kernel.names().intern("error")), stopped_(kernel.names().intern("client stopped")),
      unknown_(kernel.names().intern("unknown name")) {
    SIM_ASSERT(spec_.rate > 0);
    SIM_ASSERT(spec_.users == 0 || spec_.think_time > Duration::zero());
    SIM_ASSERT(!targets_.entries.empty());
    SIM_ASSERT(targets_.entries.size() == targets_.entry_names.size());
    gap_ = Duration{static_cast<std::int64_t>(1e9 / spec_.rate)};
}

// --- Arrivals ------------------------------------------------------------------------------------

void Client::on_start() {
    next_arrival_ = Time{} + spec_.start;
    if (next_arrival_ < kernel_.now()) next_arrival_ = kernel_.now();
    if (spec_.users > 0) {
        // Nobody starts on the same beat: user i of n comes i/n of a thought later.
        const kernel::CauseScope scope(kernel_, scenario_cause);
        for (std::uint32_t i = 0; i < spec_.users; ++i) {
            const Duration later = spec_.arrivals == ArrivalProcess::poisson
                                       ? rng_.exponential(spec_.think_time)
                                       : spec_.think_time * i / spec_.users;
            kernel_.after(id(), next_arrival_ + later - kernel_.now(), arrival);
        }
        return;
    }
    if (!spec_.trace.empty()) {
        follow_trace();
        return;
    }
    // A Poisson process has no first beat: its first arrival is a draw away, too.
    if (spec_.arrivals == ArrivalProcess::poisson) next_arrival_ += rng_.exponential(gap_);
    schedule_next();
}

/// What fell into a time without power never comes.
void Client::follow_trace() {
    while (traced_ < spec_.trace.size()) {
        next_arrival_ = Time{} + spec_.start + spec_.trace[traced_++];
        if (next_arrival_ < kernel_.now()) continue;
        schedule_next();
        return;
    }
}

bool Client::is_over(Time at) const {
    return spec_.stop != Duration::max() && at > Time{} + spec_.stop;
}

void Client::schedule_next() {
    // A host that was frozen does not make up for what did not come meanwhile.
    if (next_arrival_ < kernel_.now()) next_arrival_ = kernel_.now();
    if (is_over(next_arrival_)) return;
    const kernel::CauseScope scope(kernel_, scenario_cause);   // Clients come of their own accord.
    kernel_.after(id(), next_arrival_ - kernel_.now(), arrival);
}

/// A user has its answer, or none: the next request comes when it has thought.
void Client::think() {
    const Duration pause = spec_.arrivals == ArrivalProcess::poisson
                               ? rng_.exponential(spec_.think_time)
                               : spec_.think_time;
    const kernel::CauseScope scope(kernel_, scenario_cause);
    kernel_.after(id(), pause, arrival);
}

void Client::arrive() {
    if (spec_.users > 0) {
        if (is_over(kernel_.now())) return;
    } else if (!spec_.trace.empty()) {
        follow_trace();
    } else {
        next_arrival_ += spec_.arrivals == ArrivalProcess::poisson ? rng_.exponential(gap_) : gap_;
        schedule_next();
    }
    Caller* caller = from_inside() ? next_caller() : nullptr;
    if (from_inside() && caller == nullptr) {
        if (spec_.users > 0) think();
        return;
    }
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(requests_.size());
        requests_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    requests_[slot] = Request{.number = ++totals_.started, .started = kernel_.now()};
    if (caller != nullptr) {
        requests_[slot].caller = caller->task;
        requests_[slot].entry = caller->entry;
    }
    attempt(slot);
}

// --- One attempt ---------------------------------------------------------------------------------

void Client::attempt(std::uint32_t slot) {
    Request& request = requests_[slot];
    Caller* caller = from_inside() ? find_caller(request.caller) : nullptr;
    if (from_inside() && caller == nullptr) {
        end_stopped(slot);
        free(slot);
        return;
    }
    request.attempt_started = kernel_.now();
    ++request.attempt;
    const bool again = reuse(request);
    if (!again) {
        if (!from_inside()) {
            request.entry = next_entry_;
            next_entry_ = (next_entry_ + 1) % static_cast<std::uint32_t>(targets_.entries.size());
        }
        request.backend = {};
        request.silent = targets_.entries[request.entry];
        request.channel = kernel_.connect(id(), request.silent);
    }
    by_channel_[request.channel] = slot;
    request.timer = kernel_.after(id(), spec_.timeout, late, slot, request.silent);
    const std::uint64_t target = swarm::request_target(targets_.port, targets_.service.value);
    if (from_inside() && !again) look_up(slot, *caller);
    else send(request, swarm::RequestMessage::request, target);
}

void Client::send(const Request& request, swarm::RequestMessage type, std::uint64_t target,
                  std::shared_ptr<const kernel::MessageBody> body) {
    kernel_.send(id(), request.channel,
                 {.type = static_cast<std::uint16_t>(type),
                  .a = target,
                  .b = request.number | (spec_.keep_alive ? swarm::keep_open : 0),
                  .body = std::move(body),
                  .size = spec_.request_size});
}

/// Takes a stream from the pool, and with it the backend at its far end.
bool Client::reuse(Request& request) {
    // The newest; of its own task, if it belongs to one.
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& each) {
        return each.caller == request.caller;
    });
    if (found == idle_.rend()) return false;
    const Idle taken = *found;
    idle_.erase(std::next(found).base());
    request.channel = taken.channel;
    request.entry = taken.entry;
    request.backend = taken.backend;
    request.silent = taken.silent;
    return true;
}

/// From now on silence is the backend's: the rest of the timeout awaits its daemon.
void Client::on_chosen(Request& request, std::uint32_t slot, const kernel::Message& message) {
    request.backend = NameId{static_cast<std::uint32_t>(message.a)};
    request.silent = ProcessId{static_cast<std::uint32_t>(message.b)};
    kernel_.cancel(request.timer);
    // Less than nothing when the client's host was frozen meanwhile.
    const Duration left = std::max(
        Duration::zero(), request.attempt_started + spec_.timeout - kernel_.now());
    request.timer = kernel_.after(id(), left, late, slot, request.silent);
    if (!spec_.keep_alive) return;
    kernel_.emit(events::connection_opened, name_,
                 {field::name(targets_.service), field::name(request.backend),
                  field::name(targets_.entry_names[request.entry])});
}

void Client::say_closed(NameId backend, std::uint32_t entry, const char* reason) {
    kernel_.emit(events::connection_closed, name_,
                 {field::name(targets_.service), field::name(backend),
                  field::name(targets_.entry_names[entry]),
                  field::name(kernel_.names().intern(reason))});
}

/// The attempt is over and its stream free.
void Client::leave(Request& request) {
    kernel_.cancel(request.timer);
    request.timer = kernel::TimerId::none;
    by_channel_.erase(request.channel);
}

void Client::drop(Request& request) {
    leave(request);
    if (spec_.keep_alive && request.backend.valid()) {
        say_closed(request.backend, request.entry, "failed");
    }
    kernel_.close(id(), request.channel);
    request.channel = {};
}

void Client::free(std::uint32_t slot) {
    requests_[slot].number = 0;
    free_.push_back(slot);
    if (spec_.users > 0) think();
}

void Client::succeed(std::uint32_t slot) {
    Request& request = requests_[slot];
    leave(request);
    if (spec_.keep_alive) {
        idle_.push_back({request.channel, request.entry, request.backend, request.silent,
                         request.caller});
    } else {
        kernel_.close(id(), request.channel);
    }
    request.channel = {};
    ++totals_.ok;
    kernel_.emit(events::request_ok, name_,
                 {field::name(targets_.service), field::duration(kernel_.now() - request.started),
                  field::name(request.backend), field::name(targets_.entry_names[request.entry]),
                  field::integer(request.attempt),
                  field::integer(static_cast<std::int64_t>(request.number))});
    free(slot);
}

void Client::attempt_failed(std::uint32_t slot, NameId reason) {
    Request& request = requests_[slot];
    drop(request);
    const NameId entered = targets_.entry_names[request.entry];
    if (request.attempt > spec_.retries) {
        ++totals_.failed;
        kernel_.emit(events::request_failed, name_,
                     {field::name(targets_.service),
                      field::duration(kernel_.now() - request.started), field::name(reason),
                      field::name(entered), field::integer(request.attempt),
                      field::integer(static_cast<std::int64_t>(request.number))});
        free(slot);
        return;
    }
    ++totals_.retried;
    const NameId backend =
        request.backend.valid() ? request.backend : kernel_.names().intern("");
    const EventId retried = kernel_.emit(
        events::request_retried, name_,
        {field::name(targets_.service), field::name(reason), field::name(backend),
         field::name(entered), field::integer(request.attempt),
         field::integer(static_cast<std::int64_t>(request.number))});
    const kernel::CauseScope scope(kernel_, retried);
    if (spec_.retry_delay.count() == 0) attempt(slot);
    else kernel_.after(id(), spec_.retry_delay, retry, slot);
}

// --- What comes back -----------------------------------------------------------------------------

void Client::on_message(const kernel::Message& message) {
    const auto type = static_cast<swarm::RequestMessage>(message.type);
    if (type == swarm::RequestMessage::caller_up) return add_caller(message);
    if (type == swarm::RequestMessage::caller_down) {
        return remove_caller(swarm::TaskId{message.a});
    }
    const auto at = by_channel_.find(message.channel);
    if (at == by_channel_.end()) return;   // Of an attempt given up.
    const std::uint32_t slot = at->second;
    if (type == swarm::RequestMessage::resolved) {
        on_resolved(slot, message);
    } else if (type == swarm::RequestMessage::chosen) {
        on_chosen(requests_[slot], slot, message);
    } else if (type == swarm::RequestMessage::response) {
        succeed(slot);
    } else if (type == swarm::RequestMessage::refused) {
        const auto why = static_cast<swarm::RefusedWhy>(message.b);
        // A node's own port is open or closed; only the mesh can lack backends.
        const bool lacks = why == swarm::RefusedWhy::no_backend && !targets_.host_mode;
        attempt_failed(slot, lacks                               ? no_backend_
                             : why == swarm::RefusedWhy::error ? error_
                                                               : refused_);
    }
}

void Client::on_channel_closed(ChannelId channel, kernel::CloseReason reason) {
    const auto waiting = std::find_if(idle_.begin(), idle_.end(),
                                      [&](const Idle& each) { return each.channel == channel; });
    if (waiting != idle_.end()) {
        say_closed(waiting->backend, waiting->entry, "closed by the other end");
        idle_.erase(waiting);
        return;
    }
    const auto at = by_channel_.find(channel);
    if (at == by_channel_.end()) return;
    attempt_failed(at->second, reason == kernel::CloseReason::timed_out ? timeout_ : refused_);
}

/// Whoever sent the request is no more. No attempt follows.
void Client::end_stopped(std::uint32_t slot) {
    Request& request = requests_[slot];
    ++totals_.failed;
    kernel_.emit(events::request_failed, name_,
                 {field::name(targets_.service), field::duration(kernel_.now() - request.started),
                  field::name(stopped_), field::name(targets_.entry_names[request.entry]),
                  field::integer(request.attempt),
                  field::integer(static_cast<std::int64_t>(request.number))});
}

void Client::on_stop() {
    for (std::uint32_t slot = 0; slot < requests_.size(); ++slot) {
        if (requests_[slot].number > 0) end_stopped(slot);
    }
    requests_.clear();
    free_.clear();
    idle_.clear();
    by_channel_.clear();
}

void Client::on_timer(std::uint32_t tag, std::uint64_t argument) {
    const auto slot = static_cast<std::uint32_t>(argument);
    switch (tag) {
        case arrival: arrive(); break;
        case late: attempt_failed(slot, timeout_); break;
        case retry: attempt(slot); break;
        default: SIM_ASSERT(false);
    }
}

}   // namespace glasshive::workload
