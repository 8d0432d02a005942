#include "workload/trace/machine_events.h"

#include <algorithm>
#include <map>

#include "workload/trace/task_events.h"

namespace glasshive::workload::trace {

std::int64_t micro_at(Table& table, std::size_t at) {
    if (table.text(at) == std::to_string(after_trace)) return after_trace;
    constexpr auto micro_most = static_cast<std::int64_t>(seconds_most * 1e6);
    return table.integer(at, 0, micro_most);
}

void MachineEvents::take(Table& table, What what, const std::size_t (&at)[4]) {
    const auto share = [&](std::size_t field) {
        return table.is_empty(field) ? std::nullopt : std::optional(share_at(table, field));
    };
    Event event{.what = what,
                .micro = micro_at(table, at[0]),
                .machine = std::string(table.text(at[1])),
                .cpus = share(at[2]),
                .memory = share(at[3]),
                .line = table.line()};
    if (event.machine.empty()) table.complain(at[1], "a machine is missing");
    if (event.micro != after_trace) events_.push_back(std::move(event));
}

void MachineEvents::end() {
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& a, const Event& b) { return a.micro < b.micro; });
    struct Seen {
        std::size_t machine = 0;
        bool cpus_said = false, memory_said = false;
        std::optional<std::size_t> failure;   // That is not over.
    };
    std::map<std::string, Seen> seen;
    for (const Event& event : events_) {
        const auto [at, first] = seen.try_emplace(event.machine, Seen{.machine = machines_.size()});
        Seen& one = at->second;
        if (first) machines_.push_back(Machine{.name = event.machine});
        if (event.cpus && !one.cpus_said) {
            machines_[one.machine].cpus = cpus_of_share(*event.cpus, whole_);
            one.cpus_said = true;
        }
        if (event.memory && !one.memory_said) {
            machines_[one.machine].memory = memory_of_share(*event.memory, whole_);
            one.memory_said = true;
        }
        const Time now{std::chrono::microseconds{event.micro}};
        if (event.what == What::remove && !one.failure) {
            one.failure = failures_.size();
            failures_.push_back(Failure{.machine = event.machine, .line = event.line, .at = now});
        } else if (event.what == What::add && one.failure) {
            failures_[*one.failure].down = now - failures_[*one.failure].at;
            one.failure.reset();
        }
    }
    events_.clear();
}

}   // namespace glasshive::workload::trace
