#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "record/recording.h"
#include "record/state.h"

namespace glasshive::viewer {

/// One event as a list shows it.
struct EventLine {
    EventId id{};
    EventId cause{};
    Time time{};
    std::string kind;   ///< "task.running"
    NameId subject;
    std::string subject_text;
    std::string details;   ///< "field value" pairs of the fields that say something.
    int verbosity = 1;     ///< As EventKind::verbosity.
};

/// An open recording, seen from a window: nothing here reads the whole of it.
class Glass {
  public:
    /// Missing, truncated, damaged or foreign files: one Diagnostic.
    static Result<Glass> open(const std::string& path);

    record::Recording& recording() { return recording_; }
    const record::Recording& recording() const { return recording_; }
    /// How many events there are.
    std::uint64_t events() const { return events_; }
    /// The number of the newest event; 0 of none. A recording that kept some kinds alone (`record:
    /// {kinds: …}`) has fewer events than that, with gaps between their numbers.
    std::uint64_t last() const { return last_; }
    bool has_gaps() const { return events_ != last_; }
    /// Where the run ended; of one that was cut short, the time of its last event.
    Time end() const { return end_; }
    /// What was true at `time`. The last answer is kept: asking again costs nothing.
    Result<const record::State*> state_at(Time time);
    /// Events with the numbers first..last, both included, that there are.
    Result<std::vector<EventLine>> lines(std::uint64_t first, std::uint64_t last);
    /// The text of a name; "" for none.
    std::string_view text(NameId name) const;

  private:
    explicit Glass(record::Recording recording) : recording_(std::move(recording)) {}

    Time said_end() const;

    record::Recording recording_;
    std::uint64_t events_ = 0, last_ = 0;
    Time end_{};
    std::optional<record::State> state_;
    Time state_time_{};
};

}   // namespace glasshive::viewer
