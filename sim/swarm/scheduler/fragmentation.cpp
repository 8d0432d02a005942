#include "swarm/scheduler/fragmentation.h"

#include <algorithm>

namespace glasshive::swarm {

namespace {

/// Where what a typical task cannot use is booked. They are added up apart, and then together: the
/// same numbers in another order are another sum.
struct Sums {
    double lacks_both = 0, lacks_gpus = 0, lacks_cpus = 0, cpus_only = 0, neither = 0,
           no_access = 0;
    double total() const {
        return lacks_both + lacks_gpus + lacks_cpus + cpus_only + neither + no_access;
    }
};

}   // namespace

TypicalTasks typical_of(std::vector<Demand> all) {
    std::sort(all.begin(), all.end());
    std::vector<std::pair<std::uint64_t, Demand>> counted;
    for (const Demand& demand : all) {
        if (counted.empty() || counted.back().second != demand) counted.emplace_back(0, demand);
        ++counted.back().first;
    }
    return typical_of(std::move(counted));
}

TypicalTasks typical_of(std::vector<std::pair<std::uint64_t, Demand>> counted) {
    constexpr double covered = 0.95;   // frag.go: TypicalPodsSpec's popularity threshold of 95.
    std::sort(counted.begin(), counted.end(), std::greater<>());
    std::uint64_t all = 0;
    for (const auto& [count, demand] : counted) all += count;
    if (all == 0) return {};
    const auto total = static_cast<double>(all);
    TypicalTasks typical;
    std::uint64_t taken = 0;
    for (const auto& [count, demand] : counted) {
        typical.push_back(
            {demand.cpus,
             {.count = demand.gpu_count, .milli = demand.gpu_milli, .models = demand.models},
             static_cast<double>(count) / total});
        taken += count;
        if (static_cast<double>(taken) >= covered * total) break;
    }
    const double prefix = static_cast<double>(taken) / total;
    for (TypicalTask& task : typical) task.share = task.share / prefix;
    return typical;
}

double fragmentation(Cpus cpus_left, const Gpus& gpus, const TypicalTasks& typical) {
    const std::int64_t left = gpus.total_left();
    if (left == 0) return 0;
    const auto all = static_cast<double>(left);
    Sums sums;
    for (const TypicalTask& task : typical) {
        const bool cpus_fit = cpus_left >= task.cpus;
        if (task.gpus.count == 0) {
            (cpus_fit ? sums.cpus_only : sums.neither) += task.share * all;
            continue;
        }
        if (!task.gpus.allows(gpus.model)) {
            sums.no_access += task.share * all;
            continue;
        }
        std::int32_t fitting = 0;
        std::int64_t too_little = 0;
        for (std::size_t i = 0; i < gpus.count; ++i) {
            if (gpus.left[i] >= task.gpus.milli)
                ++fitting;
            else
                too_little += gpus.left[i];
        }
        const bool gpus_fit = fitting >= task.gpus.count;
        if (cpus_fit && gpus_fit)
            sums.lacks_gpus += task.share * static_cast<double>(too_little);
        else if (cpus_fit)
            sums.lacks_gpus += task.share * all;
        else
            (gpus_fit ? sums.lacks_cpus : sums.lacks_both) += task.share * all;
    }
    return sums.total();
}

}   // namespace glasshive::swarm
