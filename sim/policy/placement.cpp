#include "policy/placement.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "policy/views.h"

namespace glasshive::policy {

using script::Call;

namespace {

constexpr std::array entries{
    script::EntryInfo{
        "score", "(node, task, cluster)", "one or two numbers",
        "How good the node is, the higher the better; the second number decides "
        "between equals. It should depend on the node and the task alone: it is asked "
        "for again when the node changed."},
    script::EntryInfo{"filter", "(node, task, cluster)", "boolean",
                      "Whether the node may be chosen at all, after Swarm's own filters."},
    script::EntryInfo{
        "ties", "", "`\"order\"` or `\"random\"`",
        "Equals go in order of joining, as they do without this entry, or are drawn."},
    script::EntryInfo{"one_by_one", "", "boolean",
                      "Each task is a choice of its own among all nodes. Otherwise the tasks of a "
                      "service stay on a node until another one is better."},
    script::EntryInfo{
        "prepare", "(nodes, task, cluster)", "nothing",
        "Called before each choice with all nodes. With it, scores may depend on other "
        "nodes and on time: all are asked for anew for each task."},
    script::EntryInfo{"score_all", "(nodes, task, cluster)", "list of numbers",
                      "Instead of `score`: the scores of all nodes that pass, in one call. As with "
                      "`prepare`, they may depend on other nodes."},
    script::EntryInfo{"priority", "(task, cluster)", "number",
                      "Which service's waiting tasks are placed first, the higher the sooner; "
                      "otherwise they go in the order in which the services were made."},
    script::EntryInfo{"keep", "(node, task, cluster)", "number",
                      "Which tasks stay when a service shrinks, by their nodes: the higher, the "
                      "longer; otherwise Swarm takes from the fullest nodes."},
    script::EntryInfo{
        "expect", "(typical, cluster)", "nothing",
        "Called before anything else is asked, and again when other tasks are typical. What a "
        "script keeps of it, scores may depend on: they are asked for anew then."},
    script::EntryInfo{
        "device", "(node, task, cluster)", "integer, list of integers or nil",
        "Which GPUs of the chosen node the task gets, counted as in `node.gpus_left`: as many as "
        "it asks, each with enough left. Asked for tasks of a trace alone, a generic resource does "
        "not say which. Nil, and without this entry: a share goes where least is left, whole ones "
        "are the first that are free."},
};

script::Limits limits_of(const script::ScriptSpec& spec) {
    script::Limits most;
    most.instructions = spec.instructions;
    return most;
}

}   // namespace

std::span<const script::EntryInfo> placement_entries() { return entries; }

ScriptedPlacement::ScriptedPlacement(const script::ScriptSpec& spec, std::uint64_t seed)
    : spec_(spec),
      name_(spec.name.substr(spec.name.find_last_of('/') + 1)),
      seed_(seed),
      // Named as the scenario does, wherever that lies: scripts may read their own errors.
      sandbox_(spec.name, limits_of(spec), kernel::Rng(seed, "policy/placement")) {
    if (name_.ends_with(".lua")) name_.resize(name_.size() - 4);
    sandbox_.set_parameters(spec_.parameters);
}

Result<std::unique_ptr<ScriptedPlacement>> ScriptedPlacement::load(const script::ScriptSpec& spec,
                                                                   std::uint64_t seed) {
    std::unique_ptr<ScriptedPlacement> made(new ScriptedPlacement(spec, seed));
    const auto offers = made->sandbox_.load(spec.text);
    if (!offers.ok()) return made->told(offers.problems().front());
    Diagnostics wrong = made->take(offers.value());
    if (!wrong.empty()) return wrong;
    return made;
}

/// With the file as the user can open it.
Diagnostic ScriptedPlacement::told(Diagnostic problem) const {
    problem.file = spec_.file;
    return problem;
}

Diagnostic ScriptedPlacement::about(int line, const std::string& message,
                                    const std::string& hint) const {
    return {.file = spec_.file, .line = line, .path = "", .message = message, .hint = hint};
}

/// Where the function of that entry is kept; null: the entry is none.
ScriptedPlacement::Function* ScriptedPlacement::function_of(const std::string& name) {
    const std::pair<const char*, Function*> functions[] = {
        {"score", &score_},         {"filter", &filter_},     {"prepare", &prepare_},
        {"score_all", &score_all_}, {"priority", &priority_}, {"keep", &keep_},
        {"expect", &expect_},       {"device", &device_}};
    for (const auto& [entry, function] : functions) {
        if (name == entry) return function;
    }
    return nullptr;
}

Diagnostics ScriptedPlacement::take(const std::vector<script::Offer>& offers) {
    std::vector<std::string> known;
    std::string all;
    for (const script::EntryInfo& entry : entries) {
        known.emplace_back(entry.name);
        all += (all.empty() ? "" : ", ") + known.back();
    }
    Diagnostics wrong;
    for (const script::Offer& offer : offers) {
        if (Function* function = function_of(offer.name)) {
            *function = {offer.function, offer.line};
            if (offer.function.valid()) continue;
            wrong.push_back(about(0, offer.name + " is not a function",
                                  "write " + offer.name + " = function(…) … end"));
        } else if (offer.name == "ties") {
            const auto* word = offer.value ? std::get_if<std::string>(&*offer.value) : nullptr;
            random_ties_ = word != nullptr && *word == "random";
            if (word == nullptr || (*word != "random" && *word != "order")) {
                wrong.push_back(about(0, "ties is neither \"order\" nor \"random\"",
                                      "equals go in order of joining, or are drawn"));
            }
        } else if (offer.name == "one_by_one") {
            const auto* truth = offer.value ? std::get_if<bool>(&*offer.value) : nullptr;
            one_by_one_ = truth != nullptr && *truth;
            if (truth == nullptr)
                wrong.push_back(about(0, "one_by_one is neither true nor false", ""));
        } else {
            const std::string near = nearest(offer.name, known);
            wrong.push_back(about(offer.line, "a placement policy has no entry " + offer.name,
                                  near.empty() ? "it has " + all : "did you mean " + near + "?"));
        }
    }
    if (wrong.empty() && score_.id.valid() == score_all_.id.valid()) {
        wrong.push_back(about(0,
                              score_.id.valid()
                                  ? "a placement policy has score or score_all, not both"
                                  : "a placement policy needs a function score",
                              "score = function(node, task, cluster) return a number end"));
    }
    if (looks_at_cluster()) one_by_one_ = true;
    return wrong;
}

// --- Asking --------------------------------------------------------------------------------------

void ScriptedPlacement::fail(const Function& in, const std::string& message) const {
    throw RunFailure{about(in.line, message, "")};
}

void ScriptedPlacement::run(Call& call, const Function& function) const {
    auto problem = call.run();
    if (!problem) return;
    if (problem->line == 0) problem->line = function.line;
    throw RunFailure{told(std::move(*problem))};
}

Call ScriptedPlacement::ask(const Function& function, const swarm::NodeInfo& node,
                            const swarm::Needs& needs) const {
    tell_typical(needs);
    const NodeView view{&node, &needs};
    const TaskView task{&needs, {}};
    const ClusterView cluster{&needs, now_};
    Call call(sandbox_, function.id);
    call.view(node_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, function);
    return call;
}

/// Compared by what they are: whoever asks may keep them anywhere, and a second instance of the
/// script is asked, too.
void ScriptedPlacement::tell_typical(const swarm::Needs& needs) const {
    if (!expect_.id.valid()) return;
    static const swarm::TypicalTasks none;
    const swarm::TypicalTasks& typical = needs.typical != nullptr ? *needs.typical : none;
    if (told_ && *told_ == typical) return;
    told_ = typical;
    const TypicalView view{&typical, &needs};
    const ClusterView cluster{&needs, now_};
    Call call(sandbox_, expect_.id);
    call.view(typical_type, &view);
    call.view(cluster_type, &cluster);
    run(call, expect_);
}

double ScriptedPlacement::checked(double number, const Function& from) const {
    if (std::isnan(number)) fail(from, "what should be a number is none (0/0)");
    return number + 0.0;   // -0 is 0.
}

swarm::Score ScriptedPlacement::score(const swarm::NodeInfo& node,
                                      const swarm::Needs& needs) const {
    if (score_all_.id.valid()) {
        swarm::Score one;
        const swarm::NodeInfo* const nodes[] = {&node};
        scores(nodes, needs, {&one, 1});
        return one;
    }
    const Call call = ask(score_, node, needs);
    if (!call.is_number(0) || (call.kind(1) != Call::Kind::nothing && !call.is_number(1))) {
        fail(score_, "score gave back something else than one or two numbers");
    }
    const double then = call.is_number(1) ? checked(call.number_of(1), score_) : 0.0;
    return {checked(call.number_of(0), score_), then};
}

void ScriptedPlacement::scores(std::span<const swarm::NodeInfo* const> nodes,
                               const swarm::Needs& needs, std::span<swarm::Score> out) const {
    if (!score_all_.id.valid()) {
        Policy::scores(nodes, needs, out);
        return;
    }
    if (nodes.empty()) return;
    tell_typical(needs);
    const NodesView view{nodes, &needs};
    const ClusterView cluster{&needs, now_};
    const TaskView task{&needs, {}};
    Call call(sandbox_, score_all_.id);
    call.view(nodes_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, score_all_);
    if (call.kind(0) != Call::Kind::list || call.numbers().size() != nodes.size()) {
        const std::string got = call.kind(0) == Call::Kind::list
                                    ? "a list of " + std::to_string(call.numbers().size())
                                    : "something else than a list";
        fail(score_all_,
             "score_all gave back " + got + " for " + std::to_string(nodes.size()) + " nodes");
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        out[i] = {checked(call.numbers()[i], score_all_), 0};
    }
}

bool ScriptedPlacement::admits(const swarm::NodeInfo& node, const swarm::Needs& needs) const {
    const Call call = ask(filter_, node, needs);
    if (call.kind(0) != Call::Kind::boolean) {
        fail(filter_, "filter gave back something else than true or false");
    }
    return call.boolean(0);
}

swarm::GpuMask ScriptedPlacement::device(const swarm::NodeInfo& node, const swarm::Needs& needs,
                                         kernel::Rng& chance) const {
    if (!device_.id.valid()) return Policy::device(node, needs, chance);
    const Call call = ask(device_, node, needs);
    if (call.kind(0) == Call::Kind::nothing) return Policy::device(node, needs, chance);
    if (call.is_number(0)) return checked_gpus({call.number_of(0)}, node.gpus, needs.gpus);
    if (call.kind(0) != Call::Kind::list) {
        fail(device_, "device gave back something else than a number or a list of them");
    }
    return checked_gpus(call.numbers(), node.gpus, needs.gpus);
}

swarm::GpuMask ScriptedPlacement::checked_gpus(const std::vector<double>& numbers,
                                               const swarm::Gpus& gpus,
                                               const swarm::GpuNeed& need) const {
    if (numbers.size() != static_cast<std::size_t>(need.count)) {
        fail(device_, fmt::format("device gave back {} GPUs for a task that asks for {}",
                                  numbers.size(), need.count));
    }
    swarm::GpuMask which = 0;
    for (const double given : numbers) {
        const double number = checked(given, device_);
        if (number < 1 || number > gpus.count || number != std::floor(number)) {
            fail(device_, fmt::format("device gave back GPU {:g}; the node has {}, from 1 on",
                                      number, gpus.count));
        }
        const auto at = static_cast<std::size_t>(number) - 1;
        if ((which >> at & 1) != 0) {
            fail(device_, fmt::format("device gave back GPU {:g} twice", number));
        }
        if (gpus.left[at] < need.milli) {
            fail(device_, fmt::format("device gave back GPU {:g}, which has {} thousandths left of "
                                      "the {} that are asked",
                                      number, gpus.left[at], need.milli));
        }
        which = static_cast<swarm::GpuMask>(which | 1U << at);
    }
    return which;
}

double ScriptedPlacement::priority(const swarm::Needs& needs, const Queue& queue) const {
    tell_typical(needs);
    const TaskView task{&needs, queue};
    const ClusterView cluster{&needs, queue.now};
    Call call(sandbox_, priority_.id);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, priority_);
    if (!call.is_number(0)) fail(priority_, "priority gave back something else than a number");
    return checked(call.number_of(0), priority_);
}

double ScriptedPlacement::keep(const swarm::NodeInfo& node, const swarm::Needs& needs) const {
    const Call call = ask(keep_, node, needs);
    if (!call.is_number(0)) fail(keep_, "keep gave back something else than a number");
    return checked(call.number_of(0), keep_);
}

void ScriptedPlacement::prepare(const swarm::NodeSet& nodes, const swarm::Needs& needs,
                                Time now) const {
    now_ = now;
    if (!prepare_.id.valid()) return;
    tell_typical(needs);
    std::vector<const swarm::NodeInfo*> members;
    for (const swarm::NodeInfo& node : nodes.nodes()) {
        if (!node.removed) members.push_back(&node);
    }
    const NodesView view{members, &needs};
    const ClusterView cluster{&needs, now};
    const TaskView task{&needs, {}};
    Call call(sandbox_, prepare_.id);
    call.view(nodes_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, prepare_);
}

const swarm::Policy& ScriptedPlacement::onlooker() const {
    if (!onlooker_) {
        auto second = load(spec_, seed_);
        // The first one was; but a script may load one time and not the next.
        if (!second.ok()) throw RunFailure{second.problems().front()};
        onlooker_ = std::move(second.value());
    }
    return *onlooker_;
}

}   // namespace glasshive::policy
