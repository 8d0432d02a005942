#pragma once

#include <set>
#include <vector>

#include "workload/trace/fields.h"
#include "workload/trace/part_reader.h"

namespace glasshive::workload::trace {

/// The machines of Alibaba's trace of 2018: nearly all have 96 CPUs, as machine_meta says. How much
/// memory 100 % is (the largest machine's), Alibaba does not say; this is ours.
inline constexpr WholeMachine alibaba_2018_machine{one_cpu * 96, gibibyte * 512};

/// Batch tasks of Alibaba's cluster-trace-v2018: batch_task. No header; 9 columns: task_name,
/// instance_num, job_name, task_type, status, start_time, end_time (seconds), plan_cpu (100: one
/// core), plan_mem (percent of the largest machine's memory; -1 and 101: not known, read as 0).
///
/// A task is a gang of instance_num pieces, each of plan_cpu and plan_mem; its name is "job/task".
/// The trace does not tell when a task was submitted, only when it started, which is after all that
/// it depends on ("R4_2" waits for task 2 of its job) was over. So start_time is the submission,
/// the run is end_time - start_time, and dependencies are kept by these times alone: on a slower
/// cluster nothing waits for what it would have waited for.
///
/// 0 is a time outside the trace: a task without a start but with an end was there at the beginning
/// (submitted at 0); one without an end stays. Without both, or with an end before its start, it is
/// left out.
/// Source: alibaba/clusterdata, cluster-trace-v2018/schema.txt and trace_2018.md, 2.2 and 2.3.
class Alibaba2018Tasks final : public PartReader {
  public:
    Alibaba2018Tasks(const WholeMachine& whole, TaskSink sink)
        : whole_(whole),
          sink_(std::move(sink)) {}
    void read(Lines part) override;

  private:
    WholeMachine whole_;
    TaskSink sink_;
};

/// Its machines: machine_meta. No header; 7 columns: machine_id, time_stamp, failure_domain_1,
/// failure_domain_2, cpu_num, mem_size (percent of the largest machine's memory), status. A machine
/// with several lines is what its first says; states are not read.
class Alibaba2018Machines final : public PartReader {
  public:
    explicit Alibaba2018Machines(const WholeMachine& whole) : whole_(whole) {}
    void read(Lines part) override;
    /// In the order of their first lines.
    const std::vector<Machine>& machines() const { return machines_; }

  private:
    WholeMachine whole_;
    std::vector<Machine> machines_;
    std::set<std::string, std::less<>> known_;
};

}   // namespace glasshive::workload::trace
