// Goal: no trace, however hostile, makes a reader throw, crash, hang or hand over half a record.
// Method: libFuzzer under the sanitizers; the first byte says the format. Whatever is read has sane
// values, and what is wrong is told with a line.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "workload/trace/batsim.h"
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

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    auto lines = Lines::of(std::string(reinterpret_cast<const char*>(data) + 1, size - 1), "t");
    switch (data[0] % 6) {
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
