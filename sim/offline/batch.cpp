#include "offline/batch.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "base/assert.h"
#include "kernel/math.h"
#include "offline/profile.h"

namespace glasshive::offline {

namespace {

double log10_of(double x) {
    constexpr double ln10 = 2.302585092994046;
    return kernel::portable_log(x) / ln10;
}

}   // namespace

double queue_key(const BatchJob& job, QueueOrder order, Time now) {
    const double estimate = seconds_of(job.estimate), submit = seconds_of(job.submit);
    const auto processors = static_cast<double>(job.processors);
    switch (order) {
        case QueueOrder::fcfs: return submit;
        case QueueOrder::sjf: return estimate;
        case QueueOrder::smallest: return processors;
        case QueueOrder::f1: {
            // Their 0.1 stands for what has no logarithm.
            const double at = submit > 0 ? submit : 0.1, asked = estimate > 0 ? estimate : 0.1;
            return log10_of(asked) * processors + 870 * log10_of(at);
        }
        case QueueOrder::wfp3: {
            const double ratio = estimate > 0 ? (seconds_of(now) - submit) / estimate : 0;
            return -ratio * ratio * ratio * processors;
        }
    }
    SIM_ASSERT(false);
    return 0;
}

namespace {

class Batch {
  public:
    Batch(const std::vector<BatchJob>& jobs, std::int32_t processors, const BatchRules& rules)
        : jobs_(jobs),
          rules_(rules),
          free_(processors),
          all_(processors) {
        SIM_ASSERT(!rules.numbered || rules.backfill != Backfill::conservative);
        outcome_.start.assign(jobs.size(), time_never);
        if (!rules.numbered) return;
        outcome_.processors.resize(jobs.size());
        for (std::int32_t i = 0; i < processors; ++i) free_ones_.insert(free_ones_.end(), i);
    }

    BatchOutcome run() {
        std::size_t next = 0;
        while (next < jobs_.size() || !ends_.empty()) {
            now_ = next < jobs_.size() ? jobs_[next].submit : time_never;
            if (!ends_.empty()) now_ = std::min(now_, ends_.top().at);
            while (!ends_.empty() && ends_.top().at == now_) end_first();
            for (; next < jobs_.size() && jobs_[next].submit == now_; ++next) {
                queue_.push_back(static_cast<std::uint32_t>(next));
            }
            look();
        }
        return std::move(outcome_);
    }

  private:
    struct End {
        Time at;
        std::uint32_t job;
        friend bool operator>(const End& a, const End& b) {
            return a.at != b.at ? a.at > b.at : a.job > b.job;
        }
    };

    Time expected_end(std::uint32_t job) const {
        return std::max(saturating_add(outcome_.start[job], jobs_[job].estimate), now_);
    }
    bool fits(std::uint32_t job) const { return jobs_[job].processors <= free_; }

    void end_first() {
        const std::uint32_t job = ends_.top().job;
        ends_.pop();
        free_ += jobs_[job].processors;
        running_.erase(job);
        if (rules_.numbered) {
            const auto& ones = outcome_.processors[job];
            free_ones_.insert(ones.begin(), ones.end());
        }
    }

    /// On the lowest free processors that are not kept.
    void start(std::uint32_t job, const std::set<std::int32_t>& kept = {}) {
        SIM_ASSERT(fits(job));
        outcome_.start[job] = now_;
        free_ -= jobs_[job].processors;
        running_.insert(job);
        ends_.push({saturating_add(now_, jobs_[job].run), job});
        if (!rules_.numbered) return;
        auto& ones = outcome_.processors[job];
        for (auto at = free_ones_.begin();
             at != free_ones_.end() &&
             ones.size() < static_cast<std::size_t>(jobs_[job].processors);) {
            if (kept.contains(*at)) {
                ++at;
                continue;
            }
            ones.push_back(*at);
            at = free_ones_.erase(at);
        }
        SIM_ASSERT(ones.size() == static_cast<std::size_t>(jobs_[job].processors));
    }

    void sort() {
        if (rules_.order == QueueOrder::fcfs) return;   // As they came.
        std::stable_sort(queue_.begin(), queue_.end(), [&](std::uint32_t a, std::uint32_t b) {
            const double left = queue_key(jobs_[a], rules_.order, now_);
            const double right = queue_key(jobs_[b], rules_.order, now_);
            return left != right ? left < right : a < b;
        });
    }

    void look() {
        if (queue_.empty()) return;
        ++outcome_.looks;
        sort();
        std::size_t started = 0;
        while (started < queue_.size() && fits(queue_[started])) start(queue_[started++]);
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(started));
        if (queue_.empty() || rules_.backfill == Backfill::none) return;
        if (rules_.backfill == Backfill::conservative)
            look_conservative();
        else
            look_easy();
    }

    /// When enough is free for the first of the queue, by estimates; how much more there is then;
    /// which of the numbered ones it will get.
    struct Shadow {
        Time at = time_never;
        std::int32_t extra = 0;
        std::set<std::int32_t> kept;
    };
    Shadow shadow_of(std::uint32_t first) const {
        std::vector<std::pair<Time, std::uint32_t>> ends;
        for (const std::uint32_t job : running_) ends.emplace_back(expected_end(job), job);
        std::sort(ends.begin(), ends.end());
        Shadow shadow;
        std::int32_t free = free_;
        std::set<std::int32_t> ones = free_ones_;
        for (std::size_t i = 0; i < ends.size(); ++i) {
            const auto& [at, job] = ends[i];
            free += jobs_[job].processors;
            if (rules_.numbered) {
                const auto& its = outcome_.processors[job];
                ones.insert(its.begin(), its.end());
            }
            const bool last_of_instant = i + 1 == ends.size() || ends[i + 1].first != at;
            if (free < jobs_[first].processors || !last_of_instant) continue;
            shadow.at = at;
            break;
        }
        shadow.extra = free - jobs_[first].processors;
        for (const std::int32_t one : ones) {
            if (shadow.kept.size() == static_cast<std::size_t>(jobs_[first].processors)) break;
            shadow.kept.insert(one);
        }
        return shadow;
    }

    void look_easy() {
        Shadow shadow = shadow_of(queue_.front());
        std::vector<std::uint32_t> waiting{queue_.front()};
        for (std::size_t i = 1; i < queue_.size(); ++i) {
            const std::uint32_t job = queue_[i];
            if (free_ == 0 || !may_pass(job, shadow)) waiting.push_back(job);
        }
        queue_ = std::move(waiting);
    }

    /// Starts it when it delays the first of the queue in no way.
    bool may_pass(std::uint32_t job, Shadow& shadow) {
        if (!fits(job)) return false;
        const bool ends_in_time = saturating_add(now_, jobs_[job].estimate) <= shadow.at;
        if (ends_in_time) {
            start(job);
            return true;
        }
        if (!rules_.numbered) {
            if (jobs_[job].processors > shadow.extra) return false;
            shadow.extra -= jobs_[job].processors;
            start(job);
            return true;
        }
        std::int32_t others = 0;
        for (const std::int32_t one : free_ones_) others += shadow.kept.contains(one) ? 0 : 1;
        if (jobs_[job].processors > others) return false;
        start(job, shadow.kept);
        return true;
    }

    void look_conservative() {
        Profile profile(now_, all_);
        for (const std::uint32_t job : running_) {
            // One that outlived its estimate still holds what it has now.
            const Time end = std::max(expected_end(job), now_ + Duration{1});
            profile.take(now_, end - now_, jobs_[job].processors);
        }
        std::vector<std::uint32_t> waiting;
        for (const std::uint32_t job : queue_) {
            const Duration estimate = std::max(jobs_[job].estimate, Duration{1});
            const Time at = profile.earliest(estimate, jobs_[job].processors);
            profile.take(at, estimate, jobs_[job].processors);
            if (at == now_ && fits(job))
                start(job);
            else
                waiting.push_back(job);
        }
        queue_ = std::move(waiting);
    }

    const std::vector<BatchJob>& jobs_;
    const BatchRules rules_;
    std::int32_t free_;
    const std::int32_t all_;
    std::set<std::int32_t> free_ones_;
    Time now_{};
    std::vector<std::uint32_t> queue_;
    std::set<std::uint32_t> running_;
    std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
    BatchOutcome outcome_;
};

}   // namespace

BatchOutcome run_batch(const std::vector<BatchJob>& jobs, std::int32_t processors,
                       const BatchRules& rules) {
    return Batch(jobs, processors, rules).run();
}

BatchMetrics batch_metrics(const std::vector<BatchJob>& jobs, const BatchOutcome& outcome,
                           std::int32_t processors) {
    constexpr double threshold = 10;   // Seconds.
    BatchMetrics metrics;
    if (jobs.empty()) return metrics;
    double work = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const double wait = seconds_of(outcome.start[i] - jobs[i].submit);
        const double run = seconds_of(jobs[i].run);
        const double slowdown = run > 0 ? (wait + run) / run : 1;
        metrics.mean_wait += wait;
        metrics.max_wait = std::max(metrics.max_wait, wait);
        metrics.mean_slowdown += slowdown;
        metrics.max_slowdown = std::max(metrics.max_slowdown, slowdown);
        metrics.mean_bounded_slowdown += std::max(1.0, (wait + run) / std::max(run, threshold));
        metrics.makespan = std::max(metrics.makespan, seconds_of(outcome.start[i] + jobs[i].run));
        work += run * jobs[i].processors;
    }
    const auto count = static_cast<double>(jobs.size());
    metrics.mean_wait /= count;
    metrics.mean_slowdown /= count;
    metrics.mean_bounded_slowdown /= count;
    const double span = metrics.makespan - seconds_of(jobs.front().submit);
    metrics.utilisation = span > 0 ? work / (span * processors) : 0;
    return metrics;
}

}   // namespace glasshive::offline
