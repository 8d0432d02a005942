// glasshive compare --capacity: the least number of machines that meets a goal.
#include "cli/capacity.h"

#include <chrono>
#include <iostream>

#include "cli/compare_plan.h"
#include "cli/compare_runs.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "compare/capacity.h"
#include "compare/execute.h"
#include "compare/folder.h"

namespace glasshive::cli {

using compare::Folder;
using compare::Plan;

namespace {

/// The runs of one number of machines, done or done before.
class Sizes {
  public:
    Sizes(const CompareOptions& options, const Plan& plan, const compare::Goal& goal)
        : options_(options),
          plan_(plan),
          goal_(goal) {}

    std::optional<std::vector<double>> values(std::size_t variant, std::size_t policy,
                                              std::size_t machines) {
        CompareOptions options = options_;
        options.out += "/sizes/" + std::to_string(variant + 1) + "-" + std::to_string(policy + 1) +
                       "-" + std::to_string(machines);
        const Plan plan = compare::plan_of_size(plan_, variant, policy, machines);
        const Folder folder(options.out);
        problems_ = folder.begin(plan);
        const RunsShown shown{.unit = "runs of " + plan.policies.front().name + " with " +
                                      std::to_string(machines) + " machines",
                              .since = began_};
        if (problems_.empty()) problems_ = run_missing(options, folder, plan, shown);
        std::vector<double> values;
        for (std::size_t run = 0; problems_.empty() && run < plan.seeds.size(); ++run) {
            const auto shard = folder.shard(plan, run);
            if (shard && shard->metrics.contains(goal_.metric->name))
                values.push_back(shard->metrics.at(goal_.metric->name));
            else
                problems_ = {compare::missing_metric("--capacity", goal_.metric->name)};
        }
        if (!problems_.empty()) return std::nullopt;
        return values;
    }
    const Diagnostics& problems() const { return problems_; }

  private:
    const CompareOptions& options_;
    const Plan& plan_;
    const compare::Goal& goal_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    Diagnostics problems_;
};

void print_answers(std::ostream& out, const Terminal& terminal,
                   const compare::CapacityReport& report) {
    constexpr std::size_t name_columns = 22;
    const std::string goal = report.goal.text() + report.goal.metric->unit;
    out << terminal.paint(Tone::bold, goal) << "  "
        << terminal.paint(Tone::dim, std::string(report.goal.metric->title) + ", mean of " +
                                         std::to_string(report.plan.seeds.size()) + " seeds")
        << '\n';
    std::string said;
    for (const compare::CapacityCase& one : report.cases) {
        const std::string variant = report.plan.variant_name(one.variant);
        if (variant != said) out << terminal.paint(Tone::accent, printable(variant)) << '\n';
        said = variant;
        const std::string answer = compare::answer_text(report, one);
        out << "  " << fit(printable(report.plan.policies[one.policy].name), name_columns)
            << (one.found.least ? answer : terminal.paint(Tone::bad, answer)) << '\n';
    }
}

}   // namespace

Diagnostics check_capacity(const CompareOptions& options, const Plan& plan) {
    Diagnostics problems;
    const auto complain = [&](const std::string& file, const std::string& message,
                              const std::string& hint) {
        problems.push_back({.file = file, .message = message, .hint = hint});
    };
    if (plan.kind != compare::Kind::tasks) {
        complain("--capacity", "is for tasks on a list of machines",
                 "--machines FILE; glasshive trace convert makes such files of public traces");
    }
    if (options.input == "-") {
        complain("--capacity", "the trace would have to be read many times",
                 "standard input can be read once: name a file");
    }
    bool varied = plan.options.contains("machines");
    for (const compare::Settings& variant : plan.variants) varied |= variant.contains("machines");
    if (varied) {
        complain("option machines", "is what is searched for", "leave it out");
    }
    if (!options.pins.empty()) {
        complain("--pin", "the machine is not there in every size", "leave it out");
    }
    if (!options.metrics.empty()) {
        complain("--metric", "the goal says which metric counts", "leave it out");
    }
    if (options.plan_only) {
        complain("--plan-only", "what is run next depends on what was run", "leave it out");
    }
    return problems;
}

int search_capacity(const CompareOptions& options, const Plan& plan) {
    compare::CapacityReport report{
        .plan = plan, .goal = compare::Goal::read(plan.goal).value(), .cases = {}};
    const std::size_t first = compare::machines_of(plan);
    Sizes sizes(options, plan, report.goal);
    for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
        for (std::size_t policy = 0; policy < plan.policies.size(); ++policy) {
            auto found = compare::search_size(report.goal, first, [&](std::size_t machines) {
                return sizes.values(variant, policy, machines);
            });
            if (!found) return refuse(options.common, sizes.problems());
            report.cases.push_back({variant, policy, std::move(*found)});
        }
    }
    const Folder folder(options.out);
    Diagnostics problems;
    for (const auto& [name, text] :
         {std::pair<std::string, std::string>{
              "capacity.html", compare::capacity_html(report, compare_command_of(plan))},
          {"capacity.json", compare::capacity_json(report)},
          {"capacity.csv", compare::capacity_csv(report)}}) {
        for (const Diagnostic& each : folder.write(name, text)) problems.push_back(each);
    }
    if (!problems.empty()) return refuse(options.common, problems);
    if (options.common.json) {
        std::cout << compare::capacity_json(report);
    } else if (!options.common.quiet) {
        print_answers(std::cout, Terminal(1, options.common.no_color), report);
        std::cout << "\nreport  " << folder.file("capacity.html") << '\n';
    }
    return exit_ok;
}

}   // namespace glasshive::cli
