#include "offline/usage.h"

#include <algorithm>
#include <cmath>

namespace glasshive::offline {

namespace {

constexpr std::int64_t whole = std::int64_t{1} << 20;   // A share of 1.
constexpr double joules_per_kwh = 3.6e6, seconds_per_hour = 3600;

}   // namespace

Usage::Usage(const std::vector<workload::trace::Machine>& machines) {
    for (const workload::trace::Machine& machine : machines) {
        Node node;
        node.all = machine.cpus.count;
        node.per_cpu = whole / static_cast<double>(std::max<std::int64_t>(1, node.all));
        node.idle = static_cast<std::int32_t>(machine.idle_watts * 1e3 + 0.5);
        node.peak = static_cast<std::int32_t>(machine.peak_watts * 1e3 + 0.5);
        node.price = static_cast<std::int64_t>(machine.price * 1e6 + 0.5);
        node.milliwatts = node.idle;
        draws_power_ |= node.peak > 0;
        costs_ |= node.price > 0;
        nodes_.push_back(node);
        add(node, +1);
    }
}

void Usage::add(const Node& node, int sign) {
    if (!node.up) return;
    up_ += sign;
    shares_ += sign * node.share;
    squares_ += sign * node.share * node.share;   // Up to 2^40 each: a million nodes fit.
    milliwatts_ += sign * node.milliwatts;
    if (!node.busy) return;
    busy_ += sign;
    busy_milliwatts_ += sign * node.milliwatts;
    micro_price_ += sign * node.price;
}

void Usage::changed(const swarm::NodeInfo& info) {
    Node& node = nodes_[info.id.index()];
    add(node, -1);
    node.up = info.available;
    node.busy = info.active > 0;
    const auto used = static_cast<double>(node.all - info.cpus_free.count);
    node.share = static_cast<std::int64_t>(used * node.per_cpu + 0.5);
    node.milliwatts = node.idle + (std::int64_t{node.peak - node.idle} * node.share) / whole;
    add(node, +1);
}

void Usage::advance(Time now) {
    const double seconds = seconds_of(now - now_);
    if (seconds <= 0) return;
    now_ = now;
    if (up_ > 0) {
        const auto count = static_cast<double>(up_);
        const double mean = static_cast<double>(shares_) / count;
        const double variance = static_cast<double>(squares_) / count - mean * mean;
        deviation_seconds_ += std::sqrt(std::max(0.0, variance)) / whole * seconds;
    }
    busy_seconds_ += static_cast<double>(busy_) * seconds;
    if (costs_) price_ += static_cast<double>(micro_price_) / 1e6 * seconds / seconds_per_hour;
    if (!draws_power_) return;
    joules_ += static_cast<double>(milliwatts_) / 1e3 * seconds;
    busy_joules_ += static_cast<double>(busy_milliwatts_) / 1e3 * seconds;
}

UsageTotals Usage::totals() const {
    const double span = seconds_of(now_);
    return {.imbalance = span > 0 ? deviation_seconds_ / span : 0,
            .energy = joules_ / joules_per_kwh,
            .energy_busy = busy_joules_ / joules_per_kwh,
            .price = price_,
            .machine_hours = busy_seconds_ / seconds_per_hour};
}

}   // namespace glasshive::offline
