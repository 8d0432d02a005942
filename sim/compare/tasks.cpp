// Tasks that come and go, from a trace or by chance, on machines.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compare/kinds.h"
#include "offline/cluster.h"
#include "offline/timed.h"
#include "workload/trace/generate.h"
#include "workload/trace/plain.h"

namespace glasshive::compare {

namespace {

namespace trace = workload::trace;

constexpr double latest_ns = 4e18;   // 126 years: twice that is a Time.

struct Chosen {
    offline::Waiting waiting = offline::Waiting::fifo;
    double load = 1, sample = 1;
    trace::GeneratorSpec generate;
};

Duration seconds(double value) { return Duration{std::llround(value * 1e9)}; }

void choose_generated(const Settings& settings, trace::GeneratorSpec& spec, Diagnostics& problems) {
    const auto number = [&](const char* name, double otherwise, double least, double most) {
        return number_of(settings, name, otherwise, least, most, problems);
    };
    spec.tasks = static_cast<std::uint64_t>(number("tasks", 1000, 1, 1e9));
    spec.arrivals.rate = number("rate", 1, 1e-6, 1e6);
    spec.arrivals.burst = number("burst", 1, 1, 1e4);
    spec.arrivals.diurnal = number("diurnal", 0, 0, 1);
    spec.run_times.mean = seconds(number("run", 300, 0.001, 1e7));
    spec.run_times.shape = number("shape", 1.5, 0.01, 20);
    using Law = trace::RunTimes::Law;
    const std::pair<const char*, Law> laws[] = {{"constant", Law::constant},
                                                {"exponential", Law::exponential},
                                                {"lognormal", Law::lognormal},
                                                {"pareto", Law::pareto}};
    const auto set = settings.find("law");
    bool known = set == settings.end();
    for (const auto& [name, law] : laws) {
        if (known || set->second != name) continue;
        spec.run_times.law = law;
        known = true;
    }
    if (!known) {
        problems.push_back({.file = "option law",
                            .message = "\"" + set->second + "\" is no law",
                            .hint = "constant, exponential, lognormal or pareto"});
    }
    if (spec.run_times.law == Law::pareto && spec.run_times.shape <= 1) {
        problems.push_back({.file = "option shape",
                            .message = "such a law has no mean",
                            .hint = "with law=pareto more than 1"});
    }
    const double cpus = number("cpus", 1, 0.001, 1e6);
    const Bytes memory = mebibyte * static_cast<std::int64_t>(number("memory", 0, 0, 1e9));
    const auto times = [&](double factor) { return Cpus{std::llround(cpus * factor * 1e9)}; };
    spec.kinds = {{0.6, times(1), memory, 0, 0},
                  {0.3, times(2), memory * 2, 0, 0},
                  {0.1, times(4), memory * 4, 0, 0}};
}

Chosen choose(const Settings& settings, Diagnostics& problems) {
    Chosen chosen;
    chosen.load = number_of(settings, "load", 1, 0.001, 1000, problems);
    chosen.sample = number_of(settings, "sample", 1, 1e-6, 1, problems);
    const auto waiting = settings.find("waiting");
    if (waiting != settings.end()) {
        if (waiting->second == "skip")
            chosen.waiting = offline::Waiting::skip;
        else if (waiting->second == "drop")
            chosen.waiting = offline::Waiting::drop;
        else if (waiting->second != "fifo") {
            problems.push_back({.file = "option waiting",
                                .message = "\"" + waiting->second + "\" is none of its values",
                                .hint = "fifo, skip or drop"});
        }
    }
    choose_generated(settings, chosen.generate, problems);
    return chosen;
}

/// Tasks as they were asked for: some of them, faster or slower.
class Changed final : public trace::TaskSource {
  public:
    Changed(std::unique_ptr<trace::TaskSource> from, const Chosen& chosen, std::uint64_t seed,
            const std::vector<trace::Machine>& machines)
        : models_(machines),
          from_(std::move(from)),
          load_(chosen.load),
          sample_(chosen.sample),
          chance_(seed, "compare/sample") {}
    bool next(trace::Task& out) override {
        while (problem_.empty() && from_->next(out)) {
            if (!models_.add(out)) {
                problem_ = {models_.problem(out)};
                return false;
            }
            if (sample_ < 1 && chance_.unit() >= sample_) continue;
            if (load_ != 1) {
                const double ns = static_cast<double>(ns_of(out.submit)) / load_;
                out.submit = Time{Duration{std::llround(std::min(ns, latest_ns))}};
            }
            return true;
        }
        return false;
    }
    Diagnostics problems() const override {
        return problem_.empty() ? from_->problems() : problem_;
    }

  private:
    offline::Models models_;
    Diagnostics problem_;
    std::unique_ptr<trace::TaskSource> from_;
    double load_, sample_;
    kernel::Rng chance_;
};

class Tasks final : public Experiment {
  public:
    Tasks(std::vector<trace::Machine> machines, std::optional<Input> from)
        : machines_(std::move(machines)),
          trace_(std::move(from)) {}

    Measured run(const Plan& plan, const RunKey& key) const override {
        Diagnostics none;
        const Chosen chosen = choose(plan.settings(key.variant), none);
        const auto policy = policy_from(plan.policies[key.policy], key.seed);
        offline::Cluster cluster(*policy, key.seed);
        for (const trace::Machine& machine : machines_) cluster.add(machine);
        auto source = open(chosen, key.seed);
        if (!source.ok()) throw RunFailure{source.problems().front()};
        Changed changed(std::move(source.value()), chosen, key.seed, machines_);
        const auto result = offline::run_timed(cluster, changed, {.waiting = chosen.waiting});
        if (Diagnostics wrong = changed.problems(); !wrong.empty()) {
            wrong.front().file = trace_->shown;
            throw RunFailure{wrong.front()};
        }
        return measured_of(result);
    }

    /// Reads the whole trace once, so that nothing is run on one that is wrong.
    Diagnostics check(const Plan& plan) const {
        Diagnostics problems;
        for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
            const Settings settings = plan.settings(variant);
            choose(settings, problems);
            for (const OptionInfo& option : tasks_options()) {
                if (!trace_ || !option.of_chance || !settings.contains(option.name)) continue;
                problems.push_back({.file = std::string("option ") + option.name,
                                    .message = "is for tasks by chance, and there is a trace",
                                    .hint = "load and sample change a trace"});
            }
            if (!problems.empty()) return problems;
        }
        problems = offline::check_models(machines_, {}, plan.files.at("machines").shown);
        if (!problems.empty() || !trace_ || is_stream()) return problems;
        auto source = open(Chosen{}, 1);
        problems = source.ok() ? Diagnostics{} : source.problems();
        if (source.ok()) {
            Changed all(std::move(source.value()), Chosen{}, 1, machines_);
            trace::Task task;
            std::uint64_t tasks = 0;
            while (all.next(task)) ++tasks;
            problems = all.problems();
            if (problems.empty() && tasks == 0) {
                problems.push_back({.file = trace_->shown,
                                    .message = "there are no tasks",
                                    .hint = "a line for each, below the header"});
            }
        }
        for (Diagnostic& problem : problems) problem.file = trace_->shown;
        return problems;
    }

  private:
    /// Standard input can be read once: while it runs.
    bool is_stream() const { return trace_->path == "-"; }
    Result<std::unique_ptr<trace::TaskSource>> open(const Chosen& chosen,
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

    static Measured measured_of(const offline::TimedResult& result) {
        Measured measured;
        measured.metrics = {{"mean_wait", result.wait.mean()},
                            {"p95_wait", result.wait.quantile(0.95)},
                            {"p99_wait", result.wait.quantile(0.99)},
                            {"mean_bounded_slowdown", result.slowdown.mean()},
                            {"p99_bounded_slowdown", result.slowdown.quantile(0.99)},
                            {"waited", static_cast<double>(result.waited)},
                            {"dropped", static_cast<double>(result.dropped)},
                            {"pending", static_cast<double>(result.waiting)},
                            {"makespan", seconds_of(result.last_end)},
                            {"utilisation", result.utilisation}};
        if (result.gpu_utilisation > 0) {
            measured.metrics["gpu_utilisation"] = result.gpu_utilisation;
        }
        for (int percent = 0; percent <= 100; ++percent) {
            measured.curves["wait"].push_back(result.wait.quantile(percent / 100.0));
        }
        return measured;
    }

    std::vector<trace::Machine> machines_;
    std::optional<Input> trace_;
};

}   // namespace

Result<std::unique_ptr<trace::TaskSource>> generated_trace(const Settings& settings,
                                                           std::uint64_t seed) {
    std::vector<OptionInfo> drawn;
    for (const OptionInfo& option : tasks_options()) {
        if (option.of_chance) drawn.push_back(option);
    }
    Diagnostics problems = unknown_settings(settings, drawn);
    trace::GeneratorSpec spec;
    choose_generated(settings, spec, problems);
    if (!problems.empty()) return problems;
    spec.seed = seed;
    return std::unique_ptr<trace::TaskSource>(new trace::Generator(spec));
}

std::vector<OptionInfo> tasks_options() {
    return {{"waiting", "fifo, skip, drop", "fifo",
             "Who waits when a task fits nowhere: all behind it, it alone, or nobody."},
            {"load", "number", "1", "Tasks arrive that many times as fast."},
            {"sample", "0 to 1", "1", "Each seed draws that share of the trace's tasks."},
            {"tasks", "number", "1000", "Without a trace: how many tasks are drawn.", true},
            {"rate", "per second", "1", "Their mean rate of arrival (Poisson).", true},
            {"burst", "number", "1", "In a tenth of the time they arrive that many times as fast.",
             true},
            {"diurnal", "0 to 1", "0", "How far the rate swings in the course of a day.", true},
            {"run", "seconds", "300", "Their mean run time.", true},
            {"law", "constant, exponential, lognormal, pareto", "exponential", "Of run times.",
             true},
            {"shape", "number", "1.5", "lognormal: sigma. pareto: alpha.", true},
            {"cpus", "number", "1",
             "Of the smallest; 60 % ask once that, 30 % twice, 10 % four times.", true},
            {"memory", "MiB", "0", "Likewise.", true}};
}

Result<std::unique_ptr<Experiment>> load_tasks(const Plan& plan) {
    Diagnostics problems;
    auto machines = read_file(plan.files.at("machines"), trace::read_machines, problems);
    if (!problems.empty()) return problems;
    const auto from = plan.files.find("trace");
    auto tasks = std::make_unique<Tasks>(
        std::move(machines), from != plan.files.end() ? std::optional(from->second) : std::nullopt);
    problems = tasks->check(plan);
    if (!problems.empty()) return problems;
    return std::unique_ptr<Experiment>(std::move(tasks));
}

}   // namespace glasshive::compare
