#include "workload/trace/generate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "kernel/math.h"

namespace glasshive::workload::trace {

namespace {

constexpr double two_pi = 6.283185307179586;

/// Standard normal (Box & Muller 1958).
double normal(kernel::Rng& chance) {
    const double radius = std::sqrt(-2 * kernel::portable_log(1 - chance.unit()));
    return radius * kernel::portable_cos(two_pi * chance.unit());
}

}   // namespace

Generator::Generator(GeneratorSpec spec)
    : spec_(std::move(spec)),
      arrivals_(spec_.seed, "trace/arrivals"),
      runs_(spec_.seed, "trace/run times"),
      kinds_(spec_.seed, "trace/kinds"),
      states_(spec_.seed, "trace/bursts") {
    const Arrivals& a = spec_.arrivals;
    SIM_ASSERT(a.rate > 0 && a.burst >= 1 && a.burst_share > 0 && a.burst_share < 1);
    SIM_ASSERT(a.diurnal >= 0 && a.diurnal <= 1 && !spec_.kinds.empty());
    for (const TaskKind& kind : spec_.kinds) weights_ += kind.weight;
    // So that the mean over both states is what was asked for.
    calm_rate_ = a.rate / (1 - a.burst_share + a.burst_share * a.burst);
}

double Generator::rate_at(Time at) const {
    const Arrivals& a = spec_.arrivals;
    const double rate = bursting_ ? calm_rate_ * a.burst : calm_rate_;
    if (a.diurnal == 0) return rate;
    const double phase = two_pi * (seconds_of(at) / seconds_of(a.day));
    return rate * (1 + a.diurnal * kernel::portable_sin(phase));
}

/// To the next arrival: candidates at the highest rate, thinned (Lewis & Shedler 1979).
void Generator::pass_time() {
    const Arrivals& a = spec_.arrivals;
    while (true) {
        const double highest = (bursting_ ? calm_rate_ * a.burst : calm_rate_) * (1 + a.diurnal);
        const Time next = now_ + arrivals_.exponential(Duration{std::llround(1e9 / highest)});
        if (a.burst > 1 && next >= state_until_) {   // Another state begins first.
            const bool first = state_until_ == Time{};
            now_ = state_until_;
            bursting_ = !first && !bursting_;
            const double calm = seconds_of(a.burst_length) * (1 - a.burst_share) / a.burst_share;
            const Duration mean = bursting_ ? a.burst_length : Duration{std::llround(calm * 1e9)};
            state_until_ = now_ + std::max(states_.exponential(mean), Duration{1});
            continue;
        }
        now_ = next;
        if (a.diurnal == 0 || arrivals_.unit() * highest < rate_at(now_)) return;
    }
}

Duration Generator::run_time() {
    const RunTimes& law = spec_.run_times;
    const double mean = seconds_of(law.mean);
    double drawn = mean;
    switch (law.law) {
        case RunTimes::Law::constant: break;
        case RunTimes::Law::exponential:
            drawn = -mean * kernel::portable_log(1 - runs_.unit());
            break;
        case RunTimes::Law::lognormal:
            drawn =
                mean * kernel::portable_exp(law.shape * normal(runs_) - law.shape * law.shape / 2);
            break;
        case RunTimes::Law::pareto:
            drawn = mean * (law.shape - 1) / law.shape *
                    kernel::portable_pow(1 - runs_.unit(), -1 / law.shape);
            break;
    }
    drawn = std::clamp(drawn, seconds_of(law.least), seconds_of(law.most));
    const std::int64_t step = std::max<std::int64_t>(law.resolution.count(), 1);
    return Duration{std::llround(drawn * 1e9 / static_cast<double>(step)) * step};
}

bool Generator::next(Task& out) {
    if (made_ == spec_.tasks) return false;
    ++made_;
    pass_time();
    const std::int64_t step = std::max<std::int64_t>(spec_.run_times.resolution.count(), 1);
    out = Task{};
    out.line = static_cast<int>(std::min<std::uint64_t>(made_, 2'000'000'000));
    out.submit = time_of_ns(ns_of(now_) / step * step);
    out.run = run_time();
    double drawn = kinds_.unit() * weights_;
    const TaskKind* kind = &spec_.kinds.back();
    for (const TaskKind& each : spec_.kinds) {
        if (drawn < each.weight) {
            kind = &each;
            break;
        }
        drawn -= each.weight;
    }
    out.cpus = kind->cpus;
    out.memory = kind->memory;
    out.gpus = kind->gpus;
    out.gpu_milli = kind->gpu_milli;
    return true;
}

}   // namespace glasshive::workload::trace
