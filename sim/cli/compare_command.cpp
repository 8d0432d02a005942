// glasshive compare: policies × seeds, one process each, into one folder.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "cli/commands.h"
#include "cli/count_progress.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "compare/execute.h"
#include "compare/folder.h"
#include "compare/openb_tables.h"
#include "compare/pool.h"

namespace glasshive::cli {

using compare::Folder;
using compare::Measured;
using compare::Plan;
using compare::RunKey;

namespace {

int fail(const CompareOptions& options, const Diagnostics& problems) {
    const Terminal err(2, options.common.no_color);
    if (options.common.json) print_problems_json(std::cout, problems);
    else print_problems(std::cerr, err, problems);
    return exit_user_error;
}

template <class T>
bool take(Result<T> from, T& to, Diagnostics& problems) {
    if (from.ok()) {
        to = std::move(from.value());
        return true;
    }
    problems.insert(problems.end(), from.problems().begin(), from.problems().end());
    return false;
}

void take_input(const std::string& path, const char* option, compare::Input& to,
                Diagnostics& problems) {
    if (path.empty()) {
        problems.push_back({.file = option, .message = "is missing",
                            .hint = "--openb-nodes NODES.csv --openb-pods PODS.csv"});
        return;
    }
    take(compare::read_input(path), to, problems);
}

void take_policies(const CompareOptions& options, Plan& plan, Diagnostics& problems) {
    for (const std::string& word : options.policies) {
        compare::PolicySpec policy;
        if (!take(compare::read_policy(word, parameters_from(options.parameters)), policy, problems)) {
            continue;
        }
        const bool known = std::any_of(plan.policies.begin(), plan.policies.end(),
                                       [&](const auto& other) { return other.name == policy.name; });
        if (known) {
            problems.push_back({.file = "--policy", .message = "\"" + policy.name + "\" twice",
                                .hint = "policies go by their names: give the file another one"});
        }
        plan.policies.push_back(std::move(policy));
    }
    if (options.policies.empty()) {
        problems.push_back({.file = "--policy", .message = "is missing",
                            .hint = "--policy spread,fgd,own.lua"});
    }
}

Result<Plan> plan_from(const CompareOptions& options) {
    Plan plan;
    Diagnostics problems;
    take_input(options.openb_nodes, "--openb-nodes", plan.workload.nodes, problems);
    take_input(options.openb_pods, "--openb-pods", plan.workload.pods, problems);
    if (!options.orders.empty()) {
        plan.workload.orders.emplace();
        take_input(options.orders, "--orders", *plan.workload.orders, problems);
    }
    take_policies(options, plan, problems);
    plan.seeds = options.seed;
    for (std::uint64_t seed = 1; plan.seeds.size() < options.seeds; ++seed) {
        plan.seeds.push_back(seed);
    }
    if (plan.seeds.empty()) plan.seeds.push_back(1);
    std::vector<std::uint64_t> sorted = plan.seeds;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
        problems.push_back({.file = "--seed", .message = "names a seed twice",
                            .hint = "equal seeds give equal runs"});
    }
    if (!problems.empty()) return problems;
    return plan;
}

std::string program() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string what_log_says(const std::string& path) {
    std::ifstream in(path);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

/// Runs what is not there yet; what went wrong.
Diagnostics run_missing(const CompareOptions& options, const Folder& folder, const Plan& plan) {
    const auto runs = plan.runs();
    std::vector<compare::Job> jobs;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        if (folder.has(plan, run)) continue;
        jobs.push_back({run,
                        {program(), "compare", "--out", options.out, "--shard", std::to_string(run)},
                        folder.log(run)});
    }
    const Terminal err(2, options.common.no_color);
    CountProgress progress(std::cerr, err, jobs.size(), "runs");
    Diagnostics problems;
    const auto done = [&](std::size_t run, int status) {
        progress.one_more();
        if (status == 0) {
            std::error_code ignored;
            std::filesystem::remove(folder.log(run), ignored);
            return true;
        }
        const std::string said = what_log_says(folder.log(run));
        problems.push_back({.file = plan.policies[runs[run].policy].name + ", seed " +
                                    std::to_string(runs[run].seed),
                            .message = said.empty() ? "ended with status " + std::to_string(status)
                                                    : said,
                            .hint = "glasshive compare --out " + options.out + " --shard " +
                                    std::to_string(run) + " repeats it"});
        return false;
    };
    const std::size_t at_once =
        options.jobs > 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
    compare::run_all(jobs, at_once, done);
    progress.clear();
    return problems;
}

int collect(const CompareOptions& options, const Folder& folder, const Plan& plan) {
    std::vector<Measured> measured;
    Diagnostics missing;
    const auto runs = plan.runs();
    for (std::size_t run = 0; run < runs.size(); ++run) {
        auto shard = folder.shard(plan, run);
        if (shard) measured.push_back(std::move(*shard));
        else missing.push_back({.file = folder.file("runs/" + std::to_string(run) + ".json"),
                                .message = "is missing or of another plan",
                                .hint = "glasshive compare --out " + options.out + " --shard " +
                                        std::to_string(run)});
    }
    if (!missing.empty()) return fail(options, missing);
    Diagnostics problems = folder.write("curves.csv", compare::curves_csv(plan, measured));
    const Diagnostics more = folder.write("placements.csv", compare::placements_csv(plan, measured));
    problems.insert(problems.end(), more.begin(), more.end());
    if (!problems.empty()) return fail(options, problems);
    if (!options.common.quiet) {
        std::cout << folder.file("curves.csv") << '\n' << folder.file("placements.csv") << '\n';
    }
    return exit_ok;
}

int run_shard(const CompareOptions& options, const Folder& folder, const Plan& plan) {
    const auto runs = plan.runs();
    const std::size_t run = *options.shard;
    if (run >= runs.size()) {
        return fail(options, {{.file = "--shard", .message = "there is no run " + std::to_string(run),
                               .hint = "0 to " + std::to_string(runs.size() - 1)}});
    }
    if (folder.has(plan, run)) return exit_ok;
    Diagnostics problems = compare::check_input(plan.workload.nodes);
    for (const Diagnostic& each : compare::check_input(plan.workload.pods)) problems.push_back(each);
    if (plan.workload.orders) {
        for (const Diagnostic& each : compare::check_input(*plan.workload.orders)) {
            problems.push_back(each);
        }
    }
    if (!problems.empty()) return fail(options, problems);
    const auto experiment = compare::Experiment::load(plan);
    if (!experiment.ok()) return fail(options, experiment.problems());
    try {
        problems = folder.keep(plan, run, experiment.value().run(plan, runs[run]));
    } catch (const RunFailure& failure) {
        problems = {failure.problem};
    }
    return problems.empty() ? exit_ok : fail(options, problems);
}

}   // namespace

int compare_command(const CompareOptions& options) {
    if (options.out.empty()) {
        return fail(options, {{.file = "--out", .message = "is missing",
                               .hint = "--out DIR: the folder for results and the report"}});
    }
    const Folder folder(options.out);
    if (options.shard || options.collect) {
        const auto plan = folder.plan();
        if (!plan.ok()) return fail(options, plan.problems());
        return options.shard ? run_shard(options, folder, plan.value())
                             : collect(options, folder, plan.value());
    }
    const auto plan = plan_from(options);
    if (!plan.ok()) return fail(options, plan.problems());
    const auto experiment = compare::Experiment::load(plan.value());
    if (!experiment.ok()) return fail(options, experiment.problems());
    Diagnostics problems = folder.begin(plan.value());
    if (!problems.empty()) return fail(options, problems);
    if (options.plan_only) return exit_ok;
    problems = run_missing(options, folder, plan.value());
    if (!problems.empty()) return fail(options, problems);
    return collect(options, folder, plan.value());
}

}   // namespace glasshive::cli
