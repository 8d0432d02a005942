#include "workload/trace/openb.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "workload/trace/table.h"

namespace glasshive::workload::trace {

namespace {

// What one machine can have, and one pod can ask: far above any there is, far below any overflow.
constexpr std::int64_t milli_most = 10'000'000;         // 10,000 cores.
constexpr std::int64_t mib_most = 1 << 30;              // 1 PiB.
constexpr std::int64_t gpus_most = 16;                  // swarm::gpus_most.
constexpr std::int64_t seconds_most = 4'000'000'000;   // 126 years: twice that is a Time.
constexpr std::int64_t nano_per_milli = 1'000'000;

std::string name_at(Table& table, std::size_t at, std::set<std::string>& known) {
    std::string name(table.text(at));
    if (name.empty())
        table.complain(at, "a name is missing");
    else if (!known.insert(name).second)
        table.complain(at, "\"" + name + "\" is there already");
    return name;
}

Time seconds_at(Table& table, std::size_t at) {
    return Time{std::chrono::seconds{table.integer(at, 0, seconds_most)}};
}

}   // namespace

Result<std::vector<Machine>> read_openb_nodes(Lines lines) {
    Table table(std::move(lines), Table::Style::commas);
    static constexpr const char* wanted[] = {"sn", "cpu_milli", "memory_mib", "gpu", "model"};
    if (!table.read_header(wanted)) return table.problems();
    const std::size_t sn = *table.column("sn"), cpu = *table.column("cpu_milli"),
                      memory = *table.column("memory_mib"), gpu = *table.column("gpu"),
                      model = *table.column("model");
    std::vector<Machine> machines;
    std::set<std::string> names;
    while (table.next()) {
        Machine machine;
        machine.name = name_at(table, sn, names);
        machine.cpus = {table.integer(cpu, 0, milli_most) * nano_per_milli};
        machine.memory = mebibyte * table.integer(memory, 0, mib_most);
        machine.gpus = static_cast<std::int32_t>(table.integer(gpu, 0, gpus_most));
        machine.model = table.text(model);
        if (machine.model.find('|') != std::string::npos) {
            table.complain(model, "\"" + machine.model + "\" is not one model");
        }
        machines.push_back(std::move(machine));
    }
    if (table.ok() && machines.empty()) table.complain(Table::whole, "there are no nodes");
    if (!table.ok()) return table.problems();
    return machines;
}

Result<std::vector<Task>> read_openb_pods(Lines lines) {
    Table table(std::move(lines), Table::Style::commas);
    static constexpr const char* wanted[] = {"name", "cpu_milli", "memory_mib", "num_gpu",
                                             "gpu_milli"};
    if (!table.read_header(wanted)) return table.problems();
    const std::size_t name = *table.column("name"), cpu = *table.column("cpu_milli"),
                      memory = *table.column("memory_mib"), gpus = *table.column("num_gpu"),
                      milli = *table.column("gpu_milli");
    const auto spec = table.column("gpu_spec"), created = table.column("creation_time"),
               deleted = table.column("deletion_time");
    std::vector<Task> pods;
    std::set<std::string> names;
    while (table.next()) {
        Task pod;
        pod.line = table.line();
        pod.name = name_at(table, name, names);
        pod.cpus = {table.integer(cpu, 0, milli_most) * nano_per_milli};
        pod.memory = mebibyte * table.integer(memory, 0, mib_most);
        pod.gpus = static_cast<std::int32_t>(table.integer(gpus, 0, gpus_most));
        // README of the trace: gpu_milli means nothing without a GPU, and is at most 1000.
        const std::int64_t asked =
            table.is_empty(milli) && pod.gpus == 0 ? 0 : table.integer(milli, 0, milli_most);
        pod.gpu_milli =
            pod.gpus == 0 ? 0 : static_cast<std::int32_t>(std::min<std::int64_t>(asked, 1000));
        if (pod.gpus > 0 && pod.gpu_milli == 0) {
            table.complain(milli, "nothing of a GPU", "1 to 1000 where num_gpu is not 0");
        }
        if (pod.gpus > 1 && pod.gpu_milli < 1000) {
            table.complain(milli, "shares of several GPUs",
                           "1000 where num_gpu is more than 1: a share is of one GPU");
        }
        if (spec && pod.gpus > 0) pod.models = table.text(*spec);
        if (created && !table.is_empty(*created)) pod.submit = seconds_at(table, *created);
        if (deleted && !table.is_empty(*deleted)) {
            const Time end = seconds_at(table, *deleted);
            if (end < pod.submit) table.complain(*deleted, "it ends before it begins");
            pod.run = end - pod.submit;
        }
        pods.push_back(std::move(pod));
    }
    if (table.ok() && pods.empty()) table.complain(Table::whole, "there are no pods");
    if (!table.ok()) return table.problems();
    return pods;
}

namespace {

/// Numbers between blanks; false and a problem when one is none.
bool numbers_at(Table& table, std::size_t at, std::vector<std::uint32_t>& out) {
    const std::string_view field = table.text(at);
    const char* from = field.data();
    const char* const end = from + field.size();
    while (from != end) {
        if (*from == ' ') {
            ++from;
            continue;
        }
        std::uint32_t value = 0;
        const auto [after, error] = std::from_chars(from, end, value);
        if (error != std::errc{} || (after != end && *after != ' ')) {
            const std::string_view rest(from, static_cast<std::size_t>(end - from));
            table.complain(at, "\"" + std::string(rest.substr(0, rest.find(' '))).substr(0, 20) +
                                   "\" is not an index");
            return false;
        }
        out.push_back(value);
        from = after;
    }
    return true;
}

}   // namespace

Result<std::map<std::uint64_t, OpenbOrder>> read_openb_orders(Lines lines) {
    Table table(std::move(lines), Table::Style::commas);
    table.expect_fields(3, 3);
    std::map<std::uint64_t, OpenbOrder> orders;
    while (table.next()) {
        const auto seed = static_cast<std::uint64_t>(
            table.integer(0, 0, std::numeric_limits<std::int64_t>::max()));
        const std::string_view kind = table.text(1);
        if (kind != "pods" && kind != "node_rank") {
            table.complain(1, "\"" + std::string(kind.substr(0, 20)) + "\" is no kind of order",
                           "pods or node_rank");
            continue;
        }
        OpenbOrder& order = orders[seed];
        std::vector<std::uint32_t>& out = kind == "pods" ? order.pods : order.node_rank;
        if (!out.empty())
            table.complain(0, "this order is there already");
        else
            numbers_at(table, 2, out);
    }
    if (table.ok() && orders.empty()) table.complain(Table::whole, "there are no orders");
    if (!table.ok()) return table.problems();
    return orders;
}

}   // namespace glasshive::workload::trace
