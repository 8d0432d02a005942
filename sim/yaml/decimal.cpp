#include "yaml/decimal.h"

#include <limits>

#include "base/assert.h"

namespace glasshive::yaml {

namespace {

constexpr std::size_t digits_max = 18;   // 10^18 * 10^15 fits 128 bits with room to spare.

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Wide number_of(std::string_view digits) {
    Wide value = 0;
    for (const char c : digits) value = value * 10 + static_cast<Wide>(c - '0');
    return value;
}

}   // namespace

Scaled scaled_decimal(std::string_view digits, std::int64_t numerator, std::int64_t denominator) {
    SIM_ASSERT(numerator >= 1 && numerator <= 1'000'000'000'000'000);
    SIM_ASSERT(denominator >= 1 && denominator <= 1'000'000'000'000'000);
    const std::size_t point = digits.find('.');
    std::string_view whole = digits.substr(0, point);
    std::string_view fraction;
    if (!all_digits(whole)) return {};
    if (point != std::string_view::npos) {
        fraction = digits.substr(point + 1);
        if (!all_digits(fraction)) return {};
    }
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
    if (whole.size() > digits_max + 1) return {DecimalStatus::overflow, 0};
    if (fraction.size() > digits_max) return {DecimalStatus::inexact, 0};

    // value = (whole + fraction / 10^n) * numerator / denominator
    Wide power = 1;
    for (std::size_t i = 0; i < fraction.size(); ++i) power *= 10;
    const Wide below_one = number_of(fraction) * static_cast<Wide>(numerator);
    if (below_one % power != 0) return {DecimalStatus::inexact, 0};
    const Wide total = number_of(whole) * static_cast<Wide>(numerator) + below_one / power;
    if (total % static_cast<Wide>(denominator) != 0) return {DecimalStatus::inexact, 0};
    const Wide value = total / static_cast<Wide>(denominator);
    if (value > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) {
        return {DecimalStatus::overflow, 0};
    }
    return {DecimalStatus::ok, static_cast<std::int64_t>(value)};
}

std::size_t number_length(std::string_view text) {
    const std::size_t end = text.find_first_not_of("0123456789.");
    return end == std::string_view::npos ? text.size() : end;
}

}   // namespace glasshive::yaml
