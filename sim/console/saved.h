#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenario/spec.h"
#include "session/session.h"

namespace glasshive::console {

/// The text of a file that repeats a session: see scenario::SavedSession. `scenario` is where the
/// scenario lies as seen from the file's folder; profile and duration are those of `spec` when they
/// are not the scenario's own.
struct Saved {
    std::string scenario;
    std::uint64_t seed = 0;
    std::optional<scenario::Profile> profile;
    std::optional<Duration> duration;
    Time until{};
    std::vector<session::TimedCommand> commands;
};
std::string saved_text(const Saved& saved);

/// How to reach `file` from the folder of `from`, as short as the two allow.
std::string seen_from(const std::string& from, const std::string& file);

/// Why a session must not be saved there; "" when it may. What is there already must be a saved
/// session, too.
std::string why_not_save_at(const std::string& path);

}   // namespace glasshive::console
