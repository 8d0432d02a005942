#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/units.h"

/// Batch jobs on a machine of equal processors: who waits, and who may go past.
namespace glasshive::offline {

/// A job that needs `processors` for `run`, all at once.
struct BatchJob {
    Time submit{};
    Duration run{};
    Duration estimate{};   ///< What its owner asked for; ends are expected by it.
    std::int32_t processors = 1;
};

/// In which order waiting jobs are looked at; equals in order of submission.
enum class QueueOrder {
    fcfs,       ///< First come, first served.
    sjf,        ///< Shortest estimate first.
    smallest,   ///< Fewest processors first.
    f1,         ///< log10(estimate) p + 870 log10(submit): Carastan-Santos & de Camargo, SC'17.
    wfp3,       ///< Longest wait over estimate, cubed, times processors first: Tang et al. 2009.
};

/// Whether a job may start before one that is ahead of it and does not fit.
enum class Backfill {
    none,
    easy,           ///< When that does not delay the first of the queue: Lifka 1995.
    conservative,   ///< When that delays nobody ahead: Mu'alem & Feitelson 2001.
};

struct BatchRules {
    QueueOrder order = QueueOrder::fcfs;
    Backfill backfill = Backfill::none;
    /// Processors have numbers: a job gets the lowest free ones, and what is kept for the first of
    /// the queue are the lowest of those expected free by then, as Batsim's scheduler does it.
    /// Otherwise they are counted. Not with conservative.
    bool numbered = false;
};

struct BatchOutcome {
    std::vector<Time> start;                             ///< By job.
    std::vector<std::vector<std::int32_t>> processors;   ///< By job; empty unless numbered.
    std::uint64_t looks = 0;                             ///< Times that the queue was looked at.
};

/// Runs the jobs to their ends. Requires them sorted by submit, each with 1 to `processors`
/// processors, and estimate >= run unless jobs may outlive their estimates: one that does is
/// expected to end at once, from then on.
///
/// At one instant jobs end before others arrive, and then the queue is looked at once.
BatchOutcome run_batch(const std::vector<BatchJob>& jobs, std::int32_t processors,
                       const BatchRules& rules);

/// What users of a batch system feel.
struct BatchMetrics {
    double mean_wait = 0, max_wait = 0;           ///< Seconds.
    double mean_slowdown = 0, max_slowdown = 0;   ///< (wait + run) / run.
    /// max(1, (wait + run) / max(run, 10 s)): Feitelson et al. 1997.
    double mean_bounded_slowdown = 0;
    double makespan = 0;      ///< Seconds, from 0 to the last end.
    double utilisation = 0;   ///< Of processors, from the first submit.
};
BatchMetrics batch_metrics(const std::vector<BatchJob>& jobs, const BatchOutcome& outcome,
                           std::int32_t processors);

/// The same jobs as RLScheduler's simulator runs them, for its published figures: it sees arrivals
/// only while the first of the queue waits, or when the queue is empty, and with backfilling starts
/// whoever ends, by its estimate, before the first can start.
/// Source: DIR-LAB/deep-batch-scheduler HPCSimPickJobs.py (RLScheduler, SC'20).
BatchOutcome run_as_rlscheduler(const std::vector<BatchJob>& jobs, std::int32_t processors,
                                QueueOrder order, bool backfill);

/// How urgent a waiting job is: the smaller, the sooner.
double queue_key(const BatchJob& job, QueueOrder order, Time now);

}   // namespace glasshive::offline
