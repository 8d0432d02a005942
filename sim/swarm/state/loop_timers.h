#pragma once

#include <cstdint>

namespace glasshive::swarm {

/// Tags of the timers a manager sets for its control loops; the manager hands each to its loop.
enum class LoopTimer : std::uint32_t {
    scheduler_debounce,
    restart_delay,       ///< Argument: the replacement's TaskId.
    restart_timeout,     ///< Argument: the replacement's TaskId.
    reaper_batch,
    dispatcher_batch,
    dispatcher_assign,   ///< Argument: node index.
    dispatcher_grace,    ///< Argument: node index.
    dispatcher_orphan,   ///< Argument: node index.
    update_delay,        ///< Argument: service index above, worker below (32 bits each).
    update_monitor,      ///< Argument: service index.
};

}   // namespace glasshive::swarm
