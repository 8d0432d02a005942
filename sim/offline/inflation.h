#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "offline/cluster.h"
#include "workload/trace/openb.h"

namespace glasshive::offline {

/// The experiment of "Beware of Fragmentation" (USENIX ATC 2023): pods arrive one after the other
/// and never leave, until they have asked for more GPUs than there are; who fits nowhere is
/// dropped.
struct InflationSetup {
    std::vector<workload::trace::Machine> machines;   ///< Sorted by name.
    std::vector<workload::trace::Task> pods;          ///< Sorted by name.

    /// Both sorted, as the experiment numbers them.
    static InflationSetup of(std::vector<workload::trace::Machine> machines,
                             std::vector<workload::trace::Task> pods);
    /// Thousandths of GPUs in all.
    std::int64_t capacity() const;
};

/// What share of the GPUs the arrived pods ask for at the end of an order, in percent.
inline constexpr int inflation_percent = 130;

/// The protocol's order with chance of our own: all pods shuffled, then drawn ones again until the
/// next would ask for more than inflation_percent; nodes ranked at random.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/simulator/core.go; "-tune 1.3".
workload::trace::OpenbOrder draw_order(const InflationSetup& setup, std::uint64_t seed);

/// What does not fit together: an order that names pods or nodes that are not there.
Diagnostics check_order(const InflationSetup& setup, const workload::trace::OpenbOrder& order,
                        std::uint64_t seed, const std::string& file);

/// Means over the events of one percent of arrived demand, 0 to inflation_percent and beyond.
struct InflationPoint {
    double allocated = 0;        ///< Percent of all GPUs that pods have.
    double fragmented = 0;       ///< Percent of all GPUs that typical pods cannot use.
    double fragment_ratio = 0;   ///< The same, of those that nobody has.
};

struct InflationResult {
    std::vector<std::uint32_t> nodes;     ///< By arrival: index into machines, or `dropped`.
    std::vector<InflationPoint> points;   ///< By percent of arrived demand.
    std::uint64_t dropped_pods = 0;
    double allocated = 0;         ///< Percent at the end, unrounded.
    std::uint64_t pins_met = 0;   ///< Pins whose pod arrived.
    static constexpr std::uint32_t dropped = 0xFFFFFFFF;
};

/// What may be asked of a run besides.
struct InflationOptions {
    Watcher* watcher = nullptr;   ///< Of its choices; `who` is the row.
    /// Pods that may run on one machine alone, by name (the first of that name) or "#17" for the
    /// 17th row.
    std::map<std::string, std::string> pins;
};

/// Runs it once. `order` must pass check_order. `seed` is for policies that draw.
InflationResult inflate(const InflationSetup& setup, const workload::trace::OpenbOrder& order,
                        const swarm::Policy& policy, std::uint64_t seed,
                        const InflationOptions& options = {});

}   // namespace glasshive::offline
