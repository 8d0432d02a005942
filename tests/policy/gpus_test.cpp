// Goal: a policy in Lua knows of GPUs and of typical tasks what a built-in knows, says which GPUs a
// task gets, and is told where that cannot be. Method: trace mode on few machines; random tasks
// come and go under the twins of the built-ins, whose every choice has to be theirs.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "offline/cluster.h"
#include "policy/placement.h"
#include "swarm/scheduler/policies/policies.h"

using namespace glasshive;
using offline::Cluster;
using offline::Placement;
using policy::ScriptedPlacement;
using swarm::PlacementPolicy;
using workload::trace::Machine;
using workload::trace::Task;

namespace {

std::unique_ptr<ScriptedPlacement> from_text(const std::string& text) {
    auto loaded = ScriptedPlacement::load({.name = "own.lua", .file = "own.lua", .text = text}, 1);
    if (!loaded.ok()) FAIL(to_text(loaded.problems().front()));
    return std::move(loaded.value());
}

std::unique_ptr<ScriptedPlacement> shipped(const std::string& name) {
    std::ifstream in(SOURCE_DIR "/lua/policies/" + name + ".lua");
    return from_text({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
}

Machine machine(const std::string& name, int cpus, int gpus, const char* model) {
    Machine made;
    made.name = name;
    made.cpus = one_cpu * cpus;
    made.memory = gibibyte * 256;
    made.gpus = gpus;
    made.model = model;
    return made;
}

Task task(int cpus, int gpus, int milli, const char* models = "") {
    Task made;
    made.cpus = one_cpu * cpus;
    made.memory = gibibyte;
    made.gpus = gpus;
    made.gpu_milli = milli;
    made.models = models;
    return made;
}

/// Tasks as a shared cluster sees them: shares, single ones, some with many, some without.
std::vector<Task> drawn_tasks(kernel::Rng& chance, std::size_t count) {
    constexpr const char* models[] = {"", "", "", "T4", "P100|T4", "G3"};
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < count; ++i) {
        const auto kind = chance.below(10);
        const int gpus = kind < 2 ? 0 : kind < 8 ? 1 : kind < 9 ? 2 : 4;
        const int milli = gpus == 0  ? 0
                          : kind < 6 ? static_cast<int>(100 * chance.between(1, 9))
                                     : 1000;
        const int cpus = static_cast<int>(chance.between(1, 6));
        tasks.push_back(task(cpus, gpus, milli, gpus == 0 ? "" : models[chance.below(6)]));
    }
    return tasks;
}

struct Outcome {
    std::vector<std::pair<std::uint32_t, swarm::GpuMask>> choices;   ///< Node, GPUs.
    int placed = 0;
    int not_tightest = 0;   ///< Shares that did not go where least was left.
};

/// 300 arrivals, each with a departure two times in five; other tasks are expected half way.
Outcome outcome(const swarm::Policy& policy, std::uint64_t seed) {
    kernel::Rng chance(seed, "test/gpus");
    Cluster cluster(policy, seed);
    for (int i = 0; i < 3; ++i) {
        const std::string number = std::to_string(i);
        cluster.add(machine("a" + number, 16, 4, "T4"));
        cluster.add(machine("b" + number, 32, 8, "P100"));
        cluster.add(machine("c" + number, 8, 2, ""));
        cluster.add(machine("d" + number, 16, 0, ""));
    }
    cluster.expect(drawn_tasks(chance, 60));
    struct There {
        offline::Shape shape;
        Placement placement;
    };
    std::vector<There> there;
    Outcome result;
    for (int round = 0; round < 300; ++round) {
        if (round == 150) cluster.expect(drawn_tasks(chance, 60));
        const Task next = drawn_tasks(chance, 1).front();
        const auto leaves = chance.below(5), who = chance.below(1'000);
        const offline::Shape shape = cluster.shape_of(next);
        const std::vector<swarm::NodeInfo> before = cluster.nodes();
        const auto placed = cluster.place(shape);
        if (placed) {
            there.push_back({shape, *placed});
            const swarm::GpuNeed& need = cluster.needs_of(shape).gpus;
            const swarm::Gpus& gpus = before[placed->node.index()].gpus;
            if (need.shares() && gpus.tightest(need) != placed->gpus) ++result.not_tightest;
            ++result.placed;
        }
        result.choices.emplace_back(placed ? placed->node.value : ~0U, placed ? placed->gpus : 0);
        if (leaves >= 2 || there.empty()) continue;
        const auto at = there.begin() + static_cast<std::ptrdiff_t>(who % there.size());
        cluster.remove(at->shape, at->placement);
        there.erase(at);
    }
    return result;
}

/// Entries of a policy beside its score, and what is said of them.
struct Harm {
    const char* body;
    int line;
    const char* message;
};
const std::vector<Harm> harms{
    {"device = function() return 'first' end", 1,
     "device gave back something else than a number or a list of them"},
    {"device = function() return true end", 1,
     "device gave back something else than a number or a list of them"},
    {"device = function() return 1 end", 1, "device gave back 1 GPUs for a task that asks for 2"},
    {"\ndevice = function() return {1, 2, 3} end", 2,
     "device gave back 3 GPUs for a task that asks for 2"},
    {"device = function() return {0, 1} end", 1,
     "device gave back GPU 0; the node has 4, from 1 on"},
    {"device = function() return {1, 5} end", 1,
     "device gave back GPU 5; the node has 4, from 1 on"},
    {"device = function() return {1, 1.5} end", 1,
     "device gave back GPU 1.5; the node has 4, from 1 on"},
    {"device = function() return {1, 1e300} end", 1,
     "device gave back GPU 1e+300; the node has 4, from 1 on"},
    {"device = function() return {0/0, 1} end", 1, "what should be a number is none (0/0)"},
    {"device = function() return {3, 3} end", 1, "device gave back GPU 3 twice"},
    {"device = function(node, task) return task.gpus == 2 and {2, 1} or 1 end", 1,
     "device gave back GPU 1, which has 0 thousandths left of the 300 that are asked"},
    {"device = function() return {1, 'x'} end", 1,
     "element 2 of the list is a string, not a number"},
    {"device = function()\nwhile true do end end", 2,
     "the budget of 10000000 instructions is spent"},
    {"device = function(node) node.gpus_left = {} end", 1, "a node is read-only"},
    {"device = function(node, task) task.gpu_models = {} end", 1, "a task is read-only"},
    {"expect = function(typical) typical.share = {} end", 1, "a typical is read-only"},
    {"expect = function(typical) return typical.shares end", 1,
     "a typical has no field shares; it has count share nano_cpus gpus gpu_milli "
     "gpu_models"},
    {"expect = function()\nwhile true do pcall(error) end end", 2,
     "the budget of 10000000 instructions is spent"},
    {"expect = function(typical) kept = typical end,\n"
     "device = function() return kept.count end",
     2, "this typical was only there during the call that it was given to"},
    {"expect = function(typical) typical.share[1] = 7 typical.gpu_models[1].x = true\n"
     "error(typical.share[1]) end",
     1, "1.0"},
    {"expect = 3", 0, "expect is not a function"}};

}   // namespace

TEST_CASE("twins in Lua choose the nodes and the GPUs that the built-ins choose",
          "[policy][gpus]") {
    struct Row {
        const char* name;
        PlacementPolicy policy;
    };
    const Row row =
        GENERATE(Row{"fgd", PlacementPolicy::fgd}, Row{"gpu-packing", PlacementPolicy::gpu_packing},
                 Row{"gpu-clustering", PlacementPolicy::gpu_clustering},
                 Row{"best-fit", PlacementPolicy::best_fit},
                 Row{"dot-product", PlacementPolicy::dot_product});
    CAPTURE(row.name);
    int not_tightest = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CAPTURE(seed);
        const Outcome built_in = outcome(swarm::built_in(row.policy), seed);
        const Outcome twin = outcome(*shipped(row.name), seed);
        CHECK(twin.choices == built_in.choices);
        CHECK(twin.choices != outcome(swarm::built_in(PlacementPolicy::first_fit), seed).choices);
        CHECK(twin.placed > 100);
        CHECK(twin.placed < 300);   // Some fit nowhere: the machines are full.
        not_tightest += twin.not_tightest;
    }
    // Only this one says which GPU.
    CHECK((not_tightest > 0) == (row.policy == PlacementPolicy::fgd));
}

TEST_CASE("what a policy is shown of GPUs and of typical tasks", "[policy][gpus]") {
    const auto policy = from_text(R"(
local function equal(a, b, what) if a ~= b then error(what .. ": " .. tostring(a)) end end
local told = 0
return {
  expect = function(typical, cluster)
    told = told + 1
    equal(typical.count, 2, "count")
    equal(typical.share[1], 0.75, "share")
    equal(typical.nano_cpus[2], 2000000000, "cpus")
    equal(typical.gpus[1] + typical.gpus[2], 3, "gpus")
    equal(typical.gpu_milli[1], 500, "milli")
    equal(next(typical.gpu_models[1]), nil, "any model")
    equal(typical.gpu_models[2].P100, true, "model")
    equal(typical.gpu_models[2].T4, nil, "another model")
    equal(cluster.largest_gpu_milli, 4000, "largest")
  end,
  score = function(node, task)
    equal(told, 1, "told")
    if node.hostname == "full" then
      equal(node.gpu_model, "T4", "model")
      equal(#node.gpus_left, 4, "gpus")
    else
      equal(node.gpu_model, nil, "no model")
      equal(node.gpu_tasks[2], 0, "no tasks")
      return 0
    end
    if task.gpus == 2 then
      equal(task.gpu_models.T4 and task.gpu_models.P100, true, "models")
      return 1
    end
    equal(next(task.gpu_models), nil, "any model")
    equal(node.gpu_tasks[1], 0, "one each")
    equal(node.gpu_tasks[2], 1, "two each")
    equal(node.gpu_share_tasks, 4 - node.gpus_left[3] // 250, "shares")
    return 1
  end,
  device = function(node, task) return task.gpus == 2 and {4, 1} or 3 end,
})");
    Cluster cluster(*policy, 1);
    cluster.add(machine("full", 16, 4, "T4"));
    cluster.add(machine("other", 16, 4, ""));
    cluster.expect({task(1, 1, 500), task(1, 1, 500), task(1, 1, 500), task(2, 2, 1000, "P100")});
    const offline::Shape pair = cluster.shape_of(task(1, 2, 1000, "T4|P100"));
    CHECK(cluster.place(pair)->gpus == 0b1001);
    const offline::Shape share = cluster.shape_of(task(1, 1, 250));
    for (int i = 0; i < 4; ++i) CHECK(cluster.place(share)->gpus == 0b0100);
    CHECK(cluster.nodes()[0].gpus.left[2] == 0);
}

TEST_CASE("a device that cannot be, and scripts that mean harm, end the run with their line",
          "[policy][gpus]") {
    const Harm row = GENERATE(from_range(harms));
    CAPTURE(row.body);
    const std::string text =
        "return {score = function() return 1 end, " + std::string(row.body) + "}";
    const auto loaded =
        ScriptedPlacement::load({.name = "o.lua", .file = "o.lua", .text = text}, 1);
    if (!loaded.ok()) {
        CHECK(loaded.problems().front().message == row.message);
        return;
    }
    Cluster cluster(*loaded.value(), 1);
    cluster.add(machine("n", 16, 4, "T4"));
    cluster.expect({task(1, 2, 1000)});
    try {
        cluster.place_at(cluster.shape_of(task(1, 2, 1000)), swarm::NodeId{0});
        cluster.place(cluster.shape_of(task(1, 1, 300)));
        FAIL("nothing was thrown");
    } catch (const RunFailure& failure) {
        CHECK(failure.problem.line == row.line);
        CHECK(failure.problem.message == row.message);
    }
}
