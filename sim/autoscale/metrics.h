#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace glasshive::autoscale {

/// What a controller outside the cluster finds when it asks a manager for a service and scrapes
/// the engines' and proxies' counters; "the interval" is the time since it looked last.
struct Metrics {
    /// A running task whose engine answered.
    struct Task {
        NameId name;
        NameId node;
        double cpus = 0;                 ///< Cores it used, on average over the interval.
    };
    std::uint64_t desired = 0;           ///< Replicas that the service shall have.
    std::uint64_t running = 0;           ///< Tasks that are RUNNING, as the manager believes.
    Cpus reserved{};                     ///< By each task; 0: nothing.
    std::vector<Task> tasks;             ///< In order of their ids.
    Duration interval{};
    std::uint64_t requests = 0;          ///< That entered in the interval, attempts counted singly.
    std::uint64_t failed = 0;            ///< Refused, given up or answered with an error in it.
    std::uint64_t in_flight = 0;         ///< Entered and not answered, now.
    std::uint64_t answered = 0;          ///< In the interval.
    /// Of those answers, from entering to answer; nothing without an answer.
    std::optional<Duration> latency_p50, latency_p95;

    /// Share of what the tasks reserve that they use; nothing when they reserve nothing, or none
    /// answered.
    std::optional<double> utilisation() const;
    double requests_per_second() const;
    /// As events say it: JSON with the names that scripts know.
    std::string text() const;
};

/// The smallest latency that at least `share` of them do not exceed; nothing of none. Nearest rank,
/// as Prometheus' histograms would say with buckets as fine as can be. Reorders them.
std::optional<Duration> quantile(std::vector<Duration>& latencies, double share);

}   // namespace glasshive::autoscale
