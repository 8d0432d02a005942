#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/units.h"

namespace glasshive::kernel {

/// One resource shared by weight, each item at most at its own cap: a CPU with `cpus:` limits, or a
/// disk.
///
/// Amounts are in units of work (for a CPU: core-seconds), rates in units per second. At any time
/// an item runs at speed * min(cap, weight * level), where `level` makes the rates add up to the
/// capacity, or every item is at its cap (max-min fairness with weights). `speed` is what a fault
/// leaves of the machine: it slows capacity and caps alike, so that a lone thread on a host at a
/// tenth runs at a tenth, and so does a container that may use half a core.
///
/// Pure: time comes in as an argument and never goes back. Cost: O(log n) per item that starts,
/// ends or crosses its cap, O(1) per change of speed. Completion instants are rounded up to a
/// nanosecond.
class ProcessorSharing {
  public:
    /// Full speed until told otherwise. Requires capacity > 0.
    explicit ProcessorSharing(double capacity);

    /// Starts an item. Requires amount >= 0, weight > 0, cap > 0 (infinity: no cap), an unused id.
    void add(Time now, std::uint64_t id, double amount, double weight, double cap);
    /// Takes an unfinished item out; returns what was left of its amount. Requires a known id.
    double remove(Time now, std::uint64_t id);
    /// A factor on every rate; 1 is the machine as built, 0 stops everything where it is: then
    /// nothing completes, not even what has nothing left.
    void set_speed(Time now, double speed);
    /// The instant of the next completion, or time_never.
    Time next_completion() const;
    /// Takes one item that is complete at `now`, in order of completion, then of id; 0 when none
    /// is.
    std::uint64_t pop_completed(Time now);

    /// What would be left of an item's amount at `now`, not before the newest call. Changes
    /// nothing: looking does not even move a rounding. Requires a known id.
    double left(Time now, std::uint64_t id) const;

    std::size_t size() const { return items_.size(); }
    /// Sum of the rates now, speed included, for utilisation gauges.
    double rate_in_use() const;

  private:
    struct Item {
        double weight = 1;
        double cap = 0;
        bool capped = false;
        double finish = 0;   // Capped: in machine seconds. Else: in units of `virtual_`.
    };
    using Order = std::set<std::pair<double, std::uint64_t>>;

    void advance(Time now);
    /// When the machine's own clock will show `machine_s`. Requires speed_ > 0.
    double real_time(double machine_s) const;
    /// Moves items across their caps until every one is on the right side of the level.
    void rebalance();
    double level() const;
    double remaining(const Item& item) const;
    /// Whose completion next_completion() means. Requires that there is one.
    std::uint64_t next_item() const;
    void insert(std::uint64_t id, Item& item, double amount);
    void erase(std::uint64_t id, const Item& item);

    double capacity_;
    // The machine's own clock runs at `speed_`; on it, rates know nothing of speeds. It is counted
    // from the newest change of speed, so that its rounding does not add up.
    double speed_ = 1;
    double changed_s_ = 0;           // Real time of the newest change of speed, seconds.
    double changed_machine_s_ = 0;   // The machine's clock then.
    double now_s_ = 0;               // Real time of the newest call, seconds.
    double machine_s_ = 0;           // The machine's clock then.
    double virtual_ = 0;          // Integral of the level: work done per unit of weight.
    double shared_weight_ = 0;    // Of items below their cap.
    double capped_rate_ = 0;      // Of items at their cap.
    std::unordered_map<std::uint64_t, Item> items_;   // Looked up only, never walked.
    Order shared_by_finish_, shared_by_ratio_;        // Below the cap; ratio = cap / weight.
    Order capped_by_finish_, capped_by_ratio_;        // At the cap.
};

}   // namespace glasshive::kernel
