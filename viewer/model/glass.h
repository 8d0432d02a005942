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
    /// Events are numbered 1..events().
    std::uint64_t events() const { return events_; }
    /// Time of the last event; 0 s for an empty run.
    Time end() const { return end_; }
    /// What was true at `time`. The last answer is kept: asking again costs nothing.
    Result<const record::State*> state_at(Time time);
    /// Events first..last, both included, cut to those there are.
    Result<std::vector<EventLine>> lines(std::uint64_t first, std::uint64_t last);
    /// The text of a name; "" for none.
    std::string_view text(NameId name) const;

  private:
    explicit Glass(record::Recording recording) : recording_(std::move(recording)) {}

    record::Recording recording_;
    std::uint64_t events_ = 0;
    Time end_{};
    std::optional<record::State> state_;
    Time state_time_{};
};

/// The value of one field in words: names resolved, durations in seconds, bytes with a unit.
std::string field_text(FieldType type, FieldValue value, const Names& names);

}   // namespace glasshive::viewer
