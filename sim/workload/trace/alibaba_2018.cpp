#include "workload/trace/alibaba_2018.h"

#include <cmath>

namespace glasshive::workload::trace {

namespace {

// Columns of batch_task, from 0.
constexpr std::size_t task_name = 0, instances = 1, job_name = 2, start_time = 5, end_time = 6,
                      plan_cpu = 7, plan_mem = 8, task_fields = 9;
constexpr std::int64_t instances_most = 1'000'000;

std::int64_t seconds_or_0(Table& table, std::size_t at) {
    constexpr auto most = static_cast<std::int64_t>(seconds_most);
    return table.is_empty(at) ? 0 : table.integer(at, 0, most);
}

/// Percent of the whole machine's memory; -1 and 101 mark what is not known.
Bytes memory_at(Table& table, std::size_t at, const WholeMachine& whole) {
    if (table.is_empty(at)) return {};
    const double percent = table.number(at, -1, 101);
    return percent < 0 || percent > 100 ? Bytes{} : memory_of_share(percent / 100, whole);
}

}   // namespace

void Alibaba2018Tasks::read(Lines part) {
    Table table(std::move(part), Table::Style::commas);
    table.expect_fields(task_fields, task_fields);
    while (table.next()) {
        Task task;
        task.line = table.line();
        task.name = std::string(table.text(job_name)) + "/" + std::string(table.text(task_name));
        if (!table.is_empty(instances)) {
            task.gang = static_cast<std::int32_t>(table.integer(instances, 1, instances_most));
        }
        if (!table.is_empty(plan_cpu)) {
            constexpr std::int64_t per_percent = 10'000'000;   // Of a core, in billionths.
            task.cpus = {std::llround(table.number(plan_cpu, 0, cpus_most) * per_percent)};
        }
        task.memory = memory_at(table, plan_mem, whole_);
        const std::int64_t start = seconds_or_0(table, start_time),
                           end = seconds_or_0(table, end_time);
        if (end > 0 ? end < start : start == 0) {
            ++left_out_;
            continue;
        }
        task.submit = Time{std::chrono::seconds{start}};
        if (end > 0) task.run = std::chrono::seconds{end - start};
        if (table.ok()) sink_(task);
    }
    take_problems(table.problems());
}

void Alibaba2018Machines::read(Lines part) {
    Table table(std::move(part), Table::Style::commas);
    table.expect_fields(7, 7);
    while (table.next()) {
        Machine machine{.name = std::string(table.text(0))};
        if (machine.name.empty()) table.complain(0, "a machine is missing");
        machine.cpus = cpus_at(table, 4);
        machine.memory = memory_at(table, 5, whole_);
        if (known_.insert(machine.name).second) machines_.push_back(std::move(machine));
    }
    take_problems(table.problems());
}

}   // namespace glasshive::workload::trace
