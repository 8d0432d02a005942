#include "workload/trace/azure_vm.h"

#include <cmath>

#include "workload/trace/fields.h"

namespace glasshive::workload::trace {

namespace {

// Columns of vmtable, from 0.
constexpr std::size_t vm = 0, created = 3, deleted = 4, cores = 9, memory = 10, fields_all = 11;

/// The upper end of a bucket; of the open one what the dataset's own analysis takes.
double bucket_at(Table& table, std::size_t at, std::string_view open, double means, double most) {
    return table.text(at) == open ? means : table.number(at, 0, most);
}

}   // namespace

void AzureVms::read(Lines part) {
    Table table(std::move(part), Table::Style::commas);
    table.expect_fields(fields_all, fields_all);
    while (table.next()) {
        Task task;
        task.line = table.line();
        task.name = table.text(vm);
        task.submit = Time{seconds_at(table, created)};
        if (!table.is_empty(deleted)) {
            const Time end{seconds_at(table, deleted)};
            if (end < task.submit) {
                table.complain(deleted, "it was deleted before it was created");
            }
            task.run = end - task.submit;
        }
        task.cpus = {std::llround(bucket_at(table, cores, ">24", 30, cpus_most) * 1e9)};
        constexpr double gib_most = static_cast<double>(mib_most) / 1024;
        const double gib = bucket_at(table, memory, ">64", 70, gib_most);
        task.memory = mebibyte * static_cast<std::int64_t>(std::ceil(gib * 1024));
        if (table.ok()) sink_(task);
    }
    take_problems(table.problems());
}

}   // namespace glasshive::workload::trace
