#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "base/units.h"
#include "kernel/rng.h"
#include "workload/trace/task.h"

namespace glasshive::offline {

/// When machines fail and come back: as a trace tells it, or by chance.
struct BreakdownSpec {
    std::vector<workload::trace::Failure> failures;   ///< Of machines that are there; by time.
    /// By chance: between a machine's return and its next failure; 0: never.
    Duration mean_up{};
    Duration mean_down{};   ///< By chance: until it is back.
    std::uint64_t seed = 0;
    bool any() const { return !failures.empty() || mean_up > Duration{}; }
};

/// The changes in order of time; at one instant who comes back is before who fails, and the first
/// machine before the second. By chance every machine has a stream of its own (exponential times),
/// so that the same ones fail at the same time under every policy.
class Breakdowns {
  public:
    struct Change {
        Time at{};
        bool fails = false;
        std::uint32_t machine = 0;
        bool drawn = false;   ///< By chance.
        bool ends = false;    ///< Of a failure: it comes back.
    };
    Breakdowns(const BreakdownSpec& spec, const std::vector<workload::trace::Machine>& machines);

    /// The next change; none when nothing fails any more and nobody comes back.
    std::optional<Change> next() const;
    /// It took place. Returns whether the machine is up now, all its failures together.
    bool pop();
    /// A failure by chance did not take place: another one is drawn.
    void skip();
    /// How many machines are down and will come back.
    std::size_t returning() const { return returning_; }

  private:
    struct Later {
        bool operator()(const Change& a, const Change& b) const;
    };
    void plan_failure(std::uint32_t machine, Time from);

    std::priority_queue<Change, std::vector<Change>, Later> changes_;
    std::vector<std::uint32_t> down_;   // By machine: how many of its failures last.
    std::vector<kernel::Rng> chance_;   // By machine; empty for a trace.
    Duration mean_up_, mean_down_;
    std::size_t returning_ = 0;
};

}   // namespace glasshive::offline
