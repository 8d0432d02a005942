#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "compare/kinds.h"
#include "offline/timed.h"
#include "workload/trace/generate.h"

namespace glasshive::compare {

/// What the options of a workload of kind tasks say.
struct TasksChoice {
    offline::Waiting waiting = offline::Waiting::fifo;
    bool preemption = false;
    double load = 1, sample = 1;
    double demand = 0;   ///< Mean CPUs asked for, as a share of all there are; 0: as they come.
    std::optional<std::pair<Time, Time>> window;   ///< [from, to).
    std::size_t machines = 0;                  ///< How many; 0: as listed.
    Duration mean_up{}, mean_down{};           ///< Of machines that fail by chance; 0: none does.
    workload::trace::GeneratorSpec generate;   ///< Where there is no trace.
};
TasksChoice tasks_choice(const Settings& settings, Diagnostics& problems);

}   // namespace glasshive::compare
