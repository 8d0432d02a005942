#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "offline/breakdowns.h"
#include "offline/cluster.h"
#include "offline/histogram.h"
#include "offline/usage.h"
#include "workload/trace/source.h"

namespace glasshive::offline {

/// Who waits for whom when a task fits nowhere.
enum class Waiting {
    drop,   ///< Nobody: it is dropped.
    fifo,   ///< All behind it, until it fits. Higher priorities come first.
    skip,   ///< Nobody: whoever fits goes past, as Swarm's scheduler does. Higher priorities first.
};

/// How often a task may begin anew before it is given up.
inline constexpr int interruptions_most = 100;

struct TimedOptions {
    Waiting waiting = Waiting::fifo;
    /// A single task that fits nowhere sends less important ones away; see preemption.h.
    bool preemption = false;
    BreakdownSpec breakdowns;
    /// Tasks that may run on one machine alone: by name (the first of that name), or "#17" for the
    /// 17th. Machines must be there.
    std::map<std::string, std::string> pins;
};

/// What tasks of a trace went through: submitted, placed or queued, running, ended. Who is
/// interrupted (its machine failed, or a more important one took its place) begins anew, in its old
/// place in the queue; with Waiting::drop it is dropped.
struct TimedResult {
    std::uint64_t submitted = 0, ended = 0;
    std::uint64_t placed = 0;         ///< Starts, of those that began anew, too.
    std::uint64_t dropped = 0;        ///< Fit nowhere and may not wait; or interrupted too often.
    std::uint64_t waiting = 0;        ///< At the end, for ever.
    std::uint64_t waited = 0;         ///< Did not run at once.
    std::uint64_t running_most = 0;   ///< Tasks at a time.
    std::uint64_t failures = 0;       ///< Of machines, while tasks ran or waited.
    std::uint64_t lost = 0;           ///< Tasks that were interrupted by them.
    std::uint64_t preempted = 0;      ///< Tasks that were interrupted by more important ones.
    std::uint64_t moves = 0;          ///< Tasks that began anew on another machine than before.
    std::uint64_t pins_met = 0;       ///< Pins whose task was in the trace.
    Histogram wait;                   ///< Seconds to the first start, of all that were placed.
    Histogram slowdown;               ///< (end - submit) / max(run, 10 s), at least 1.
    Time last_end{};                  ///< Makespan, from 0.
    double bound = 0;                 ///< Seconds: no policy has a shorter makespan (bound.h).
    double cpu_seconds = 0;           ///< Of all that were placed, as far as they ran by last_end.
    double lost_cpu_seconds = 0;      ///< Of these, of tasks that had to begin anew.
    double utilisation = 0;           ///< Of CPUs, from 0 to last_end.
    double gpu_utilisation = 0;       ///< Of GPUs, likewise.
    UsageTotals usage;                ///< Likewise.
};

/// Replays a trace on a cluster, to the end of the last task. At one instant tasks end, then
/// machines come back, then machines fail, then others arrive. A task that not even the empty
/// cluster could hold waits for ever, and nobody behind it. Memory: what runs and what waits,
/// nothing else.
TimedResult run_timed(Cluster& cluster, workload::trace::TaskSource& source,
                      const TimedOptions& options);

}   // namespace glasshive::offline
