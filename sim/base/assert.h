#pragma once

#include <cstdint>
#include <string>

namespace glasshive {

/// What a broken SIM_ASSERT prints beside the expression, so that anybody can get the failure back.
/// Set once by whoever starts a run; empty outside a run (unit tests).
struct ReplayInfo {
    std::uint64_t seed = 0;
    const std::int64_t* now_ns = nullptr;   ///< The running clock, or null before one exists.
    std::string command;                    ///< e.g. "glasshive run hello.yaml --seed 7"
};

/// Installs what later failures print. Not thread-safe: call it before the run starts.
void set_replay_info(ReplayInfo info);
const ReplayInfo& replay_info();

/// Prints the broken promise, seed, virtual time and replay command to stderr, then aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}   // namespace glasshive

/// States what must hold. Stays on in every build type. A broken one is our bug, never the user's:
/// prints the expression, seed, virtual time and the command that replays the run, then aborts.
#define SIM_ASSERT(expression)                                                         \
    (static_cast<bool>(expression) ? static_cast<void>(0)                              \
                                   : ::glasshive::assertion_failed(#expression, __FILE__, __LINE__))
