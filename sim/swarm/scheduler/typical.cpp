// What the swarm's services ask for, for policies that look at typical tasks.
#include <map>
#include <utility>

#include "swarm/scheduler/scheduler.h"

namespace glasshive::swarm {

/// A service counts as often as it has replicas, a global one as there are nodes. Scores are other
/// ones from here on.
void Scheduler::expect_typical() {
    typical_known_ = true;
    std::map<Demand, std::uint64_t> counts;
    for (const Service& service : store_.services()) {
        if (service.removed) continue;
        const Needs needs =
            needs_of(*service.spec, service.id, service.spec_version, policy_);
        const bool everywhere = service.spec->mode == ServiceMode::global ||
                                service.spec->mode == ServiceMode::global_job;
        counts[{.cpus = needs.cpus, .gpu_milli = needs.gpus.milli,
                .gpu_count = needs.gpus.count}] +=
            everywhere ? nodes_.members() : service.spec->replicas;
    }
    std::vector<std::pair<std::uint64_t, Demand>> counted;
    for (const auto& [demand, count] : counts) counted.emplace_back(count, demand);
    typical_ = typical_of(std::move(counted));
    indexes_.clear();
}

}   // namespace glasshive::swarm
