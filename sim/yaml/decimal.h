#pragma once

#include <cstdint>
#include <string_view>

namespace glasshive::yaml {

__extension__ typedef unsigned __int128 Wide;

/// The outcome of reading a decimal number exactly.
enum class DecimalStatus { ok, malformed, inexact, overflow };

struct Scaled {
    DecimalStatus status = DecimalStatus::malformed;
    std::int64_t value = 0;
};

/// `digits` ("12", "0.5", ".5" is malformed, no sign, no exponent) times numerator/denominator,
/// which must come out whole and fit 63 bits. Requires 1 <= numerator, denominator <= 10^15.
Scaled scaled_decimal(std::string_view digits, std::int64_t numerator,
                      std::int64_t denominator = 1);

/// How many of the first characters of `text` are digits or points.
std::size_t number_length(std::string_view text);

}   // namespace glasshive::yaml
