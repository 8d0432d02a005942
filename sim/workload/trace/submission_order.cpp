#include "workload/trace/submission_order.h"

#include "workload/trace/packed.h"

namespace glasshive::workload::trace {

namespace {

/// No length of time is negative.
constexpr std::int64_t none = -1;

std::int64_t count_of(const std::optional<Duration>& time) { return time ? time->count() : none; }

void take_time(Unpacker& from, std::optional<Duration>& to) {
    std::int64_t count = 0;
    from.take(count);
    to = count == none ? std::nullopt : std::optional(Duration{count});
}

}   // namespace

void SubmissionOrder::add(const Task& task) {
    Packer packer(packed_);
    packer.put(task.line);
    packer.put(ns_of(task.submit));
    packer.put(count_of(task.run));
    packer.put(count_of(task.estimate));
    packer.put(task.gang);
    packer.put(task.cpus.count);
    packer.put(task.memory.count);
    packer.put(task.gpus);
    packer.put(task.gpu_milli);
    packer.put(task.priority);
    packer.put_text(task.name);
    packer.put_text(task.models);
    spill_.add(ns_of(task.submit), packed_);
}

bool SubmissionOrder::next(Task& out) {
    if (!spill_.next(packed_)) return false;
    Unpacker from(packed_);
    std::int64_t submit = 0;
    from.take(out.line);
    from.take(submit);
    out.submit = time_of_ns(submit);
    take_time(from, out.run);
    take_time(from, out.estimate);
    from.take(out.gang);
    from.take(out.cpus.count);
    from.take(out.memory.count);
    from.take(out.gpus);
    from.take(out.gpu_milli);
    from.take(out.priority);
    from.take_text(out.name);
    from.take_text(out.models);
    return true;
}

}   // namespace glasshive::workload::trace
