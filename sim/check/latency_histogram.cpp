#include "check/latency_histogram.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace glasshive::check {

namespace {

constexpr int fraction_bits = 7;

/// Below 2^7 every nanosecond has its own bucket; above, the seven bits behind the leading one
/// count.
std::uint32_t bucket_of(std::uint64_t ns) {
    const int width = std::bit_width(ns);
    if (width <= fraction_bits) return static_cast<std::uint32_t>(ns);
    const int shift = width - 1 - fraction_bits;
    const auto fraction = static_cast<std::uint32_t>(ns >> shift) - (1u << fraction_bits);
    return (static_cast<std::uint32_t>(shift + 1) << fraction_bits) + fraction;
}

/// The highest value of a bucket.
std::int64_t upper_end(std::uint32_t bucket) {
    const std::uint32_t level = bucket >> fraction_bits;
    const std::uint64_t fraction = bucket & ((1u << fraction_bits) - 1);
    if (level == 0) return static_cast<std::int64_t>(fraction);
    const std::uint64_t low = ((std::uint64_t{1} << fraction_bits) + fraction) << (level - 1);
    return static_cast<std::int64_t>(low + (std::uint64_t{1} << (level - 1)) - 1);
}

}   // namespace

void LatencyHistogram::add(Duration latency) {
    latency = std::max(latency, Duration::zero());
    ++buckets_[bucket_of(static_cast<std::uint64_t>(latency.count()))];
    ++count_;
    max_ = std::max(max_, latency);
}

Duration LatencyHistogram::percentile(int percent) const {
    SIM_ASSERT(0 < percent);
    SIM_ASSERT(percent <= 100);
    // ceil(count * percent / 100) without leaving 64 bits.
    const std::int64_t rank = count_ / 100 * percent + (count_ % 100 * percent + 99) / 100;
    std::int64_t seen = 0;
    for (const auto& [bucket, count] : buckets_) {
        seen += count;
        if (seen >= rank) return std::min(Duration{upper_end(bucket)}, max_);
    }
    return Duration::zero();
}

}   // namespace glasshive::check
