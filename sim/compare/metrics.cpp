#include "compare/metrics.h"

namespace glasshive::compare {

const std::vector<MetricInfo>& all_metrics() {
    constexpr const char* fgd = "Weng et al., \"Beware of Fragmentation\", USENIX ATC 2023";
    constexpr const char* feitelson = "Feitelson et al., \"Theory and Practice in Parallel Job "
                                      "Scheduling\", JSSPP 1997";
    static const std::vector<MetricInfo> all{
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
        {"makespan", "makespan", "s", Better::lower, "the last end, from the trace's beginning", "",
         1},
        {"utilisation", "CPUs in use", "share", Better::neither,
         "sum of CPUs x run / (all CPUs x makespan)", "", 4},
        {"gpu_utilisation", "GPUs in use", "share", Better::neither,
         "sum of GPUs x run / (all GPUs x makespan)", "", 4},
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
    return all;
}

const MetricInfo* metric_named(const std::string& name) {
    for (const MetricInfo& metric : all_metrics()) {
        if (metric.name == name) return &metric;
    }
    return nullptr;
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
