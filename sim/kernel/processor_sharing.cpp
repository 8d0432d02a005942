#include "kernel/processor_sharing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/assert.h"

namespace glasshive::kernel {

namespace {
constexpr double never = std::numeric_limits<double>::infinity();
}

ProcessorSharing::ProcessorSharing(double capacity) : capacity_(capacity) {
    SIM_ASSERT(capacity > 0);
}

double ProcessorSharing::level() const {
    if (shared_by_finish_.empty()) return never;
    return std::max(0.0, capacity_ - capped_rate_) / shared_weight_;
}

double ProcessorSharing::rate_in_use() const {
    return speed_ * (shared_by_finish_.empty() ? std::min(capped_rate_, capacity_) : capacity_);
}

double ProcessorSharing::remaining(const Item& item) const {
    const double left = item.capped ? (item.finish - machine_s_) * item.cap
                                    : (item.finish - virtual_) * item.weight;
    return std::max(0.0, left);
}

void ProcessorSharing::advance(Time now) {
    const double target = seconds_of(now);
    SIM_ASSERT(target >= now_s_);
    const double machine = changed_machine_s_ + (target - changed_s_) * speed_;
    if (!shared_by_finish_.empty()) virtual_ += (machine - machine_s_) * level();
    now_s_ = target;
    machine_s_ = machine;
}

double ProcessorSharing::real_time(double machine_s) const {
    return changed_s_ + (machine_s - changed_machine_s_) / speed_;
}

void ProcessorSharing::insert(std::uint64_t id, Item& item, double amount) {
    const double ratio = item.cap / item.weight;
    if (item.capped) {
        item.finish = machine_s_ + amount / item.cap;
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

double ProcessorSharing::left(Time now, std::uint64_t id) const {
    const auto at = items_.find(id);
    SIM_ASSERT(at != items_.end());
    const Item& item = at->second;
    const double machine = changed_machine_s_ + (seconds_of(now) - changed_s_) * speed_;
    if (item.capped) return std::max(0.0, (item.finish - machine) * item.cap);
    const double done = virtual_ + (machine - machine_s_) * level();
    return std::max(0.0, (item.finish - done) * item.weight);
}

void ProcessorSharing::set_speed(Time now, double speed) {
    SIM_ASSERT(speed >= 0);
    advance(now);
    speed_ = speed;
    changed_s_ = now_s_;
    changed_machine_s_ = machine_s_;
}

Time ProcessorSharing::next_completion() const {
    if (speed_ <= 0) return time_never;
    double soonest = never;   // On the machine's clock.
    if (!capped_by_finish_.empty()) soonest = capped_by_finish_.begin()->first;
    if (!shared_by_finish_.empty()) {
        const double gap = std::max(0.0, shared_by_finish_.begin()->first - virtual_);
        const double rate = level();
        if (gap <= 0) soonest = std::min(soonest, machine_s_);
        else if (rate > 0) soonest = std::min(soonest, machine_s_ + gap / rate);
    }
    constexpr double longest_s = 9.0e9;   // Beyond the clock's range: never.
    const double real = std::max(real_time(soonest), now_s_);
    if (real > longest_s) return time_never;
    return time_of_ns(static_cast<std::int64_t>(std::ceil(real * 1e9)));
}

std::uint64_t ProcessorSharing::pop_completed(Time now) {
    advance(now);
    if (speed_ <= 0) return 0;
    // The instant was rounded up to a nanosecond; half of one absorbs the doubles' own rounding. A
    // relative term too: after hours the clocks are large and their last bits are noise.
    const double slack_s = 0.5e-9 * speed_;
    constexpr double noise = 1e-15;
    std::uint64_t id = 0;
    if (!capped_by_finish_.empty() &&
        capped_by_finish_.begin()->first <= machine_s_ + slack_s + noise * machine_s_) {
        id = capped_by_finish_.begin()->second;
    } else if (!shared_by_finish_.empty()) {
        const auto [finish, candidate] = *shared_by_finish_.begin();
        const double rate = level();
        const double slack = rate < never ? slack_s * rate : 0;
        if (finish <= virtual_ + slack + noise * virtual_) id = candidate;
    }
    // What is left may be less than the clocks can tell apart on a slow machine after hours: then
    // nobody could wait for it, and it is done.
    if (id == 0 && next_completion() <= now) id = next_item();
    if (id == 0) return 0;
    erase(id, items_.at(id));
    items_.erase(id);
    rebalance();
    return id;
}

std::uint64_t ProcessorSharing::next_item() const {
    if (shared_by_finish_.empty()) return capped_by_finish_.begin()->second;
    const auto [finish, shared] = *shared_by_finish_.begin();
    if (capped_by_finish_.empty()) return shared;
    const auto [capped_at, capped] = *capped_by_finish_.begin();
    const double gap = std::max(0.0, finish - virtual_);
    const double rate = level();
    return rate > 0 && machine_s_ + gap / rate < capped_at ? shared : capped;
}

}   // namespace glasshive::kernel
