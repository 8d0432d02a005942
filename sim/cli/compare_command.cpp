// glasshive compare: a matrix of runs, one process each, into one folder, and the report on them.
#include <iostream>

#include "cli/capacity.h"
#include "cli/commands.h"
#include "cli/compare_plan.h"
#include "cli/compare_runs.h"
#include "cli/compare_table.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "compare/execute.h"
#include "compare/folder.h"
#include "compare/openb_tables.h"
#include "compare/plot.h"
#include "compare/report.h"

namespace glasshive::cli {

using compare::Folder;
using compare::Measured;
using compare::Plan;
using compare::RunKey;

namespace {

/// Every file of the report; what could not be written.
Diagnostics write_report(const Folder& folder, const compare::Report& report,
                         const std::vector<Measured>& measured) {
    const Plan& plan = report.plan;
    std::vector<std::pair<std::string, std::string>> files{
        {"report.html", compare::report_html(report, compare_command_of(plan))},
        {"report.json", compare::report_json(report)},
        {"summary.csv", compare::summary_csv(report)},
        {"pairs.csv", compare::pairs_csv(report)},
        {"values.csv", compare::values_csv(report)}};
    if (plan.kind == compare::Kind::openb) {
        files.emplace_back("curves.csv", compare::curves_csv(plan, measured));
        files.emplace_back("placements.csv", compare::placements_csv(plan, measured));
    }
    std::vector<std::string> names;
    for (const compare::PolicySpec& policy : plan.policies) names.push_back(policy.name);
    for (std::size_t i = 0; i < report.variants.size(); ++i) {
        const std::string of = report.variants.size() > 1 ? std::to_string(i + 1) + "_" : "";
        for (const compare::MetricReport& metric : report.variants[i].metrics) {
            files.emplace_back("plots/" + of + metric.info->name + ".svg",
                               compare::dots_svg(metric, names, true));
        }
        for (const compare::CurveReport& curve : report.variants[i].curves) {
            files.emplace_back("plots/" + of + "curve_" + curve.info->name + ".svg",
                               compare::curve_svg(curve, names, true));
        }
    }
    Diagnostics problems;
    for (const auto& [name, text] : files) {
        const Diagnostics more = folder.write(name, text);
        problems.insert(problems.end(), more.begin(), more.end());
    }
    return problems;
}

/// Metrics that were asked for and that this workload does not have.
Diagnostics metrics_missing(const compare::Report& report) {
    Diagnostics problems;
    for (const std::string& name : report.plan.metrics) {
        bool is_there = false;
        for (const compare::VariantReport& variant : report.variants) {
            for (const compare::MetricReport& metric : variant.metrics) {
                is_there |= metric.info->name == name;
            }
        }
        if (is_there) continue;
        problems.push_back(compare::missing_metric("--metric", name));
    }
    return problems;
}

int collect(const CompareOptions& options, const Folder& folder, const Plan& plan) {
    std::vector<Measured> measured;
    Diagnostics missing;
    const auto runs = plan.runs();
    for (std::size_t run = 0; run < runs.size(); ++run) {
        auto shard = folder.shard(plan, run);
        if (shard)
            measured.push_back(std::move(*shard));
        else
            missing.push_back({.file = folder.file("runs/" + std::to_string(run) + ".json"),
                               .message = "is missing or of another plan",
                               .hint = "glasshive compare --out " + options.out + " --shard " +
                                       std::to_string(run)});
    }
    if (!missing.empty()) return refuse(options.common, missing);
    const compare::Report report = compare::report_of(plan, measured);
    Diagnostics problems = metrics_missing(report);
    if (!problems.empty()) return refuse(options.common, problems);
    problems = write_report(folder, report, measured);
    if (!problems.empty()) return refuse(options.common, problems);
    if (options.common.json) {
        std::cout << compare::report_json(report);
    } else if (!options.common.quiet) {
        print_comparison(std::cout, Terminal(1, options.common.no_color), report);
        std::cout << "\nreport  " << folder.file("report.html") << '\n';
    }
    return exit_ok;
}

Diagnostics run_here(const compare::Experiment& experiment, const Folder& folder, const Plan& plan,
                     std::size_t run) {
    try {
        return folder.keep(plan, run, experiment.run(plan, plan.runs()[run]));
    } catch (const RunFailure& failure) {
        return {failure.problem};
    }
}

int run_shard(const CompareOptions& options, const Folder& folder, const Plan& plan) {
    const auto runs = plan.runs();
    const std::size_t run = *options.shard;
    if (run >= runs.size()) {
        return refuse(options.common, {{.file = "--shard",
                                        .message = "there is no run " + std::to_string(run),
                                        .hint = "0 to " + std::to_string(runs.size() - 1)}});
    }
    if (folder.has(plan, run)) return exit_ok;
    Diagnostics problems;
    for (const auto& [name, input] : plan.files) {
        for (const Diagnostic& each : compare::check_input(input)) problems.push_back(each);
    }
    if (!problems.empty()) return refuse(options.common, problems);
    const auto experiment = compare::Experiment::load(plan);
    if (!experiment.ok()) return refuse(options.common, experiment.problems());
    problems = run_here(*experiment.value(), folder, plan, run);
    return problems.empty() ? exit_ok : refuse(options.common, problems);
}

}   // namespace

int compare_command(const CompareOptions& options) {
    if (options.out.empty()) {
        return refuse(options.common,
                      {{.file = "--out",
                        .message = "is missing",
                        .hint = "--out DIR: the folder for results and the report"}});
    }
    const Folder folder(options.out);
    if (options.shard || options.collect) {
        const bool more =
            !options.input.empty() || !options.machines.empty() || !options.openb_nodes.empty() ||
            !options.openb_pods.empty() || !options.orders.empty() || !options.policies.empty() ||
            !options.set.empty() || !options.vary.empty() || options.seeds > 0 ||
            !options.seed.empty() || !options.parameters.empty() || !options.pins.empty() ||
            !options.failures.empty() || !options.metrics.empty() || !options.capacity.empty() ||
            options.engine != "local" || !options.engine_options.empty();
        if (more) {
            return refuse(options.common, {{.file = options.shard ? "--shard" : "--collect",
                                            .message = "DIR/plan.json says all there is to say",
                                            .hint = "give --out DIR and nothing else"}});
        }
        const auto plan = folder.plan();
        if (!plan.ok()) return refuse(options.common, plan.problems());
        if (!plan.value().goal.empty()) {
            return refuse(options.common, {{.file = options.out,
                                            .message = "holds a search for a number of machines",
                                            .hint = "the words with --capacity go on with it"}});
        }
        return options.shard ? run_shard(options, folder, plan.value())
                             : collect(options, folder, plan.value());
    }
    const Diagnostics unsuited = check_engine(options);
    if (!unsuited.empty()) return refuse(options.common, unsuited);
    const auto plan = compare_plan(options);
    if (!plan.ok()) return refuse(options.common, plan.problems());
    const auto experiment = compare::Experiment::load(plan.value());
    if (!experiment.ok()) return refuse(options.common, experiment.problems());
    Diagnostics problems = folder.begin(plan.value());
    if (!problems.empty()) return refuse(options.common, problems);
    if (!plan.value().goal.empty()) return search_capacity(options, plan.value());
    if (options.plan_only) return exit_ok;
    problems = options.input == "-" ? run_here(*experiment.value(), folder, plan.value(), 0)
                                    : run_missing(options, folder, plan.value());
    if (!problems.empty()) return refuse(options.common, problems);
    return collect(options, folder, plan.value());
}

}   // namespace glasshive::cli
