#include "platform/outages.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::platform {

Time later(Time a, Duration b) {
    SIM_ASSERT(b.count() >= 0);
    return b > time_never - a ? time_never : a + b;
}

Duration Outages::draw(const LawSpec& law) {
    const Duration drawn = law.law == LawSpec::Law::exponential
                               ? rng_.exponential(law.scale)
                               : rng_.weibull(law.scale, law.shape);
    return std::max(drawn, Duration{1});
}

std::optional<Outages::Outage> Outages::next() {
    if (spec_.times > 0 && given_ == spec_.times) return std::nullopt;
    const Time begins = later(up_since_, draw(spec_.up));
    const Time ends = later(begins, draw(spec_.down));
    if (begins >= until_ || begins == time_never) return std::nullopt;
    ++given_;
    up_since_ = ends;
    return Outage{begins, ends};
}

}   // namespace glasshive::platform
