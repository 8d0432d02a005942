#pragma once

#include <cstdint>

/// Timer and work tags of a daemon process, one range per part.
namespace glasshive::swarm::agent::tags {
enum : std::uint32_t {
    beat = 1, rpc_late, retry,   // Session.
    flush = 16, drained,         // Worker.
    engine = 32,                 // runtime::Engine, four.
    pulls = 48,                  // runtime::Pulls, two.
    gossip = 64,                 // discovery::Gossip, seven.
};
}   // namespace glasshive::swarm::agent::tags
