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
/// an item runs at min(cap, weight * level), where `level` makes the rates add up to the capacity,
/// or every item is at its cap (max-min fairness with weights).
///
/// Pure: time comes in as an argument and never goes back. Cost: O(log n) per item that starts,
/// ends or crosses its cap. Completion instants are rounded up to a nanosecond.
class ProcessorSharing {
  public:
    explicit ProcessorSharing(double capacity) : capacity_(capacity) {}

    /// Starts an item. Requires amount >= 0, weight > 0, cap > 0 (infinity: no cap), an unused id.
    void add(Time now, std::uint64_t id, double amount, double weight, double cap);
    /// Takes an unfinished item out; returns what was left of its amount. Requires a known id.
    double remove(Time now, std::uint64_t id);
    /// 0 stops everything where it is.
    void set_capacity(Time now, double capacity);
    /// The instant of the next completion, or time_never.
    Time next_completion() const;
    /// Takes one item that is complete at `now`, in order of completion, then of id; 0 when none
    /// is.
    std::uint64_t pop_completed(Time now);

    std::size_t size() const { return items_.size(); }
    double capacity() const { return capacity_; }
    /// Sum of the rates now, for utilisation gauges.
    double rate_in_use() const;

  private:
    struct Item {
        double weight = 1;
        double cap = 0;
        bool capped = false;
        double finish = 0;   // Capped: in seconds of real time. Else: in units of `virtual_`.
    };
    using Order = std::set<std::pair<double, std::uint64_t>>;

    void advance(Time now);
    /// Moves items across their caps until every one is on the right side of the level.
    void rebalance();
    double level() const;
    double remaining(const Item& item) const;
    void insert(std::uint64_t id, Item& item, double amount);
    void erase(std::uint64_t id, const Item& item);

    double capacity_;
    double now_s_ = 0;            // Real time of the newest call, seconds.
    double virtual_ = 0;          // Integral of the level: work done per unit of weight.
    double shared_weight_ = 0;    // Of items below their cap.
    double capped_rate_ = 0;      // Of items at their cap.
    std::unordered_map<std::uint64_t, Item> items_;   // Looked up only, never walked.
    Order shared_by_finish_, shared_by_ratio_;        // Below the cap; ratio = cap / weight.
    Order capped_by_finish_, capped_by_ratio_;        // At the cap.
};

}   // namespace glasshive::kernel
