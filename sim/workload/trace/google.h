#pragma once

#include "workload/trace/fields.h"
#include "workload/trace/task_events.h"

/// What the readers of Google's traces of 2011 and 2019 share. What becomes of the events of their
/// tasks: task_events.h; of their machines: machine_events.h.
namespace glasshive::workload::trace {

/// What 1.0 of CPU and memory means: the largest machine there is. How large that is, Google does
/// not say; these are ours, of the order of a large machine of the time.
inline constexpr WholeMachine google_2011_machine{one_cpu * 16, gibibyte * 64};
inline constexpr WholeMachine google_2019_machine{one_cpu * 64, gibibyte * 512};

/// Tasks from the events of all of them, of which each line tells one. A task's name is
/// "job/index". Times stay as they are: what was there when the trace began has time 0.
class GoogleTasks : public PartReader {
  protected:
    GoogleTasks(const WholeMachine& whole, TaskSink sink)
        : events_(std::move(sink)),
          whole_(whole) {}
    /// Where each field is in a record; a priority may be missing, then it is 0.
    struct Columns {
        std::size_t time, job, index, priority, cpus, memory;
    };
    /// What happens there, but not yet what it is; or problems.
    TaskEvent event_at(Table& table, const Columns& at) const;
    void end_events() {
        events_.end();
        left_out_ = events_.left_out();
    }

    TaskEvents events_;

  private:
    WholeMachine whole_;
};

}   // namespace glasshive::workload::trace
