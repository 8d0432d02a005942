// The experiment of "Beware of Fragmentation": policies place pods that stay, until all is full.
#include <map>
#include <utility>

#include "compare/kinds.h"
#include "compare/partings.h"
#include "offline/cluster.h"
#include "offline/inflation.h"
#include "workload/trace/openb.h"

namespace glasshive::compare {

namespace {

using workload::trace::OpenbOrder;

class Openb final : public Experiment {
  public:
    Openb(offline::InflationSetup setup, std::map<std::uint64_t, OpenbOrder> orders)
        : setup_(std::move(setup)),
          orders_(std::move(orders)) {}

    Measured run(const Plan& plan, const RunKey& key) const override {
        const auto policy = policy_from(plan.policies[key.policy], key.seed);
        const OpenbOrder& order = orders_.at(key.seed);
        const PolicySpec& spec = plan.policies[key.policy];
        Measured measured;
        offline::InflationOptions how{.watcher = nullptr, .pins = spec.pins};
        offline::ChoiceRecorder recorder;
        std::shared_ptr<const swarm::Policy> reference;
        if (looks_for_parting(plan, key)) {
            const PolicySpec& first = plan.policies.front();
            reference = policy_from(first, key.seed);
            offline::inflate(setup_, order, *reference, key.seed,
                             {.watcher = &recorder, .pins = first.pins});
        }
        std::optional<offline::PartingFinder> finder;
        if (reference) how.watcher = &finder.emplace(recorder.choices(), *reference);
        const auto result = offline::inflate(setup_, order, *policy, key.seed, how);
        if (result.pins_met < spec.pins.size()) throw RunFailure{missing_pin(spec.pins)};
        if (finder && finder->found()) {
            const std::uint64_t row = finder->found()->who;
            measured.parting =
                parting_of(*finder->found(), task_text(setup_.pods[order.pods[row]], row),
                           *reference, *policy);
        } else if (finder) {
            measured.parting = no_parting(finder->same());
        }
        for (const offline::InflationPoint& point : result.points) {
            measured.curves["alloc"].push_back(point.allocated);
            measured.curves["frag"].push_back(point.fragmented);
            measured.curves["frag_ratio"].push_back(point.fragment_ratio);
        }
        const offline::InflationPoint& full = result.points[100];
        measured.metrics["allocated_at_100"] = full.allocated;
        measured.metrics["fragmented_at_100"] = full.fragmented;
        measured.metrics["allocated"] = result.allocated;
        measured.metrics["dropped"] = static_cast<double>(result.dropped_pods);
        for (std::size_t row = 0; row < order.pods.size(); ++row) {
            measured.pods.push_back(setup_.pods[order.pods[row]].name);
            const bool dropped = result.nodes[row] == offline::InflationResult::dropped;
            measured.nodes.push_back(dropped ? "" : setup_.machines[result.nodes[row]].name);
        }
        return measured;
    }

  private:
    offline::InflationSetup setup_;
    std::map<std::uint64_t, OpenbOrder> orders_;   // By seed.
};

}   // namespace

Result<std::unique_ptr<Experiment>> load_openb(const Plan& plan) {
    Diagnostics problems;
    const Input& nodes = plan.files.at("nodes");
    const Input& pod_list = plan.files.at("pods");
    const auto order_list = plan.files.find("orders");
    const bool given = order_list != plan.files.end();
    auto machines = read_file(nodes, workload::trace::read_openb_nodes, problems);
    auto pods = read_file(pod_list, workload::trace::read_openb_pods, problems);
    std::map<std::uint64_t, OpenbOrder> orders;
    if (given) orders = read_file(order_list->second, workload::trace::read_openb_orders, problems);
    if (!problems.empty()) return problems;
    problems = offline::check_models(machines, pods, pod_list.shown);
    check_pins(plan, machines, problems);
    auto setup = offline::InflationSetup::of(std::move(machines), std::move(pods));
    if (setup.capacity() == 0) {
        problems.push_back({.file = nodes.shown,
                            .message = "no node has a GPU",
                            .hint = "arrived demand is counted in GPUs"});
        return problems;
    }
    for (const std::uint64_t seed : plan.seeds) {
        if (!given) {
            orders[seed] = offline::draw_order(setup, seed);
            continue;
        }
        const Diagnostics more =
            offline::check_order(setup, orders[seed], seed, order_list->second.shown);
        problems.insert(problems.end(), more.begin(), more.end());
    }
    if (!problems.empty()) return problems;
    return std::unique_ptr<Experiment>(new Openb(std::move(setup), std::move(orders)));
}

}   // namespace glasshive::compare
