#include "offline/preemption.h"

#include <algorithm>
#include <bit>

#include "swarm/scheduler/scheduler.h"

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

}   // namespace

/// The most important first.
const std::vector<Slot>& Preemptor::victims_on(const Waiter& task, const swarm::NodeInfo& there) {
    lower_.clear();
    victims_.clear();
    for (const Slot slot : running_.on(there.id)) {
        if (running_[slot].task.priority < task.priority) lower_.push_back(slot);
    }
    if (lower_.empty()) return victims_;
    std::sort(lower_.begin(), lower_.end(), [&](Slot a, Slot b) {
        return std::pair(importance(running_[a]), a) < std::pair(importance(running_[b]), b);
    });
    lower_.erase(std::unique(lower_.begin(), lower_.end()), lower_.end());
    node_ = there;
    for (const Slot slot : lower_) move(cluster_, node_, running_[slot], -1);
    if (!cluster_.fits(task.shape, node_)) return victims_;
    for (const Slot slot : lower_) {
        move(cluster_, node_, running_[slot], +1);
        if (cluster_.fits(task.shape, node_)) continue;   // Spared.
        move(cluster_, node_, running_[slot], -1);
        victims_.push_back(slot);
    }
    return victims_;
}

Preemptor::Cost Preemptor::cost_of(const std::vector<Slot>& victims) const {
    const std::int64_t highest = running_[victims.front()].task.priority;
    // As upstream: so that few of negative priority do not count for less than many.
    constexpr std::int64_t offset = std::int64_t{1} << 31;
    std::int64_t sum = 0;
    Time earliest = time_never;
    for (const Slot slot : victims) {
        sum += running_[slot].task.priority + offset;
        if (running_[slot].task.priority == highest) {
            earliest = std::min(earliest, running_[slot].since);
        }
    }
    return {highest, sum, victims.size(), -ns_of(earliest)};
}

std::uint32_t Preemptor::Kind::better(std::uint32_t first, std::uint32_t second) const {
    if (first == nobody || second == nobody) return first == nobody ? second : first;
    return *nodes[second].cost < *nodes[first].cost ? second : first;
}

void Preemptor::Kind::play(std::size_t at) {
    std::size_t match = winners.size() / 2 + at;
    const auto node = static_cast<std::uint32_t>(at);
    winners[match] = nodes[at].cost ? node : nobody;
    while ((match /= 2) > 0) {
        const std::uint32_t winner = better(winners[2 * match], winners[2 * match + 1]);
        // Above, nothing changes when it neither won here before nor does now.
        if (winners[match] == winner && winner != node) return;
        winners[match] = winner;
    }
}

void Preemptor::Kind::play_all() {
    const std::size_t leaves = std::bit_ceil(std::max<std::size_t>(1, nodes.size()));
    winners.assign(2 * leaves, nobody);
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        if (nodes[at].cost) winners[leaves + at] = static_cast<std::uint32_t>(at);
    }
    for (std::size_t match = leaves; --match > 0;) {
        winners[match] = better(winners[2 * match], winners[2 * match + 1]);
    }
}

bool Preemptor::judge(Kind& kind, const Waiter& task, const swarm::NodeInfo& node) {
    Known& known = kind.nodes[node.id.index()];
    if (known.version == node.version) return false;
    known.version = node.version;
    ++judged_;
    std::optional<Cost> cost;
    if (node.available) {
        const std::vector<Slot>& victims = victims_on(task, node);
        if (!victims.empty()) cost = cost_of(victims);
    }
    if (cost == known.cost) return false;
    known.cost = cost;
    return true;
}

/// As it is now. When too much is kept, all of it goes: constant cost for each that is made.
Preemptor::Kind& Preemptor::kind_of(const Waiter& task) {
    const std::vector<swarm::NodeInfo>& nodes = cluster_.nodes();
    const std::pair key(task.shape, task.priority);
    if (kinds_.size() * nodes.size() >= swarm::indexed_entries_most && !kinds_.contains(key)) {
        kinds_.clear();
    }
    Kind& kind = kinds_[key];
    const swarm::NodeSet& all = cluster_.node_set();
    if (kind.nodes.size() != nodes.size() || kind.seen < all.changes_begin() ||
        all.changes_end() - kind.seen > nodes.size()) {
        kind.nodes.resize(nodes.size());
        for (const swarm::NodeInfo& node : nodes) judge(kind, task, node);
        kind.play_all();
    } else {
        for (std::uint64_t change = kind.seen; change < all.changes_end(); ++change) {
            const std::uint32_t at = all.changed(change);
            if (judge(kind, task, nodes[at])) kind.play(at);
        }
    }
    kind.seen = all.changes_end();
    return kind;
}

std::optional<Preemption> Preemptor::find(const Waiter& task) {
    const Kind& kind = kind_of(task);
    const std::uint32_t cheapest = kind.winners[1];
    if (cheapest == nobody) return std::nullopt;
    const swarm::NodeInfo& node = cluster_.nodes()[cheapest];
    const std::vector<Slot>& victims = victims_on(task, node);
    return Preemption{node.id, {victims.rbegin(), victims.rend()}};
}

}   // namespace glasshive::offline
