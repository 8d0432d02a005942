#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/units.h"

namespace glasshive::runtime {

/// A container's health check with every default filled in.
/// Source: moby daemon/health.go defaultProbeInterval and the lines after it.
struct HealthPolicy {
    Duration interval = std::chrono::seconds{30};
    Duration timeout = std::chrono::seconds{30};
    Duration start_period{};                             ///< Failures in it do not count.
    Duration start_interval = std::chrono::seconds{5};   ///< Between probes in it.
    std::uint64_t retries = 3;                           ///< Failures in a row: unhealthy.
    Duration probe_time = std::chrono::milliseconds{5};  ///< Core time of one probe.
};

enum class HealthStatus : std::uint8_t { none, starting, healthy, unhealthy };
const char* to_text(HealthStatus status);

/// Exit codes of a probe: moby daemon/health.go exitStatusHealthy; -1 when it took too long.
inline constexpr int probe_healthy = 0;
inline constexpr int probe_failed = 1;
inline constexpr int probe_timed_out = -1;

/// What the results of probes amount to. No clock, no processes: whoever owns it runs the probes.
/// Source: moby daemon/health.go monitor, handleProbeResult.
class Health {
  public:
    struct Result {
        Time start{}, end{};
        int exit_code = 0;
    };
    /// The container's process began at `started`.
    Health(const HealthPolicy& policy, Time started) : policy_(policy), started_(started) {}

    /// From the end of a probe (or the container's start) to the next one: the start interval while
    /// the status is starting within the start period, else the interval.
    Duration wait(Time now) const;
    /// Counts one result. True when the status changed.
    bool take(const Result& result);

    const HealthPolicy& policy() const { return policy_; }
    HealthStatus status() const { return status_; }
    std::uint64_t failing_streak() const { return failing_streak_; }
    /// The newest results, newest last, as `docker inspect` shows: at most five (maxLogEntries).
    std::span<const Result> log() const { return std::span(log_).last(logged_); }
    /// What `docker inspect` shows as a result's Output. The command itself is not run and prints
    /// nothing, so the engine's own words are all there is (well below maxOutputLen, 4096 bytes).
    std::string output_of(const Result& result) const;

  private:
    HealthPolicy policy_;
    Time started_{};
    HealthStatus status_ = HealthStatus::starting;
    std::uint64_t failing_streak_ = 0;
    std::array<Result, 5> log_{};
    std::size_t logged_ = 0;
};

}   // namespace glasshive::runtime
