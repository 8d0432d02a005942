#include "workload/trace/google_2011.h"

namespace glasshive::workload::trace {

namespace {

// Columns of task_events, from 0.
constexpr std::size_t time = 0, job = 2, index = 3, type = 5, priority = 8, cpu = 9, memory = 10,
                      task_fields = 13;

TaskEvent::What what_of(std::int64_t event_type) {
    switch (event_type) {
        case 0: return TaskEvent::What::submit;
        case 1: return TaskEvent::What::schedule;
        case 7:
        case 8: return TaskEvent::What::other;
        default: return TaskEvent::What::end;
    }
}

}   // namespace

void Google2011Tasks::read(Lines part) {
    Table table(std::move(part), Table::Style::commas);
    table.expect_fields(task_fields, task_fields);
    while (table.next()) {
        TaskEvent event = event_at(table, {time, job, index, priority, cpu, memory});
        event.what = what_of(table.integer(type, 0, 8));
        if (event.micro < last_) {
            table.complain(time, "it happened before the event above",
                           "task_events are sorted by time: give the parts in their order");
        }
        last_ = std::max(last_, event.micro);
        if (table.ok()) events_.take(event);
    }
    left_out_ = events_.left_out();
    take_problems(table.problems());
}

void Google2011Machines::read(Lines part) {
    Table table(std::move(part), Table::Style::commas);
    table.expect_fields(6, 6);
    constexpr What whats[] = {What::add, What::remove, What::update};
    while (table.next()) {
        const std::int64_t what = table.integer(2, 0, 2);
        take(table, whats[what], {0, 1, 4, 5});
    }
    take_problems(table.problems());
}

}   // namespace glasshive::workload::trace
