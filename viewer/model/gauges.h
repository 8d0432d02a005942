#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/recording.h"

namespace glasshive::viewer {

/// What a gauge read over a stretch of time that is a pixel or more wide, or one sample.
struct Reading {
    Time time{};
    double min = 0, max = 0, mean = 0;
};

/// The gauges of a recording: host.cpu, host.memory, … Gauges are sampled when they change, so a
/// reading holds until the next one. Every call is a few look-ups in an index, never a walk over
/// all samples; damage reads as nothing.
class Gauges {
  public:
    explicit Gauges(record::Recording& recording) : recording_(recording) {}

    /// Which gauges there are, in order of their names.
    std::vector<NameId> series();
    /// Of whom there are readings, by name; at most `most`.
    std::vector<NameId> subjects(NameId series, std::size_t most);
    /// The newest reading at or before `at`.
    std::optional<double> at(NameId series, NameId subject, Time at);
    /// From the last one before `from` up to `to`: samples where they are at most `most`, else
    /// buckets of the pyramid at `level` (record/pyramid.h) or the next one that has any.
    std::vector<Reading> between(NameId series, NameId subject, Time from, Time to, int level,
                                 std::size_t most);
    /// Events of one kind per second, in buckets of `level` (at least event_level_min); buckets
    /// without events in between read as 0.
    std::vector<Reading> rate(const EventKind& kind, Time from, Time to, int level);

  private:
    std::int64_t first_after(Time time);

    record::Recording& recording_;
};

}   // namespace glasshive::viewer
