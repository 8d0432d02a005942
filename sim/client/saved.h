#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "session/given/given.h"

namespace glasshive::client {

/// The text of a file that repeats a session: see scenario::SavedSession. `scenario` is where the
/// scenario lies as seen from the file's folder; profile and duration are given when they are
/// not the scenario's own.
struct Saved {
    std::string scenario;
    std::uint64_t seed = 0;
    std::string profile;   ///< "": the scenario's.
    std::optional<Duration> duration;
    Time until{};
    std::vector<session::TimedCommand> commands;
};
std::string saved_text(const Saved& saved);

/// How to reach `file` from the folder of `from`, as short as the two allow.
std::string seen_from(const std::string& from, const std::string& file);

/// A file of a scenario, as it was read.
struct Origin {
    std::string name;   ///< The scenario's as it was typed; those of others as seen from there.
    std::string content;
};
/// The first of a scenario's files, itself at their head, that is no longer what was read; "" when
/// none is.
std::string changed_file(const std::vector<Origin>& files);

/// Why a session must not be saved there; "" when it may. What is there already must be a saved
/// session, too.
std::string why_not_save_at(const std::string& path);
/// Writes the file. What was in the way.
std::optional<Diagnostic> write_saved(const Saved& saved, const std::string& path);

}   // namespace glasshive::client
