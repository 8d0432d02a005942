#include "offline/histogram.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace glasshive::offline {

namespace {

constexpr double unit = 1e-6;
constexpr int steps = 64;

/// Which of `steps` parts of which power of two.
std::size_t bucket_of(double value) {
    int exponent = 0;
    const double part = std::frexp(value / unit, &exponent);   // [0.5, 1) 2^exponent
    return static_cast<std::size_t>((exponent - 1) * steps +
                                    static_cast<int>((part - 0.5) * 2 * steps));
}

double middle_of(std::size_t bucket) {
    const int exponent = static_cast<int>(bucket) / steps;
    const double part = 0.5 + (static_cast<double>(bucket % steps) + 0.5) / (2 * steps);
    return std::ldexp(part, exponent + 1) * unit;
}

}   // namespace

void Histogram::add(double value) {
    SIM_ASSERT(value >= 0);
    ++count_;
    sum_ += value;
    max_ = std::max(max_, value);
    if (value < unit) {
        ++zeros_;
        return;
    }
    const std::size_t bucket = bucket_of(value);
    if (buckets_.size() <= bucket) buckets_.resize(bucket + 1);
    ++buckets_[bucket];
}

double Histogram::quantile(double share) const {
    if (count_ == 0) return 0;
    const double exact = std::ceil(share * static_cast<double>(count_));
    const std::uint64_t rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(exact));
    std::uint64_t seen = zeros_;
    if (seen >= rank) return 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= rank) return std::min(middle_of(i), max_);
    }
    return max_;
}

}   // namespace glasshive::offline
