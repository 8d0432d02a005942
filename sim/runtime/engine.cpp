#include "runtime/engine.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/assert.h"
#include "runtime/engine_tags.h"
#include "runtime/events.h"

namespace glasshive::runtime {

using namespace engine_tags;

namespace {
std::uint64_t number(ContainerKey key) { return static_cast<std::uint64_t>(key); }
}   // namespace

Engine::Engine(kernel::Kernel& kernel, Machine& machine, const Place& place,
               std::uint32_t tag_first, EngineListener& listener)
    : kernel_(kernel),
      machine_(machine),
      place_(place),
      cpu_(machine.cpu(place.host)),
      tag_first_(tag_first),
      listener_(listener) {}

const Engine::Container* Engine::find(ContainerKey key) const {
    const auto at = std::lower_bound(containers_.begin(), containers_.end(), key,
                                     [](const Container& c, ContainerKey k) { return c.key < k; });
    return at != containers_.end() && at->key == key ? &*at : nullptr;
}

Engine::Container* Engine::find(ContainerKey key) {
    return const_cast<Container*>(static_cast<const Engine*>(this)->find(key));
}

Engine::Extra& Engine::extra(Container& c) {
    if (c.extra == nullptr) c.extra = std::make_unique<Extra>();
    return *c.extra;
}

void Engine::cancel_timers(const Container& c) {
    kernel_.cancel(c.next);
    if (c.extra == nullptr) return;
    kernel_.cancel(c.extra->life);
    kernel_.cancel(c.extra->crash);
}

// --- Life ----------------------------------------------------------------------------------------

void Engine::create(ContainerKey key, const ContainerOptions& options,
                    const std::optional<Care>& care) {
    SIM_ASSERT(find(key) == nullptr);
    const auto at = std::lower_bound(containers_.begin(), containers_.end(), key,
                                     [](const Container& c, ContainerKey k) { return c.key < k; });
    Container fresh{.key = key, .options = options, .since = kernel_.now()};
    if (care) {
        fresh.cared = std::make_unique<Cared>();
        fresh.cared->care = *care;
    }
    containers_.insert(at, std::move(fresh));
}

void Engine::start(ContainerKey key) {
    Container* c = find(key);
    SIM_ASSERT(c != nullptr);
    SIM_ASSERT(c->state == State::created);
    const ContainerOptions& o = c->options;
    c->state = State::running;
    c->since = kernel_.now();
    const EventId started = kernel_.emit(
        events::container_started, o.subject,
        {field::name(place_.name), field::name(o.service),
         field::integer(static_cast<std::int64_t>(o.slot)), field::name(o.subject)});
    const kernel::CauseScope scope(kernel_, started);
    if (o.run_time.count() > 0) {
        extra(*c).life =
            kernel_.after(place_.owner, o.run_time, tag_first_ + life_over, number(key));
    }
    if (o.failure_ppm_per_second > 0) {
        // A constant chance per second is an exponential life; the stream is the container's own.
        const std::string stream = "runtime/crash/" + std::string(kernel_.names().text(o.subject));
        const Duration mean{static_cast<std::int64_t>(1e15 / o.failure_ppm_per_second)};
        extra(*c).crash = kernel_.after(place_.owner, kernel_.rng(stream).exponential(mean),
                                        tag_first_ + crash, number(key));
    }
    if (c->cared != nullptr) start_care(*c);
    // Whoever is killed is told of at another instant's call, never from inside this one.
    if (o.start_time.count() == 0 && o.memory.count == 0) {
        begin_serving(*c);
    } else {
        c->next = kernel_.after(place_.owner, o.start_time, tag_first_ + ready, number(key));
    }
}

void Engine::grow(ContainerKey key) {
    const ContainerOptions o = find(key)->options;
    if (o.memory_limit.count > 0 && o.memory > o.memory_limit) {
        end(*find(key), exit_killed, "over its memory limit");
        return;
    }
    while (!machine_.take_memory(place_.host, o.memory)) {
        Container& victim = largest(key);
        const bool itself = victim.key == key;
        end(victim, exit_killed, "host out of memory");
        if (itself) return;
    }
    Container& c = *find(key);
    c.has_memory = true;
    begin_serving(c);
}

/// Of those that hold memory and the one that grows.
Engine::Container& Engine::largest(ContainerKey growing) {
    Container* most = find(growing);
    for (Container& c : containers_) {
        if (!c.has_memory) continue;
        const bool newer = c.options.memory == most->options.memory && c.key > most->key;
        if (c.options.memory > most->options.memory || newer) most = &c;
    }
    return *most;
}

void Engine::give_memory_back(Container& c) {
    if (c.has_memory) machine_.give_memory(place_.host, c.options.memory);
    c.has_memory = false;
}

void Engine::begin_serving(Container& c) {
    c.serving = true;
    kernel_.emit(events::container_serving, c.options.subject,
                 {field::name(place_.name), field::name(c.options.service)});
}

void Engine::stop(ContainerKey key, Duration grace) {
    Container* c = find(key);
    SIM_ASSERT(c != nullptr);
    SIM_ASSERT(c->state == State::running);
    c->state = State::stopping;
    cancel_timers(*c);
    stop_care(*c);
    const EventId stopping =
        kernel_.emit(events::container_stopping, c->options.subject,
                     {field::name(place_.name), field::name(c->options.service),
                      field::duration(grace)});
    const kernel::CauseScope scope(kernel_, stopping);
    const bool killed = c->options.ignores_sigterm || c->options.stop_time > grace;
    c->next = kernel_.after(place_.owner, killed ? grace : c->options.stop_time,
                            tag_first_ + stopped, number(key) << 1 | (killed ? 1U : 0U));
}

void Engine::kill(ContainerKey key) {
    Container* c = find(key);
    SIM_ASSERT(c != nullptr);
    SIM_ASSERT(c->state != State::created);
    end(*c, exit_killed, "killed");
}

void Engine::remove(ContainerKey key) {
    const Container* c = find(key);
    if (c == nullptr) return;
    SIM_ASSERT(c->state == State::created);
    containers_.erase(containers_.begin() + (c - containers_.data()));
}

void Engine::on_timer(std::uint32_t tag, std::uint64_t argument) {
    const std::uint32_t what = tag - tag_first_;
    const ContainerKey key{what == stopped ? argument >> 1 : argument};
    Container* c = find(key);
    SIM_ASSERT(c != nullptr);   // end() cancels what it leaves behind.
    switch (what) {
        case ready: grow(key); break;
        case life_over: end(*c, c->options.exit_code, "exited"); break;
        case crash: end(*c, exit_crashed, "exited"); break;
        case stopped:
            if ((argument & 1) != 0) end(*c, exit_killed, "killed");
            else end(*c, c->options.stop_exit_code, "stopped");
            break;
        case probe_due: begin_probe(*c); break;
        case probe_late:
            kernel_.cancel(c->cared->probe);
            end_probe(*c, probe_timed_out);
            break;
        case trouble: begin_trouble(*c); break;
        default: SIM_ASSERT(false);
    }
}

void Engine::say_ended(const Container& c, int exit_code, const char* why) {
    kernel_.emit(events::container_ended, c.options.subject,
                 {field::name(place_.name), field::name(c.options.service),
                  field::integer(exit_code), field::name(kernel_.names().intern(why))});
}

void Engine::end(Container& c, int exit_code, const char* why) {
    const ContainerKey key = c.key;
    cancel_timers(c);
    stop_care(c);
    give_memory_back(c);
    say_ended(c, exit_code, why);
    const kernel::CauseScope scope(kernel_, kernel_.events().last());
    drop_requests(key);   // May not touch `c` after: listeners run.
    const Container* gone = find(key);
    containers_.erase(containers_.begin() + (gone - containers_.data()));
    listener_.on_container_ended(key, exit_code);
}

void Engine::end_all(bool power_lost) {
    for (Container& c : containers_) {
        if (c.state == State::created) continue;
        give_memory_back(c);
        say_ended(c, power_lost ? exit_power_lost : exit_killed,
                  power_lost ? "power lost" : "killed");
    }
    containers_.clear();
    requests_.clear();
    free_requests_.clear();
}

std::vector<Engine::View> Engine::containers() const {
    std::vector<View> views;
    views.reserve(containers_.size());
    for (const Container& c : containers_) {
        views.push_back({.key = c.key, .runs = c.state != State::created,
                         .stopping = c.state == State::stopping, .health = health(c.key),
                         .since = c.since});
    }
    return views;
}

bool Engine::is_running(ContainerKey key) const {
    const Container* c = find(key);
    return c != nullptr && c->state != State::created;
}

bool Engine::is_up(ContainerKey key) const {
    const Container* c = find(key);
    return c != nullptr && c->state == State::running;
}

bool Engine::is_serving(ContainerKey key) const {
    const Container* c = find(key);
    return c != nullptr && c->serving && c->state == State::running;
}

HealthStatus Engine::health(ContainerKey key) const {
    const Container* c = find(key);
    if (c == nullptr || c->cared == nullptr || !c->cared->health) return HealthStatus::none;
    return c->cared->health->status();
}

std::size_t Engine::running() const {
    return static_cast<std::size_t>(
        std::count_if(containers_.begin(), containers_.end(),
                      [](const Container& c) { return c.state != State::created; }));
}

// --- Requests ------------------------------------------------------------------------------------

std::uint32_t Engine::workers(const Container& c) const {
    if (c.options.cpus <= 0) return UINT32_MAX;
    return static_cast<std::uint32_t>(std::ceil(c.options.cpus));
}

void Engine::serve(ContainerKey key, std::uint64_t cookie) {
    SIM_ASSERT(is_serving(key));
    Container& c = *find(key);
    const Trouble now = c.cared == nullptr ? Trouble::none : c.cared->trouble;
    if (now == Trouble::hangs) c.cared->hung.push_back(cookie);
    else if (now == Trouble::fails) listener_.on_request_failed(cookie);
    else if (c.busy < workers(c)) compute(c, cookie);
    else extra(c).waiting.push_back(cookie);
}

void Engine::compute(Container& c, std::uint64_t cookie) {
    ++c.busy;
    std::uint32_t slot = 0;
    if (free_requests_.empty()) {
        slot = static_cast<std::uint32_t>(requests_.size());
        requests_.emplace_back();
    } else {
        slot = free_requests_.back();
        free_requests_.pop_back();
    }
    const double share = c.options.cpus > 0 ? c.options.cpus / workers(c) : 0;
    requests_[slot] = {.key = c.key, .cookie = cookie,
                       .work = kernel_.work(place_.owner, cpu_,
                                            {.amount = seconds_of(c.options.service_time),
                                             .cap = share * place_.core_rate,
                                             .tag = tag_first_, .argument = slot})};
}

void Engine::on_work_done(std::uint64_t argument) {
    if ((argument & probe_bit) != 0) {
        Container& probed = *find(ContainerKey{argument & ~probe_bit});
        kernel_.cancel(probed.cared->probe_timer);
        probed.work_done += seconds_of(probed.cared->health->policy().probe_time);
        const bool well = probed.serving && probed.cared->trouble == Trouble::none;
        end_probe(probed, well ? probe_healthy : probe_failed);
        return;
    }
    const auto slot = static_cast<std::uint32_t>(argument);
    SIM_ASSERT(slot < requests_.size());
    const Request done = requests_[slot];
    SIM_ASSERT(done.work != kernel::WorkId::none);
    requests_[slot] = {};
    free_requests_.push_back(slot);
    Container& c = *find(done.key);
    --c.busy;
    c.work_done += seconds_of(c.options.service_time);
    if (c.extra != nullptr && c.extra->head < c.extra->waiting.size()) {
        compute(c, c.extra->waiting[c.extra->head++]);
        if (c.extra->head == c.extra->waiting.size()) empty_line(c);
    }
    listener_.on_request_served(done.key, done.cookie);
}

double Engine::cpu_used(ContainerKey key) const {
    const Container* c = find(key);
    if (c == nullptr) return 0;
    double work = c->work_done;
    for (const Request& request : requests_) {
        if (request.work == kernel::WorkId::none || request.key != key) continue;
        work += seconds_of(c->options.service_time) - kernel_.work_left(request.work);
    }
    return work / place_.core_rate;
}

std::vector<std::uint64_t> Engine::empty_line(Container& c) {
    if (c.extra == nullptr) return {};
    std::vector<std::uint64_t>& line = c.extra->waiting;
    std::vector<std::uint64_t> waiting(line.begin() + static_cast<std::ptrdiff_t>(c.extra->head),
                                       line.end());
    line.clear();   // Its room stays: where requests waited once, others will.
    c.extra->head = 0;
    return waiting;
}

void Engine::abandon(ContainerKey key, std::uint64_t cookie) {
    Container* c = find(key);
    if (c == nullptr) return;
    if (c->cared != nullptr) std::erase(c->cared->hung, cookie);
    if (c->extra == nullptr) return;
    std::vector<std::uint64_t>& line = c->extra->waiting;
    for (std::size_t i = c->extra->head; i < line.size(); ++i) {
        if (line[i] != cookie) continue;
        line.erase(line.begin() + static_cast<std::ptrdiff_t>(i));
        return;
    }
    // What is on the CPU goes on: a server does not notice a closed connection while it computes.
}

void Engine::drop_requests(ContainerKey key) {
    Container& c = *find(key);
    std::vector<std::uint64_t> lost;
    for (std::uint32_t slot = 0; slot < requests_.size(); ++slot) {
        if (requests_[slot].work == kernel::WorkId::none || requests_[slot].key != key) continue;
        kernel_.cancel(requests_[slot].work);
        lost.push_back(requests_[slot].cookie);
        requests_[slot] = {};
        free_requests_.push_back(slot);
    }
    const std::vector<std::uint64_t> waiting = empty_line(c);
    lost.insert(lost.end(), waiting.begin(), waiting.end());
    if (c.cared != nullptr) {
        lost.insert(lost.end(), c.cared->hung.begin(), c.cared->hung.end());
    }
    for (const std::uint64_t cookie : lost) listener_.on_request_lost(cookie);
}

}   // namespace glasshive::runtime
