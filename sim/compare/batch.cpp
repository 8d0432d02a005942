// Logs of batch jobs under queue disciplines.
#include "offline/batch.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compare/kinds.h"
#include "compare/statistics.h"
#include "kernel/rng.h"
#include "workload/trace/batsim.h"
#include "workload/trace/swf.h"

namespace glasshive::compare {

namespace {

using offline::Backfill;
using offline::BatchJob;
using offline::QueueOrder;
using workload::trace::Task;

constexpr std::pair<const char*, QueueOrder> orders[] = {{"fcfs", QueueOrder::fcfs},
                                                         {"sjf", QueueOrder::sjf},
                                                         {"smallest", QueueOrder::smallest},
                                                         {"f1", QueueOrder::f1},
                                                         {"wfp3", QueueOrder::wfp3}};
constexpr std::pair<const char*, Backfill> backfills[] = {
    {"", Backfill::none}, {"+easy", Backfill::easy}, {"+conservative", Backfill::conservative}};

offline::BatchRules rules_of(const std::string& policy) {
    if (policy == "easy") return rules_of("fcfs+easy");
    if (policy == "conservative") return rules_of("fcfs+conservative");
    for (const auto& [order_name, order] : orders) {
        for (const auto& [backfill_name, backfill] : backfills) {
            if (policy == std::string(order_name) + backfill_name) {
                return {.order = order, .backfill = backfill};
            }
        }
    }
    return {};
}

struct BatchLog {
    std::vector<Task> jobs;
    std::int64_t processors = 0;
};

Result<BatchLog> read_log(workload::trace::Lines lines, bool batsim) {
    if (batsim) {
        auto jobs = workload::trace::read_batsim(std::move(lines));
        if (!jobs.ok()) return jobs.problems();
        return BatchLog{std::move(jobs.value()), 0};
    }
    auto log = workload::trace::read_swf(std::move(lines));
    if (!log.ok()) return log.problems();
    return BatchLog{std::move(log.value().jobs), log.value().processors};
}

class Batch final : public Experiment {
  public:
    explicit Batch(BatchLog log) : log_(std::move(log)) {}

    Diagnostics check(const Plan& plan) const {
        Diagnostics problems;
        const std::string& file = plan.files.at("log").shown;
        for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
            const Chosen chosen = choose(plan.settings(variant), problems);
            if (chosen.processors == 0) {
                problems.push_back({.file = file,
                                    .message = "does not say how many processors there are",
                                    .hint = "--set processors=256"});
            } else if (jobs_for(chosen, plan.seeds.front()).empty()) {
                problems.push_back({.file = file,
                                    .message = "no job fits on " +
                                               std::to_string(chosen.processors) + " processors",
                                    .hint = "--set processors=…"});
            }
            if (!problems.empty()) break;
        }
        return problems;
    }

    Measured run(const Plan& plan, const RunKey& key) const override {
        Diagnostics none;
        const Chosen chosen = choose(plan.settings(key.variant), none);
        const std::vector<BatchJob> jobs = jobs_for(chosen, key.seed);
        const auto outcome =
            offline::run_batch(jobs, chosen.processors, rules_of(plan.policies[key.policy].name));
        const auto metrics = offline::batch_metrics(jobs, outcome, chosen.processors);
        std::vector<double> waits;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            waits.push_back(seconds_of(outcome.start[i] - jobs[i].submit));
        }
        Measured measured;
        measured.metrics = {{"mean_wait", metrics.mean_wait},
                            {"p95_wait", quantile(waits, 0.95)},
                            {"max_wait", metrics.max_wait},
                            {"mean_bounded_slowdown", metrics.mean_bounded_slowdown},
                            {"makespan", metrics.makespan},
                            {"utilisation", metrics.utilisation}};
        for (int percent = 0; percent <= 100; ++percent) {
            measured.curves["wait"].push_back(quantile(waits, percent / 100.0));
        }
        return measured;
    }

  private:
    struct Chosen {
        std::int32_t processors = 0;
        std::size_t jobs = 0;   // 0: all.
        double load = 1;
        bool exact = false, killed = false;
    };
    Chosen choose(const Settings& settings, Diagnostics& problems) const {
        Chosen chosen;
        chosen.processors = static_cast<std::int32_t>(number_of(
            settings, "processors", static_cast<double>(log_.processors), 1, 1e8, problems));
        chosen.jobs = static_cast<std::size_t>(number_of(settings, "jobs", 0, 0, 1e9, problems));
        chosen.load = number_of(settings, "load", 1, 0.01, 100, problems);
        const auto estimates = settings.find("estimates");
        if (estimates == settings.end()) return chosen;
        chosen.exact = estimates->second == "exact";
        chosen.killed = estimates->second == "kill";
        if (!chosen.exact && !chosen.killed && estimates->second != "raised") {
            problems.push_back({.file = "option estimates",
                                .message = "\"" + estimates->second + "\" is none of its values",
                                .hint = "raised, exact or kill"});
        }
        return chosen;
    }

    std::vector<BatchJob> jobs_for(const Chosen& chosen, std::uint64_t seed) const {
        std::size_t first = 0, count = log_.jobs.size();
        if (chosen.jobs > 0 && chosen.jobs < count) {
            kernel::Rng chance(seed, "compare/window");
            first = static_cast<std::size_t>(chance.below(count - chosen.jobs + 1));
            count = chosen.jobs;
        }
        std::vector<BatchJob> jobs;
        for (std::size_t i = first; i < first + count; ++i) {
            const Task& task = log_.jobs[i];
            if (task.gang > chosen.processors) continue;
            const Duration since = task.submit - log_.jobs[first].submit;
            BatchJob job{.submit = Time{Duration{
                             std::llround(static_cast<double>(since.count()) / chosen.load)}},
                         .run = *task.run,
                         .estimate = task.estimate.value_or(*task.run),
                         .processors = task.gang};
            if (chosen.load == 1) job.submit = Time{since};
            if (chosen.exact)
                job.estimate = job.run;
            else if (chosen.killed)
                job.run = std::min(job.run, job.estimate);
            else
                job.estimate = std::max(job.estimate, job.run);
            jobs.push_back(job);
        }
        return jobs;
    }

    BatchLog log_;
};

}   // namespace

std::vector<std::string> batch_policies() {
    std::vector<std::string> names{"easy", "conservative"};
    for (const auto& [order_name, order] : orders) {
        for (const auto& [backfill_name, backfill] : backfills) {
            names.push_back(std::string(order_name) + backfill_name);
        }
    }
    return names;
}

std::vector<OptionInfo> batch_options() {
    return {
        {"processors", "number", "the log's MaxProcs", "Of the machine. Larger jobs are left out."},
        {"jobs", "number", "all",
         "Each seed takes so many jobs of the log, one after the other, "
         "from a place that it draws."},
        {"load", "number", "1", "Jobs arrive that many times as fast."},
        {"estimates", "raised, exact, kill", "raised",
         "raised: at least the run time. exact: the run time. kill: jobs end at their estimate."}};
}

Result<std::unique_ptr<Experiment>> load_batch(const Plan& plan) {
    Diagnostics problems;
    const Input& file = plan.files.at("log");
    const bool batsim = workload::trace::format_of(file.path) == workload::trace::Format::batsim;
    auto log = read_file(
        file, [&](workload::trace::Lines lines) { return read_log(std::move(lines), batsim); },
        problems);
    if (!problems.empty()) return problems;
    auto batch = std::make_unique<Batch>(std::move(log));
    problems = batch->check(plan);
    if (!problems.empty()) return problems;
    return std::unique_ptr<Experiment>(std::move(batch));
}

}   // namespace glasshive::compare
