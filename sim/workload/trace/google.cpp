#include "workload/trace/google.h"

#include "workload/trace/machine_events.h"

namespace glasshive::workload::trace {

TaskEvent GoogleTasks::event_at(Table& table, const Columns& at) const {
    constexpr std::int64_t id_most = after_trace, priority_most = 1'000'000;
    TaskEvent event;
    event.micro = micro_at(table, at.time);
    event.job = table.integer(at.job, 0, id_most);
    event.index = table.integer(at.index, 0, id_most);
    if (!table.is_empty(at.priority)) {
        event.priority = table.integer(at.priority, 0, priority_most);
    }
    event.cpus = cpus_of_share(share_at(table, at.cpus), whole_);
    event.memory = memory_of_share(share_at(table, at.memory), whole_);
    event.line = table.line();
    return event;
}

}   // namespace glasshive::workload::trace
