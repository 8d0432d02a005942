#include "workload/trace/plain.h"

#include <algorithm>

#include "workload/trace/fields.h"

namespace glasshive::workload::trace {

namespace {

constexpr double watts_most = 1e6, price_most = 1e6;
constexpr std::size_t nowhere = Table::whole;

}   // namespace

Result<std::unique_ptr<PlainSource>> PlainSource::open(Lines lines) {
    std::unique_ptr<PlainSource> source(new PlainSource(std::move(lines)));
    static constexpr const char* wanted[] = {"submit"};
    if (!source->table_.read_header(wanted)) return source->problems();
    const auto column = [&](const char* name) {
        return source->table_.column(name).value_or(nowhere);
    };
    source->at_ = {column("name"),   column("submit"),   column("run"),  column("estimate"),
                   column("cpus"),   column("memory"),   column("gpus"), column("gpu_milli"),
                   column("models"), column("priority"), column("gang")};
    return source;
}

std::int64_t PlainSource::integer(std::size_t at, std::int64_t otherwise, std::int64_t least,
                                  std::int64_t most) {
    return table_.is_empty(at) ? otherwise : table_.integer(at, least, most);
}

bool PlainSource::next(Task& out) {
    if (!table_.next()) return false;
    out = Task{};
    out.line = table_.line();
    out.name = table_.text(at_.name);
    out.submit = Time{seconds_at(table_, at_.submit)};
    if (out.submit < last_) {
        table_.complain(at_.submit, "it is submitted before the task above",
                        "a trace is sorted by submit");
    }
    last_ = std::max(last_, out.submit);
    if (!table_.is_empty(at_.run)) out.run = seconds_at(table_, at_.run);
    if (!table_.is_empty(at_.estimate)) out.estimate = seconds_at(table_, at_.estimate);
    if (!table_.is_empty(at_.cpus)) out.cpus = cpus_at(table_, at_.cpus);
    out.memory = mebibyte * integer(at_.memory, 0, 0, mib_most);
    out.gpus = static_cast<std::int32_t>(integer(at_.gpus, 0, 0, gpus_most));
    out.gpu_milli =
        out.gpus == 0 ? 0 : static_cast<std::int32_t>(integer(at_.gpu_milli, 1000, 1, 1000));
    if (out.gpus > 1 && out.gpu_milli < 1000) {
        table_.complain(at_.gpu_milli, "shares of several GPUs", "a share is of one GPU");
    }
    if (out.gpus > 0) out.models = table_.text(at_.models);
    out.priority = integer(at_.priority, 0, -1'000'000'000, 1'000'000'000);
    out.gang = static_cast<std::int32_t>(integer(at_.gang, 1, 1, 1'000'000));
    return table_.ok();
}

PlainWriter::PlainWriter(std::ostream& out) : out_(out) {
    out_ << "name,submit,run,estimate,cpus,memory,gpus,gpu_milli,models,priority,gang\n";
}

void PlainWriter::write(const Task& task) {
    const auto seconds = [](const std::optional<Duration>& time) {
        return time ? nano_text(time->count()) : std::string();
    };
    out_ << csv_text(task.name) << ',' << nano_text(ns_of(task.submit)) << ',' << seconds(task.run)
         << ',' << seconds(task.estimate) << ',' << nano_text(task.cpus.count) << ','
         << task.memory.count / mebibyte.count << ',' << task.gpus << ','
         << (task.gpus > 0 ? std::to_string(task.gpu_milli) : "") << ',' << csv_text(task.models)
         << ',' << task.priority << ',' << task.gang << '\n';
}

Result<std::vector<Machine>> read_machines(Lines lines) {
    Table table(std::move(lines), Table::Style::commas);
    static constexpr const char* wanted[] = {"name", "cpus"};
    if (!table.read_header(wanted)) return table.problems();
    const auto column = [&](const char* name) { return table.column(name).value_or(nowhere); };
    const std::size_t name = column("name"), cpus = column("cpus"), memory = column("memory"),
                      gpus = column("gpus"), model = column("model"), count = column("count"),
                      idle = column("idle_watts"), peak = column("peak_watts"),
                      price = column("price");
    std::vector<Machine> machines;
    std::set<std::string> names;
    while (table.next()) {
        Machine machine;
        machine.name = table.text(name);
        machine.cpus = cpus_at(table, cpus);
        if (!table.is_empty(memory)) machine.memory = mebibyte * table.integer(memory, 0, mib_most);
        if (!table.is_empty(gpus)) {
            machine.gpus = static_cast<std::int32_t>(table.integer(gpus, 0, gpus_most));
        }
        machine.model = table.text(model);
        if (!table.is_empty(idle)) machine.idle_watts = table.number(idle, 0, watts_most);
        machine.peak_watts = machine.idle_watts;
        if (!table.is_empty(peak)) machine.peak_watts = table.number(peak, 0, watts_most);
        if (machine.peak_watts < machine.idle_watts) {
            table.complain(peak, "is less than idle_watts");
        }
        if (!table.is_empty(price)) machine.price = table.number(price, 0, price_most);
        const std::int64_t alike =
            table.is_empty(count) ? 1 : table.integer(count, 1, machines_most);
        if (machine.name.empty()) table.complain(name, "a name is missing");
        if (static_cast<std::int64_t>(machines.size()) + alike > machines_most) {
            table.complain(count, "more than " + std::to_string(machines_most) + " machines");
            break;
        }
        for (std::int64_t i = 1; i <= alike && table.ok(); ++i) {
            Machine one = machine;
            if (!table.is_empty(count)) one.name += std::to_string(i);
            if (!names.insert(one.name).second) {
                table.complain(name, "\"" + one.name + "\" is there already");
            }
            machines.push_back(std::move(one));
        }
    }
    if (table.ok() && machines.empty()) table.complain(Table::whole, "there are no machines");
    if (!table.ok()) return table.problems();
    return machines;
}

void write_machines(std::ostream& out, const std::vector<Machine>& machines) {
    out << "name,cpus,memory,gpus,model\n";
    for (const Machine& machine : machines) {
        out << csv_text(machine.name) << ',' << nano_text(machine.cpus.count) << ','
            << machine.memory.count / mebibyte.count << ',' << machine.gpus << ','
            << csv_text(machine.model) << '\n';
    }
}

}   // namespace glasshive::workload::trace
