#include "compare/execute.h"

#include <utility>

#include "base/assert.h"
#include "offline/cluster.h"
#include "policy/placement.h"
#include "swarm/scheduler/policies/policies.h"
#include "workload/trace/openb.h"

namespace glasshive::compare {

using workload::trace::Lines;

namespace {

/// Reads one file, or adds what is wrong with it.
template <class Read>
auto read_file(const Input& input, Read read, Diagnostics& problems) {
    using Value = std::remove_reference_t<decltype(read(std::declval<Lines>()).value())>;
    auto lines = Lines::open(input.path);
    auto result = lines.ok() ? read(std::move(lines.value()))
                             : Result<Value>(lines.problems());
    if (result.ok()) return std::move(result.value());
    for (Diagnostic problem : result.problems()) {
        problem.file = input.shown;
        problems.push_back(std::move(problem));
    }
    return Value{};
}

}   // namespace

std::shared_ptr<const swarm::Policy> policy_from(const PolicySpec& spec, std::uint64_t seed) {
    if (spec.script) {
        auto loaded = policy::ScriptedPlacement::load(*spec.script, seed);
        if (!loaded.ok()) throw RunFailure{loaded.problems().front()};
        return std::move(loaded.value());
    }
    for (const auto& [name, which] : swarm::placement_policies) {
        if (spec.name == name) return swarm::maker_of(which)();
    }
    SIM_ASSERT(false);   // read_policy has looked.
    return nullptr;
}

Result<Experiment> Experiment::load(const Plan& plan) {
    const Workload& from = plan.workload;
    Diagnostics problems;
    auto machines = read_file(from.nodes, workload::trace::read_openb_nodes, problems);
    auto pods = read_file(from.pods, workload::trace::read_openb_pods, problems);
    Experiment experiment;
    if (from.orders) {
        experiment.orders_ =
            read_file(*from.orders, workload::trace::read_openb_orders, problems);
    }
    if (!problems.empty()) return problems;
    problems = offline::check_models(machines, pods, from.pods.shown);
    experiment.setup_ = offline::InflationSetup::of(std::move(machines), std::move(pods));
    const bool has_gpus = experiment.setup_.capacity() > 0;
    if (!has_gpus) {
        problems.push_back({.file = from.nodes.shown, .message = "no node has a GPU",
                            .hint = "arrived demand is counted in GPUs"});
    }
    for (const std::uint64_t seed : plan.seeds) {
        if (!from.orders) {
            if (has_gpus) experiment.orders_[seed] = offline::draw_order(experiment.setup_, seed);
            continue;
        }
        const Diagnostics more = offline::check_order(experiment.setup_, experiment.orders_[seed],
                                                      seed, from.orders->shown);
        problems.insert(problems.end(), more.begin(), more.end());
    }
    if (!problems.empty()) return problems;
    return experiment;
}

Measured Experiment::run(const Plan& plan, const RunKey& key) const {
    const auto policy = policy_from(plan.policies[key.policy], key.seed);
    const workload::trace::OpenbOrder& order = orders_.at(key.seed);
    const auto result = offline::inflate(setup_, order, *policy, key.seed);
    Measured measured;
    for (const offline::InflationPoint& point : result.points) {
        measured.curves["alloc"].push_back(point.allocated);
        measured.curves["frag"].push_back(point.fragmented);
        measured.curves["frag_ratio"].push_back(point.fragment_ratio);
    }
    measured.metrics["allocated"] = result.allocated;
    measured.metrics["dropped"] = static_cast<double>(result.dropped_pods);
    for (std::size_t row = 0; row < order.pods.size(); ++row) {
        measured.pods.push_back(setup_.pods[order.pods[row]].name);
        const bool dropped = result.nodes[row] == offline::InflationResult::dropped;
        measured.nodes.push_back(dropped ? "" : setup_.machines[result.nodes[row]].name);
    }
    return measured;
}

}   // namespace glasshive::compare
