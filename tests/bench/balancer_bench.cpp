// Goal: what choosing a backend in Lua costs beside Swarm's own round robin, for few backends and
// for many. Method: one node's tables alone; every fourth request is answered at once.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "harness.h"
#include "policy/balancing.h"
#include "swarm/discovery/backends.h"

using namespace glasshive;
using policy::ScriptedBalancer;
using swarm::TaskId;
using swarm::discovery::Backend;
using swarm::discovery::Backends;

namespace {

struct Node {
    explicit Node(std::uint64_t backends) : web(names.intern("web")) {
        shared = std::make_shared<policy::MeshNames>(policy::MeshNames{names, {web}, {web}});
        for (std::uint64_t i = 1; i <= backends; ++i) {
            known.add({.task = TaskId{i},
                       .subject = names.intern("web." + std::to_string(i)),
                       .service = web,
                       .spec = nullptr},
                      HostId{0}, {});
        }
    }
    std::unique_ptr<ScriptedBalancer> shipped(const std::string& name) const {
        const std::string file = SOURCE_DIR "/lua/policies/" + name + ".lua";
        std::ifstream in(file);
        const std::string text{std::istreambuf_iterator<char>(in),
                               std::istreambuf_iterator<char>()};
        auto loaded = ScriptedBalancer::load({.name = file, .file = file, .text = text}, shared, 1,
                                             {.service = "web", .entry = HostId{0}});
        return loaded.ok() ? std::move(loaded.value()) : nullptr;
    }
    /// CPU seconds of `requests` choices; null: Swarm's own.
    double seconds(ScriptedBalancer* balancer, std::int64_t requests) {
        const double before = bench::thread_seconds();
        for (std::int64_t i = 0; i < requests; ++i) {
            const auto& all = known.find_published(0, web)->backends;
            const Backend* chosen =
                balancer == nullptr
                    ? known.choose(0, web)
                    : &all[balancer->pick(all, {.service = web, .entry = HostId{0}, .now = {}})];
            benchmark::DoNotOptimize(chosen);
            known.began(web, chosen->task, chosen->number);
            if (i % 4 == 0) known.ended(web, chosen->task, chosen->number, {});
        }
        return bench::thread_seconds() - before;
    }

    Names names;
    NameId web;
    std::shared_ptr<policy::MeshNames> shared;
    Backends known;
};

void compare(benchmark::State& state, const std::string& name, std::uint64_t backends) {
    const std::int64_t requests = bench::scaled(100'000);
    for (auto _ : state) {
        Node node(backends), twin(backends);
        const auto balancer = node.shipped(name);
        if (balancer == nullptr) return state.SkipWithError("the balancer does not load");
        const double in_lua = node.seconds(balancer.get(), requests);
        state.SetIterationTime(in_lua);
        state.counters["us_per_request"] = in_lua * 1e6 / static_cast<double>(requests);
        state.counters["lua_over_cpp"] = in_lua / twin.seconds(nullptr, requests);
    }
    state.SetItemsProcessed(requests * state.iterations());
}

[[maybe_unused]] const bool registered = [] {
    for (const char* name : {"round-robin", "least-connections", "power-of-two-choices"}) {
        for (const std::uint64_t backends : {10U, 100U}) {
            const std::string called =
                "policy/100000_requests_" + std::to_string(backends) + "_backends/" + name;
            benchmark::RegisterBenchmark(
                called.c_str(), [=](benchmark::State& state) { compare(state, name, backends); })
                ->UseManualTime()
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        }
    }
    return true;
}();

}   // namespace
