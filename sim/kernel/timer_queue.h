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

/// A monotone priority queue: a hierarchical timing wheel with exact nanoseconds, and a short
/// sorted front before it.
///
/// The front holds everything due before `front_end_`; entries are popped from it alone. When it
/// runs low it takes over the wheel's first slots that hold few entries, sorted; once it is dry, a
/// slot that holds many is spread over lower levels. So an entry moves as often as there are levels
/// crowded around it, and what comes next lies side by side in memory, where a caller can look
/// ahead.
///
/// The wheel: eleven levels of 64 slots; an entry sits at the level of the highest 6-bit digit in
/// which its due time differs from `base_`. Entries of equal due time always share a slot and keep
/// their order, in the front too: first in, first out, with no sequence number.
///
/// Cost: push O(1) beyond the front, O(front_most) into it; pop O(log64 of the distance) amortised.
/// Requires that nothing is pushed earlier than the newest popped entry.
/// Source: Varghese & Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987 (scheme 6); the
/// sorted front is the bottom of Tang, Goh & Thng's ladder queue, TOMACS 15(3), 2005.
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
    /// The payload of the entry `distance` after the earliest, or 0 when it is not in the front: a
    /// hint of what will be touched soon, and no promise.
    std::uint64_t ahead(std::size_t distance) const {
        return head_ + distance < front_.size() ? front_[head_ + distance].payload : 0;
    }

  private:
    static constexpr int levels = 11;
    static constexpr int slots = 64;
    static constexpr std::int64_t unknown = -1;
    static constexpr std::size_t front_few = 32;     // Taken over at once, or all that tie.
    static constexpr std::size_t front_low = 16;     // Below it, more is taken over if it is few.
    static constexpr std::size_t front_most = 128;   // Beyond it the front's end goes back.

    std::vector<QueueEntry>& slot_at(int level, int digit) {
        return wheel_[static_cast<std::size_t>(level * slots + digit)];
    }
    const std::vector<QueueEntry>& slot_at(int level, int digit) const {
        return wheel_[static_cast<std::size_t>(level * slots + digit)];
    }
    std::vector<QueueEntry>& slot_for(std::int64_t due_ns);
    /// Earliest due time in the wheel's first occupied slot. Requires an occupied one.
    std::int64_t scan_min() const;
    /// Makes the front hold the earliest entries. Requires an empty front and size_ > 0.
    void refill();
    /// Takes over the wheel's first slots while they are few.
    void extend();
    void drop_popped();
    /// Spreads the wheel's first slot over lower levels.
    void cascade(int level, int digit);
    /// Moves the slot's entries to the end of the front, in order.
    void take(int level, int digit);
    void insert(QueueEntry entry);
    /// Gives the later part of an overlong front back to the wheel.
    void shorten();

    std::vector<std::vector<QueueEntry>> wheel_;         // levels * slots
    std::array<std::uint64_t, levels> occupied_{};       // One bit per non-empty slot.
    std::uint32_t occupied_levels_ = 0;                  // One bit per level with any.
    std::int64_t base_ = 0;                              // Due first when the front was filled.
    std::vector<QueueEntry> front_;                      // Sorted from head_ on.
    std::size_t head_ = 0;                               // The earliest entry of the front.
    std::int64_t front_end_ = 0;                         // Due from here on: in the wheel.
    std::int64_t newest_ = 0;                            // Due time of the newest popped entry.
    std::size_t size_ = 0;
    std::int64_t next_ = unknown;                        // Earliest of the wheel, front empty.
    std::vector<QueueEntry> moving_;                     // Scratch for cascade.
};

}   // namespace glasshive::kernel
