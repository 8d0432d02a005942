// Goal: what a placement policy in Lua costs beside its twin in C++, and what one costs that looks
// at the cluster. Method: the scheduler alone places tasks one at a time and a thousand at a time,
// under both in the same run.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "desk.h"
#include "policy/placement.h"
#include "swarm/scheduler/policies/policies.h"

using namespace glasshive;
using bench::Desk;

namespace {

std::unique_ptr<policy::ScriptedPlacement> shipped(const std::string& name) {
    const std::string file = SOURCE_DIR "/lua/policies/" + name + ".lua";
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    auto loaded = policy::ScriptedPlacement::load({.name = file, .file = file, .text = text}, 1);
    return loaded.ok() ? std::move(loaded.value()) : nullptr;
}

/// CPU seconds of placing `tasks` tasks, `at_once` at a time.
double seconds(const swarm::Policy& policy, std::int64_t nodes, std::int64_t tasks,
               std::int64_t at_once) {
    Desk desk(static_cast<std::uint32_t>(nodes), policy);
    double took = 0;
    for (std::int64_t done = 0; done < tasks; done += at_once) {
        desk.ask_for(at_once);
        took += desk.place();
    }
    return took;
}

void compare(benchmark::State& state, const std::string& name, const swarm::Policy* twin,
             std::int64_t nodes, std::int64_t tasks, std::int64_t at_once) {
    const auto lua = shipped(name);
    if (lua == nullptr) return state.SkipWithError("the policy does not load");
    for (auto _ : state) {
        const double in_lua = seconds(*lua, nodes, tasks, at_once);
        state.SetIterationTime(in_lua);
        state.counters["us_per_task"] = in_lua * 1e6 / static_cast<double>(tasks);
        if (twin == nullptr) continue;
        state.counters["lua_over_cpp"] = in_lua / seconds(*twin, nodes, tasks, at_once);
    }
    state.SetItemsProcessed(tasks * state.iterations());
}

[[maybe_unused]] const bool registered = [] {
    using swarm::PlacementPolicy;
    const std::pair<const char*, PlacementPolicy> twins[] = {
        {"spread", PlacementPolicy::spread},     {"binpack", PlacementPolicy::binpack},
        {"random", PlacementPolicy::random},     {"first-fit", PlacementPolicy::first_fit},
        {"best-fit", PlacementPolicy::best_fit}, {"dot-product", PlacementPolicy::dot_product}};
    const auto add = [](const std::string& series, const std::string& name,
                        const swarm::Policy* twin, std::int64_t tasks, std::int64_t at_once) {
        benchmark::RegisterBenchmark((series + "/" + name).c_str(),
                                     [=](benchmark::State& state) {
                                         compare(state, name, twin, bench::scaled(1'000),
                                                 bench::scaled(tasks), at_once);
                                     })
            ->UseManualTime()
            ->Iterations(1)
            ->Unit(benchmark::kMillisecond);
    };
    for (const auto& [name, policy] : twins) {
        const swarm::Policy* twin = &swarm::built_in(policy);
        add("policy/100000_tasks_1000_nodes_singly", name, twin, 100'000, 1);
        add("policy/100000_tasks_1000_nodes_by_thousands", name, twin, 100'000, 1'000);
    }
    // Those that look at the cluster are asked about every node for every task: one by one, and as
    // columns in one call.
    for (const char* name : {"zone-failure-aware", "fragmentation-aware"}) {
        add("policy/1000_tasks_1000_nodes_looking_at_all", name, nullptr, 1'000, 1);
    }
    return true;
}();

}   // namespace
