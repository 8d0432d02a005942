#include "base/units.h"

#include <array>
#include <cstdio>

#include "base/assert.h"

namespace glasshive {

namespace {

/// A decimal without trailing zeros: 12.500 -> "12.5".
std::string trimmed(double value, int digits) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
    std::string text = buffer.data();
    if (text.find('.') == std::string::npos) return text;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

}   // namespace

Duration transfer_time(Bytes size, Bandwidth rate) {
    SIM_ASSERT(rate.count > 0);
    SIM_ASSERT(size.count >= 0);
    // Control messages are small: stay in 64 bits when the product fits (2^63 / 8e9 bytes).
    constexpr std::int64_t bits_ns_per_byte = 8'000'000'000;
    if (size.count < std::numeric_limits<std::int64_t>::max() / bits_ns_per_byte / 2) {
        const std::int64_t scaled = size.count * bits_ns_per_byte;
        return Duration{scaled / rate.count + (scaled % rate.count != 0 ? 1 : 0)};
    }
    __extension__ using Wide = unsigned __int128;
    const Wide scaled = static_cast<Wide>(size.count) * bits_ns_per_byte;
    const Wide divisor = static_cast<Wide>(rate.count);
    const Wide ns = (scaled + divisor - 1) / divisor;
    const auto most = static_cast<Wide>(std::numeric_limits<std::int64_t>::max());
    return Duration{static_cast<std::int64_t>(ns < most ? ns : most)};
}

std::string to_text(Duration d) {
    std::int64_t ns = d.count();
    if (ns == 0) return "0s";
    const std::string sign = ns < 0 ? "-" : "";
    if (ns < 0) ns = -ns;
    if (ns < 1'000) return sign + std::to_string(ns) + "ns";
    if (ns < 1'000'000) return sign + trimmed(static_cast<double>(ns) / 1e3, 3) + "us";
    if (ns < 1'000'000'000) return sign + trimmed(static_cast<double>(ns) / 1e6, 3) + "ms";
    constexpr std::int64_t minute = 60'000'000'000;
    constexpr std::int64_t hour = 60 * minute;
    std::string text = sign;
    if (ns >= hour) text += std::to_string(ns / hour) + "h";
    if (ns % hour >= minute) text += std::to_string(ns % hour / minute) + "m";
    const std::int64_t rest = ns % minute;
    if (rest != 0) text += trimmed(static_cast<double>(rest) / 1e9, 3) + "s";
    return text;
}

std::string seconds_text(Time t, int digits) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, seconds_of(t));
    return buffer.data();
}

std::string to_text(Bytes b) {
    const auto n = static_cast<double>(b.count);
    if (b.count >= gibibyte.count)
        return trimmed(n / static_cast<double>(gibibyte.count), 2) + " GiB";
    if (b.count >= mebibyte.count)
        return trimmed(n / static_cast<double>(mebibyte.count), 2) + " MiB";
    if (b.count >= kibibyte.count)
        return trimmed(n / static_cast<double>(kibibyte.count), 2) + " KiB";
    return std::to_string(b.count) + " B";
}

std::string to_text(Bandwidth b) {
    const auto n = static_cast<double>(b.count);
    if (b.count >= 1'000'000'000) return trimmed(n / 1e9, 3) + " Gbps";
    if (b.count >= 1'000'000) return trimmed(n / 1e6, 3) + " Mbps";
    if (b.count >= 1'000) return trimmed(n / 1e3, 3) + " kbps";
    return std::to_string(b.count) + " bps";
}

std::string to_text(Cpus c) { return trimmed(static_cast<double>(c.count) / 1e9, 3); }

}   // namespace glasshive
