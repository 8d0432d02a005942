#include "workload/trace/google_2019.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "workload/trace/packed.h"

namespace glasshive::workload::trace {

namespace {

/// A table with these columns, whatever its style; their places are 0, 1, 2, … of `at`.
template <std::size_t Count>
std::optional<Table> open_table(Lines part, const std::array<const char*, Count>& columns,
                                std::size_t needed, std::array<std::size_t, Count>& at,
                                Diagnostics& problems) {
    if (part.peek() == '{') {
        Table table(std::move(part), Table::Style::json);
        table.set_columns({columns.begin(), columns.end()});
        for (std::size_t i = 0; i < Count; ++i) at[i] = i;
        return table;
    }
    Table table(std::move(part), Table::Style::commas);
    if (!table.read_header(std::span(columns.data(), needed))) {
        problems = table.problems();
        return std::nullopt;
    }
    for (std::size_t i = 0; i < Count; ++i) {
        std::string flat = columns[i];
        std::replace(flat.begin(), flat.end(), '.', '_');
        const auto found = table.column(columns[i]);
        at[i] = found ? *found : table.column(flat).value_or(Table::whole);
    }
    return table;
}

/// The place of a name in `names`, or its number from 0; or a problem, then 0.
std::size_t enum_at(Table& table, std::size_t at, std::span<const char* const> names) {
    const std::string_view text = table.text(at);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (text == names[i]) return i;
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number < names.size()) {
        return number;
    }
    std::string all;
    for (const char* name : names) all += (all.empty() ? "" : ", ") + std::string(name);
    table.complain(at, "\"" + std::string(text.substr(0, 40)) + "\" is no " + "type",
                   all + ", or 0 to " + std::to_string(names.size() - 1));
    return 0;
}

constexpr const char* event_types[] = {"SUBMIT", "QUEUE",          "ENABLE",        "SCHEDULE",
                                       "EVICT",  "FAIL",           "FINISH",        "KILL",
                                       "LOST",   "UPDATE_PENDING", "UPDATE_RUNNING"};
constexpr const char* collection_types[] = {"JOB", "ALLOC_SET"};
constexpr const char* machine_types[] = {"EVENT_TYPE_UNKNOWN", "ADD", "REMOVE", "UPDATE"};

TaskEvent::What what_of(std::size_t type) {
    if (type == 0) return TaskEvent::What::submit;
    if (type == 3) return TaskEvent::What::schedule;
    return type >= 4 && type <= 8 ? TaskEvent::What::end : TaskEvent::What::other;
}

void pack(const TaskEvent& event, std::string& bytes) {
    Packer packer(bytes);
    packer.put(event.what);
    packer.put(event.micro);
    packer.put(event.job);
    packer.put(event.index);
    packer.put(event.priority);
    packer.put(event.cpus.count);
    packer.put(event.memory.count);
    packer.put(event.line);
}

TaskEvent unpacked(const std::string& bytes) {
    TaskEvent event;
    Unpacker from(bytes);
    from.take(event.what);
    from.take(event.micro);
    from.take(event.job);
    from.take(event.index);
    from.take(event.priority);
    from.take(event.cpus.count);
    from.take(event.memory.count);
    from.take(event.line);
    return event;
}

}   // namespace

void Google2019Tasks::read(Lines part) {
    constexpr std::array columns{"time",
                                 "type",
                                 "collection_id",
                                 "instance_index",
                                 "collection_type",
                                 "priority",
                                 "resource_request.cpus",
                                 "resource_request.memory"};
    std::array<std::size_t, columns.size()> at{};
    Diagnostics problems;
    auto table = open_table(std::move(part), columns, 4, at, problems);
    take_problems(problems);
    if (!table) return;
    const auto [time, type, job, index, collection, priority, cpus, memory] = at;
    std::string bytes;
    while (table->next()) {
        TaskEvent event = event_at(*table, {time, job, index, priority, cpus, memory});
        event.what = what_of(enum_at(*table, type, event_types));
        const bool alloc =
            !table->is_empty(collection) && enum_at(*table, collection, collection_types) == 1;
        if (alloc || event.what == TaskEvent::What::other || !table->ok()) continue;
        pack(event, bytes);
        by_time_.add(event.micro, bytes);
    }
    take_problems(table->problems());
}

void Google2019Tasks::end() {
    std::string bytes;
    while (by_time_.next(bytes)) events_.take(unpacked(bytes));
    if (by_time_.problem()) {
        take_problems({*by_time_.problem()});
        return;
    }
    end_events();
}

void Google2019Machines::read(Lines part) {
    constexpr std::array columns{"time", "machine_id", "type", "capacity.cpus", "capacity.memory"};
    std::array<std::size_t, columns.size()> at{};
    Diagnostics problems;
    auto table = open_table(std::move(part), columns, 3, at, problems);
    take_problems(problems);
    if (!table) return;
    while (table->next()) {
        const std::size_t type = enum_at(*table, at[2], machine_types);
        // The first "should never happen": as an update, it tells a capacity at most.
        constexpr What whats[] = {What::update, What::add, What::remove, What::update};
        take(*table, whats[type], {at[0], at[1], at[3], at[4]});
    }
    take_problems(table->problems());
}

}   // namespace glasshive::workload::trace
