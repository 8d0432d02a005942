#pragma once

#include "workload/trace/google.h"
#include "workload/trace/machine_events.h"

namespace glasshive::workload::trace {

/// Tasks of Google's trace of 2011: the parts of task_events, in their order (it is that of time).
/// No header; 13 columns: time (µs), missing info, job, task index, machine, event type (0 SUBMIT,
/// 1 SCHEDULE, 2 EVICT, 3 FAIL, 4 FINISH, 5 KILL, 6 LOST, 7 and 8 updates), user, scheduling class,
/// priority, CPU, memory, disk, different machines.
///
/// The trace itself begins at 600 s.
/// Source: Google, "Google cluster-usage traces: format + schema", version 2.1, "Task events";
/// google/cluster-data, ClusterData2011_2.md.
class Google2011Tasks final : public GoogleTasks {
  public:
    Google2011Tasks(const WholeMachine& whole, TaskSink sink)
        : GoogleTasks(whole, std::move(sink)) {}
    void read(Lines part) override;
    void end() override { end_events(); }

  private:
    std::int64_t last_ = 0;
};

/// Its machines: machine_events. No header; 6 columns: time (µs), machine, event type (0 ADD,
/// 1 REMOVE, 2 UPDATE), platform, CPU, memory.
class Google2011Machines final : public MachineEvents {
  public:
    explicit Google2011Machines(const WholeMachine& whole) : MachineEvents(whole) {}
    void read(Lines part) override;
};

}   // namespace glasshive::workload::trace
