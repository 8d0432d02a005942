#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "swarm/scheduler/node_set.h"
#include "workload/trace/task.h"

namespace glasshive::offline {

/// What machines came to, from 0 to the last end.
struct UsageTotals {
    /// Mean over time of the standard deviation of the machines' shares of CPUs in use, over those
    /// that are up: 0 when all are equally full.
    double imbalance = 0;
    /// kWh: each machine that is up draws idle + (peak - idle) x its share of CPUs in use.
    /// Source: Fan, Weber, Barroso, "Power Provisioning for a Warehouse-sized Computer", ISCA 2007,
    /// section 4.2 (their linear model).
    double energy = 0;
    double energy_busy = 0;   ///< kWh: the same, if those without any task were switched off.
    double price = 0;         ///< Price per hour x hours, of machines with at least one task.
    double machine_hours = 0; ///< Hours, of machines with at least one task.
};

/// Follows the machines' state through time; O(1) for each change. Exact: all sums are integers
/// until time multiplies them.
class Usage {
  public:
    explicit Usage(const std::vector<workload::trace::Machine>& machines);

    /// Time goes on: all was as it is until `now`.
    void advance(Time now);
    /// A node's tasks came or went, or it failed or came back.
    void changed(const swarm::NodeInfo& node);
    /// The node will change soon.
    void prefetch(std::size_t node) const { __builtin_prefetch(&nodes_[node]); }
    /// Up to the last advance().
    UsageTotals totals() const;

  private:
    struct Node {   // A line of cache.
        double per_cpu = 0;              // Shares for each nanocpu.
        std::int64_t all = 0;            // Nanocpus.
        std::int64_t share = 0;          // Of CPUs in use, in 2^-20.
        std::int64_t milliwatts = 0;
        std::int32_t idle = 0, peak = 0; // Milliwatts.
        std::int64_t price = 0;          // Millionths per hour.
        bool up = true, busy = false;
    };
    void add(const Node& node, int sign);

    std::vector<Node> nodes_;
    bool draws_power_ = false, costs_ = false;
    std::int64_t shares_ = 0, squares_ = 0, up_ = 0, busy_ = 0;
    std::int64_t milliwatts_ = 0, busy_milliwatts_ = 0, micro_price_ = 0;
    Time now_{};
    double deviation_seconds_ = 0, joules_ = 0, busy_joules_ = 0, price_ = 0, busy_seconds_ = 0;
};

}   // namespace glasshive::offline
