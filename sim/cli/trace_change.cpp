#include "cli/trace_change.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "compare/kinds.h"
#include "workload/trace/fields.h"

namespace glasshive::cli {

namespace trace = workload::trace;
using compare::OptionInfo;
using compare::Settings;

namespace {

/// Seconds, all of the text; none when they are not.
std::optional<Time> seconds_in(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fits = error == std::errc{} && end == text.data() + text.size() && value >= 0 &&
                      value <= trace::seconds_most;
    if (!fits) return std::nullopt;
    return Time{Duration{std::llround(value * 1e9)}};
}

void choose_window(const Settings& settings, TraceChange& change, Diagnostics& problems) {
    const auto set = settings.find("window");
    if (set == settings.end()) return;
    const std::string& text = set->second;
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto from = colon == 0 ? Time{} : seconds_in(std::string_view(text).substr(0, colon));
    const bool open = colon + 1 >= text.size();
    const auto to = open ? time_never : seconds_in(std::string_view(text).substr(colon + 1));
    if (colon < text.size() && from && to && *from < *to) {
        change.from = *from;
        change.to = *to;
        return;
    }
    problems.push_back({.file = "option window",
                        .message = "\"" + text + "\" is not FROM:TO",
                        .hint = "seconds of the trace, such as 3600:7200; either may be left out"});
}

void choose_demand(const Settings& settings, TraceChange& change, Diagnostics& problems) {
    const double share = compare::number_of(settings, "demand", 0, 1e-6, 1000, problems);
    const double capacity = compare::number_of(settings, "capacity", 0, 0.001, 1e12, problems);
    const auto by = settings.find("inflate");
    if (by != settings.end() && by->second != "arrivals" && by->second != "repeat") {
        problems.push_back({.file = "option inflate",
                            .message = "\"" + by->second + "\" is none of its values",
                            .hint = "arrivals or repeat"});
    }
    change.repeat = by != settings.end() && by->second == "repeat";
    const bool wanted = settings.contains("demand");
    if (wanted != settings.contains("capacity")) {
        problems.push_back({.file = wanted ? "option capacity" : "option demand",
                            .message = "is missing",
                            .hint = "demand is a share of capacity, the CPUs of a cluster: "
                                    "demand=0.8 and capacity=1000"});
    }
    if (by != settings.end() && !wanted) {
        problems.push_back({.file = "option inflate",
                            .message = "is given without demand",
                            .hint = "it says how demand is reached"});
    }
    if (wanted) change.cpus = share * capacity;
}

/// By what submissions are to be scaled, or what is wrong with what was measured.
double factor_for(const trace::Demand& demand, const TraceChange& change, Diagnostics& problems) {
    const bool possible = change.repeat ? demand.cpus_staying > 0 : demand.mean_cpus() > 0;
    if (possible) return change.repeat ? 1 : trace::submissions_for(demand, *change.cpus);
    problems.push_back({.file = "option demand",
                        .message = change.repeat ? "no task stays and asks for CPUs"
                                                 : "no task asks for CPUs and ends, or all arrive "
                                                   "at once",
                        .hint = change.repeat ? "inflate=arrivals: tasks that end"
                                              : "inflate=repeat: tasks that stay"});
    return 1;
}

}   // namespace

std::vector<OptionInfo> trace_change_options(TraceWhat what) {
    if (what == TraceWhat::machines) return {};
    std::vector<OptionInfo> options{
        {"window", "FROM:TO", "all", "Seconds of the trace; FROM is 0 then, TO is not in it."}};
    if (what == TraceWhat::failures) return options;
    const std::vector<OptionInfo> more{
        {"sample", "0 to 1", "1", "That share of the tasks is drawn (--seed)."},
        {"load", "number", "1", "Tasks arrive that many times as fast."},
        {"runs", "number", "1", "They run that many times as long."},
        {"demand", "number", "as it is", "Mean CPU demand to be reached, as a share of capacity."},
        {"capacity", "CPUs", "none", "Of the cluster that demand is a share of."},
        {"inflate", "arrivals, repeat", "arrivals",
         "How: tasks arrive faster or slower, or those that stay are drawn again and again."}};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

TraceChange trace_change(const Settings& settings, std::uint64_t seed, Diagnostics& problems) {
    TraceChange change;
    change.seed = seed;
    choose_window(settings, change, problems);
    change.sample = compare::number_of(settings, "sample", 1, 1e-6, 1, problems);
    change.load = compare::number_of(settings, "load", 1, 1e-6, 1e6, problems);
    change.runs = compare::number_of(settings, "runs", 1, 1e-6, 1e6, problems);
    choose_demand(settings, change, problems);
    return change;
}

ChangedTrace::ChangedTrace(trace::SubmissionOrder& order, const TraceChange& change) {
    sources_.push_back(std::make_unique<trace::Window>(order, change.from, change.to));
    sources_.push_back(
        std::make_unique<trace::Sampled>(*sources_.back(), change.sample, change.seed));
    sources_.push_back(
        std::make_unique<trace::Scaled>(*sources_.back(), 1 / change.load, change.runs));
}

std::unique_ptr<ChangedTrace> ChangedTrace::of(trace::SubmissionOrder& order,
                                               const TraceChange& change, Diagnostics& problems) {
    double factor = 1;
    if (change.cpus) {
        ChangedTrace once(order, change);
        const trace::Demand demand = trace::measure(*once.sources_.back());
        problems = order.problems();
        if (problems.empty()) factor = factor_for(demand, change, problems);
        if (!problems.empty()) return nullptr;
        order.rewind();
    }
    std::unique_ptr<ChangedTrace> all(new ChangedTrace(order, change));
    trace::TaskSource& last = *all->sources_.back();
    if (change.cpus && change.repeat)
        all->sources_.push_back(std::make_unique<trace::Repeated>(last, *change.cpus, change.seed));
    else if (change.cpus)
        all->sources_.push_back(std::make_unique<trace::Scaled>(last, factor, 1));
    return all;
}

void cut_failures(std::vector<trace::Failure>& failures, const TraceChange& change) {
    std::vector<trace::Failure> inside;
    for (trace::Failure& failure : failures) {
        const Time back = failure.down ? saturating_add(failure.at, *failure.down) : time_never;
        if (failure.at >= change.to || (failure.at < change.from && back <= change.from)) continue;
        const Time begins = std::max(failure.at, change.from);
        if (failure.down) failure.down = back - begins;
        failure.at = Time{begins - change.from};
        inside.push_back(std::move(failure));
    }
    failures = std::move(inside);
}

}   // namespace glasshive::cli
