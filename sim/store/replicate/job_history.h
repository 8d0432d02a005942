#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "base/units.h"

namespace glasshive::store::replicate {

/// What happened to a job.
struct JobEvent {
    enum class Kind : std::uint8_t { added, started, stopped, crashed };
    Kind kind = Kind::added;
    Time when{};
    std::string reason{};   ///< Of a crash.
};
/// "added", "started", …
const char* name_of(JobEvent::Kind kind);
/// The newest first, never empty.
using JobHistory = std::deque<JobEvent>;

/// Crashes in a row: each within `healthy` of the event before it. A run that was stopped in good
/// health ends the row.
/// Source: couch_replicator_scheduler:consecutive_crashes/2.
std::size_t consecutive_crashes(const JobHistory& history, Duration healthy);
/// How long a job waits after so many crashes: 30 s, doubled by each further one, at most 2^10
/// times as long. Requires one or more.
/// Source: couch_replicator_scheduler:backoff_micros/1.
Duration crash_backoff(std::size_t crashes);
/// Whether a job that does not run has waited long enough.
/// Source: couch_replicator_scheduler:not_recently_crashed/3.
bool may_start(const JobHistory& history, Time now, Duration healthy);
/// When it started last; the beginning of time when never.
Time last_started(const JobHistory& history);

}   // namespace glasshive::store::replicate
