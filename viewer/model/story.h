#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/glass.h"
#include "viewer/model/latencies.h"
#include "viewer/model/store_log.h"

namespace glasshive::viewer {

/// A stretch of time in which a subject had one state.
struct Span {
    Time from{};
    Time to{};
    std::string_view state;   ///< Lives as long as the recording.
    EventId said_by{};
};

/// One line of the Gantt chart.
struct SpanRow {
    std::string_view type;   ///< "host", "node", "task", "fault"
    NameId subject;
    std::vector<Span> spans;   ///< In order of time; the last reaches as far as the run is known.
    bool open = false;         ///< The last span goes on.
};

/// One event that stands out: a fault, a command, a decision that changed something, or whatever
/// else has verbosity 0.
struct Mark {
    Time time{};
    EventId event{};
    NameId subject;
    std::string_view kind;   ///< Lives as long as the recording.
};

/// What a manager said of its part in the group: raft.leader, raft.candidate, raft.stepdown,
/// raft.vote.
struct Reign {
    Time time{};
    EventId event{};
    NameId manager;
    std::int64_t term = 0;
    NameId candidate;        ///< Who got the vote.
    std::string_view kind;   ///< Lives as long as the recording.
};

/// What the timeline draws, gathered from the start of the recording a slice at a time, so that a
/// window reads on between two frames and never waits. Bounded: see `marks_max` and `spans_max`.
class Story {
  public:
    static constexpr std::size_t spans_max = 4'000'000;   ///< 24 bytes and a view each.
    static constexpr std::size_t marks_max = 200'000;
    static constexpr std::size_t reigns_max = 200'000;

    explicit Story(Glass& glass) : glass_(glass) {}

    /// Reads up to `events_max` more events. Damage ends the story where it is, said once.
    std::optional<Diagnostic> advance(std::uint64_t events_max);
    /// The recording grew: spans that go on reach its new end.
    void grow();
    bool done() const { return read_ >= glass_.last() || damaged_; }
    double progress() const;                   ///< 0..1
    bool complete() const {
        return !full_ && stores_.complete();
    }   ///< False when a bound cut something away.

    const std::vector<SpanRow>& rows() const { return rows_; }   ///< In order of first mention.
    const std::vector<Mark>& marks() const { return marks_; }    ///< In order of time.
    const std::vector<Reign>& reigns() const { return reigns_; }   ///< In order of time.
    /// How long answered requests took, over the whole run.
    const Latencies& latencies() const { return latencies_; }
    /// What document stores said, over the whole run.
    const StoreLog& stores() const { return stores_; }

  private:
    friend struct StoryReader;
    void add(const Event& event);
    void add_reign(const Event& event, const EventKind& kind);

    Glass& glass_;
    std::uint64_t read_ = 0;
    bool damaged_ = false;
    bool full_ = false;
    std::size_t spans_ = 0;
    std::vector<SpanRow> rows_;
    std::vector<Mark> marks_;
    std::vector<Reign> reigns_;
    Latencies latencies_;
    StoreLog stores_;
    std::vector<std::vector<std::uint32_t>> row_of_;   ///< By type, then NameId; 0 = none.
};

/// The spans of a row that a chart shows between `from` and `to`, one per `unit` at most: where
/// several fall into one unit the longest is kept. Cost: a bisection and the spans in between.
std::vector<Span> spans_between(const SpanRow& row, Time from, Time to, Duration unit);

}   // namespace glasshive::viewer
