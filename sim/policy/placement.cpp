#include "policy/placement.h"

#include <array>
#include <cmath>
#include <utility>

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

Diagnostics ScriptedPlacement::take(const std::vector<script::Offer>& offers) {
    std::vector<std::string> known;
    for (const script::EntryInfo& entry : entries) known.emplace_back(entry.name);
    Diagnostics wrong;
    for (const script::Offer& offer : offers) {
        const auto function = [&](script::FunctionId& id) {
            id = offer.function;
            if (id.valid()) return;
            wrong.push_back(about(0, offer.name + " is not a function",
                                  "write " + offer.name + " = function(…) … end"));
        };
        if (offer.name == "filter") {
            function(filter_);
            filter_line_ = offer.line;
        } else if (offer.name == "score") {
            function(score_);
            score_line_ = offer.line;
        } else if (offer.name == "score_all") {
            function(score_all_);
            score_all_line_ = offer.line;
        } else if (offer.name == "priority") {
            function(priority_);
            priority_line_ = offer.line;
        } else if (offer.name == "keep") {
            function(keep_);
            keep_line_ = offer.line;
        } else if (offer.name == "prepare") {
            function(prepare_);
            prepare_line_ = offer.line;
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
                                  near.empty() ? "it has filter, one_by_one, prepare, score, "
                                                 "score_all and ties"
                                               : "did you mean " + near + "?"));
        }
    }
    if (wrong.empty() && score_.valid() == score_all_.valid()) {
        wrong.push_back(about(0,
                              score_.valid() ? "a placement policy has score or score_all, not both"
                                             : "a placement policy needs a function score",
                              "score = function(node, task, cluster) return a number end"));
    }
    if (looks_at_cluster()) one_by_one_ = true;
    return wrong;
}

void ScriptedPlacement::fail(int line, const std::string& message) const {
    throw RunFailure{about(line, message, "")};
}

void ScriptedPlacement::run(Call& call, int line) const {
    auto problem = call.run();
    if (!problem) return;
    if (problem->line == 0) problem->line = line;
    throw RunFailure{told(std::move(*problem))};
}

double ScriptedPlacement::checked(double number, int line) const {
    if (std::isnan(number)) fail(line, "what should be a number is none (0/0)");
    return number + 0.0;   // -0 is 0.
}

swarm::Score ScriptedPlacement::score(const swarm::NodeInfo& node,
                                      const swarm::Needs& needs) const {
    if (score_all_.valid()) {
        swarm::Score one;
        const swarm::NodeInfo* const nodes[] = {&node};
        scores(nodes, needs, {&one, 1});
        return one;
    }
    const NodeView view{&node, &needs};
    const ClusterView cluster{&needs, now_};
    const TaskView task{&needs, {}};
    Call call(sandbox_, score_);
    call.view(node_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, score_line_);
    if (!call.is_number(0) || (call.kind(1) != Call::Kind::nothing && !call.is_number(1))) {
        fail(score_line_, "score gave back something else than one or two numbers");
    }
    const double then = call.is_number(1) ? checked(call.number_of(1), score_line_) : 0.0;
    return {checked(call.number_of(0), score_line_), then};
}

void ScriptedPlacement::scores(std::span<const swarm::NodeInfo* const> nodes,
                               const swarm::Needs& needs, std::span<swarm::Score> out) const {
    if (!score_all_.valid()) {
        Policy::scores(nodes, needs, out);
        return;
    }
    if (nodes.empty()) return;
    const NodesView view{nodes, &needs};
    const ClusterView cluster{&needs, now_};
    const TaskView task{&needs, {}};
    Call call(sandbox_, score_all_);
    call.view(nodes_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, score_all_line_);
    if (call.kind(0) != Call::Kind::list || call.numbers().size() != nodes.size()) {
        const std::string got = call.kind(0) == Call::Kind::list
                                    ? "a list of " + std::to_string(call.numbers().size())
                                    : "something else than a list";
        fail(score_all_line_,
             "score_all gave back " + got + " for " + std::to_string(nodes.size()) + " nodes");
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        out[i] = {checked(call.numbers()[i], score_all_line_), 0};
    }
}

bool ScriptedPlacement::admits(const swarm::NodeInfo& node, const swarm::Needs& needs) const {
    const NodeView view{&node, &needs};
    const ClusterView cluster{&needs, now_};
    const TaskView task{&needs, {}};
    Call call(sandbox_, filter_);
    call.view(node_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, filter_line_);
    if (call.kind(0) != Call::Kind::boolean) {
        fail(filter_line_, "filter gave back something else than true or false");
    }
    return call.boolean(0);
}

double ScriptedPlacement::priority(const swarm::Needs& needs, const Queue& queue) const {
    const TaskView task{&needs, queue};
    const ClusterView cluster{&needs, queue.now};
    Call call(sandbox_, priority_);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, priority_line_);
    if (!call.is_number(0)) fail(priority_line_, "priority gave back something else than a number");
    return checked(call.number_of(0), priority_line_);
}

double ScriptedPlacement::keep(const swarm::NodeInfo& node, const swarm::Needs& needs) const {
    const NodeView view{&node, &needs};
    const TaskView task{&needs, {}};
    const ClusterView cluster{&needs, now_};
    Call call(sandbox_, keep_);
    call.view(node_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, keep_line_);
    if (!call.is_number(0)) fail(keep_line_, "keep gave back something else than a number");
    return checked(call.number_of(0), keep_line_);
}

void ScriptedPlacement::prepare(const swarm::NodeSet& nodes, const swarm::Needs& needs,
                                Time now) const {
    now_ = now;
    if (!prepare_.valid()) return;
    std::vector<const swarm::NodeInfo*> members;
    for (const swarm::NodeInfo& node : nodes.nodes()) {
        if (!node.removed) members.push_back(&node);
    }
    const NodesView view{members, &needs};
    const ClusterView cluster{&needs, now};
    const TaskView task{&needs, {}};
    Call call(sandbox_, prepare_);
    call.view(nodes_type, &view);
    call.view(task_type, &task);
    call.view(cluster_type, &cluster);
    run(call, prepare_line_);
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
