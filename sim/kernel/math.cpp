#include "kernel/math.h"

#include <bit>
#include <limits>

#include "base/assert.h"

namespace glasshive::kernel {

namespace {
// ln 2 split so that k * high is exact for every exponent k (fdlibm, e_log.c).
constexpr double ln2_high = 6.93147180369123816490e-01;
constexpr double ln2_low = 1.90821492927058770002e-10;
}   // namespace

double portable_log(double x) {
    SIM_ASSERT(x > 0);
    SIM_ASSERT(x <= std::numeric_limits<double>::max());
    int exponent = 0;
    if (x < std::numeric_limits<double>::min()) {   // Subnormal: scale by 2^54 first.
        x *= 18014398509481984.0;
        exponent = -54;
    }
    auto bits = std::bit_cast<std::uint64_t>(x);
    exponent += static_cast<int>(bits >> 52) - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
    double m = std::bit_cast<double>(bits);   // 1 <= m < 2
    if (m > 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    // log m = 2 atanh(s), s = (m-1)/(m+1), |s| < 0.1716: eleven terms leave less than 1e-18.
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double series = 0;
    for (int k = 23; k >= 3; k -= 2) series = z * (series + 1.0 / k);
    const double log_m = 2.0 * s + 2.0 * s * series;
    return exponent * ln2_high + (log_m + exponent * ln2_low);
}

double portable_exp(double x) {
    if (x < -745.0) return 0;
    if (x > 709.0) return std::numeric_limits<double>::infinity();
    const double scaled = x * 1.4426950408889634;
    const int k = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
    const double r = (x - k * ln2_high) - k * ln2_low;   // |r| <= 0.35
    double sum = 1.0;
    for (int n = 16; n >= 1; --n) sum = 1.0 + r * sum / n;
    const auto power = [](int e) {
        return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52);
    };
    return k < -1000 ? sum * power(k + 60) * power(-60) : sum * power(k);
}

double portable_pow(double x, double y) { return portable_exp(y * portable_log(x)); }

namespace {

/// Sine and cosine of |r| <= pi/4 by their series: the first term left out is below 1e-19.
double sine_series(double r) {
    const double square = r * r;
    double sum = 0;
    for (int n = 19; n >= 3; n -= 2) sum = square / (n * (n - 1)) * (-1 - sum);
    return r + r * sum;
}

double cosine_series(double r) {
    const double square = r * r;
    double sum = 0;
    for (int n = 20; n >= 2; n -= 2) sum = square / (n * (n - 1)) * (-1 - sum);
    return 1 + sum;
}

/// Sine of x + turns * pi/2.
double sine_after(double x, std::int64_t turns) {
    constexpr double far = 5e8;
    if (!(x >= -far && x <= far)) return std::numeric_limits<double>::quiet_NaN();
    // pi/2 in three parts; products of the first two, of 24 bits each, with a count are exact.
    constexpr double high = 0x1.921fb4p+0, middle = 0x1.4442dp-24, rest = 0x1.8469898cc517p-48;
    const double scaled = x * 0.63661977236758134308;
    const auto quarters = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    const auto count = static_cast<double>(quarters);
    const double r = ((x - count * high) - count * middle) - count * rest;
    const std::int64_t quadrant = (quarters + turns) & 3;
    const double value = quadrant % 2 == 0 ? sine_series(r) : cosine_series(r);
    return quadrant < 2 ? value : -value;
}

}   // namespace

double portable_sin(double x) { return sine_after(x, 0); }
double portable_cos(double x) { return sine_after(x, 1); }

}   // namespace glasshive::kernel
