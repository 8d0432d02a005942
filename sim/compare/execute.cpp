#include "compare/execute.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "base/assert.h"
#include "compare/kinds.h"
#include "policy/placement.h"
#include "swarm/scheduler/policies/policies.h"

namespace glasshive::compare {

std::shared_ptr<const swarm::Policy> policy_from(const PolicySpec& spec, std::uint64_t seed) {
    if (spec.script) {
        auto loaded = policy::ScriptedPlacement::load(*spec.script, seed);
        if (!loaded.ok()) throw RunFailure{loaded.problems().front()};
        return std::move(loaded.value());
    }
    for (const auto& [name, which] : swarm::placement_policies) {
        if (spec.built_in == name) return swarm::maker_of(which)();
    }
    SIM_ASSERT(false);   // read_policy has looked.
    return nullptr;
}

std::vector<std::string> policy_names(Kind kind) {
    if (kind == Kind::batch) return batch_policies();
    std::vector<std::string> names;
    for (const auto& [name, which] : swarm::placement_policies) names.emplace_back(name);
    return names;
}

std::vector<OptionInfo> option_names(Kind kind) {
    switch (kind) {
        case Kind::batch: return batch_options();
        case Kind::tasks: return tasks_options();
        case Kind::openb:
        case Kind::scenario: break;
    }
    return {};
}

double number_of(const Settings& settings, const std::string& name, double otherwise, double least,
                 double most, Diagnostics& problems) {
    const auto set = settings.find(name);
    if (set == settings.end()) return otherwise;
    const std::string& text = set->second;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Written so that NaN fails.
    if (error == std::errc{} && end == text.data() + text.size() && value >= least &&
        value <= most) {
        return value;
    }
    char range[80];
    std::snprintf(range, sizeof range, "a number from %g to %g", least, most);
    problems.push_back({.file = "option " + name,
                        .message = "\"" + text + "\" is not " + range,
                        .hint = "--set " + name + "=…"});
    return otherwise;
}

Diagnostics unknown_settings(const Settings& settings, const std::vector<OptionInfo>& known) {
    std::vector<std::string> names;
    std::string all;
    for (const OptionInfo& option : known) {
        names.emplace_back(option.name);
        all += (all.empty() ? "" : ", ") + names.back();
    }
    Diagnostics problems;
    for (const auto& [name, value] : settings) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        const std::string near = nearest(name, names);
        problems.push_back(
            {.file = "option " + name,
             .message = "there is no such option",
             .hint = (near.empty() ? "" : "did you mean " + near + "? ") +
                     (all.empty() ? "this kind of experiment has none" : "there are " + all)});
    }
    return problems;
}

void check_pins(const Plan& plan, const std::vector<workload::trace::Machine>& machines,
                Diagnostics& problems) {
    std::vector<std::string> names;
    for (const workload::trace::Machine& machine : machines) names.push_back(machine.name);
    std::map<std::string, std::string> pins;
    for (const PolicySpec& policy : plan.policies) {
        pins.insert(policy.pins.begin(), policy.pins.end());
    }
    for (const auto& [task, machine] : pins) {
        if (std::find(names.begin(), names.end(), machine) != names.end()) continue;
        const std::string near = nearest(machine, names);
        problems.push_back(
            {.file = "--pin",
             .message = "there is no machine \"" + machine + "\"",
             .hint = near.empty() ? "see the list of machines" : "did you mean " + near + "?"});
    }
}

Diagnostic missing_pin(const std::map<std::string, std::string>& pins) {
    std::string names;
    for (const auto& [task, machine] : pins) names += (names.empty() ? "" : ", ") + task;
    return {.file = "--pin",
            .message = "the trace has no task named " + names,
            .hint = "names are those of the trace; #17 is its 17th task"};
}

/// Options that this kind of experiment does not have.
static Diagnostics unknown_options(const Plan& plan) {
    if (plan.kind == Kind::scenario) return {};   // Its scripts' parameters.
    Settings given = plan.options;
    for (const Settings& variant : plan.variants) given.insert(variant.begin(), variant.end());
    return unknown_settings(given, option_names(plan.kind));
}

Result<std::unique_ptr<Experiment>> Experiment::load(const Plan& plan) {
    const Diagnostics problems = unknown_options(plan);
    if (!problems.empty()) return problems;
    switch (plan.kind) {
        case Kind::openb: return load_openb(plan);
        case Kind::batch: return load_batch(plan);
        case Kind::tasks: return load_tasks(plan);
        case Kind::scenario: return load_scenario(plan);
    }
    SIM_ASSERT(false);
    return Diagnostics{};
}

}   // namespace glasshive::compare
