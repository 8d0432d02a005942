#include "offline/cluster.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "base/assert.h"
#include "swarm/scheduler/pipeline.h"
#include "swarm/scheduler/scheduler.h"

namespace glasshive::offline {

using swarm::GpuModels;
using swarm::GpuNeed;
using swarm::NodeInfo;
using workload::trace::Machine;
using workload::trace::Task;

namespace {

constexpr std::size_t models_most = sizeof(GpuModels) * 8;
/// All tasks of a trace are one service's: none is known.
constexpr swarm::ServiceId the_service{1};

/// "T4|P100" in its parts.
std::vector<std::string> split(const std::string& allowed) {
    std::vector<std::string> parts;
    std::istringstream in(allowed);
    for (std::string part; std::getline(in, part, '|');) {
        if (!part.empty()) parts.push_back(part);
    }
    return parts;
}

}   // namespace

Models::Models(const std::vector<Machine>& machines) {
    for (const Machine& machine : machines) {
        if (!machine.model.empty()) all_.insert(machine.model);
    }
}

bool Models::add(const Task& task) {
    if (task.models == last_) return fits();
    last_ = task.models;
    for (std::string& part : split(task.models)) all_.insert(std::move(part));
    return fits();
}

bool Models::fits() const { return all_.size() <= models_most; }

Diagnostic Models::problem(const Task& task) {
    return {.file = "",
            .line = task.line,
            .path = "",
            .message = "more than " + std::to_string(models_most) + " models of GPUs",
            .hint = "nodes and tasks together may name that many"};
}

Diagnostics check_models(const std::vector<Machine>& machines, const std::vector<Task>& tasks,
                         const std::string& file) {
    Models models(machines);
    Diagnostics problems;
    if (!models.fits()) problems.push_back(Models::problem({}));
    for (const Task& task : tasks) {
        if (problems.empty() && !models.add(task)) problems.push_back(Models::problem(task));
    }
    for (Diagnostic& problem : problems) problem.file = file;
    return problems;
}

Cluster::Cluster(const swarm::Policy& policy, std::uint64_t seed)
    : policy_(policy),
      ties_(seed, "swarm/scheduler"),
      devices_(seed, "offline/devices"),
      spec_{.name = "trace"} {}

GpuModels Cluster::model(const std::string& name) {
    if (name.empty()) return 0;
    const auto [at, is_new] = models_.try_emplace(name, 0);
    if (is_new) {
        SIM_ASSERT(models_.size() <= models_most);
        at->second = GpuModels{1} << (models_.size() - 1);
        model_names_.push_back(name);
    }
    return at->second;
}

GpuModels Cluster::models(const std::string& allowed) {
    GpuModels all = 0;
    if (allowed.empty()) return all;   // Asked for each task of a trace; a stream is dear.
    for (const std::string& part : split(allowed)) all |= model(part);
    return all;
}

void Cluster::add(const Machine& machine) {
    machines_.push_back(machine);
    auto config = std::make_shared<swarm::NodeConfig>();
    config->hostname = machine.name;
    config->cpus = machine.cpus;
    config->memory = machine.memory;
    swarm::Gpus gpus;
    gpus.count = static_cast<std::uint8_t>(machine.gpus);
    gpus.model = model(machine.model);
    for (std::size_t i = 0; i < gpus.count; ++i) gpus.left[i] = swarm::whole_gpu;
    nodes_.add_node(names_.intern(machine.name), std::move(config), gpus);
}

Cluster::Asked Cluster::asked_by(const Task& task) {
    return {task.cpus.count, task.memory.count,
            GpuNeed{.count = task.gpus, .milli = task.gpu_milli, .models = models(task.models)}};
}

Shape Cluster::shape_of(const Task& task) {
    const Asked asked = asked_by(task);
    const auto [at, is_new] = shapes_.try_emplace(asked, static_cast<Shape>(kinds_.size()));
    if (!is_new) return at->second;
    swarm::Needs needs;
    needs.service = the_service;
    needs.spec_version = at->second;
    needs.cpus = task.cpus;
    needs.memory = task.memory;
    needs.gpus = asked.gpus;
    needs.policy = &policy_;
    needs.largest = &nodes_.largest();
    needs.typical = &typical_;
    needs.gpu_models = &model_names_;
    needs.spec = &spec_;
    kinds_.push_back({std::move(needs), {}, 0});
    return at->second;
}

void Cluster::expect(workload::trace::TaskSource& tasks) {
    std::map<std::pair<std::string, swarm::Demand>, std::uint64_t> counts;   // By models' text.
    for (Task task; tasks.next(task);) {
        counts[{task.models, swarm::Demand{.cpus = task.cpus,
                                           .gpu_milli = task.gpu_milli,
                                           .gpu_count = task.gpus,
                                           .models = models(task.models)}}] +=
            static_cast<std::uint64_t>(task.gang);
    }
    std::vector<std::pair<std::uint64_t, swarm::Demand>> counted;
    std::uint32_t rank = 0;
    const std::string* before = nullptr;
    for (const auto& [of, count] : counts) {
        const std::string& text = of.first;
        if (before == nullptr || *before != text) rank = text.empty() ? 0 : rank + 1;
        before = &text;
        counted.emplace_back(count, of.second);
        counted.back().second.models_rank = rank;
    }
    typical_ = swarm::typical_of(std::move(counted));
    for (const Shape shape : ranked_) kinds_[shape].index = {};
    ranked_.clear();
}

void Cluster::expect(const std::vector<Task>& tasks) {
    workload::trace::ListSource source(tasks);
    expect(source);
}

std::optional<swarm::NodeId> Cluster::choose(Shape shape) {
    Kind& kind = kinds_[shape];
    constexpr Time now{};   // Nothing fails here, so no failure grows old.
    if (policy_.looks_at_cluster()) {
        policy_.prepare(nodes_, kind.needs, now);
        swarm::Pipeline pipeline(kind.needs);
        const swarm::Ranking ranking = swarm::rank_all(nodes_, pipeline, 1, now, ties_);
        judged_ += nodes().size();
        if (ranking.candidates.empty()) return std::nullopt;
        return ranking.candidates.front().node->id;
    }
    kind.used = ++placed_;
    if (kind.index.size() == 0) make_room(shape);
    judged_ += kind.index.catch_up(nodes_, kind.needs, now);
    const swarm::Ranking ranking = kind.index.best(nodes_, kind.needs, 1, ties_);
    if (ranking.candidates.empty()) return std::nullopt;
    return ranking.candidates.front().node->id;
}

/// The rankings that were not used for longest go, half of them at a time: constant cost for each
/// that is made.
void Cluster::make_room(Shape newcomer) {
    const std::size_t most = std::max<std::size_t>(2, swarm::indexed_entries_most /
                                                          std::max<std::size_t>(1, nodes().size()));
    if (ranked_.size() >= most) {
        const auto half = ranked_.begin() + static_cast<std::ptrdiff_t>(ranked_.size() / 2);
        std::nth_element(ranked_.begin(), half, ranked_.end(),
                         [&](Shape a, Shape b) { return kinds_[a].used > kinds_[b].used; });
        for (auto at = half; at != ranked_.end(); ++at) kinds_[*at].index = {};
        ranked_.erase(half, ranked_.end());
    }
    ranked_.push_back(newcomer);
}

std::optional<Placement> Cluster::place(Shape shape, std::uint64_t who) {
    // A pinned one draws as if it were free, so that all others meet the same chance.
    auto node = choose(shape);
    if (const auto pin = pin_of(who)) node = pinned(shape, *pin);
    if (watcher_ != nullptr) watcher_->chose(*this, who, shape, node);
    if (!node) return std::nullopt;
    return place_at(shape, *node);
}

std::optional<swarm::NodeId> Cluster::pinned(Shape shape, swarm::NodeId node) const {
    return fits(shape, nodes()[node.index()]) ? std::optional(node) : std::nullopt;
}

Placement Cluster::place_at(Shape shape, swarm::NodeId node) {
    const Kind& kind = kinds_[shape];
    const swarm::GpuMask gpus = kind.needs.gpus.count == 0
                                    ? swarm::GpuMask{0}
                                    : policy_.device(nodes()[node.index()], kind.needs, devices_);
    nodes_.take(node, kind.needs, gpus);
    return {node, gpus};
}

bool Cluster::fits(Shape shape, const swarm::NodeInfo& node) const {
    return swarm::judge(kinds_[shape].needs, node) == swarm::Verdict::passes;
}

void Cluster::set_up(swarm::NodeId node, bool up) { nodes_.set_available(node, up); }

void Cluster::remove(Shape shape, const Placement& placement) {
    nodes_.give_back(placement.node, kinds_[shape].needs, placement.gpus);
}

}   // namespace glasshive::offline
