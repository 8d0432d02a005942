#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "viewer/model/glass.h"

namespace glasshive::viewer {

/// How long requests took, over time: the percentiles a chart draws, in bounded memory.
///
/// The run is cut into `slots` equal spans of time; each has a histogram whose bins are a fifth of
/// an octave wide (14.9 %), from 1 µs to about 19 h.
class Latencies {
  public:
    static constexpr std::size_t slots = 512;
    static constexpr std::size_t bins = 180;

    /// Counts one `request.ok` with its field "latency"; others are left out. A recording whose
    /// end moves is cut anew: what was counted is kept at twice the width.
    void add(Time time, Time end, const Event& event, const EventKind& kind);
    bool empty() const { return counts_.empty(); }
    Duration width() const { return width_; }   ///< Of one slot.

    struct Point {
        Time from{};
        std::uint64_t count = 0;
        double p50 = 0, p95 = 0, p99 = 0;   ///< Seconds: the upper edge of the bin.
    };
    /// The slots that have requests, in order of time. Cost: slots × bins; keep the answer.
    std::vector<Point> points() const;
    std::uint64_t count() const { return count_; }

  private:
    void widen(Time time);

    std::vector<std::uint32_t> counts_;   ///< slots × bins, made at the first request.
    Duration width_{};
    std::uint64_t count_ = 0;
};

/// Gathers those of a recording that has no story: the second one of a comparison.
class LatencyReader {
  public:
    explicit LatencyReader(Glass& glass) : glass_(glass) {}

    /// Looks at up to `events_max` more events. Damage ends it, said once.
    std::optional<Diagnostic> advance(std::uint64_t events_max);
    bool done() const { return read_ >= glass_.last() || damaged_; }
    const Latencies& latencies() const { return latencies_; }

  private:
    Glass& glass_;
    std::uint64_t read_ = 0;
    bool damaged_ = false;
    Latencies latencies_;
};

}   // namespace glasshive::viewer
