#include "kernel/timer_queue.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/assert.h"

namespace glasshive::kernel {

namespace {
constexpr int digit_bits = 6;
constexpr std::uint64_t digit_mask = 63;
constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();

int level_of(std::int64_t due, std::int64_t base) {
    const auto differing = static_cast<std::uint64_t>(due ^ base);
    if (differing == 0) return 0;
    return (63 - std::countl_zero(differing)) / digit_bits;
}

bool later(std::int64_t due, const QueueEntry& entry) { return due < entry.due_ns; }
bool sooner(const QueueEntry& entry, std::int64_t due) { return entry.due_ns < due; }
}   // namespace

TimerQueue::TimerQueue() : wheel_(levels * slots) {}

std::vector<QueueEntry>& TimerQueue::slot_for(std::int64_t due_ns) {
    const int level = level_of(due_ns, base_);
    const auto digit =
        static_cast<int>((static_cast<std::uint64_t>(due_ns) >> (level * digit_bits)) & digit_mask);
    occupied_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << digit;
    occupied_levels_ |= 1U << level;
    return slot_at(level, digit);
}

void TimerQueue::push(QueueEntry entry) {
    SIM_ASSERT(entry.due_ns >= newest_);
    ++size_;
    if (entry.due_ns < front_end_) {
        insert(entry);
        return;
    }
    slot_for(entry.due_ns).push_back(entry);
    if (next_ != unknown && entry.due_ns < next_) next_ = entry.due_ns;
}

std::int64_t TimerQueue::next_due_ns() {
    if (head_ < front_.size()) return front_[head_].due_ns;
    if (size_ == 0) return end_of_time;
    if (next_ == unknown) next_ = scan_min();
    return next_;
}

bool TimerQueue::pop(std::int64_t limit_ns, QueueEntry& out) {
    const std::size_t left = front_.size() - head_;
    if (left == 0) {
        if (size_ == 0 || next_due_ns() > limit_ns) return false;
        refill();
    } else if (left < front_low) {
        extend();
    }
    if (front_[head_].due_ns > limit_ns) return false;
    out = front_[head_++];
    --size_;
    newest_ = out.due_ns;
    return true;
}

// --- The front -----------------------------------------------------------------------------------

/// After all entries due at the same time or before; moves whichever side of the front is shorter.
void TimerQueue::insert(QueueEntry entry) {
    const std::size_t count = front_.size() - head_;
    if (count == 0) {
        front_.clear();
        head_ = 0;
    } else {
        drop_popped();
    }
    const bool near_head = count > 0 && entry.due_ns < front_[head_ + count / 2].due_ns;
    if (near_head && head_ > 0) {   // The place of a popped entry is free.
        std::size_t at = head_;
        while (front_[at].due_ns <= entry.due_ns) {
            front_[at - 1] = front_[at];
            ++at;
        }
        front_[at - 1] = entry;
        --head_;
    } else {
        front_.push_back(entry);
        std::size_t at = front_.size() - 1;
        while (at > head_ && front_[at - 1].due_ns > entry.due_ns) {
            front_[at] = front_[at - 1];
            --at;
        }
        front_[at] = entry;
    }
    if (count >= front_most) shorten();
}

/// In bulk, so that it costs no more than the pops did.
void TimerQueue::drop_popped() {
    if (head_ <= front_most || head_ <= front_.size() - head_) return;
    front_.erase(front_.begin(), front_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
}

void TimerQueue::shorten() {
    const auto first = front_.begin() + static_cast<std::ptrdiff_t>(head_);
    const std::int64_t middle = first[front_most / 2].due_ns;
    // Entries due at once stay together. All that follow the middle's go, or else all from it on.
    auto cut = std::upper_bound(first, front_.end(), middle, later);
    if (cut == front_.end()) {
        cut = std::lower_bound(first, front_.end(), middle, sooner);
    }
    if (cut == first) return;   // All due at once: they only come and go at the ends.
    front_end_ = cut->due_ns;
    next_ = unknown;
    for (auto entry = cut; entry != front_.end(); ++entry) {
        slot_for(entry->due_ns).push_back(*entry);
    }
    front_.erase(cut, front_.end());
}

// --- The wheel -----------------------------------------------------------------------------------

std::int64_t TimerQueue::scan_min() const {
    const int level = std::countr_zero(occupied_levels_);
    const int digit = std::countr_zero(occupied_[static_cast<std::size_t>(level)]);
    const auto& slot = slot_at(level, digit);
    if (level == 0) return slot.back().due_ns;   // All of a level-0 slot is due at once.
    std::int64_t least = end_of_time;
    for (const QueueEntry& entry : slot) least = std::min(least, entry.due_ns);
    return least;
}

void TimerQueue::refill() {
    front_.clear();
    head_ = 0;
    base_ = next_due_ns();
    next_ = unknown;
    int level = 0;
    int digit = 0;
    while (true) {
        level = std::countr_zero(occupied_levels_);
        digit = std::countr_zero(occupied_[static_cast<std::size_t>(level)]);
        if (level == 0 || slot_at(level, digit).size() <= front_few) break;
        cascade(level, digit);
    }
    take(level, digit);
    extend();
}

/// The base is not moved on: what stays in the wheel is due at or after `front_end_`, and differs
/// from the base in the digits by which it was placed.
void TimerQueue::extend() {
    drop_popped();
    while (occupied_levels_ != 0) {
        const int level = std::countr_zero(occupied_levels_);
        const int digit = std::countr_zero(occupied_[static_cast<std::size_t>(level)]);
        if (front_.size() - head_ + slot_at(level, digit).size() > front_few) return;
        take(level, digit);
    }
}

void TimerQueue::cascade(int level, int digit) {
    moving_.clear();
    moving_.swap(slot_at(level, digit));
    auto& bits = occupied_[static_cast<std::size_t>(level)];
    bits &= bits - 1;
    if (bits == 0) occupied_levels_ &= occupied_levels_ - 1;
    // All moved entries share every digit from `level` up with the base, so they land lower.
    for (const QueueEntry& entry : moving_) slot_for(entry.due_ns).push_back(entry);
}

void TimerQueue::take(int level, int digit) {
    auto& slot = slot_at(level, digit);
    for (const QueueEntry& entry : slot) {   // Few, or all due at once: inserted in order.
        front_.push_back(entry);
        std::size_t at = front_.size() - 1;
        for (; at > head_ && front_[at - 1].due_ns > entry.due_ns; --at) {
            front_[at] = front_[at - 1];
        }
        front_[at] = entry;
    }
    slot.clear();
    next_ = unknown;
    auto& bits = occupied_[static_cast<std::size_t>(level)];
    bits &= bits - 1;
    if (bits == 0) occupied_levels_ &= occupied_levels_ - 1;
    // The slot's last nanosecond; at the top level that lies beyond the end of time.
    const std::uint64_t span = (std::uint64_t{1} << (level * digit_bits)) - 1;
    const std::uint64_t last = static_cast<std::uint64_t>(front_.back().due_ns) | span;
    front_end_ = last < static_cast<std::uint64_t>(end_of_time)
                     ? static_cast<std::int64_t>(last + 1)
                     : end_of_time;
}

}   // namespace glasshive::kernel
