#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/run.h"

/// What makes going back possible: runs that are made again, and compared.
namespace glasshive::client {

/// What became of a run that was to go on.
enum class Went { there, found, interrupted, died };

/// Whoever lets a run go on: asked before each slice, told after it. Slices are about a twentieth
/// of a second of wall time.
struct Onlooker {
    std::function<std::optional<Went>()> stop;   ///< Nothing: it goes on.
    std::function<void(Time now)> looked;
};

/// Lets a run go on to `to`, slice by slice; `request` is a `run_until` without its instant. Where
/// slices end changes nothing in the run. `found` is the number of the event that was waited for.
Went advance(Run& run, Time to, const Json& request, EventId& found, const Onlooker& onlooker);

/// How many of these commands, in order of time, were given by an instant.
std::size_t given_until(const std::vector<session::TimedCommand>& given, Time to);

/// Whether `again`, which stands at `to`, had the same events as `before` up to there. `whole`: all
/// that was given at that instant was given again, so `before` had no more of them by then. Tells
/// `looked` now and then which share is compared.
Result<bool> same_so_far(Run& before, Run& again, Time to, bool whole,
                         const std::function<void(double share)>& looked);

/// What a kept session came to when it was played from its beginning.
struct Proof {
    std::string digest;      ///< Of the whole run, ended there.
    bool compared = false;   ///< False: the session itself has died, and nobody knows its digest.
    bool same = false;
};
/// Judges and ends `again`, made of what was kept of `original` at `path`; both stand at one
/// instant.
Result<Proof> prove(Run& original, Run& again, const std::string& path);

}   // namespace glasshive::client
