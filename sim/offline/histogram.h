#pragma once

#include <cstdint>
#include <vector>

namespace glasshive::offline {

/// Many numbers in bounded memory: their mean, their greatest, and quantiles to within 1 %. Numbers
/// are 0 or more; those below a millionth count as 0 for quantiles.
/// Source: the buckets of HdrHistogram, powers of two in 64 steps.
class Histogram {
  public:
    void add(double value);
    std::uint64_t count() const { return count_; }
    double mean() const { return count_ > 0 ? sum_ / static_cast<double>(count_) : 0; }
    double max() const { return max_; }
    /// The smallest number that at least `share` of all do not exceed, within 1 %; 0 of none.
    double quantile(double share) const;

  private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0, zeros_ = 0;
    double sum_ = 0, max_ = 0;
};

}   // namespace glasshive::offline
