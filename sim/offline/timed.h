#pragma once

#include <cstdint>
#include <vector>

#include "offline/cluster.h"
#include "offline/histogram.h"
#include "workload/trace/source.h"

namespace glasshive::offline {

/// Who waits for whom when a task fits nowhere.
enum class Waiting {
    drop,   ///< Nobody: it is dropped.
    fifo,   ///< All behind it, until it fits. Higher priorities come first.
    skip,   ///< Nobody: whoever fits goes past, as Swarm's scheduler does. Higher priorities first.
};

struct TimedOptions {
    Waiting waiting = Waiting::fifo;
};

/// What tasks of a trace went through: submitted, placed or queued, running, ended.
struct TimedResult {
    std::uint64_t submitted = 0, placed = 0, ended = 0;
    std::uint64_t dropped = 0;        ///< Fit nowhere and may not wait, or larger than any machine.
    std::uint64_t waiting = 0;        ///< At the end, for ever.
    std::uint64_t waited = 0;         ///< Did not run at once.
    std::uint64_t running_most = 0;   ///< At a time.
    Histogram wait;                   ///< Seconds, of all that were placed.
    Histogram slowdown;               ///< (wait + run) / max(run, 10 s), at least 1.
    Time last_end{};                  ///< Makespan, from 0.
    double cpu_seconds = 0;           ///< Of all that were placed, as far as they ran by last_end.
    double utilisation = 0;           ///< Of CPUs, from 0 to last_end.
    double gpu_utilisation = 0;       ///< Of GPUs, likewise.
};

/// Replays a trace on a cluster, to the end of the last task. At one instant tasks end before
/// others arrive. Memory: what runs and what waits, nothing else.
TimedResult run_timed(Cluster& cluster, workload::trace::TaskSource& source,
                      const TimedOptions& options);

}   // namespace glasshive::offline
