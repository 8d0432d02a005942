#include "kernel/rng.h"

#include <bit>
#include <limits>

#include "base/assert.h"
#include "kernel/math.h"

namespace glasshive::kernel {

namespace {

std::uint64_t split_mix(std::uint64_t& x) {
    x += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = x;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

/// FNV-1a, 64 bits: only to tell names apart; SplitMix64 does the mixing.
std::uint64_t hash_of(std::string_view name) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : name) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001B3ULL;
    }
    return hash;
}

Duration to_duration(double ns) {
    constexpr double most = 9.0e18;
    return Duration{static_cast<std::int64_t>(ns < most ? ns : most)};
}

}   // namespace

Rng::Rng(std::uint64_t seed, std::string_view name) {
    std::uint64_t mixer = seed;
    std::uint64_t state = split_mix(mixer) ^ hash_of(name);
    for (std::uint64_t& word : state_) word = split_mix(state);
}

std::uint64_t Rng::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
    SIM_ASSERT(bound > 0);
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(next()) * bound;
    auto low = static_cast<std::uint64_t>(product);
    if (low < bound) {
        const std::uint64_t threshold = (0 - bound) % bound;
        while (low < threshold) {
            product = static_cast<Wide>(next()) * bound;
            low = static_cast<std::uint64_t>(product);
        }
    }
    return static_cast<std::uint64_t>(product >> 64);
}

std::int64_t Rng::between(std::int64_t low, std::int64_t high) {
    SIM_ASSERT(low <= high);
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    if (span == std::numeric_limits<std::uint64_t>::max()) return static_cast<std::int64_t>(next());
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + below(span + 1));
}

Duration Rng::between(Duration low, Duration high) {
    return Duration{between(low.count(), high.count())};
}

double Rng::unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

bool Rng::chance_ppm(std::uint32_t per_million) { return below(1'000'000) < per_million; }

Duration Rng::exponential(Duration mean) {
    return to_duration(-portable_log(1.0 - unit()) * static_cast<double>(mean.count()));
}

Duration Rng::weibull(Duration scale, double shape) {
    SIM_ASSERT(shape > 0);
    const double e = -portable_log(1.0 - unit());
    if (e <= 0) return Duration{0};
    return to_duration(portable_pow(e, 1.0 / shape) * static_cast<double>(scale.count()));
}

}   // namespace glasshive::kernel
