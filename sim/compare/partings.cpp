#include "compare/partings.h"

#include <fmt/format.h>

namespace glasshive::compare {

namespace {

/// "best-fit 0.41, tie -3"; policies whose equals are drawn have nothing to tell them apart.
std::string score_text(const swarm::Policy& policy, const swarm::Score& score) {
    if (!policy.ties_by_order() && score == swarm::Score{}) return "drawn";
    std::string text = fmt::format("{:.6g}", score.value);
    if (score.then != 0) text += fmt::format(", then {:.6g}", score.then);
    return text;
}

std::string state_text(const offline::Parting::Side& side) {
    std::string text =
        fmt::format("{:g} of {:g} CPUs free", static_cast<double>(side.cpus_free.count) / 1e9,
                    static_cast<double>(side.cpus.count) / 1e9);
    if (side.memory.count > 0) {
        text += fmt::format(", {} MiB free", side.memory_free.count / mebibyte.count);
    }
    if (side.gpu_milli_left > 0) {
        text += fmt::format(", {:g} GPUs free", static_cast<double>(side.gpu_milli_left) / 1e3);
    }
    return text + fmt::format(", {} task{}", side.tasks, side.tasks == 1 ? "" : "s");
}

Parting::Side side_of(const std::optional<offline::Parting::Side>& side,
                      const swarm::Policy& reference, const swarm::Policy& other) {
    if (!side) return {};
    return {.node = side->node,
            .state = state_text(*side),
            .by_reference = side->fits ? score_text(reference, side->by_reference) : "does not fit",
            .by_other = side->fits ? score_text(other, side->by_other) : "does not fit"};
}

}   // namespace

bool looks_for_parting(const Plan& plan, const RunKey& key) {
    return key.policy > 0 && key.seed == plan.seeds.front();
}

Parting parting_of(const offline::Parting& found, const std::string& task,
                   const swarm::Policy& reference, const swarm::Policy& other) {
    return {.choice = found.choice,
            .parted = true,
            .task = task,
            .reference = side_of(found.reference, reference, other),
            .other = side_of(found.other, reference, other)};
}

Parting no_parting(std::uint64_t choices) {
    return {.choice = choices, .parted = false, .task = "", .reference = {}, .other = {}};
}

std::string task_text(const workload::trace::Task& task, std::uint64_t who) {
    std::string text = fmt::format("task {}", who + 1);
    if (!task.name.empty()) text += " (" + task.name + ")";
    text += fmt::format(": {:g} CPUs", static_cast<double>(task.cpus.count) / 1e9);
    if (task.memory.count > 0) text += fmt::format(", {} MiB", task.memory.count / mebibyte.count);
    if (task.gpus > 0) {
        text += task.gpu_milli < swarm::whole_gpu
                    ? fmt::format(", {:g} of a GPU", task.gpu_milli / 1e3)
                    : fmt::format(", {} GPU{}", task.gpus, task.gpus == 1 ? "" : "s");
    }
    if (!task.models.empty()) text += " of " + task.models;
    if (task.gang > 1) text += fmt::format(", {} pieces", task.gang);
    return text;
}

std::string parting_text(const Parting& parting, const std::string& reference,
                         const std::string& other) {
    if (!parting.parted) {
        return fmt::format("{} and {}: all {} choices alike", reference, other, parting.choice);
    }
    const auto where = [](const Parting::Side& side) {
        return side.node.empty() ? "nowhere" : side.node;
    };
    std::string text =
        fmt::format("{} and {} part at choice {}: {} goes to {} ({}) or to {} ({})", reference,
                    other, parting.choice, parting.task, where(parting.reference), reference,
                    where(parting.other), other);
    return text;
}

}   // namespace glasshive::compare
