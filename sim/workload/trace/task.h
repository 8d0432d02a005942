#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

/// What traces say, whatever their format. Plain data.
namespace glasshive::workload::trace {

/// A machine of the cluster that was traced, or of one to replay on.
struct Machine {
    std::string name;
    Cpus cpus{};
    Bytes memory{};
    std::int32_t gpus = 0;
    std::string model;   ///< Of its GPUs; empty: none, or not said.
    double idle_watts = 0, peak_watts = 0;   ///< With no CPU in use, and with all; 0: not said.
    double price = 0;                        ///< Per hour, in any currency; 0: not said.
};

/// Something that was asked for: a task, a pod, a virtual machine, a batch job.
struct Task {
    std::string name;   ///< May be empty.
    int line = 0;       ///< Of the trace.
    Time submit{};
    std::optional<Duration> run;        ///< None: it stays.
    std::optional<Duration> estimate;   ///< Of the run, by its owner.
    std::int32_t gang = 1;              ///< Pieces that start together, each of this size:
    Cpus cpus{};
    Bytes memory{};
    std::int32_t gpus = 0;
    std::int32_t gpu_milli = 0;   ///< Thousandths of each; below 1000 only of a single one.
    std::string models;           ///< "T4|P100": of these alone; empty: any.
    std::int64_t priority = 0;    ///< Higher comes first.
};

/// A machine fails, with all that runs on it.
struct Failure {
    std::string machine;
    int line = 0;   ///< Of the trace.
    Time at{};
    std::optional<Duration> down;   ///< Until it is back, empty; none: it stays away.
};

}   // namespace glasshive::workload::trace
