#include "kernel/timer_queue.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/assert.h"

namespace glasshive::kernel {

namespace {
constexpr int digit_bits = 6;
constexpr std::uint64_t digit_mask = 63;

int level_of(std::int64_t due, std::int64_t base) {
    const auto differing = static_cast<std::uint64_t>(due ^ base);
    if (differing == 0) return 0;
    return (63 - std::countl_zero(differing)) / digit_bits;
}
}   // namespace

TimerQueue::TimerQueue() : wheel_(levels * slots) {}

std::vector<QueueEntry>& TimerQueue::slot_for(std::int64_t due_ns) {
    const int level = level_of(due_ns, base_);
    const auto digit =
        static_cast<int>((static_cast<std::uint64_t>(due_ns) >> (level * digit_bits)) & digit_mask);
    occupied_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << digit;
    occupied_levels_ |= 1U << level;
    return wheel_[static_cast<std::size_t>(level * slots + digit)];
}

void TimerQueue::push(QueueEntry entry) {
    SIM_ASSERT(entry.due_ns >= base_);
    slot_for(entry.due_ns).push_back(entry);
    ++size_;
    if (next_ != unknown && entry.due_ns < next_) next_ = entry.due_ns;
}

std::int64_t TimerQueue::scan_min() const {
    const int level = std::countr_zero(occupied_levels_);
    const int digit = std::countr_zero(occupied_[static_cast<std::size_t>(level)]);
    const auto& slot = wheel_[static_cast<std::size_t>(level * slots + digit)];
    if (level == 0) return slot.back().due_ns;   // All of a level-0 slot is due at once.
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const QueueEntry& entry : slot) least = std::min(least, entry.due_ns);
    return least;
}

std::int64_t TimerQueue::next_due_ns() {
    if (size_ == 0) return std::numeric_limits<std::int64_t>::max();
    if (next_ == unknown) next_ = scan_min();
    return next_;
}

void TimerQueue::cascade(std::int64_t new_base) {
    const int level = std::countr_zero(occupied_levels_);
    const int digit = std::countr_zero(occupied_[static_cast<std::size_t>(level)]);
    base_ = new_base;
    if (level == 0) return;
    moving_.clear();
    moving_.swap(wheel_[static_cast<std::size_t>(level * slots + digit)]);
    auto& bits = occupied_[static_cast<std::size_t>(level)];
    bits &= bits - 1;
    if (bits == 0) occupied_levels_ &= occupied_levels_ - 1;
    // All moved entries share every digit from `level` up with the new base, so they land lower.
    for (const QueueEntry& entry : moving_) slot_for(entry.due_ns).push_back(entry);
}

bool TimerQueue::pop(std::int64_t limit_ns, QueueEntry& out) {
    const std::int64_t due = next_due_ns();
    if (size_ == 0 || due > limit_ns) return false;
    if (due != base_ || head_ == 0) cascade(due);
    const auto digit = static_cast<std::size_t>(static_cast<std::uint64_t>(due) & digit_mask);
    auto& slot = wheel_[digit];
    out = slot[head_++];
    SIM_ASSERT(out.due_ns == due);
    --size_;
    if (head_ < slot.size()) return true;   // More at the same instant: next_ stays.
    slot.clear();
    head_ = 0;
    occupied_[0] &= ~(std::uint64_t{1} << digit);
    if (occupied_[0] == 0) occupied_levels_ &= ~1U;
    next_ = unknown;
    return true;
}

}   // namespace glasshive::kernel
