#pragma once

#include <cstdint>
#include <string_view>

#include "base/units.h"

namespace glasshive::kernel {

/// A stream of chance with its own state: drawing from one never shifts another.
/// Generator: xoshiro256** 1.0 (Blackman & Vigna 2018), seeded through SplitMix64.
class Rng {
  public:
    /// The stream `name` of the run with `seed`. Equal arguments, equal draws, on every machine.
    Rng(std::uint64_t seed, std::string_view name);

    /// Uniform over all 64-bit values.
    std::uint64_t next();
    /// Uniform over 0..bound-1, unbiased (Lemire 2019). Requires bound > 0.
    std::uint64_t below(std::uint64_t bound);
    /// Uniform over low..high, both included. Requires low <= high.
    std::int64_t between(std::int64_t low, std::int64_t high);
    Duration between(Duration low, Duration high);
    /// Uniform over [0, 1) with 53 bits.
    double unit();
    /// True with probability `per_million` / 1,000,000.
    bool chance_ppm(std::uint32_t per_million);
    /// Exponential with the given mean: times between Poisson arrivals, failures without ageing.
    Duration exponential(Duration mean);
    /// Weibull with scale and shape (shape < 1: infant mortality, > 1: wear-out). Requires shape >
    /// 0.
    Duration weibull(Duration scale, double shape);

  private:
    std::uint64_t state_[4];
};

}   // namespace glasshive::kernel
