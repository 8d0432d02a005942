// Tasks that come and go, from a trace or by chance, on machines.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <utility>

#include "compare/partings.h"
#include "compare/tasks_options.h"
#include "offline/cluster.h"
#include "workload/trace/failures.h"
#include "workload/trace/filters.h"
#include "workload/trace/plain.h"

namespace glasshive::compare {

namespace {

namespace trace = workload::trace;

/// Refuses more models of GPUs than can be told apart.
class Checked final : public trace::Filter {
  public:
    Checked(trace::TaskSource& from, const std::vector<trace::Machine>& machines)
        : Filter(from),
          models_(machines) {}
    bool next(trace::Task& out) override {
        if (!problem_.empty() || !from_.next(out)) return false;
        if (models_.add(out)) return true;
        problem_ = {models_.problem(out)};
        return false;
    }
    Diagnostics problems() const override { return problem_.empty() ? from_.problems() : problem_; }

  private:
    offline::Models models_;
    Diagnostics problem_;
};

/// A source and what is made of it, one after the other; the last one counts.
class Chain final : public trace::TaskSource {
  public:
    explicit Chain(std::unique_ptr<trace::TaskSource> first) { all_.push_back(std::move(first)); }
    template <class Made, class... Given>
    void add(Given&&... given) {
        all_.push_back(std::make_unique<Made>(*all_.back(), std::forward<Given>(given)...));
    }
    bool next(trace::Task& out) override { return all_.back()->next(out); }
    Diagnostics problems() const override { return all_.back()->problems(); }

  private:
    std::vector<std::unique_ptr<trace::TaskSource>> all_;
};

/// Pins of tasks that a trace does not have.
class MissingPins {
  public:
    explicit MissingPins(const Plan& plan) {
        for (const PolicySpec& policy : plan.policies) {
            for (const auto& [task, machine] : policy.pins) left_[task] = machine;
        }
    }
    void submitted(const std::string& name, std::uint64_t who) {
        if (left_.empty()) return;
        left_.erase(name);
        left_.erase("#" + std::to_string(who + 1));
    }
    Diagnostics problems() const {
        return left_.empty() ? Diagnostics{} : Diagnostics{missing_pin(left_)};
    }

  private:
    std::map<std::string, std::string> left_;
};

class Tasks final : public Experiment {
  public:
    Tasks(std::vector<trace::Machine> machines, std::vector<trace::Failure> failures,
          std::optional<Input> from)
        : machines_(std::move(machines)),
          failures_(std::move(failures)),
          trace_(std::move(from)) {}

    Measured run(const Plan& plan, const RunKey& key) const override {
        Diagnostics none;
        const TasksChoice chosen = tasks_choice(plan.settings(key.variant), none);
        const PolicySpec& spec = plan.policies[key.policy];
        const auto policy = policy_from(spec, key.seed);
        const bool typical = policy->looks_at_typical();
        if (!looks_for_parting(plan, key) || is_stream()) {
            return measured_of(replay(chosen, key.seed, spec, *policy, typical, nullptr), chosen);
        }
        const PolicySpec& first = plan.policies.front();
        const auto reference = policy_from(first, key.seed);
        offline::ChoiceRecorder recorder;
        // Each is asked about the other's choices, too.
        const bool either = typical || reference->looks_at_typical();
        replay(chosen, key.seed, first, *reference, either, &recorder);
        offline::PartingFinder finder(recorder.choices(), *reference);
        Measured measured =
            measured_of(replay(chosen, key.seed, spec, *policy, either, &finder), chosen);
        measured.parting = no_parting(finder.same());
        if (const auto& found = finder.found()) {
            const std::string task = task_text(task_at(chosen, key.seed, found->who), found->who);
            measured.parting = parting_of(*found, task, *reference, *policy);
        }
        return measured;
    }

    /// Reads the whole trace once, so that nothing is run on one that is wrong.
    Diagnostics check(const Plan& plan) const {
        Diagnostics problems;
        for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
            const Settings settings = plan.settings(variant);
            check_pins(plan, machines_for(tasks_choice(settings, problems)), problems);
            if (is_stream() && settings.contains("demand")) {
                problems.push_back({.file = "option demand",
                                    .message = "the trace would have to be read twice",
                                    .hint = "standard input can be read once: name a file"});
            }
            for (const OptionInfo& option : tasks_options()) {
                if (!trace_ || !option.of_chance || !settings.contains(option.name)) continue;
                problems.push_back({.file = std::string("option ") + option.name,
                                    .message = "is for tasks by chance, and there is a trace",
                                    .hint = "load and sample change a trace"});
            }
            if (!problems.empty()) return problems;
        }
        problems = offline::check_models(machines_, {}, plan.files.at("machines").shown);
        for (const PolicySpec& policy : plan.policies) {
            if (!is_stream() || !policy_from(policy, 1)->looks_at_typical()) continue;
            problems.push_back({.file = "--policy",
                                .message = policy.name + " wants to know which tasks are typical",
                                .hint = "standard input can be read once: name a file"});
        }
        for (const trace::Failure& failure : failures_) {
            const bool there =
                std::any_of(machines_.begin(), machines_.end(),
                            [&](const auto& machine) { return machine.name == failure.machine; });
            if (there || problems.size() >= trace::problems_most) continue;
            problems.push_back(
                {.file = plan.files.at("failures").shown,
                 .line = failure.line,
                 .path = "",
                 .message = "there is no machine \"" + failure.machine + "\"",
                 .hint = "machines are those of " + plan.files.at("machines").shown});
        }
        if (!problems.empty() || !trace_ || is_stream()) return problems;
        MissingPins missing(plan);
        auto source = open(TasksChoice{}, 1);
        problems = source.ok() ? Diagnostics{} : source.problems();
        if (source.ok()) {
            Checked all(*source.value(), machines_);
            trace::Task task;
            std::uint64_t tasks = 0;
            while (all.next(task)) missing.submitted(task.name, tasks++);
            problems = all.problems();
            if (problems.empty() && tasks == 0) {
                problems.push_back({.file = trace_->shown,
                                    .message = "there are no tasks",
                                    .hint = "a line for each, below the header"});
            }
        }
        for (Diagnostic& problem : problems) problem.file = trace_->shown;
        if (problems.empty()) problems = missing.problems();
        return problems;
    }

  private:
    offline::TimedResult replay(const TasksChoice& chosen, std::uint64_t seed,
                                const PolicySpec& spec, const swarm::Policy& policy, bool typical,
                                offline::Watcher* watcher) const {
        offline::Cluster cluster(policy, seed);
        for (const trace::Machine& machine : machines_for(chosen)) cluster.add(machine);
        if (typical) cluster.expect(*workload(chosen, seed));
        cluster.watch(watcher);
        const auto tasks = workload(chosen, seed);
        const auto result = offline::run_timed(cluster, *tasks,
                                               {.waiting = chosen.waiting,
                                                .preemption = chosen.preemption,
                                                .breakdowns = breakdowns(chosen, seed),
                                                .pins = spec.pins});
        if (Diagnostics wrong = tasks->problems(); !wrong.empty()) {
            wrong.front().file = trace_->shown;
            throw RunFailure{wrong.front()};
        }
        if (result.pins_met < spec.pins.size()) throw RunFailure{missing_pin(spec.pins)};
        return result;
    }

    /// The tasks as they were asked for.
    std::unique_ptr<trace::TaskSource> workload(const TasksChoice& chosen,
                                                std::uint64_t seed) const {
        auto part = [&] {
            auto source = open(chosen, seed);
            if (!source.ok()) throw RunFailure{source.problems().front()};
            auto chain = std::make_unique<Chain>(std::move(source.value()));
            if (chosen.window)
                chain->add<trace::Window>(chosen.window->first, chosen.window->second);
            if (chosen.sample < 1) chain->add<trace::Sampled>(chosen.sample, seed);
            return chain;
        };
        double slower = 1 / chosen.load;
        if (chosen.demand > 0) {
            const trace::Demand demand = trace::measure(*part());
            double cpus = 0;
            for (const trace::Machine& machine : machines_for(chosen)) {
                cpus += static_cast<double>(machine.cpus.count) / 1e9;
            }
            if (demand.mean_cpus() > 0)
                slower = trace::submissions_for(demand, cpus * chosen.demand);
        }
        auto chain = part();
        if (slower != 1) chain->add<trace::Scaled>(slower, 1.0);
        chain->add<Checked>(machines_);
        return chain;
    }

    /// As many as were asked for: the first of the list, or more like its last one.
    std::vector<trace::Machine> machines_for(const TasksChoice& chosen) const {
        std::vector<trace::Machine> all = machines_;
        const std::size_t count = chosen.machines > 0 ? chosen.machines : all.size();
        for (std::size_t i = all.size(); i < count; ++i) {
            all.push_back(machines_.back());
            all.back().name += "-" + std::to_string(i + 1 - machines_.size());
        }
        all.resize(count);
        return all;
    }

    offline::BreakdownSpec breakdowns(const TasksChoice& chosen, std::uint64_t seed) const {
        offline::BreakdownSpec spec{
            .failures = {}, .mean_up = chosen.mean_up, .mean_down = chosen.mean_down, .seed = seed};
        std::set<std::string> there;
        for (const trace::Machine& machine : machines_for(chosen)) there.insert(machine.name);
        for (const trace::Failure& failure : failures_) {
            if (there.contains(failure.machine)) spec.failures.push_back(failure);
        }
        return spec;
    }

    /// The task with that number, as a run gets it.
    trace::Task task_at(const TasksChoice& chosen, std::uint64_t seed, std::uint64_t who) const {
        const auto tasks = workload(chosen, seed);
        trace::Task task;
        for (std::uint64_t i = 0; i <= who && tasks->next(task); ++i) {
        }
        return task;
    }

    /// Standard input can be read once: while it runs.
    bool is_stream() const { return trace_ && trace_->path == "-"; }
    Result<std::unique_ptr<trace::TaskSource>> open(const TasksChoice& chosen,
                                                    std::uint64_t seed) const {
        if (!trace_) {
            trace::GeneratorSpec spec = chosen.generate;
            spec.seed = seed;
            return std::unique_ptr<trace::TaskSource>(new trace::Generator(spec));
        }
        auto lines = trace::Lines::open(trace_->path);
        if (!lines.ok()) return lines.problems();
        auto source = trace::PlainSource::open(std::move(lines.value()));
        if (!source.ok()) return source.problems();
        return std::unique_ptr<trace::TaskSource>(std::move(source.value()));
    }

    Measured measured_of(const offline::TimedResult& result, const TasksChoice& chosen) const {
        Measured measured;
        measured.metrics = {{"mean_wait", result.wait.mean()},
                            {"p95_wait", result.wait.quantile(0.95)},
                            {"p99_wait", result.wait.quantile(0.99)},
                            {"mean_bounded_slowdown", result.slowdown.mean()},
                            {"p99_bounded_slowdown", result.slowdown.quantile(0.99)},
                            {"waited", static_cast<double>(result.waited)},
                            {"dropped", static_cast<double>(result.dropped)},
                            {"pending", static_cast<double>(result.waiting)},
                            {"failed", failed_share(result)},
                            {"makespan", seconds_of(result.last_end)},
                            {"utilisation", result.utilisation},
                            {"imbalance", result.usage.imbalance},
                            {"machine_hours", result.usage.machine_hours}};
        const auto any = [&](auto which) {
            return std::any_of(machines_.begin(), machines_.end(), which);
        };
        if (any([](const auto& machine) { return machine.gpus > 0; })) {
            measured.metrics["gpu_utilisation"] = result.gpu_utilisation;
        }
        if (any([](const auto& machine) { return machine.peak_watts > 0; })) {
            measured.metrics["energy"] = result.usage.energy;
            measured.metrics["energy_busy"] = result.usage.energy_busy;
        }
        if (any([](const auto& machine) { return machine.price > 0; })) {
            measured.metrics["price"] = result.usage.price;
        }
        if (chosen.waiting != offline::Waiting::drop) {
            // The bound is a sum of doubles: what differs by less than it can know is equal.
            const double ratio = result.bound > 0 ? seconds_of(result.last_end) / result.bound : 1;
            measured.metrics["makespan_over_bound"] = std::max(1.0, std::round(ratio * 1e9) / 1e9);
        }
        add_interruptions(measured, result, chosen);
        for (int percent = 0; percent <= 100; ++percent) {
            measured.curves["wait"].push_back(result.wait.quantile(percent / 100.0));
        }
        return measured;
    }

    static double failed_share(const offline::TimedResult& result) {
        const auto all = static_cast<double>(result.submitted);
        return all > 0 ? 100 * static_cast<double>(result.dropped + result.waiting) / all : 0;
    }

    void add_interruptions(Measured& measured, const offline::TimedResult& result,
                           const TasksChoice& chosen) const {
        const bool fails = !failures_.empty() || chosen.mean_up > Duration{};
        if (fails) {
            measured.metrics["failures"] = static_cast<double>(result.failures);
            measured.metrics["lost_per_failure"] =
                result.failures > 0
                    ? static_cast<double>(result.lost) / static_cast<double>(result.failures)
                    : 0;
        }
        if (chosen.preemption)
            measured.metrics["preempted"] = static_cast<double>(result.preempted);
        if (!fails && !chosen.preemption) return;
        measured.metrics["moves"] = static_cast<double>(result.moves);
        measured.metrics["lost_work"] =
            result.cpu_seconds > 0 ? 100 * result.lost_cpu_seconds / result.cpu_seconds : 0;
    }

    std::vector<trace::Machine> machines_;
    std::vector<trace::Failure> failures_;
    std::optional<Input> trace_;
};

}   // namespace

std::size_t machines_of(const Plan& plan) {
    Diagnostics problems;
    return read_file(plan.files.at("machines"), trace::read_machines, problems).size();
}

Result<std::unique_ptr<Experiment>> load_tasks(const Plan& plan) {
    Diagnostics problems;
    auto machines = read_file(plan.files.at("machines"), trace::read_machines, problems);
    std::vector<trace::Failure> failures;
    if (const auto file = plan.files.find("failures"); file != plan.files.end()) {
        failures = read_file(file->second, trace::read_failures, problems);
    }
    if (!problems.empty()) return problems;
    const auto from = plan.files.find("trace");
    auto tasks = std::make_unique<Tasks>(std::move(machines), std::move(failures),
                                         from != plan.files.end() ? std::optional(from->second)
                                                                  : std::nullopt);
    problems = tasks->check(plan);
    if (!problems.empty()) return problems;
    return std::unique_ptr<Experiment>(std::move(tasks));
}

}   // namespace glasshive::compare
