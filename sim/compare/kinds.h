#pragma once

#include <memory>

#include "compare/execute.h"
#include "workload/trace/lines.h"
#include "workload/trace/task.h"

/// What the kinds of experiments share; one file each.
namespace glasshive::compare {

Result<std::unique_ptr<Experiment>> load_openb(const Plan& plan);
Result<std::unique_ptr<Experiment>> load_batch(const Plan& plan);
Result<std::unique_ptr<Experiment>> load_tasks(const Plan& plan);
Result<std::unique_ptr<Experiment>> load_scenario(const Plan& plan);
std::vector<OptionInfo> batch_options();
std::vector<OptionInfo> tasks_options();
std::vector<std::string> batch_policies();

/// Reads one file, or adds what is wrong with it under the name that the user typed.
template <class Read>
auto read_file(const Input& input, Read read, Diagnostics& problems) {
    using Value =
        std::remove_reference_t<decltype(read(std::declval<workload::trace::Lines>()).value())>;
    auto lines = workload::trace::Lines::open(input.path);
    auto result = lines.ok() ? read(std::move(lines.value())) : Result<Value>(lines.problems());
    if (result.ok()) return std::move(result.value());
    for (Diagnostic problem : result.problems()) {
        problem.file = input.shown;
        problems.push_back(std::move(problem));
    }
    return Value{};
}

/// Machines that pins name must be there.
void check_pins(const Plan& plan, const std::vector<workload::trace::Machine>& machines,
                Diagnostics& problems);
/// No task of the trace has one of these names.
Diagnostic missing_pin(const std::map<std::string, std::string>& pins);

/// Those that are none of `known`.
Diagnostics unknown_settings(const Settings& settings, const std::vector<OptionInfo>& known);

/// A number that an option is set to, between both; or a problem, then `otherwise`.
double number_of(const Settings& settings, const std::string& name, double otherwise, double least,
                 double most, Diagnostics& problems);

}   // namespace glasshive::compare
