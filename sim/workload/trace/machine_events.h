#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workload/trace/fields.h"
#include "workload/trace/part_reader.h"

namespace glasshive::workload::trace {

/// Machines that are added to a cluster and removed from it: a list of machines, and of failures.
///
/// - A machine is there from the beginning, however late it was added for the first time. Its
///   capacity is what the first event says that says one; updates after that are not seen.
/// - REMOVE is a failure, and the next ADD ends it; without one the machine stays away. Whether it
///   failed, was repaired or got a new kernel, the traces do not tell.
/// - What happens after the trace (2^63 - 1) is not seen.
/// Source: Google, "Google cluster-usage traces: format + schema", "Machine events".
class MachineEvents : public PartReader {
  public:
    /// Sorts by time what was read: few enough to be in memory.
    void end() override;
    /// In order of their first events; after end().
    const std::vector<Machine>& machines() const { return machines_; }
    /// In order of time; after end().
    const std::vector<Failure>& failures() const { return failures_; }

  protected:
    enum class What : std::uint8_t { add, remove, update };
    struct Event {
        What what = What::add;
        std::int64_t micro = 0;
        std::string machine;
        std::optional<double> cpus, memory;   // Shares of the whole machine.
        int line = 0;
    };
    explicit MachineEvents(const WholeMachine& whole) : whole_(whole) {}
    /// An event of the record, or a problem. The fields: time, machine, CPU and memory.
    void take(Table& table, What what, const std::size_t (&at)[4]);

  private:
    WholeMachine whole_;
    std::vector<Event> events_;
    std::vector<Machine> machines_;
    std::vector<Failure> failures_;
};

/// Microseconds since a trace of Google's began, or after_trace; or a problem, then 0.
std::int64_t micro_at(Table& table, std::size_t at);

}   // namespace glasshive::workload::trace
