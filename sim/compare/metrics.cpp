#include "compare/metrics.h"

namespace glasshive::compare {

namespace {

constexpr const char* fgd = "Weng et al., \"Beware of Fragmentation\", USENIX ATC 2023";
constexpr const char* feitelson = "Feitelson et al., \"Theory and Practice in Parallel Job "
                                  "Scheduling\", JSSPP 1997";
constexpr const char* fan = "Fan, Weber, Barroso, \"Power Provisioning for a Warehouse-sized "
                            "Computer\", ISCA 2007, section 4.2";

std::vector<MetricInfo> of_tasks() {
    return {
        {"allocated_at_100", "GPUs allocated when all are asked for", "%", Better::higher,
         "thousandths of GPUs that pods have / all there are, mean over the arrivals at which the "
         "arrived demand rounds to 100 % of all GPUs",
         fgd, 2},
        {"fragmented_at_100", "GPUs that typical pods cannot use then", "%", Better::lower,
         "sum over nodes of F(node) / all thousandths, at the same arrivals; F as in "
         "swarm/scheduler/fragmentation.h",
         fgd, 2},
        {"allocated", "GPUs allocated at the end", "%", Better::higher,
         "thousandths of GPUs that pods have / all there are, after the last arrival", fgd, 2},
        {"dropped", "dropped", "", Better::lower, "tasks that fit nowhere and did not wait", "", 0},
        {"mean_wait", "mean wait", "s", Better::lower, "sum of (start - submit) / tasks", "", 2},
        {"p95_wait", "95th percentile of waits", "s", Better::lower,
         "the wait that 95 % of the tasks do not exceed", "", 2},
        {"p99_wait", "99th percentile of waits", "s", Better::lower,
         "the wait that 99 % of the tasks do not exceed, within 1 %", "", 2},
        {"max_wait", "longest wait", "s", Better::lower, "max of (start - submit)", "", 2},
        {"mean_bounded_slowdown", "mean bounded slowdown", "", Better::lower,
         "mean of max(1, (wait + run) / max(run, 10 s))", feitelson, 2},
        {"p99_bounded_slowdown", "99th percentile of bounded slowdowns", "", Better::lower,
         "of max(1, (wait + run) / max(run, 10 s)), within 1 %", feitelson, 2},
        {"waited", "did not start at once", "", Better::lower, "tasks with start > submit", "", 0},
        {"pending", "waiting for ever", "", Better::lower, "tasks that never started", "", 0},
        {"failed", "tasks that failed", "%", Better::lower,
         "100 x (dropped + waiting for ever) / tasks", "", 3},
        {"makespan", "makespan", "s", Better::lower, "the last end, from the trace's beginning", "",
         1},
        {"utilisation", "CPUs in use", "share", Better::neither,
         "sum of CPUs x run / (all CPUs x makespan)", "", 4},
        {"gpu_utilisation", "GPUs in use", "share", Better::neither,
         "sum of GPUs x run / (all GPUs x makespan)", "", 4},
    };
}

std::vector<MetricInfo> of_machines() {
    return {
        {"makespan_over_bound", "makespan over the least possible", "", Better::lower,
         "makespan / the latest of: submit + run of any task; the end of a fluid that arrives as "
         "the tasks do and is served by all CPUs (memory, GPUs) at once",
         "", 4},
        {"imbalance", "imbalance", "share", Better::lower,
         "mean over time of the standard deviation, over machines that are up, of the share of "
         "CPUs in use",
         "", 4},
        {"machine_hours", "machines in use", "h", Better::lower,
         "sum over machines of the time with at least one task", "", 1},
        {"energy", "energy", "kWh", Better::lower,
         "sum over machines that are up of (idle + (peak - idle) x share of CPUs in use) x time",
         fan, 3},
        {"energy_busy", "energy, empty machines off", "kWh", Better::lower,
         "the same, of machines with at least one task", fan, 3},
        {"price", "price", "", Better::lower,
         "sum over machines of price per hour x hours with at least one task", "", 2},
        {"failures", "failures of machines", "", Better::neither,
         "machines that failed while tasks ran, waited or were still to come", "", 0},
        {"lost_per_failure", "tasks lost per failure", "", Better::lower,
         "tasks that had to begin anew because their machine failed / failures", "", 3},
        {"preempted", "preempted", "", Better::lower,
         "tasks that had to begin anew because a more important one took their place", "", 0},
        {"moves", "moves", "", Better::lower,
         "tasks that began anew on another machine than before", "", 0},
        {"lost_work", "lost work", "%", Better::lower,
         "100 x CPUs x time of what had to begin anew / of all that ran", "", 3},
    };
}

std::vector<MetricInfo> of_scenarios() {
    return {
        {"requests_failed", "failed requests", "%", Better::lower,
         "100 x failed / (answered + failed), all services together", "", 3},
        {"p99_latency", "99th percentile of latency", "s", Better::lower,
         "of the service where it is greatest, answered requests, within 1 %", "", 4},
        {"downtime", "downtime", "s", Better::lower,
         "sum over services of the time without any running container, after the first", "", 2},
        {"below_desired", "below desired", "s", Better::lower,
         "sum over services of the time with fewer containers than desired, after all were there",
         "", 2},
        {"tasks_created", "tasks created", "", Better::neither, "task.created events", "", 0},
        {"tasks_failed", "tasks failed", "", Better::lower, "task.failed events", "", 0},
        {"bytes_moved", "bytes moved", "B", Better::lower, "payload of flows that arrived", "", 0},
        {"expectations_broken", "expectations that did not hold", "", Better::lower,
         "of the scenario's own", "", 0}};
}

}   // namespace

const std::vector<MetricInfo>& all_metrics() {
    static const std::vector<MetricInfo> all = [] {
        std::vector<MetricInfo> some = of_tasks();
        for (const MetricInfo& metric : of_machines()) some.push_back(metric);
        for (const MetricInfo& metric : of_scenarios()) some.push_back(metric);
        return some;
    }();
    return all;
}

const MetricInfo* metric_named(const std::string& name) {
    for (const MetricInfo& metric : all_metrics()) {
        if (metric.name == name) return &metric;
    }
    return nullptr;
}

Diagnostic missing_metric(const std::string& option, const std::string& name) {
    return {.file = option,
            .message = "this workload has no " + name,
            .hint = "energy and price need machines that say them; moves, lost_work and "
                    "lost_per_failure need interruptions"};
}

const std::vector<CurveInfo>& all_curves() {
    static const std::vector<CurveInfo> all{
        {"alloc", "GPUs allocated", "arrived demand, % of all GPUs", "% of all GPUs", false},
        {"frag", "GPUs that typical pods cannot use", "arrived demand, % of all GPUs",
         "% of all GPUs", false},
        {"frag_ratio", "The same, of those nobody has", "arrived demand, % of all GPUs",
         "% of free GPUs", false},
        {"wait", "Waits", "wait, s", "% of tasks", true}};
    return all;
}

}   // namespace glasshive::compare
