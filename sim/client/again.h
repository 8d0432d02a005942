#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/lines.h"
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

/// What became of something that was given.
struct Given {
    bool died = false;
    bool given = false;   ///< It has its place in the list, though the cluster may have refused it.
    std::string error;    ///< "": accepted.
};
/// Gives a text now, and puts it into the line's list when it was given.
Given give(Run& run, Line& line, const std::string& text);
/// A line that can be shown, sent and saved: control characters and what is no UTF-8 replaced.
std::string plain_line(const std::string& typed);

/// Finishes the present instant and takes note of where a run stands, so that its line can be made
/// again. One that has died has no digest.
void keep_place(Line& line, Run& run);

/// How many of these commands, in order of time, were given by an instant.
std::size_t given_until(const std::vector<session::TimedCommand>& given, Time to);

/// Whether `again`, which stands at `to`, had the same events as `before` up to there. `whole`: all
/// that was given at that instant was given again, so `before` had no more of them by then. `go_on`
/// is told now and then which share is compared; a Diagnostic when it has had enough.
Result<bool> same_so_far(Run& before, Run& again, Time to, bool whole,
                         const std::function<bool(double share)>& go_on);

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
