// RLScheduler's simulator, event by event, for its published figures.
#include <algorithm>

#include "base/assert.h"
#include "offline/batch.h"

namespace glasshive::offline {

namespace {

class HpcSim {
  public:
    HpcSim(const std::vector<BatchJob>& jobs, std::int32_t processors, QueueOrder order)
        : jobs_(jobs),
          order_(order),
          free_(processors) {
        outcome_.start.assign(jobs.size(), time_never);
    }

    BatchOutcome run(bool backfill) {
        while (true) {
            if (queue_.empty() && !refill()) return std::move(outcome_);
            ++outcome_.looks;
            const std::uint32_t first = pick();
            if (!fits(first)) wait_for(first, backfill);
            start(first);
        }
    }

  private:
    Time end_of(std::uint32_t job) const { return outcome_.start[job] + jobs_[job].run; }
    Time expected_end(std::uint32_t job) const { return outcome_.start[job] + jobs_[job].estimate; }
    bool fits(std::uint32_t job) const { return jobs_[job].processors <= free_; }

    /// The most urgent; of equals the one that is in the queue for longest.
    std::uint32_t pick() const {
        return *std::min_element(
            queue_.begin(), queue_.end(), [&](std::uint32_t a, std::uint32_t b) {
                const double left = queue_key(jobs_[a], order_, now_);
                const double right = queue_key(jobs_[b], order_, now_);
                if (left != right) return left < right;
                return order_ == QueueOrder::sjf && jobs_[a].submit < jobs_[b].submit;
            });
    }

    void start(std::uint32_t job) {
        SIM_ASSERT(fits(job));
        outcome_.start[job] = now_;
        free_ -= jobs_[job].processors;
        running_.push_back(job);
        queue_.erase(std::find(queue_.begin(), queue_.end(), job));
    }

    /// To the next arrival, or to the next end when that is earlier.
    void step() {
        const auto end = std::min_element(
            running_.begin(), running_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return end_of(a) < end_of(b); });
        const Time next_end = end == running_.end() ? time_never : end_of(*end);
        if (next_ < jobs_.size() && jobs_[next_].submit <= next_end) {
            now_ = std::max(now_, jobs_[next_].submit);
            queue_.push_back(next_++);
            return;
        }
        SIM_ASSERT(end != running_.end());
        now_ = std::max(now_, next_end);
        free_ += jobs_[*end].processors;
        running_.erase(end);
    }

    bool refill() {
        if (next_ == jobs_.size()) return false;
        while (queue_.empty()) step();
        return true;
    }

    Time shadow_of(std::uint32_t first) const {
        std::vector<std::uint32_t> ends = running_;
        std::stable_sort(ends.begin(), ends.end(), [&](std::uint32_t a, std::uint32_t b) {
            return expected_end(a) < expected_end(b);
        });
        Time shadow = now_;
        std::int32_t free = free_;
        for (const std::uint32_t job : ends) {
            free += jobs_[job].processors;
            shadow = expected_end(job);
            if (free >= jobs_[first].processors) break;
        }
        return shadow;
    }

    void wait_for(std::uint32_t first, bool backfill) {
        const Time shadow = shadow_of(first);   // Once: later arrivals do not move it.
        while (!fits(first)) {
            if (backfill) pass_before(shadow);
            step();
        }
    }

    void pass_before(Time shadow) {
        std::stable_sort(queue_.begin(), queue_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return jobs_[a].submit < jobs_[b].submit;
        });
        const std::vector<std::uint32_t> waiting = queue_;
        for (const std::uint32_t job : waiting) {
            if (fits(job) && now_ + jobs_[job].estimate < shadow) start(job);
        }
    }

    const std::vector<BatchJob>& jobs_;
    const QueueOrder order_;
    std::int32_t free_;
    Time now_{};
    std::uint32_t next_ = 0;
    std::vector<std::uint32_t> queue_, running_;
    BatchOutcome outcome_;
};

}   // namespace

BatchOutcome run_as_rlscheduler(const std::vector<BatchJob>& jobs, std::int32_t processors,
                                QueueOrder order, bool backfill) {
    return HpcSim(jobs, processors, order).run(backfill);
}

}   // namespace glasshive::offline
