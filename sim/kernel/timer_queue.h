#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/units.h"

namespace glasshive::kernel {

/// What the queue orders: an opaque 64-bit payload at a due time.
struct QueueEntry {
    std::int64_t due_ns;
    std::uint64_t payload;
};

/// A monotone priority queue: a hierarchical timing wheel with exact nanoseconds.
///
/// Eleven levels of 64 slots; an entry sits at the level of the highest 6-bit digit in which its
/// due time differs from `base_`, so all entries of a slot at level 0 share one due time. Entries
/// of equal due time always share a slot and keep their order: first in, first out, with no
/// sequence number.
///
/// Cost: push O(1); pop O(log64 of the distance), amortised, walking memory in order.
/// Requires that nothing is pushed earlier than the newest popped entry.
/// Source: Varghese & Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987 (scheme 6).
class TimerQueue {
  public:
    TimerQueue();

    /// Adds an entry. Requires due_ns >= the due time of the newest popped entry.
    void push(QueueEntry entry);
    /// Takes the earliest entry if it is due at or before `limit_ns`; false otherwise.
    bool pop(std::int64_t limit_ns, QueueEntry& out);
    /// Due time of the earliest entry, or INT64_MAX when empty. May walk one slot; result is
    /// cached.
    std::int64_t next_due_ns();
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }

  private:
    static constexpr int levels = 11;
    static constexpr int slots = 64;
    static constexpr std::int64_t unknown = -1;

    std::vector<QueueEntry>& slot_for(std::int64_t due_ns);
    /// Earliest due time in the lowest occupied slot above level 0. Requires size_ > 0.
    std::int64_t scan_min() const;
    void cascade(std::int64_t new_base);

    std::vector<std::vector<QueueEntry>> wheel_;         // levels * slots
    std::array<std::uint64_t, levels> occupied_{};       // One bit per non-empty slot.
    std::uint32_t occupied_levels_ = 0;                  // One bit per level with any.
    std::int64_t base_ = 0;                              // Due time of the newest popped entry.
    std::size_t head_ = 0;                               // Next entry of the level-0 slot of base_.
    std::size_t size_ = 0;
    std::int64_t next_ = unknown;                        // Cached next_due_ns.
    std::vector<QueueEntry> moving_;                     // Scratch for cascade.
};

}   // namespace glasshive::kernel
