#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/event.h"

namespace glasshive::record {

/// The level-of-detail pyramid: a viewer draws a year of samples from a few hundred buckets.
///
/// Level L cuts virtual time into buckets of 1 ms * 8^L; bucket b spans [b, b + 1) * width.
/// A gauge's finest level is the first whose width is at least four times the distance of its first
/// two samples (a level that merely copies the samples helps nobody); it is kept on six levels from
/// there. Event counts start at level 3 (512 ms).
inline constexpr int levels_max = 12;   ///< Level 11: 99 days.
inline constexpr int levels_per_gauge = 6;
inline constexpr int event_level_min = 3;
constexpr std::int64_t bucket_width_ns(int level) { return std::int64_t{1'000'000} << (3 * level); }
constexpr std::int64_t bucket_of(Time time, int level) {
    return ns_of(time) / bucket_width_ns(level);
}

/// What a gauge did within one bucket.
struct SampleBucket {
    std::int64_t bucket = 0;
    std::uint64_t count = 0;
    double min = 0;
    double max = 0;
    double sum = 0;

    void add(double value);
    void add(const SampleBucket& finer);
};

/// A bucket that will change no more, ready to be written.
struct ClosedSampleBucket {
    NameId series;
    NameId subject;
    int level = 0;
    SampleBucket values;
};
struct ClosedEventBucket {
    std::uint16_t kind = 0;
    int level = 0;
    std::int64_t bucket = 0;
    std::uint64_t count = 0;
};

/// Folds samples and events, in order of time, into closed buckets. Holds one open bucket per
/// level.
class Pyramid {
  public:
    void add(const Sample& sample);
    void add(std::uint16_t kind, Time time);
    /// Closes everything that is still open: the recording ends here.
    void finish();

    /// Closed since the caller last cleared them.
    std::vector<ClosedSampleBucket> samples;
    std::vector<ClosedEventBucket> events;

  private:
    struct Gauge {
        NameId series;
        NameId subject;
        int finest = -1;   ///< -1: not known before the second instant.
        Time first{};
        SampleBucket open[levels_per_gauge];
    };
    struct Counter {
        std::int64_t bucket[levels_max] = {};
        std::uint64_t count[levels_max] = {};
    };

    void put(Gauge& gauge, Time time, double value);
    void close(Gauge& gauge, int slot);
    void close(std::uint16_t kind, int level);

    std::unordered_map<std::uint64_t, std::size_t> index_;   // Looked up only; gauges_ is walked.
    std::vector<Gauge> gauges_;
    std::vector<Counter> counters_;   // By kind.
};

/// The finest level for samples `gap` apart.
int finest_level(Duration gap);

}   // namespace glasshive::record
