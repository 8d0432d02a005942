#include "swarm/security/certificate.h"

#include <algorithm>

namespace glasshive::swarm {

Duration renewal_wait(const Certificate& certificate, Time now, kernel::Rng& rng) {
    using std::chrono::minutes;
    const Duration life = certificate.valid_until - certificate.valid_from;
    const std::int64_t low = life / 2 / minutes{1};
    const std::int64_t high = life * 4 / 5 / minutes{1};
    // The upper bound is never drawn (rand.Intn).
    const std::int64_t drawn = high - low < 1 ? low : rng.between(low, high - 1);
    return std::max(certificate.valid_from + minutes{drawn} - now, Duration::zero());
}

Duration renewal_backoff(std::uint32_t failures, kernel::Rng& rng) {
    using std::chrono::seconds;
    constexpr Duration base = seconds{5};
    constexpr Duration factor = seconds{5};
    constexpr Duration most = std::chrono::hours{1};
    if (failures == 0) return Duration::zero();
    // 5 s * 2^10 is above the hour already.
    const Duration grown =
        factor * (std::int64_t{1} << std::min<std::uint32_t>(failures - 1, 10));
    const Duration bound = std::min(base + grown, most);
    return Duration{static_cast<std::int64_t>(
        rng.below(static_cast<std::uint64_t>(bound.count())))};
}

}   // namespace glasshive::swarm
