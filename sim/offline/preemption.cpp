#include "offline/preemption.h"

#include <algorithm>
#include <tuple>

namespace glasshive::offline {

namespace {

/// The most important first: higher priority, then who started earlier, then who came earlier.
auto importance(const Running& running) {
    return std::tuple(-running.task.priority, running.since, running.task.who);
}

/// Gives back, or takes again, all pieces that the task has on the node.
void move(const Cluster& cluster, swarm::NodeInfo& node, const Running& running, int sign) {
    for (const Placement& place : running.places) {
        if (place.node == node.id) cluster.move(node, running.task.shape, place.gpus, sign);
    }
}

std::vector<Slot> victims_on(const Cluster& cluster, const RunningSet& running, const Waiter& task,
                             const swarm::NodeInfo& there) {
    std::vector<Slot> lower;
    for (const Slot slot : running.on(there.id)) {
        if (running[slot].task.priority < task.priority) lower.push_back(slot);
    }
    std::sort(lower.begin(), lower.end(), [&](Slot a, Slot b) {
        return std::pair(importance(running[a]), a) < std::pair(importance(running[b]), b);
    });
    lower.erase(std::unique(lower.begin(), lower.end()), lower.end());
    if (lower.empty()) return {};
    swarm::NodeInfo node = there;
    for (const Slot slot : lower) move(cluster, node, running[slot], -1);
    if (!cluster.fits(task.shape, node)) return {};
    std::vector<Slot> victims;
    for (const Slot slot : lower) {
        move(cluster, node, running[slot], +1);
        if (cluster.fits(task.shape, node)) continue;   // Spared.
        move(cluster, node, running[slot], -1);
        victims.push_back(slot);
    }
    return victims;
}

/// What is least in the node to be taken.
using Cost = std::tuple<std::int64_t, std::int64_t, std::size_t, std::int64_t>;

Cost cost_of(const RunningSet& running, const std::vector<Slot>& victims) {
    const std::int64_t highest = running[victims.front()].task.priority;
    // As upstream: so that few of negative priority do not count for less than many.
    constexpr std::int64_t offset = std::int64_t{1} << 31;
    std::int64_t sum = 0;
    Time earliest = time_never;
    for (const Slot slot : victims) {
        sum += running[slot].task.priority + offset;
        if (running[slot].task.priority == highest) {
            earliest = std::min(earliest, running[slot].since);
        }
    }
    return {highest, sum, victims.size(), -ns_of(earliest)};
}

}   // namespace

std::optional<Preemption> preempt(const Cluster& cluster, const RunningSet& running,
                                  const Waiter& task) {
    std::optional<Preemption> best;
    Cost least;
    for (const swarm::NodeInfo& node : cluster.nodes()) {
        if (!node.available) continue;
        std::vector<Slot> victims = victims_on(cluster, running, task, node);
        if (victims.empty()) continue;
        const Cost cost = cost_of(running, victims);
        if (best && cost >= least) continue;
        least = cost;
        std::reverse(victims.begin(), victims.end());
        best = Preemption{node.id, std::move(victims)};
    }
    return best;
}

}   // namespace glasshive::offline
