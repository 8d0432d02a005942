#include "cli/compare_plan.h"

#include <algorithm>
#include <sstream>
#include <variant>

#include "cli/capacity.h"
#include "cli/load.h"
#include "cli/terminal.h"
#include "compare/capacity.h"
#include "compare/execute.h"
#include "compare/metrics.h"
#include "workload/trace/lines.h"

namespace glasshive::cli {

using compare::Kind;
using compare::Plan;

namespace {

template <class T>
bool take(Result<T> from, T& to, Diagnostics& problems) {
    if (from.ok()) {
        to = std::move(from.value());
        return true;
    }
    problems.insert(problems.end(), from.problems().begin(), from.problems().end());
    return false;
}

constexpr const char* scenario_endings[] = {".yaml", ".yml", ".lua"};

/// What kind of experiment the words describe, and its files by what they are for.
struct Described {
    Kind kind = Kind::tasks;
    std::vector<std::pair<std::string, std::string>> files;
};

Described described_by(const CompareOptions& options, Diagnostics& problems) {
    const auto complain = [&](const char* option, const char* message, const char* hint) {
        problems.push_back({.file = option, .message = message, .hint = hint});
    };
    if (!options.failures.empty() && options.machines.empty()) {
        complain("--failures", "is for a trace (.csv), or tasks by chance", "--machines FILE");
    }
    const bool openb = !options.openb_nodes.empty() || !options.openb_pods.empty();
    if (openb) {
        if (!options.machines.empty()) {
            complain("--machines", "is given beside --openb-nodes", "one list of machines");
        }
        if (!options.input.empty()) {
            complain("TRACE", "is given beside --openb-nodes and --openb-pods", "one workload");
        }
        if (options.openb_nodes.empty()) complain("--openb-nodes", "is missing", "NODES.csv");
        if (options.openb_pods.empty()) complain("--openb-pods", "is missing", "PODS.csv");
        Described all{Kind::openb, {{"nodes", options.openb_nodes}, {"pods", options.openb_pods}}};
        if (!options.orders.empty()) all.files.emplace_back("orders", options.orders);
        return all;
    }
    if (!options.orders.empty()) {
        complain("--orders", "is for an openb trace", "--openb-nodes FILE --openb-pods FILE");
    }
    using workload::trace::Format;
    const Format format = workload::trace::format_of(options.input);
    const bool scenario = std::any_of(
        std::begin(scenario_endings), std::end(scenario_endings),
        [&](const char* ending) { return options.input.ends_with(ending); });
    if (format != Format::table || scenario) {
        if (!options.machines.empty()) {
            complain("--machines", "is for a trace (.csv)", "a log or a scenario has its own");
        }
        if (scenario) return {Kind::scenario, {{"scenario", options.input}}};
        return {Kind::batch, {{"log", options.input}}};
    }
    if (options.machines.empty()) {
        complain(options.input.empty() ? "TRACE" : "--machines", "is missing",
                 "a scenario, a log of batch jobs (.swf), a trace (.csv) with --machines FILE, or "
                 "--machines FILE alone for tasks by chance");
        return {};
    }
    Described all{Kind::tasks, {{"machines", options.machines}}};
    if (!options.input.empty()) all.files.emplace_back("trace", options.input);
    if (!options.failures.empty()) all.files.emplace_back("failures", options.failures);
    return all;
}

/// --pin TASK=MACHINE; false when there are none, or something is wrong.
bool read_pins(const CompareOptions& options, Kind kind, std::map<std::string, std::string>& pins,
               Diagnostics& problems) {
    const std::size_t before = problems.size();
    const auto complain = [&](const std::string& message, const std::string& hint) {
        problems.push_back({.file = "--pin", .message = message, .hint = hint});
    };
    if (!options.pins.empty() && kind != Kind::tasks && kind != Kind::openb) {
        complain("is for traces",
                 "a scenario has placement constraints: services: [{placement: …}]");
    }
    for (const std::string& word : options.pins) {
        const std::size_t equals = word.rfind('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
            complain("\"" + word + "\" is not TASK=MACHINE", "a task's name, or #17 for the 17th");
        } else if (!pins.emplace(word.substr(0, equals), word.substr(equals + 1)).second) {
            complain(word.substr(0, equals) + " is pinned twice", "to one machine");
        }
    }
    return !pins.empty() && problems.size() == before;
}

void take_policies(const CompareOptions& options, Plan& plan, Diagnostics& problems) {
    for (const std::string& word : options.policies) {
        compare::PolicySpec policy;
        auto read = compare::read_policy(plan.kind, word, parameters_from(options.parameters));
        if (!take(std::move(read), policy, problems)) continue;
        const auto same = [&] {
            return std::find_if(plan.policies.begin(), plan.policies.end(),
                                [&](const auto& other) { return other.name == policy.name; });
        };
        // A built-in and a script of its name are told apart by the script's ending.
        if (const auto other = same(); other != plan.policies.end()) {
            const bool twins = policy.script.has_value() != other->script.has_value();
            if (twins) (policy.script ? policy.name : other->name) += ".lua";
        }
        if (same() != plan.policies.end()) {
            problems.push_back({.file = "--policy",
                                .message = "\"" + policy.name + "\" twice",
                                .hint = "policies go by their names: give the file another one"});
        }
        plan.policies.push_back(std::move(policy));
    }
    if (std::map<std::string, std::string> pins; read_pins(options, plan.kind, pins, problems)) {
        const std::size_t count = plan.policies.size();
        for (std::size_t i = 0; i < count; ++i) {
            plan.policies.push_back(compare::pinned(plan.policies[i], pins));
        }
    }
    const bool takers = std::any_of(plan.policies.begin(), plan.policies.end(),
                                    [](const auto& policy) { return policy.script.has_value(); });
    if (!options.parameters.empty() && !takers) {
        problems.push_back({.file = "--parameter",
                            .message = "no policy takes parameters",
                            .hint = "those in Lua do; of a scenario: --set NAME=VALUE"});
    }
    if (options.policies.empty()) {
        std::string all;
        for (const std::string& name : compare::policy_names(plan.kind)) {
            all += (all.empty() ? "" : ", ") + name;
        }
        problems.push_back({.file = "--policy", .message = "is missing", .hint = "some of " + all});
    }
}

void take_seeds(const CompareOptions& options, Plan& plan, Diagnostics& problems) {
    plan.seeds = options.seed;
    for (std::uint64_t seed = 1; plan.seeds.size() < options.seeds; ++seed) {
        plan.seeds.push_back(seed);
    }
    if (plan.seeds.empty()) plan.seeds.push_back(1);
    std::vector<std::uint64_t> sorted = plan.seeds;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
        problems.push_back({.file = "--seed",
                            .message = "names a seed twice",
                            .hint = "equal seeds give equal runs"});
    }
}

/// "KEY=a,b": every combination of all such words, the last one turning fastest.
void take_metrics(const CompareOptions& options, Plan& plan, Diagnostics& problems) {
    std::vector<std::string> names;
    for (const compare::MetricInfo& metric : compare::all_metrics())
        names.emplace_back(metric.name);
    for (const std::string& word : options.metrics) {
        if (std::find(names.begin(), names.end(), word) != names.end()) {
            plan.metrics.push_back(word);
            continue;
        }
        const std::string near = nearest(word, names);
        std::string all;
        for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
        problems.push_back(
            {.file = "--metric",
             .message = "there is no metric \"" + word + "\"",
             .hint = (near.empty() ? "" : "did you mean " + near + "? ") + "there are " + all});
    }
}

/// At commas outside brackets and quotes: a value may be YAML.
std::vector<std::string> split_values(const std::string& text) {
    std::vector<std::string> values(1);
    int depth = 0;
    char quote = 0;
    for (const char each : text) {
        if (quote == 0 && each == ',' && depth <= 0) {
            values.emplace_back();
            continue;
        }
        if (each == '"' || each == '\'') quote = quote == 0 ? each : quote == each ? '\0' : quote;
        if (quote == 0)
            depth += each == '[' || each == '{' ? 1 : each == ']' || each == '}' ? -1 : 0;
        values.back() += each;
    }
    if (values.back().empty()) values.pop_back();
    return values;
}

void take_settings(const CompareOptions& options, Plan& plan, Diagnostics& problems) {
    const auto split = [&](const std::string& word, const char* option, std::string& key,
                           std::string& values) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
            problems.push_back({.file = option,
                                .message = "\"" + word + "\" is not KEY=VALUE",
                                .hint = "such as load=1.5"});
            return false;
        }
        key = word.substr(0, equals);
        values = word.substr(equals + 1);
        return true;
    };
    std::string key, values;
    for (const std::string& word : options.set) {
        if (!split(word, "--set", key, values)) continue;
        if (!plan.options.emplace(key, values).second) {
            problems.push_back({.file = "--set",
                                .message = key + " is set twice",
                                .hint = "with several values: --vary " + key + "=A,B"});
        }
    }
    for (const std::string& word : options.vary) {
        if (!split(word, "--vary", key, values)) continue;
        if (plan.variants.front().contains(key) || plan.options.contains(key)) {
            problems.push_back({.file = "--vary",
                                .message = key + " is set already",
                                .hint = "once, with all its values: --vary " + key + "=A,B"});
        }
        std::vector<compare::Settings> more;
        for (const compare::Settings& variant : plan.variants) {
            for (const std::string& value : split_values(values)) {
                more.push_back(variant);
                more.back()[key] = value;
            }
        }
        plan.variants = std::move(more);
    }
}

std::string text_of(const script::Value& value) {
    std::ostringstream out;
    out.precision(17);
    if (const auto* truth = std::get_if<bool>(&value))
        out << (*truth ? "true" : "false");
    else if (const auto* whole = std::get_if<std::int64_t>(&value))
        out << *whole;
    else if (const auto* number = std::get_if<double>(&value))
        out << *number;
    else
        out << std::get<std::string>(value);
    return out.str();
}

std::string seeds_of(const Plan& plan) {
    bool counted = plan.seeds.size() > 1;
    std::string list;
    for (std::size_t i = 0; i < plan.seeds.size(); ++i) {
        counted = counted && plan.seeds[i] == i + 1;
        list += (i > 0 ? "," : "") + std::to_string(plan.seeds[i]);
    }
    return counted ? " --seeds " + std::to_string(plan.seeds.size()) : " --seed " + list;
}

}   // namespace

Result<Plan> compare_plan(const CompareOptions& options) {
    Plan plan;
    Diagnostics problems;
    const Described described = described_by(options, problems);
    plan.kind = described.kind;
    for (const auto& [name, path] : described.files) {
        if (!path.empty()) take(compare::read_input(path), plan.files[name], problems);
    }
    take_policies(options, plan, problems);
    take_seeds(options, plan, problems);
    take_metrics(options, plan, problems);
    take_settings(options, plan, problems);
    const auto scenario = plan.files.find("scenario");
    if (scenario != plan.files.end() && !scenario->second.path.empty()) {
        take(compare::files_of_scenario(options.input, plan), plan.files, problems);
    }
    if (!options.capacity.empty()) {
        compare::Goal goal;
        if (take(compare::Goal::read(options.capacity), goal, problems)) plan.goal = goal.text();
        for (const Diagnostic& each : check_capacity(options, plan)) problems.push_back(each);
        if (!problems.empty()) return problems;
        return plan;
    }
    const bool streams = options.input == "-";
    if (streams && plan.runs().size() > 1) {
        problems.push_back({.file = "standard input",
                            .message = "can be read once, for one run",
                            .hint = "one policy, one seed, nothing varied; or a file"});
    }
    if (!problems.empty()) return problems;
    return plan;
}

std::string compare_command_of(const Plan& plan) {
    std::string line = "glasshive compare";
    const std::pair<const char*, const char*> words[] = {{"scenario", ""},
                                                         {"log", ""},
                                                         {"trace", ""},
                                                         {"machines", "--machines "},
                                                         {"failures", "--failures "},
                                                         {"nodes", "--openb-nodes "},
                                                         {"pods", "--openb-pods "},
                                                         {"orders", "--orders "}};
    for (const auto& [name, option] : words) {
        const auto file = plan.files.find(name);
        if (file != plan.files.end())
            line +=
                " " + (option + shell_word(file->second.path == "-" ? "-" : file->second.shown));
    }
    std::string policies;
    std::map<std::string, std::string> parameters;
    std::map<std::string, std::string> pins;
    for (const compare::PolicySpec& policy : plan.policies) {
        if (!policy.pins.empty()) {   // Twins of those before.
            pins = policy.pins;
            continue;
        }
        policies +=
            (policies.empty() ? "" : ",") + (policy.script ? policy.script->file : policy.name);
        if (!policy.script) continue;
        for (const auto& [name, value] : policy.script->parameters)
            parameters[name] = text_of(value);
    }
    line += " --policy " + shell_word(policies);
    for (const auto& [name, value] : parameters) line += " -p " + shell_word(name + "=" + value);
    for (const auto& [task, machine] : pins) line += " --pin " + shell_word(task + "=" + machine);
    for (const std::string& metric : plan.metrics) line += " --metric " + metric;
    if (!plan.goal.empty()) line += " --capacity " + shell_word(plan.goal);
    line += seeds_of(plan);
    for (const auto& [name, value] : plan.options)
        line += " --set " + shell_word(name + "=" + value);
    std::map<std::string, std::vector<std::string>> varied;
    for (const compare::Settings& variant : plan.variants) {
        for (const auto& [name, value] : variant) {
            auto& values = varied[name];
            if (std::find(values.begin(), values.end(), value) == values.end())
                values.push_back(value);
        }
    }
    for (const auto& [name, values] : varied) {
        std::string list;
        for (const std::string& value : values) list += (list.empty() ? "" : ",") + value;
        line += " --vary " + shell_word(name + "=" + list);
    }
    return line + " --out DIR";
}

}   // namespace glasshive::cli
