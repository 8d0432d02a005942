#include "workload/trace/filters.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace glasshive::workload::trace {

namespace {

constexpr double latest_ns = 4e18;   // 126 years: twice that is a Time.

Duration scaled(Duration time, double factor) {
    if (factor == 1) return time;
    const double ns = static_cast<double>(time.count()) * factor;
    return Duration{std::llround(std::min(ns, latest_ns))};
}

/// Of all its pieces.
double cpus_of(const Task& task) { return static_cast<double>(task.cpus.count) / 1e9 * task.gang; }

}   // namespace

bool Window::next(Task& out) {
    while (from_.next(out)) {
        if (out.submit < begin_) continue;
        if (out.submit >= end_) return false;
        out.submit = Time{out.submit - begin_};
        return true;
    }
    return false;
}

bool Sampled::next(Task& out) {
    while (from_.next(out)) {
        if (share_ >= 1 || chance_.unit() < share_) return true;
    }
    return false;
}

bool Scaled::next(Task& out) {
    if (!from_.next(out)) return false;
    out.submit = Time{scaled(out.submit.time_since_epoch(), submissions_)};
    if (out.run) out.run = scaled(*out.run, runs_);
    if (out.estimate) out.estimate = scaled(*out.estimate, runs_);
    return true;
}

double Demand::mean_cpus() const {
    return last > first ? cpu_seconds / seconds_of(last - first) : 0;
}

Demand measure(TaskSource& source) {
    Demand demand;
    for (Task task; source.next(task);) {
        if (demand.tasks++ == 0) demand.first = task.submit;
        demand.last = task.submit;
        if (task.run) {
            demand.cpu_seconds += cpus_of(task) * seconds_of(*task.run);
        } else {
            ++demand.staying;
            demand.cpus_staying += cpus_of(task);
        }
    }
    return demand;
}

double submissions_for(const Demand& demand, double cpus) {
    SIM_ASSERT(demand.mean_cpus() > 0);
    SIM_ASSERT(cpus > 0);
    return demand.mean_cpus() / cpus;
}

void Repeated::keep(const Task& task) {
    asked_ += cpus_of(task);
    ++staying_;
    if (kept_.size() < kept_most) {
        kept_.push_back(task);
        return;
    }
    const std::uint64_t place = kept_chance_.below(staying_);
    if (place < kept_most) kept_[place] = task;
}

bool Repeated::next(Task& out) {
    if (!repeating_) {
        if (from_.next(out)) {
            if (tasks_++ == 0) first_ = out.submit;
            last_ = out.submit;
            if (!out.run) keep(out);
            return true;
        }
        repeating_ = true;
        if (tasks_ > 1) gap_ = (last_ - first_) / static_cast<std::int64_t>(tasks_ - 1);
        // Tasks that ask for nothing would be repeated without end.
        std::erase_if(kept_, [](const Task& task) { return cpus_of(task) <= 0; });
    }
    if (kept_.empty() || !problems().empty()) return false;
    const Task& drawn = kept_[chance_.below(kept_.size())];
    if (asked_ + cpus_of(drawn) > cpus_) return false;
    asked_ += cpus_of(drawn);
    out = drawn;
    last_ = std::min(last_ + gap_, Time{Duration{static_cast<std::int64_t>(latest_ns)}});
    out.submit = last_;
    return true;
}

}   // namespace glasshive::workload::trace
