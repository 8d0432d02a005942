// Health probes, and applications that go wrong while their process stays up.
#include <algorithm>

#include "runtime/engine.h"
#include "runtime/engine_tags.h"
#include "runtime/events.h"

namespace glasshive::runtime {

using namespace engine_tags;

namespace {
std::uint64_t number(ContainerKey key) { return static_cast<std::uint64_t>(key); }
}   // namespace

void Engine::start_care(Container& c) {
    Cared& cared = *c.cared;
    if (cared.care.health) {
        cared.health.emplace(*cared.care.health, kernel_.now());
        cared.probe_timer = kernel_.after(place_.owner, cared.health->wait(kernel_.now()),
                                          tag_first_ + probe_due, number(c.key));
    }
    const Care& care = cared.care;
    Duration first = Duration::max();
    for (const Duration after : {care.hangs_after, care.fails_after}) {
        if (after > Duration::zero()) first = std::min(first, after);
    }
    if (first == Duration::max()) return;
    cared.trouble_timer =
        kernel_.after(place_.owner, first, tag_first_ + trouble, number(c.key));
}

void Engine::stop_care(Container& c) {
    if (c.cared == nullptr) return;
    kernel_.cancel(c.cared->probe_timer);
    kernel_.cancel(c.cared->trouble_timer);
    kernel_.cancel(c.cared->probe);
    c.cared->probe_timer = c.cared->trouble_timer = kernel::TimerId::none;
    c.cared->probe = kernel::WorkId::none;
}

/// The application starts to hang or to fail; or, the second time, is well again.
void Engine::begin_trouble(Container& c) {
    Cared& cared = *c.cared;
    const Care& care = cared.care;
    const bool over = cared.trouble != Trouble::none;
    const bool hangs =
        care.hangs_after > Duration::zero() &&
        (care.fails_after == Duration::zero() || care.hangs_after <= care.fails_after);
    cared.trouble = over ? Trouble::none : hangs ? Trouble::hangs : Trouble::fails;
    const char* what = over ? "recovered" : hangs ? "hangs" : "fails";
    cared.trouble_event =
        kernel_.emit(events::container_trouble, c.options.subject,
                     {field::name(place_.name), field::name(c.options.service),
                      field::name(kernel_.names().intern(what))});
    const kernel::CauseScope scope(kernel_, cared.trouble_event);
    if (!over) strand(c);
    if (over) {
        const ContainerKey key = c.key;
        const std::vector<std::uint64_t> waiting = std::move(cared.hung);
        cared.hung.clear();
        for (const std::uint64_t cookie : waiting) serve(key, cookie);
    } else if (care.recovers_after > Duration::zero()) {
        cared.trouble_timer =
            kernel_.after(place_.owner, care.recovers_after, tag_first_ + trouble, number(c.key));
    }
}

/// What waited for a worker meets the trouble too; what is on the CPU is past it.
void Engine::strand(Container& c) {
    const std::vector<std::uint64_t> waiting = empty_line(c);
    if (c.cared->trouble == Trouble::hangs) {
        c.cared->hung = waiting;
        return;
    }
    for (const std::uint64_t cookie : waiting) listener_.on_request_failed(cookie);
}

/// A probe is a process of its own beside the application: it takes CPU time, and more of it by the
/// clock on a busy host. Against one that hangs it only waits.
void Engine::begin_probe(Container& c) {
    Cared& cared = *c.cared;
    cared.probe_start = kernel_.now();
    cared.probe_timer = kernel_.after(place_.owner, cared.health->policy().timeout,
                                      tag_first_ + probe_late, number(c.key));
    if (cared.trouble == Trouble::hangs) return;
    cared.probe = kernel_.work(place_.owner, cpu_,
                               {.amount = seconds_of(cared.health->policy().probe_time),
                                .cap = place_.core_rate, .tag = tag_first_,
                                .argument = number(c.key) | probe_bit});
}

void Engine::end_probe(Container& c, int exit_code) {
    Cared& cared = *c.cared;
    cared.probe = kernel::WorkId::none;
    const HealthStatus before = cared.health->status();
    const Time now = kernel_.now();
    const bool changed = cared.health->take({cared.probe_start, now, exit_code});
    const bool blamed = exit_code != probe_healthy && cared.trouble != Trouble::none;
    const kernel::CauseScope why(kernel_, blamed ? cared.trouble_event : kernel_.cause());
    const auto streak = static_cast<std::int64_t>(cared.health->failing_streak());
    const EventId probed =
        kernel_.emit(events::health_probe, c.options.subject,
                     {field::name(place_.name), field::name(c.options.service),
                      field::integer(exit_code), field::duration(now - cared.probe_start),
                      field::integer(streak)});
    cared.probe_timer = kernel_.after(place_.owner, cared.health->wait(now),
                                      tag_first_ + probe_due, number(c.key));
    if (!changed) return;
    const kernel::CauseScope scope(kernel_, probed);
    const HealthStatus status = cared.health->status();
    const EventId said = kernel_.emit(
        events::health_status, c.options.subject,
        {field::name(place_.name), field::name(c.options.service),
         field::name(kernel_.names().intern(to_text(status))),
         field::name(kernel_.names().intern(to_text(before))), field::integer(streak)});
    const kernel::CauseScope verdict(kernel_, said);
    listener_.on_health(c.key, status);   // May end the container.
}

}   // namespace glasshive::runtime
