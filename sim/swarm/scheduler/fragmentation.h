#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/units.h"
#include "swarm/scheduler/gpus.h"

namespace glasshive::swarm {

/// What a kind of task asks of the resources that fragmentation is about.
struct TypicalTask {
    Cpus cpus{};
    GpuNeed gpus;
    double share = 0;   ///< Of all typical tasks; they add up to 1.
    friend bool operator==(const TypicalTask&, const TypicalTask&) = default;
};

/// The tasks that a cluster is expected to be asked for.
using TypicalTasks = std::vector<TypicalTask>;

/// One task's demand, to be counted; the members are in the order that decides between equals.
struct Demand {
    Cpus cpus{};
    std::int32_t gpu_milli = 0;
    std::int32_t gpu_count = 0;
    std::uint32_t models_rank = 0;   ///< Of the models' text among all texts; 0: any.
    GpuModels models = 0;
    friend auto operator<=>(const Demand&, const Demand&) = default;
};

/// The most frequent demands that make up 95 % of all, with their shares; of equally frequent ones
/// the larger comes first.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/utils/frag.go GetTypicalPods.
TypicalTasks typical_of(std::vector<Demand> all);
/// The same of demands that are counted already; none twice.
TypicalTasks typical_of(std::vector<std::pair<std::uint64_t, Demand>> counted);

/// How many thousandths of the node's free GPUs a typical task cannot use, on average over them:
/// all that is left where it cannot run at all, else what is left of GPUs with too little for it.
/// Doubles in a fixed order, for scores that are cut to integers.
/// Source: "Beware of Fragmentation" (USENIX ATC 2023), section 3; pkg/utils/frag.go
/// NodeGpuShareFragAmount.
double fragmentation(Cpus cpus_left, const Gpus& gpus, const TypicalTasks& typical);

}   // namespace glasshive::swarm
