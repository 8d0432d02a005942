#pragma once

#include <cstdint>
#include <map>

#include "base/units.h"

namespace glasshive::check {

/// Counts durations in buckets of equal relative width, so that a percentile is found within 1 %
/// whatever the number of requests. Integers only: equal on every machine.
///
/// Source: the idea of HdrHistogram (hdrhistogram.org): 128 buckets per power of two, at most 0.8 %
/// wide each.
class LatencyHistogram {
  public:
    /// Negative durations count as 0.
    void add(Duration latency);
    std::int64_t count() const { return count_; }
    /// The nearest-rank percentile: the lowest latency that `percent` of all do not exceed, as the
    /// upper end of its bucket, at most max(). 0 without any. Requires 0 < percent <= 100.
    Duration percentile(int percent) const;
    Duration max() const { return max_; }

  private:
    std::map<std::uint32_t, std::int64_t> buckets_;   // Sorted: lower bucket, lower latency.
    std::int64_t count_ = 0;
    Duration max_{};
};

}   // namespace glasshive::check
