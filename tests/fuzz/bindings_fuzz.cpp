// Any text as a scenario's script and as a placement policy, each twice: nothing that it asks of
// the program breaks anything, it ends or is told what is wrong, and does the same both times.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "director/cardboard.h"
#include "director/director.h"
#include "policy/placement.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

script::ScriptSpec spec_of(std::string_view text) {
    return {.name = "fuzz.lua", .file = "fuzz.lua", .text = std::string(text),
            .parameters = {{"x", std::int64_t{7}}, {"word", std::string("west")}},
            .instructions = 20'000};
}

/// A second of virtual time on a stage of cardboard, with events on the way.
std::string act(std::string_view text) {
    static const EventRegistry registry = [] {
        EventRegistry r;
        r.add(kinds);
        return r;
    }();
    Names names;
    EventStream stream(names);
    FlatTopology topology(1);
    kernel::Kernel kernel(stream, topology, 1);
    kernel::BareDriver driver(kernel);
    Cardboard stage(kernel);
    director::Director director(kernel, stage, registry, spec_of(text), names.intern("run"));
    stream.add_sink(&director);
    std::string end;
    try {
        kernel.start(director.id());
        for (int i = 0; i < 10; ++i) {
            driver.run_for(std::chrono::milliseconds{100});
            kernel.emit(task_running, names.intern("web.1"),
                        {field::name(names.intern("n1")), field::duration(Duration{i}),
                         field::integer(i), field::text("all well")});
            kernel.emit(request_ok, names.intern("script-1"), {});
            stage.running = i;
        }
    } catch (const RunFailure& failure) {
        SIM_ASSERT(!failure.problem.message.empty());
        end = to_text(failure.problem);
    }
    return stage.log + end + std::to_string(number_of(stream.last()));
}

/// What it makes of a node with GPUs, while other tasks become typical.
std::string choose(std::string_view text) {
    const auto loaded = policy::ScriptedPlacement::load(spec_of(text), 1);
    if (!loaded.ok()) return to_text(loaded.problems().front());
    const policy::ScriptedPlacement& policy = *loaded.value();
    swarm::ServiceSpec service;
    service.name = "web";
    service.task.reservations.generic["gpu"] = 1;
    swarm::Largest largest;
    swarm::NodeSet nodes;
    swarm::NodeInfo node;
    auto config = std::make_shared<swarm::NodeConfig>();
    config->labels["zone"] = "west";
    node.config = config;
    const std::vector<std::string> models{"T4", "P100"};
    node.gpus = {.left = {1'000, 300, 0, 700}, .count = 4, .model = 2, .tasks = {2, 1}};
    swarm::Needs needs = needs_of(service, swarm::ServiceId{0}, 1, policy);
    needs.largest = &largest;
    needs.gpus = {.count = 1, .milli = 250, .models = 3};
    needs.gpu_models = &models;
    swarm::TypicalTasks typical{{.cpus = one_cpu, .gpus = needs.gpus, .share = 0.75},
                                {.cpus = one_cpu * 4, .gpus = {}, .share = 0.25}};
    needs.typical = &typical;
    kernel::Rng chance(1, "fuzz");
    std::string said;
    try {
        for (int i = 0; i < 3; ++i) {
            if (policy.looks_at_cluster()) policy.prepare(nodes, needs, Time{} + Duration{i});
            if (policy.has_filter()) said += policy.admits(node, needs) ? "+" : "-";
            const swarm::Score score = policy.score(node, needs);
            SIM_ASSERT(score.value == score.value);
            said += std::to_string(score.value) + " " + std::to_string(score.then) + "\n";
            const swarm::GpuMask gpus = policy.device(node, needs, chance);
            SIM_ASSERT(gpus == 1 || gpus == 2 || gpus == 8);   // The third is full.
            said += std::to_string(gpus) + "\n";
            if (!typical.empty()) typical.pop_back();   // None, the last time.
        }
    } catch (const RunFailure& failure) {
        SIM_ASSERT(!failure.problem.message.empty());
        said += to_text(failure.problem);
    }
    return said;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    SIM_ASSERT(act(text) == act(text));
    SIM_ASSERT(choose(text) == choose(text));
    return 0;
}
