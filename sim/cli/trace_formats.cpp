#include "cli/trace_formats.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>

#include "compare/kinds.h"
#include "workload/trace/alibaba_2018.h"
#include "workload/trace/azure_packing.h"
#include "workload/trace/azure_vm.h"
#include "workload/trace/batsim.h"
#include "workload/trace/failures.h"
#include "workload/trace/google_2011.h"
#include "workload/trace/google_2019.h"
#include "workload/trace/openb.h"
#include "workload/trace/plain.h"
#include "workload/trace/swf.h"

namespace glasshive::cli {

namespace trace = workload::trace;
using compare::OptionInfo;
using trace::WholeMachine;

namespace {

/// As text that lasts as long as the program.
const char* lasting(std::int64_t number) {
    static std::deque<std::string> texts;   // Addresses must stay.
    return texts.emplace_back(std::to_string(number)).c_str();
}

std::vector<TraceFormat> make_formats() {
    const auto cpus = [](const WholeMachine& whole) {
        return OptionInfo{"cpus", "number", lasting(whole.cpus.count / one_cpu.count),
                          "CPUs that a share of 1 means: the largest machine's."};
    };
    const auto memory = [](const WholeMachine& whole) {
        return OptionInfo{"memory", "MiB", lasting(whole.memory.count / mebibyte.count),
                          "Memory that a share of 1 means."};
    };
    const WholeMachine &google_2011 = trace::google_2011_machine,
                       &google_2019 = trace::google_2019_machine,
                       &alibaba = trace::alibaba_2018_machine,
                       &azure = trace::azure_packing_machine;
    return {{"openb", "Alibaba's cluster-trace-gpu-v2023: pods; nodes", true, true, false, {}},
            {"swf", "a log of the Parallel Workloads Archive", true, false, false, {}},
            {"batsim", "a workload of Batsim (JSON)", true, false, false, {}},
            {"plain", "what this command writes", true, true, true, {}},
            {"google-2011",
             "task_events; machine_events",
             true,
             true,
             true,
             {cpus(google_2011), memory(google_2011)},
             &google_2011},
            {"google-2019",
             "instance_events; machine_events (CSV or JSON lines)",
             true,
             true,
             true,
             {cpus(google_2019), memory(google_2019)},
             &google_2019},
            {"alibaba-2018",
             "batch_task; machine_meta",
             true,
             true,
             false,
             {memory(alibaba)},
             &alibaba},
            {"azure-packing",
             "the SQLite file",
             true,
             false,
             false,
             {cpus(azure),
              memory(azure),
              {"machine", "machineId", "the smallest of each type", "Whose shares are taken."}},
             &azure},
            {"azure-vm", "vmtable", true, false, false, {}},
            {"lanl",
             "failure records of Los Alamos",
             false,
             false,
             true,
             {{"system", "number", "all", "Of this system alone."}}}};
}

/// Requires a format that gives shares.
WholeMachine whole_of(const TraceInput& input, Diagnostics& problems) {
    const WholeMachine& otherwise = *input.format->whole;
    const double cpus =
        compare::number_of(input.settings, "cpus", static_cast<double>(otherwise.cpus.count) / 1e9,
                           0.001, trace::whole_cpus_most, problems);
    const double mib = compare::number_of(
        input.settings, "memory", static_cast<double>(otherwise.memory.count / mebibyte.count), 1,
        trace::whole_mib_most, problems);
    return {{std::llround(cpus * 1e9)}, mebibyte * std::llround(mib)};
}

void add_problems(const Diagnostics& more, Diagnostics& problems) {
    for (const Diagnostic& problem : more) {
        if (problems.size() < trace::problems_most) problems.push_back(problem);
    }
}

/// Each file in its turn. `read` gives what is wrong with it.
template <class Read>
Diagnostics each_file(const TraceInput& input, Read read) {
    Diagnostics problems;
    for (const std::string& file : input.files) {
        if (problems.size() == trace::problems_most) break;
        auto lines = trace::Lines::open(file);
        add_problems(lines.ok() ? read(std::move(lines.value())) : lines.problems(), problems);
        if (input.part_done) input.part_done();
    }
    return problems;
}

Diagnostics read_with(const TraceInput& input, trace::PartReader& reader) {
    Diagnostics problems = each_file(input, [&](trace::Lines part) {
        const std::size_t before = reader.problems().size();
        reader.read(std::move(part));
        const auto first = reader.problems().begin() + static_cast<std::ptrdiff_t>(before);
        return Diagnostics(first, reader.problems().end());
    });
    if (!problems.empty()) return problems;
    reader.end();
    return reader.problems();
}

/// What a reader of whole files gives is handed on, one by one.
template <class Value, class Take>
Diagnostics hand_on(const Result<std::vector<Value>>& read, Take take) {
    if (!read.ok()) return read.problems();
    for (const Value& value : read.value()) take(value);
    return {};
}

Diagnostics read_plain(trace::Lines lines, const trace::TaskSink& sink) {
    auto source = trace::PlainSource::open(std::move(lines));
    if (!source.ok()) return source.problems();
    for (trace::Task task; source.value()->next(task);) sink(task);
    return source.value()->problems();
}

Diagnostics read_log(trace::Lines lines, const trace::TaskSink& sink, std::int64_t& left_out) {
    auto log = trace::read_swf(std::move(lines));
    if (!log.ok()) return log.problems();
    left_out += log.value().left_out;
    for (const trace::Task& job : log.value().jobs) sink(job);
    return {};
}

Diagnostics read_azure(const TraceInput& input, const trace::TaskSink& sink,
                       std::int64_t& left_out) {
    Diagnostics problems;
    trace::AzurePackingOptions options;
    options.whole = whole_of(input, problems);
    const auto machine = input.settings.find("machine");
    if (machine != input.settings.end()) options.machine = machine->second;
    if (!problems.empty()) return problems;
    for (const std::string& file : input.files) {
        std::int64_t more = 0;
        add_problems(trace::read_azure_packing(file, options, sink, &more), problems);
        left_out += more;
        if (input.part_done) input.part_done();
    }
    return problems;
}

/// Reads with a reader of that kind, made of the whole machine and what else it needs.
template <class Reader, class... More>
Diagnostics read_shares(const TraceInput& input, std::int64_t& left_out, More... more) {
    Diagnostics problems;
    const WholeMachine whole = whole_of(input, problems);
    if (!problems.empty()) return problems;
    Reader reader(whole, more...);
    problems = read_with(input, reader);
    left_out = reader.left_out();
    return problems;
}

/// A reader of machine_events, after all of it was read; null for other formats.
std::unique_ptr<trace::MachineEvents> read_events(const TraceInput& input, Diagnostics& problems) {
    const std::string name = input.format->name;
    std::unique_ptr<trace::MachineEvents> reader;
    if (name == "google-2011") {
        reader = std::make_unique<trace::Google2011Machines>(whole_of(input, problems));
    } else if (name == "google-2019") {
        reader = std::make_unique<trace::Google2019Machines>(whole_of(input, problems));
    }
    if (reader && problems.empty()) problems = read_with(input, *reader);
    return reader;
}

}   // namespace

bool TraceFormat::tells(TraceWhat what) const {
    switch (what) {
        case TraceWhat::tasks: return tasks;
        case TraceWhat::machines: return machines;
        case TraceWhat::failures: return failures;
    }
    return false;
}

const std::vector<TraceFormat>& trace_formats() {
    static const std::vector<TraceFormat> formats = make_formats();
    return formats;
}

const TraceFormat* trace_format(const std::string& name) {
    for (const TraceFormat& format : trace_formats()) {
        if (name == format.name) return &format;
    }
    return nullptr;
}

std::string trace_format_of(const std::string& file) {
    switch (trace::format_of(file)) {
        case trace::Format::swf: return "swf";
        case trace::Format::batsim: return "batsim";
        case trace::Format::table: break;
    }
    return "openb";
}

Diagnostics read_trace(const TraceInput& input, trace::SubmissionOrder& tasks,
                       std::int64_t& left_out) {
    const std::string name = input.format->name;
    const trace::TaskSink sink = [&](const trace::Task& task) { tasks.add(task); };
    if (name == "google-2011") {
        return read_shares<trace::Google2011Tasks>(input, left_out, sink);
    }
    if (name == "google-2019") {
        return read_shares<trace::Google2019Tasks>(input, left_out, sink);
    }
    if (name == "alibaba-2018") {
        return read_shares<trace::Alibaba2018Tasks>(input, left_out, sink);
    }
    if (name == "azure-packing") return read_azure(input, sink, left_out);
    if (name == "azure-vm") {
        trace::AzureVms reader(sink);
        return read_with(input, reader);
    }
    return each_file(input, [&](trace::Lines lines) {
        if (name == "plain") return read_plain(std::move(lines), sink);
        if (name == "swf") return read_log(std::move(lines), sink, left_out);
        return hand_on(name == "batsim" ? trace::read_batsim(std::move(lines))
                                        : trace::read_openb_pods(std::move(lines)),
                       sink);
    });
}

Diagnostics read_trace(const TraceInput& input, std::vector<trace::Machine>& machines) {
    const std::string name = input.format->name;
    Diagnostics problems;
    if (const auto events = read_events(input, problems)) {
        machines = events->machines();
        return problems;
    }
    if (name == "alibaba-2018") {
        trace::Alibaba2018Machines reader(whole_of(input, problems));
        if (problems.empty()) problems = read_with(input, reader);
        machines = reader.machines();
        return problems;
    }
    return each_file(input, [&](trace::Lines lines) {
        return hand_on(name == "plain" ? trace::read_machines(std::move(lines))
                                       : trace::read_openb_nodes(std::move(lines)),
                       [&](const trace::Machine& machine) { machines.push_back(machine); });
    });
}

Diagnostics read_trace(const TraceInput& input, std::vector<trace::Failure>& failures,
                       std::int64_t& left_out) {
    Diagnostics problems;
    if (const auto events = read_events(input, problems)) {
        failures = events->failures();
        return problems;
    }
    if (std::string(input.format->name) == "lanl") {
        const auto system = input.settings.find("system");
        trace::LanlFailures reader(system == input.settings.end() ? "" : system->second);
        problems = read_with(input, reader);
        left_out = reader.left_out();
        failures = reader.failures();
        return problems;
    }
    problems = each_file(input, [&](trace::Lines lines) {
        return hand_on(trace::read_failures(std::move(lines)),
                       [&](const trace::Failure& failure) { failures.push_back(failure); });
    });
    std::stable_sort(failures.begin(), failures.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return problems;
}

}   // namespace glasshive::cli
