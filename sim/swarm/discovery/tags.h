#pragma once

#include <cstdint>

/// Timers of Gossip, relative to its first tag.
namespace glasshive::swarm::discovery::tags {
enum : std::uint32_t { spread, sync, ask, probe, probe_late, suspicion, reconnect, count };
}   // namespace glasshive::swarm::discovery::tags
