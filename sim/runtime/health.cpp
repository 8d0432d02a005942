#include "runtime/health.h"

#include <algorithm>

namespace glasshive::runtime {

const char* to_text(HealthStatus status) {
    switch (status) {
        case HealthStatus::none: return "none";
        case HealthStatus::starting: return "starting";
        case HealthStatus::healthy: return "healthy";
        case HealthStatus::unhealthy: return "unhealthy";
    }
    return "?";
}

Duration Health::wait(Time now) const {
    const bool in_start_period = now - started_ < policy_.start_period;
    return in_start_period && status_ == HealthStatus::starting ? policy_.start_interval
                                                                : policy_.interval;
}

std::string Health::output_of(const Result& result) const {
    if (result.exit_code != probe_timed_out) return "";
    return "Health check exceeded timeout (" + glasshive::to_text(policy_.timeout) + ")";
}

bool Health::take(const Result& result) {
    std::rotate(log_.begin(), log_.begin() + 1, log_.end());
    log_.back() = result;
    logged_ = std::min(logged_ + 1, log_.size());
    const HealthStatus before = status_;
    if (result.exit_code == probe_healthy) {
        failing_streak_ = 0;
        status_ = HealthStatus::healthy;
        return status_ != before;
    }
    // Only the first success, not time alone, ends the grace of a status that is still starting.
    const bool forgiven = status_ == HealthStatus::starting &&
                          result.start - started_ < policy_.start_period;
    if (!forgiven && ++failing_streak_ >= policy_.retries) status_ = HealthStatus::unhealthy;
    return status_ != before;
}

}   // namespace glasshive::runtime
