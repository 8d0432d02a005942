#include "offline/inflation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.h"
#include "offline/pins.h"
#include "swarm/scheduler/fragmentation.h"

namespace glasshive::offline {

using workload::trace::Machine;
using workload::trace::OpenbOrder;
using workload::trace::Task;

namespace {

std::int64_t asked_by(const Task& pod) { return std::int64_t{pod.gpus} * pod.gpu_milli; }

double rounded(double value) { return std::round(value * 100) / 100; }

/// The metrics, event by event.
/// Source: hkust-adsl/kubernetes-scheduler-simulator pkg/simulator/analysis.go
/// ClusterGpuFragReport.
class Curve {
  public:
    Curve(const Cluster& cluster, std::int64_t capacity)
        : cluster_(cluster),
          capacity_(static_cast<double>(capacity)) {
        for (const swarm::NodeInfo& node : cluster.nodes()) {
            of_node_.push_back(fragmentation_of(node));
            fragmented_ += of_node_.back();
        }
    }
    void arrived(const Task& pod) { arrived_ += asked_by(pod); }
    void placed(const Task& pod, swarm::NodeId node) {
        allocated_ += asked_by(pod);
        double& known = of_node_[node.index()];
        const double now = fragmentation_of(cluster_.nodes()[node.index()]);
        fragmented_ += now - known;
        known = now;
    }
    void note() {
        // Half to even, as Go's math.RoundToEven and printf of no digits do.
        const auto percent = static_cast<std::size_t>(
            std::nearbyint(100 * static_cast<double>(arrived_) / capacity_));
        if (percent > inflation_percent) return;   // An order of somebody's own may go on.
        if (sums_.size() <= percent) sums_.resize(percent + 1);
        Sum& sum = sums_[percent];
        ++sum.events;
        const double left = capacity_ - static_cast<double>(allocated_);
        sum.point.allocated += rounded(100 * static_cast<double>(allocated_) / capacity_);
        sum.point.fragmented += 100 * fragmented_ / capacity_;
        sum.point.fragment_ratio += left > 0 ? rounded(100 * fragmented_ / left) : 0;
    }
    std::vector<InflationPoint> points() const {
        std::vector<InflationPoint> points;
        if (sums_.empty()) points.emplace_back();
        for (const Sum& sum : sums_) {
            // Between two events all stays as it was.
            InflationPoint point = points.empty() ? InflationPoint{} : points.back();
            if (sum.events > 0) {
                const auto events = static_cast<double>(sum.events);
                point = {rounded(sum.point.allocated / events),
                         rounded(sum.point.fragmented / events), sum.point.fragment_ratio / events};
            }
            points.push_back(point);
        }
        while (points.size() <= inflation_percent) points.push_back(points.back());
        return points;
    }
    double allocated() const { return 100 * static_cast<double>(allocated_) / capacity_; }

  private:
    double fragmentation_of(const swarm::NodeInfo& node) const {
        return swarm::fragmentation(node.cpus_free, node.gpus, cluster_.typical());
    }
    struct Sum {
        std::uint64_t events = 0;
        InflationPoint point;
    };
    const Cluster& cluster_;
    const double capacity_;
    std::int64_t arrived_ = 0, allocated_ = 0;
    double fragmented_ = 0;
    std::vector<double> of_node_;
    std::vector<Sum> sums_;
};

}   // namespace

InflationSetup InflationSetup::of(std::vector<Machine> machines, std::vector<Task> pods) {
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    std::sort(machines.begin(), machines.end(), by_name);
    std::sort(pods.begin(), pods.end(), by_name);
    return {std::move(machines), std::move(pods)};
}

std::int64_t InflationSetup::capacity() const {
    std::int64_t gpus = 0;
    for (const Machine& machine : machines) gpus += machine.gpus;
    return gpus * swarm::whole_gpu;
}

OpenbOrder draw_order(const InflationSetup& setup, std::uint64_t seed) {
    kernel::Rng chance(seed, "offline/inflation");
    const auto shuffled = [&](std::size_t count) {
        std::vector<std::uint32_t> all(count);
        std::iota(all.begin(), all.end(), 0U);
        for (std::size_t i = count; i > 1; --i) std::swap(all[i - 1], all[chance.below(i)]);
        return all;
    };
    OpenbOrder order;
    order.pods = shuffled(setup.pods.size());
    const std::int64_t most = setup.capacity() * inflation_percent / 100;
    std::int64_t total = 0;
    for (const Task& pod : setup.pods) total += asked_by(pod);
    while (!order.pods.empty() && total > most) {   // It begins with too much: some go.
        total -= asked_by(setup.pods[order.pods.back()]);
        order.pods.pop_back();
    }
    const bool asks_at_all = total > 0;
    while (asks_at_all) {
        const auto drawn = static_cast<std::uint32_t>(chance.below(setup.pods.size()));
        const Task& pod = setup.pods[drawn];
        if (total + pod.gpu_milli > most) break;   // Of one GPU, as the original has it.
        total += asked_by(pod);
        order.pods.push_back(drawn);
    }
    order.node_rank = shuffled(setup.machines.size());
    return order;
}

Diagnostics check_order(const InflationSetup& setup, const OpenbOrder& order, std::uint64_t seed,
                        const std::string& file) {
    const std::string name = "the order of seed " + std::to_string(seed);
    const auto wrong = [&](const std::string& message, const std::string& hint) {
        return Diagnostics{
            {.file = file, .line = 0, .path = "", .message = name + message, .hint = hint}};
    };
    if (order.pods.empty() || order.node_rank.empty()) {
        return wrong(" lacks its " + std::string(order.pods.empty() ? "pods" : "node_rank"),
                     "two lines: SEED,pods,… and SEED,node_rank,…");
    }
    for (const std::uint32_t pod : order.pods) {
        if (pod < setup.pods.size()) continue;
        return wrong(" names pod " + std::to_string(pod) + ", there are " +
                         std::to_string(setup.pods.size()),
                     "indices count from 0, in order of the pods' names");
    }
    std::vector<std::uint32_t> ranks = order.node_rank;
    std::sort(ranks.begin(), ranks.end());
    for (std::uint32_t i = 0; i < ranks.size(); ++i) {
        if (ranks[i] == i) continue;
        return wrong(" does not rank each node once", "a permutation of 0, 1, 2, …");
    }
    if (ranks.size() != setup.machines.size()) {
        return wrong(" ranks " + std::to_string(ranks.size()) + " nodes, there are " +
                         std::to_string(setup.machines.size()),
                     "one rank for each node, in order of their names");
    }
    return {};
}

InflationResult inflate(const InflationSetup& setup, const OpenbOrder& order,
                        const swarm::Policy& policy, std::uint64_t seed,
                        const InflationOptions& options) {
    Cluster cluster(policy, seed);
    cluster.watch(options.watcher);
    Pins pins(options.pins);
    std::vector<std::uint32_t> by_rank(setup.machines.size());   // Indices of machines.
    for (std::uint32_t i = 0; i < by_rank.size(); ++i) by_rank[order.node_rank[i]] = i;
    for (const std::uint32_t machine : by_rank) cluster.add(setup.machines[machine]);
    cluster.expect(setup.pods);
    std::vector<Shape> shapes;
    for (const Task& pod : setup.pods) shapes.push_back(cluster.shape_of(pod));

    InflationResult result;
    Curve curve(cluster, setup.capacity());
    for (std::size_t row = 0; row < order.pods.size(); ++row) {
        const std::uint32_t index = order.pods[row];
        const Task& pod = setup.pods[index];
        curve.arrived(pod);
        pins.apply(cluster, pod.name, row);
        const auto placed = cluster.place(shapes[index], row);
        if (placed)
            curve.placed(pod, placed->node);
        else
            ++result.dropped_pods;
        result.nodes.push_back(placed ? by_rank[placed->node.index()] : InflationResult::dropped);
        curve.note();
    }
    result.points = curve.points();
    result.allocated = curve.allocated();
    result.pins_met = pins.met();
    return result;
}

}   // namespace glasshive::offline
