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

/// An open recording, seen from a window: nothing here reads the whole of it. It may still be
/// growing: what is seen of it is what there was at the last refresh().
class Glass {
  public:
    /// Missing, truncated, damaged or foreign files: one Diagnostic.
    static Result<Glass> open(const std::string& path);

    /// Takes note of what was written meanwhile. True when there is more to see. `reached`: where
    /// the run is known to stand, though nothing was said there. Cost: one look-up when nothing
    /// happened.
    Result<bool> refresh(Time reached = Time{});

    record::Recording& recording() { return recording_; }
    const record::Recording& recording() const { return recording_; }
    /// How many events there are.
    std::uint64_t events() const { return events_; }
    /// The number of the newest event; 0 of none. A recording that kept some kinds alone (`record:
    /// {kinds: …}`) has fewer events than that, with gaps between their numbers.
    std::uint64_t last() const { return last_; }
    bool has_gaps() const { return events_ != last_; }
    /// Where the run ended; of one that was cut short or goes on, the time of its last event, or
    /// where it was said to have come.
    Time end() const { return end_; }
    /// What was true at `time`. The last answer is kept until the next call: asking again costs
    /// nothing, and a little later no more than the events in between.
    Result<const record::State*> state_at(Time time);
    /// Events with the numbers first..last, both included, that there are.
    Result<std::vector<EventLine>> lines(std::uint64_t first, std::uint64_t last);
    /// The text of a name; "" for none.
    std::string_view text(NameId name) const;

  private:
    explicit Glass(record::Recording recording) : recording_(std::move(recording)) {}

    /// A state further away than this is begun anew from a keyframe, which is as far at most.
    static constexpr std::uint64_t forward_max = 50'000;

    Time said_end() const;
    std::optional<Diagnostic> take_end();

    record::Recording recording_;
    std::uint64_t events_ = 0, last_ = 0;
    Time end_{};
    std::optional<record::State> state_;
    Time state_time_{};
    EventId state_event_{};          // The last one that state_ knows.
    std::uint64_t state_last_ = 0;   // What last_ was then.
    bool clean_ = false;
};

}   // namespace glasshive::viewer
