// Goal: no trace, however hostile, makes a reader throw, crash, hang or hand over half a record.
// Method: libFuzzer under the sanitizers; the first byte says the format. Whatever is read has sane
// values, and what is wrong is told with a line.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/assert.h"
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

namespace {

using namespace glasshive;
using namespace glasshive::workload::trace;

void check(const Task& task) {
    SIM_ASSERT(task.cpus.count >= 0 && task.memory.count >= 0 && task.gang >= 1);
    SIM_ASSERT(task.gpus >= 0 && task.gpus <= 16);
    SIM_ASSERT(task.gpu_milli >= 0 && task.gpu_milli <= 1000);
    SIM_ASSERT((task.gpus == 0) == (task.gpu_milli == 0));
    SIM_ASSERT(ns_of(task.submit) >= 0 && (!task.run || task.run->count() >= 0));
}

template <class T>
void told(const Result<T>& result) {
    SIM_ASSERT(result.ok() || !result.problems().empty());
}

void try_plain(Lines lines) {
    auto source = PlainSource::open(std::move(lines));
    told(source);
    if (!source.ok()) return;
    Time last{};
    for (Task task; source.value()->next(task);) {
        check(task);
        SIM_ASSERT(task.submit >= last);
        last = task.submit;
    }
}

/// In two parts where there is a NUL: the first one ends there.
void try_parts(PartReader& reader, const std::string& text) {
    const std::size_t cut = text.find('\0');
    reader.read(Lines::of(text.substr(0, cut), "t"));
    if (cut != std::string::npos) reader.read(Lines::of(text.substr(cut + 1), "t"));
    if (reader.ok()) reader.end();
    SIM_ASSERT(reader.problems().size() <= problems_most);
    SIM_ASSERT(reader.left_out() >= 0);
}

void check(const std::vector<Machine>& machines) {
    for (const Machine& machine : machines) {
        SIM_ASSERT(!machine.name.empty() && machine.cpus.count >= 0 && machine.memory.count >= 0);
    }
}

void check(const std::vector<Failure>& failures) {
    Time last{};
    for (const Failure& failure : failures) {
        SIM_ASSERT(!failure.machine.empty() && failure.at >= last);
        SIM_ASSERT(!failure.down || failure.down->count() >= 0);
        last = failure.at;
    }
}

void try_events(MachineEvents& reader, const std::string& text) {
    try_parts(reader, text);
    if (!reader.ok()) return;
    check(reader.machines());
    check(reader.failures());
}

const TaskSink sane = [](const Task& task) { check(task); };
constexpr WholeMachine whole_machine{one_cpu * 64, gibibyte};

/// A file, as SQLite reads no other.
void try_packing(const std::string& bytes) {
    static const std::string path =
        (std::filesystem::temp_directory_path() / ("trace_fuzz_" + std::to_string(getpid())))
            .string();
    std::ofstream(path, std::ios::binary) << bytes;
    read_azure_packing(path, {}, sane);
    std::filesystem::remove(path);
}

template <class Reader>
void try_tasks(const std::string& text) {
    Reader reader(whole_machine, sane);
    try_parts(reader, text);
}

void try_failures(Lines lines) {
    const auto failures = read_failures(std::move(lines));
    told(failures);
    if (failures.ok()) check(failures.value());
}

void try_lanl(const std::string& text) {
    LanlFailures reader("");
    try_parts(reader, text);
    if (reader.ok()) check(reader.failures());
}

/// The public sets. False when `format` is none of them.
bool try_public(int format, const std::string& text) {
    Google2011Machines machines_2011(whole_machine);
    Google2019Machines machines_2019(whole_machine);
    Alibaba2018Machines machines_2018(whole_machine);
    AzureVms vms(sane);
    switch (format) {
        case 6: try_tasks<Google2011Tasks>(text); return true;
        case 7: try_events(machines_2011, text); return true;
        case 8: try_tasks<Google2019Tasks>(text); return true;
        case 9: try_events(machines_2019, text); return true;
        case 10: try_tasks<Alibaba2018Tasks>(text); return true;
        case 11:
            try_parts(machines_2018, text);
            if (machines_2018.ok()) check(machines_2018.machines());
            return true;
        case 12: try_parts(vms, text); return true;
        case 13: try_packing(text); return true;
        case 14: try_failures(Lines::of(text, "t")); return true;
        case 15: try_lanl(text); return true;
        default: return false;
    }
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const int format = data[0] % 16;
    if (try_public(format, text)) return 0;
    auto lines = Lines::of(text, "t");
    switch (format) {
        case 0: try_plain(std::move(lines)); break;
        case 1: {
            const auto pods = read_openb_pods(std::move(lines));
            told(pods);
            if (pods.ok()) {
                for (const Task& pod : pods.value()) check(pod);
            }
            break;
        }
        case 2: told(read_openb_nodes(std::move(lines))); break;
        case 3: told(read_openb_orders(std::move(lines))); break;
        case 4: {
            const auto log = read_swf(std::move(lines));
            told(log);
            if (log.ok()) {
                for (const Task& job : log.value().jobs) check(job);
            }
            break;
        }
        default: {
            const auto jobs = read_batsim(std::move(lines));
            told(jobs);
            if (jobs.ok()) {
                for (const Task& job : jobs.value()) check(job);
            }
        }
    }
    return 0;
}
