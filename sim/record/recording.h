#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "record/pyramid.h"
#include "record/state.h"

struct sqlite3;

namespace glasshive::record {

/// Bounds for what a stranger's recording or a user's SQL may cost.
struct ReadLimits {
    /// SQLite operations per statement of a user; a deterministic bound. About 50 M are a second.
    std::uint64_t operations_max = 2'000'000'000;
    /// Seconds of wall time per statement of a user; generous, for what one operation can hide.
    int seconds_max = 120;
};

/// Something that came from outside, and when.
struct Command {
    Time at{};
    std::string text;
};

/// A recording as a source: the same events, in the same order, with the same names as the live
/// run.
///
/// Recordings come from strangers. Opened read-only; tables must be written letter by letter as
/// ours are; views, triggers and indexes stored in the file are never run: the views are our own
/// TEMP ones, generated from the kinds the file describes. No ATTACH, PRAGMA, writes or extensions;
/// bounded operations, lengths and columns. Whatever is wrong is one Diagnostic with one clear
/// line. A recording that is still being written may be read; refresh() learns its new names.
class Recording {
  public:
    /// Missing, empty, truncated, damaged, foreign or newer files: one Diagnostic.
    static Result<Recording> open(const std::string& path, const ReadLimits& limits = {});
    /// From bytes of a finished recording: for tests and fuzzers.
    static Result<Recording> from_bytes(std::string bytes, const ReadLimits& limits = {});

    Recording(Recording&&) noexcept;
    Recording& operator=(Recording&&) noexcept;
    ~Recording();

    const std::string& path() const;
    /// Kinds as the file describes them: a recording of an older or newer program can be read too.
    const EventRegistry& registry() const;
    const Names& names() const;
    /// How the kinds fold; shared by every State of this recording.
    std::shared_ptr<const FoldPlan> plan() const;

    /// Key of meta; empty when there is none.
    std::optional<std::string> meta(std::string_view key) const;
    /// All of meta but the content of files, sorted by key; values cut at 64 KiB.
    std::map<std::string, std::string> all_meta() const;
    /// Paths of the embedded input files, sorted.
    std::vector<std::string> input_files() const;
    /// What came from outside, in order of time. A command that a crash cut in two is left out.
    Result<std::vector<Command>> commands() const;
    /// Of the newest event; zero when there is none. Cost: one look-up.
    Result<Time> newest_time() const;
    /// True when the run ended and said so; false while it goes on or when it was cut short.
    bool clean() const;

    /// Which part of a run to read: ids first..last, both included.
    struct Range {
        EventId first{1};
        EventId last{INT64_MAX};
        bool samples = true;
    };
    /// Hands every event and sample to the sink in the order of the run: a fold cannot tell it from
    /// the live one. Stops at damage; what was handed out before is sound. Empty when all went
    /// well.
    std::optional<Diagnostic> replay(EventSink& sink) { return replay(sink, Range{}); }
    std::optional<Diagnostic> replay(EventSink& sink, const Range& range);

    /// Newest event at or before `time`; 0 when there is none. Cost: a few look-ups.
    Result<EventId> last_event_at(Time time);
    /// How many events the file has: fewer than the newest one's number where some kinds alone were
    /// kept; of those after one. Cost: a walk over the pages of these events.
    Result<std::uint64_t> count_events(EventId after = EventId{});
    /// The newest event there is now; 0 of none. Cost: one look-up.
    Result<EventId> newest_event();
    /// What was true at `time`, events at that instant included: nearest keyframe, then events.
    Result<State> state_at(Time time);
    /// What was true right after an event.
    Result<State> state_after(EventId event);
    /// Takes a state of this recording, as it was after one event, on to a later one. When
    /// something is wrong, the state is of no use any more. Cost: the events in between.
    std::optional<Diagnostic> fold(State& state, EventId after, EventId last);

    /// Buckets of one gauge at one level (pyramid.h), those that touch from..to, in order. What the
    /// file has not summed up yet (still running, or cut short) is summed up from the samples.
    Result<std::vector<SampleBucket>> sample_buckets(NameId series, NameId subject, int level,
                                                     Time from, Time to);
    /// Same for the number of events of one kind; level >= event_level_min.
    Result<std::vector<ClosedEventBucket>> event_buckets(std::uint16_t kind, int level, Time from,
                                                         Time to);

    /// Learns names written since opening: for recordings that are still growing.
    std::optional<Diagnostic> refresh();

    std::uint64_t file_bytes() const;   ///< Size of the recording, a -wal included.
    /// The safe connection for record/query: statements on it are bounded as `limits` say.
    sqlite3* handle() const;
    /// Arms the limits for one statement of ours (scaled to the file) or of a user (as `limits`
    /// say).
    void arm_for_ourselves();
    void arm_for_user();
    /// The Diagnostic for what SQLite last said.
    Diagnostic problem(std::string_view doing) const;

  private:
    struct Impl;
    explicit Recording(std::unique_ptr<Impl> impl);
    static Result<Recording> load(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}   // namespace glasshive::record
