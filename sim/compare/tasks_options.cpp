#include "compare/tasks_options.h"

#include <cmath>
#include <utility>

namespace glasshive::compare {

namespace trace = workload::trace;

namespace {

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

/// "FROM:TO", seconds.
std::optional<std::pair<Time, Time>> window_of(const Settings& settings, Diagnostics& problems) {
    const auto set = settings.find("window");
    if (set == settings.end()) return std::nullopt;
    const std::size_t colon = set->second.find(':');
    Settings ends{{"window", set->second.substr(0, colon)}};
    const std::size_t before = problems.size();
    constexpr double most = 4e9;
    const double from = number_of(ends, "window", 0, 0, most, problems);
    ends["window"] = colon == std::string::npos ? "" : set->second.substr(colon + 1);
    const double to = number_of(ends, "window", 0, 0, most, problems);
    const bool wrong = problems.size() > before || to <= from;
    if (!wrong) return std::pair(Time{seconds(from)}, Time{seconds(to)});
    problems.resize(before);
    problems.push_back({.file = "option window",
                        .message = "\"" + set->second + "\" is not FROM:TO",
                        .hint = "seconds of the trace, such as 3600:7200"});
    return std::nullopt;
}

}   // namespace

TasksChoice tasks_choice(const Settings& settings, Diagnostics& problems) {
    TasksChoice chosen;
    chosen.load = number_of(settings, "load", 1, 0.001, 1000, problems);
    chosen.sample = number_of(settings, "sample", 1, 1e-6, 1, problems);
    chosen.demand = number_of(settings, "demand", 0, 0.001, 1000, problems);
    if (settings.contains("demand") && settings.contains("load")) {
        problems.push_back({.file = "option demand",
                            .message = "and load both say how fast tasks arrive",
                            .hint = "set one of them"});
    }
    chosen.window = window_of(settings, problems);
    Diagnostics ignored;   // Told once.
    chosen.machines =
        static_cast<std::size_t>(number_of(settings, "machines", 0, 0, 1e7, problems));
    const double machines = number_of(settings, "machines", 0, 0, 1e7, ignored);
    if (static_cast<double>(chosen.machines) != machines) {
        problems.push_back({.file = "option machines",
                            .message = "\"" + settings.at("machines") + "\" is no whole number",
                            .hint = "--set machines=30"});
    }
    if (settings.contains("mttr") && !settings.contains("mtbf")) {
        problems.push_back({.file = "option mttr",
                            .message = "says when machines are back, and none fails by chance",
                            .hint = "--set mtbf=SECONDS, too"});
    }
    chosen.mean_up = seconds(number_of(settings, "mtbf", 0, 0, 1e9, problems));
    chosen.mean_down = seconds(number_of(settings, "mttr", 600, 0.001, 1e9, problems));
    const auto preemption = settings.find("preemption");
    if (preemption != settings.end()) {
        chosen.preemption = preemption->second == "yes";
        if (!chosen.preemption && preemption->second != "no") {
            problems.push_back({.file = "option preemption",
                                .message = "\"" + preemption->second + "\" is none of its values",
                                .hint = "yes or no"});
        }
    }
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
    return {
        {"waiting", "fifo, skip, drop", "fifo",
         "Who waits when a task fits nowhere: all behind it, it alone, or nobody."},
        {"preemption", "yes, no", "no",
         "A task that fits nowhere sends less important ones away, which begin anew."},
        {"machines", "number", "all", "So many of the list; past its end, more like its last one."},
        {"mtbf", "seconds", "never", "Each machine fails once in that time, by chance."},
        {"mttr", "seconds", "600", "Such a machine is back after that time, by chance."},
        {"load", "number", "1", "Tasks arrive that many times as fast."},
        {"demand", "number", "as they come",
         "A trace arrives as fast as makes it ask for that share of all CPUs, on average."},
        {"window", "FROM:TO", "all", "Of a trace, what is submitted then, in seconds."},
        {"sample", "0 to 1", "1", "Each seed draws that share of the trace's tasks."},
        {"tasks", "number", "1000", "Without a trace: how many tasks are drawn.", true},
        {"rate", "per second", "1", "Their mean rate of arrival (Poisson).", true},
        {"burst", "number", "1", "In a tenth of the time they arrive that many times as fast.",
         true},
        {"diurnal", "0 to 1", "0", "How far the rate swings in the course of a day.", true},
        {"run", "seconds", "300", "Their mean run time.", true},
        {"law", "constant, exponential, lognormal, pareto", "exponential", "Of run times.", true},
        {"shape", "number", "1.5", "lognormal: sigma. pareto: alpha.", true},
        {"cpus", "number", "1", "Of the smallest; 60 % ask once that, 30 % twice, 10 % four times.",
         true},
        {"memory", "MiB", "0", "Likewise.", true}};
}

}   // namespace glasshive::compare
