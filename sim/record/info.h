#pragma once

#include <ostream>

#include "record/recording.h"

namespace glasshive::record {

/// Prints what a recording is: version, seed, profile, digest, virtual duration, how it ended,
/// size, input files, replay command, subjects and events by kind; as aligned text or as one JSON
/// object. Returns the exit code: 0, or 2 when the recording is damaged (told on `errors`).
int info(Recording& recording, bool json, std::ostream& out, std::ostream& errors);

}   // namespace glasshive::record
