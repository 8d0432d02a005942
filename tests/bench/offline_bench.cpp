// Goal: what comparing policies offline costs: the fragmentation experiment at its published size
// under every built-in policy, and a million tasks on ten thousand machines beside a bare loop.
// Method: the published pods where they are (../shared), else as many drawn from their shapes; the
// bare loop is a priority queue of ends and an ordered set of machines, on the same tasks in the
// same run, and its makespan has to be ours.
#include <filesystem>
#include <stdexcept>

#include "bare_loop.h"
#include "harness.h"
#include "kernel/rng.h"
#include "offline/inflation.h"
#include "offline/timed.h"
#include "swarm/scheduler/policies/policies.h"
#include "workload/trace/generate.h"
#include "workload/trace/openb.h"

using namespace glasshive;
using namespace glasshive::bench;
namespace trace = workload::trace;

namespace {

// --- The fragmentation experiment ----------------------------------------------------------------

/// The published cluster's shapes: traces.md of the data, cluster-trace-gpu-v2023.
std::vector<trace::Machine> machines_like_published() {
    struct Shape {
        const char* model;
        int gpus, cpus, count;
    };
    constexpr Shape shapes[] = {
        {"G2", 8, 96, 549},     {"T4", 2, 104, 387},    {"P100", 2, 16, 107},
        {"G3", 8, 128, 39},     {"V100M16", 4, 32, 28}, {"P100", 2, 64, 22},
        {"V100M32", 8, 96, 21}, {"V100M16", 1, 8, 19},  {"T4", 4, 96, 17},
        {"V100M32", 4, 48, 9},  {"V100M16", 8, 64, 7},  {"P100", 1, 8, 3},
        {"P100", 2, 8, 2},      {"A10", 1, 128, 2},     {"V100M16", 8, 82, 1}};
    std::vector<trace::Machine> machines;
    for (const Shape& shape : shapes) {
        for (int i = 0; i < shape.count; ++i) {
            machines.push_back({.name = "n" + std::to_string(machines.size()),
                                .cpus = one_cpu * shape.cpus,
                                .memory = gibibyte * 4 * shape.cpus,
                                .gpus = shape.gpus,
                                .model = shape.model});
        }
    }
    return machines;
}

std::vector<trace::Task> pods_like_published() {
    kernel::Rng chance(1, "bench/pods");
    std::vector<trace::Task> pods;
    for (int i = 0; i < 8'152; ++i) {
        trace::Task pod;
        pod.name = "p" + std::to_string(i);
        pod.cpus = one_cpu * chance.between(1, 16);
        pod.memory = gibibyte * chance.between(1, 8);
        const auto kind = chance.below(8'152);
        pod.gpus = kind < 1'088 ? 0 : kind < 8'077 ? 1 : kind < 8'108 ? 2 : 8;
        pod.gpu_milli = pod.gpus == 0 ? 0 : 1'000;
        if (pod.gpus == 1 && kind < 4'166) {
            pod.gpu_milli = static_cast<std::int32_t>(20 * chance.between(5, 45));
        }
        pods.push_back(std::move(pod));
    }
    return pods;
}

const offline::InflationSetup& setup() {
    static const offline::InflationSetup made = [] {
        const std::string folder = SOURCE_DIR "/../shared/data/openb/csv/";
        const auto open = [&](const char* file) {
            return std::move(trace::Lines::open(folder + file).value());
        };
        if (!std::filesystem::exists(folder)) {
            return offline::InflationSetup::of(machines_like_published(), pods_like_published());
        }
        return offline::InflationSetup::of(
            trace::read_openb_nodes(open("openb_node_list_gpu_node.csv")).value(),
            trace::read_openb_pods(open("openb_pod_list_default.csv")).value());
    }();
    return made;
}

[[maybe_unused]] const bool inflations = [] {
    for (const auto& [name, policy] : swarm::placement_policies) {
        of_children(std::string("offline/openb_run/") + name, [which = policy] {
            trace::OpenbOrder order = offline::draw_order(setup(), 42);
            order.pods.resize(
                static_cast<std::size_t>(scaled(static_cast<std::int64_t>(order.pods.size()))));
            const double before = thread_seconds();
            offline::inflate(setup(), order, swarm::built_in(which), 42);
            return Figures{{"seconds", thread_seconds() - before},
                           {"items", static_cast<double>(order.pods.size())}};
        });
    }
    return true;
}();

// --- A million tasks -----------------------------------------------------------------------------

constexpr int cores = Spread::cores;

std::vector<trace::Task> common_workload(std::int64_t hosts) {
    trace::GeneratorSpec spec;
    spec.tasks = static_cast<std::uint64_t>(100 * hosts);
    spec.run_times = {.law = trace::RunTimes::Law::exponential,
                      .mean = std::chrono::seconds{300},
                      .least = std::chrono::seconds{10},
                      .most = std::chrono::seconds{3000}};
    spec.kinds = {
        {0.6, one_cpu, {}, 0, 0}, {0.3, one_cpu * 2, {}, 0, 0}, {0.1, one_cpu * 4, {}, 0, 0}};
    constexpr double load = 0.7, mean_cores = 1.6;
    spec.arrivals.rate = load * cores * static_cast<double>(hosts) / (mean_cores * 300);
    trace::Generator generator(spec);
    std::vector<trace::Task> tasks;
    for (trace::Task task; generator.next(task);) tasks.push_back(task);
    return tasks;
}

Figures beside_bare(swarm::PlacementPolicy policy) {
    const std::int64_t hosts = scaled(10'000);
    const std::vector<trace::Task> tasks = common_workload(hosts);
    std::vector<Bare::Work> work;
    for (const trace::Task& task : tasks) {
        work.push_back({ns_of(task.submit), task.run->count(),
                        static_cast<int>(task.cpus.count / one_cpu.count)});
    }
    double before = thread_seconds();
    const std::int64_t last = Bare::run(work, static_cast<std::uint32_t>(hosts)).last;
    const double bare = thread_seconds() - before;
    offline::Cluster cluster(swarm::built_in(policy), 1);
    for (std::int64_t i = 0; i < hosts; ++i) {
        cluster.add({.name = "h" + std::to_string(i),
                     .cpus = one_cpu * cores,
                     .memory = {},
                     .gpus = 0,
                     .model = ""});
    }
    trace::ListSource source(tasks);
    before = thread_seconds();
    const auto result = offline::run_timed(cluster, source, {});
    const double ours = thread_seconds() - before;
    if (ns_of(result.last_end) != last) throw std::runtime_error("another makespan");
    return {{"seconds", ours},
            {"items", static_cast<double>(tasks.size())},
            {"over_bare_loop", ours / bare}};
}

[[maybe_unused]] const bool millions = [] {
    for (const char* name : {"spread", "best-fit", "binpack"}) {
        in_child(std::string("offline/1000000_tasks_10000_hosts/") + name,
                 [name](const std::vector<std::string>&) {
                     for (const auto& [known, policy] : swarm::placement_policies) {
                         if (std::string(known) == name) return beside_bare(policy);
                     }
                     throw std::runtime_error("no such policy");
                 });
    }
    return true;
}();

}   // namespace
