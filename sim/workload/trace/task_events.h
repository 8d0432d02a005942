#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "workload/trace/part_reader.h"

namespace glasshive::workload::trace {

/// Microseconds of an instant that lies after a trace of Google's: 2^63 - 1. 0 lies before it.
inline constexpr std::int64_t after_trace = std::numeric_limits<std::int64_t>::max();

/// One line of Google's traces: something happens to a task.
struct TaskEvent {
    enum class What : std::uint8_t { submit, schedule, end, other };
    What what = What::other;
    std::int64_t micro = 0;   ///< When; see after_trace.
    std::int64_t job = 0, index = 0;
    std::int64_t priority = 0;
    Cpus cpus{};
    Bytes memory{};
    int line = 0;
};

/// Makes tasks of what happens to them, event by event in order of time.
///
/// A SUBMIT opens a task; it asks for what that SUBMIT says, whatever updates say later. Each
/// SCHEDULE of an open task begins its run anew. EVICT, FAIL, FINISH, KILL and LOST end it: its run
/// is the time from its last SCHEDULE to there. When it is submitted again, as after an EVICT, that
/// is another task with the same name.
///
/// - A SUBMIT of an open task changes nothing (its end is missing in the trace).
/// - A SCHEDULE of a task that is not open opens it then and there (its SUBMIT is missing).
/// - An end of a task that is not open tells nothing, and an end of one that never was scheduled
///   tells no run: both are left out.
/// - What is open at the end of the trace stays: it has no run.
/// - What happens after the trace (2^63 - 1) is not seen.
/// Source: Google, "Google cluster-usage traces: format + schema", "Task events": the states of a
/// task; the v3 document, "Events and states".
class TaskEvents {
  public:
    explicit TaskEvents(TaskSink sink) : sink_(std::move(sink)) {}
    /// Requires that time does not fall.
    void take(const TaskEvent& event);
    /// Hands over those that stay, in order of job and index.
    void end();
    std::int64_t left_out() const { return left_out_; }

  private:
    using Key = std::pair<std::int64_t, std::int64_t>;
    struct Open {
        TaskEvent submitted;
        std::optional<std::int64_t> scheduled;
    };
    void hand_over(const Open& open, std::optional<std::int64_t> ended);

    TaskSink sink_;
    std::map<Key, Open> open_;   // Tasks that are waiting or running now: all that is kept.
    std::int64_t left_out_ = 0;
};

}   // namespace glasshive::workload::trace
