#include "kernel/processor_sharing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/assert.h"

namespace glasshive::kernel {

namespace {
constexpr double never = std::numeric_limits<double>::infinity();
}

double ProcessorSharing::level() const {
    if (shared_by_finish_.empty()) return never;
    return std::max(0.0, capacity_ - capped_rate_) / shared_weight_;
}

double ProcessorSharing::rate_in_use() const {
    if (capacity_ <= 0) return 0;
    return shared_by_finish_.empty() ? std::min(capped_rate_, capacity_) : capacity_;
}

double ProcessorSharing::remaining(const Item& item) const {
    const double left = item.capped ? (item.finish - now_s_) * item.cap
                                    : (item.finish - virtual_) * item.weight;
    return std::max(0.0, left);
}

void ProcessorSharing::advance(Time now) {
    const double target = seconds_of(now);
    SIM_ASSERT(target >= now_s_);
    if (!shared_by_finish_.empty()) virtual_ += (target - now_s_) * level();
    now_s_ = target;
}

void ProcessorSharing::insert(std::uint64_t id, Item& item, double amount) {
    const double ratio = item.cap / item.weight;
    if (item.capped) {
        item.finish = now_s_ + amount / item.cap;
        capped_rate_ += item.cap;
        capped_by_finish_.emplace(item.finish, id);
        capped_by_ratio_.emplace(ratio, id);
    } else {
        item.finish = virtual_ + amount / item.weight;
        shared_weight_ += item.weight;
        shared_by_finish_.emplace(item.finish, id);
        shared_by_ratio_.emplace(ratio, id);
    }
}

void ProcessorSharing::erase(std::uint64_t id, const Item& item) {
    const double ratio = item.cap / item.weight;
    if (item.capped) {
        capped_by_finish_.erase({item.finish, id});
        capped_by_ratio_.erase({ratio, id});
        capped_rate_ = capped_by_finish_.empty() ? 0 : capped_rate_ - item.cap;
    } else {
        shared_by_finish_.erase({item.finish, id});
        shared_by_ratio_.erase({ratio, id});
        shared_weight_ = shared_by_finish_.empty() ? 0 : shared_weight_ - item.weight;
    }
}

void ProcessorSharing::rebalance() {
    const auto flip = [this](std::uint64_t id) {
        Item& item = items_.at(id);
        const double left = remaining(item);
        erase(id, item);
        item.capped = !item.capped;
        insert(id, item, left);
    };
    // Release first: with too little capacity the most generous caps give way (largest ratio
    // first); then items whose share exceeds their cap are held at it (smallest ratio first).
    while (!capped_by_ratio_.empty()) {
        const auto [ratio, id] = *capped_by_ratio_.rbegin();
        const double cap = items_.at(id).cap;
        const double weight = items_.at(id).weight;
        const double others = capped_by_ratio_.size() == 1 ? 0 : capped_rate_ - cap;
        const double released = std::max(0.0, capacity_ - others) / (shared_weight_ + weight);
        if (released >= ratio) break;
        flip(id);
    }
    while (!shared_by_ratio_.empty() && shared_by_ratio_.begin()->first <= level()) {
        flip(shared_by_ratio_.begin()->second);
    }
}

void ProcessorSharing::add(Time now, std::uint64_t id, double amount, double weight, double cap) {
    SIM_ASSERT(amount >= 0);
    SIM_ASSERT(weight > 0);
    SIM_ASSERT(cap > 0);
    advance(now);
    const auto [at, fresh] = items_.emplace(id, Item{.weight = weight, .cap = cap});
    SIM_ASSERT(fresh);
    insert(id, at->second, amount);
    rebalance();
}

double ProcessorSharing::remove(Time now, std::uint64_t id) {
    advance(now);
    const auto at = items_.find(id);
    SIM_ASSERT(at != items_.end());
    const double left = remaining(at->second);
    erase(id, at->second);
    items_.erase(at);
    rebalance();
    return left;
}

void ProcessorSharing::set_capacity(Time now, double capacity) {
    SIM_ASSERT(capacity >= 0);
    advance(now);
    // Capped items keep a real-time finish, which holds only while they run at their cap: rebalance
    // releases those that no longer can before time moves on.
    capacity_ = capacity;
    rebalance();
}

Time ProcessorSharing::next_completion() const {
    double soonest = never;
    if (!capped_by_finish_.empty()) soonest = capped_by_finish_.begin()->first;
    if (!shared_by_finish_.empty()) {
        const double gap = std::max(0.0, shared_by_finish_.begin()->first - virtual_);
        const double rate = level();
        if (gap <= 0) soonest = std::min(soonest, now_s_);
        else if (rate > 0) soonest = std::min(soonest, now_s_ + gap / rate);
    }
    constexpr double longest_s = 9.0e9;   // Beyond the clock's range: never.
    if (soonest > longest_s) return time_never;
    return time_of_ns(static_cast<std::int64_t>(std::ceil(std::max(soonest, now_s_) * 1e9)));
}

std::uint64_t ProcessorSharing::pop_completed(Time now) {
    advance(now);
    // The instant was rounded up to a nanosecond; half of one absorbs the doubles' own rounding.
    constexpr double slack_s = 0.5e-9;
    std::uint64_t id = 0;
    if (!capped_by_finish_.empty() && capped_by_finish_.begin()->first <= now_s_ + slack_s) {
        id = capped_by_finish_.begin()->second;
    } else if (!shared_by_finish_.empty()) {
        const auto [finish, candidate] = *shared_by_finish_.begin();
        const double rate = level();
        const double slack = rate < never ? slack_s * rate : 0;
        // A relative term too: after hours `virtual_` is large and its last bits are noise.
        if (finish <= virtual_ + slack + 1e-15 * virtual_) id = candidate;
    }
    if (id == 0) return 0;
    erase(id, items_.at(id));
    items_.erase(id);
    rebalance();
    return id;
}

}   // namespace glasshive::kernel
