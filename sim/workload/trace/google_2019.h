#pragma once

#include "workload/trace/google.h"
#include "workload/trace/machine_events.h"
#include "workload/trace/spill.h"

namespace glasshive::workload::trace {

/// Tasks of one cell of Google's traces of 2019: the table instance_events, in any number of parts
/// and in any order, as BigQuery writes them: CSV with a header, or a JSON object on each line
/// (numbers may stand in quotes). The first byte of a part tells which.
///
/// Columns: time (µs), type, collection_id, instance_index; where they are there collection_type,
/// priority, resource_request.cpus and resource_request.memory (in CSV also with _ for the dot).
/// Enums are names or numbers: 0 SUBMIT, 1 QUEUE, 2 ENABLE, 3 SCHEDULE, 4 EVICT, 5 FAIL, 6 FINISH,
/// 7 KILL, 8 LOST, 9 UPDATE_PENDING, 10 UPDATE_RUNNING.
///
/// Events are sorted by time first (on disk); equal times stay in the order given. QUEUE and ENABLE
/// tell nothing, as updates do. Instances of alloc sets (collection_type 1) are reservations, not
/// tasks, and not seen; a task inside one is a task with what it asks for itself.
/// Source: google/cluster-data, clusterdata_trace_format_v3.proto and ClusterData2019.md; "Google
/// cluster-usage traces v3".
class Google2019Tasks final : public GoogleTasks {
  public:
    Google2019Tasks(const WholeMachine& whole, TaskSink sink)
        : GoogleTasks(whole, std::move(sink)) {}
    void read(Lines part) override;
    void end() override;

  private:
    Spill by_time_;
};

/// Machines of the same: machine_events. Columns: time, machine_id, type (1 ADD, 2 REMOVE,
/// 3 UPDATE), and where they are there capacity.cpus and capacity.memory.
class Google2019Machines final : public MachineEvents {
  public:
    explicit Google2019Machines(const WholeMachine& whole) : MachineEvents(whole) {}
    void read(Lines part) override;
};

}   // namespace glasshive::workload::trace
