#pragma once

#include <string>
#include <utility>
#include <vector>

#include "session/session.h"

namespace glasshive::session {

/// What a recording says of its run, by name: version, seed, the scenario's files, …
std::vector<std::pair<std::string, std::string>> meta_of(const Options& options);
/// Kinds of events that `record: kinds:` does not name: it names what to keep, the recorder wants
/// what to leave out.
std::vector<std::string> left_out(const std::vector<std::string>& keep);

}   // namespace glasshive::session
