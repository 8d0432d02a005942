// Docker's grammars for sizes, durations and CPUs, problem texts included.
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

#include "yaml/decimal.h"
#include "yaml/units.h"

namespace glasshive::yaml {

namespace {

std::string go_quoted(std::string_view text) { return quoted(text); }

/// Go's strconv.ParseFloat for the decimal texts that can reach it here.
std::optional<double> go_float(std::string_view text) {
    if (!text.empty() && text[0] == '+') text.remove_prefix(1);
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// go-units size.go, binaryMap.
std::optional<double> binary_factor(char letter) {
    switch (letter) {
        case 'k': return 0x1p10;
        case 'm': return 0x1p20;
        case 'g': return 0x1p30;
        case 't': return 0x1p40;
        case 'p': return 0x1p50;
        default: return std::nullopt;
    }
}

Parsed<Bytes> whole_bytes(double size, std::string_view text) {
    if (size >= 0x1p63)
        return {std::nullopt, "invalid size: '" + std::string(text) + "'", "too large"};
    return {Bytes{static_cast<std::int64_t>(size)}, "", ""};   // Go's int64(): towards zero.
}

Parsed<Bytes> bad_suffix(const std::string& suffix) {
    return {std::nullopt, "invalid suffix: '" + suffix + "'", "write a size such as 512M or 1.5g"};
}

struct GoUnit {
    std::string_view name;
    std::uint64_t factor;
};
/// Go time/format.go, unitMap.
constexpr std::array<GoUnit, 8> go_units{{{"ns", 1}, {"us", 1'000}, {"\xC2\xB5s", 1'000},
                                          {"\xCE\xBCs", 1'000}, {"ms", 1'000'000},
                                          {"s", 1'000'000'000}, {"m", 60'000'000'000},
                                          {"h", 3'600'000'000'000}}};
constexpr std::uint64_t two_to_63 = std::uint64_t{1} << 63;

Parsed<Duration> bad_duration(std::string_view text) {
    return {std::nullopt, "time: invalid duration " + go_quoted(text), "write 30s, 1m30s or 500ms"};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct GoNumber {
    std::uint64_t whole = 0;
    std::uint64_t fraction = 0;
    double scale = 1;
    bool ok = false;
};

/// leadingInt and leadingFraction: consumes "[0-9]*(\.[0-9]*)?" with at least one digit.
GoNumber go_number(std::string_view& rest) {
    GoNumber number;
    bool digits = false;
    while (!rest.empty() && is_digit(rest[0])) {
        digits = true;
        if (number.whole > two_to_63 / 10) return {};
        number.whole = number.whole * 10 + static_cast<std::uint64_t>(rest[0] - '0');
        if (number.whole > two_to_63) return {};
        rest.remove_prefix(1);
    }
    if (!rest.empty() && rest[0] == '.') {
        rest.remove_prefix(1);
        bool overflow = false;
        while (!rest.empty() && is_digit(rest[0])) {
            digits = true;
            const auto digit = static_cast<std::uint64_t>(rest[0] - '0');
            rest.remove_prefix(1);
            if (overflow) continue;
            if (number.fraction > (two_to_63 - 1) / 10 ||
                number.fraction * 10 + digit > two_to_63) {
                overflow = true;   // Go drops digits that cannot matter.
                continue;
            }
            number.fraction = number.fraction * 10 + digit;
            number.scale *= 10;
        }
    }
    number.ok = digits;
    return number;
}

}   // namespace

Parsed<Bytes> parse_docker_bytes(std::string_view text) {
    const std::string invalid = "invalid size: '" + std::string(text) + "'";
    const std::string hint = "write a size such as 512M or 1.5g";
    const std::size_t last = text.find_last_of("0123456789. ");
    if (last == std::string_view::npos) return {std::nullopt, invalid, hint};
    const std::string_view number = text.substr(0, text[last] == ' ' ? last : last + 1);
    std::string suffix(text.substr(last + 1));
    const std::optional<double> parsed = go_float(number);
    if (!parsed) {
        return {std::nullopt,
                "strconv.ParseFloat: parsing " + go_quoted(number) + ": invalid syntax", hint};
    }
    double size = *parsed;
    if (size < 0) return {std::nullopt, invalid, hint};
    if (suffix.empty()) return whole_bytes(size, text);
    if (suffix.size() > 3) return bad_suffix(suffix);
    for (char& c : suffix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (suffix[0] == 'b') {
        return suffix.size() > 1 ? bad_suffix(suffix) : whole_bytes(size, text);
    }
    const std::optional<double> factor = binary_factor(suffix[0]);
    if (!factor) return bad_suffix(suffix);
    if (suffix.size() == 2 && suffix[1] != 'b') return bad_suffix(suffix);
    if (suffix.size() == 3 && suffix.compare(1, 2, "ib") != 0) return bad_suffix(suffix);
    return whole_bytes(size * *factor, text);
}

Parsed<Duration> parse_go_duration(std::string_view text) {
    std::string_view rest = text;
    const bool negative = !rest.empty() && rest[0] == '-';
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
    if (rest == "0") return {Duration{0}, "", ""};
    if (rest.empty()) return bad_duration(text);
    std::uint64_t total = 0;
    while (!rest.empty()) {
        const GoNumber number = go_number(rest);
        if (!number.ok) return bad_duration(text);
        std::size_t length = 0;
        while (length < rest.size() && rest[length] != '.' && !is_digit(rest[length])) ++length;
        const std::string_view name = rest.substr(0, length);
        rest.remove_prefix(length);
        if (name.empty()) {
            return {std::nullopt, "time: missing unit in duration " + go_quoted(text),
                    "did you mean " + std::string(text) + "s?"};
        }
        const GoUnit* unit = nullptr;
        for (const GoUnit& candidate : go_units) {
            if (candidate.name == name) unit = &candidate;
        }
        if (!unit) {
            return {std::nullopt, "time: unknown unit " + go_quoted(name) + " in duration " +
                                      go_quoted(text), "units are ns, us, ms, s, m and h"};
        }
        if (number.whole > two_to_63 / unit->factor) return bad_duration(text);
        std::uint64_t part = number.whole * unit->factor;
        if (number.fraction > 0) {
            part += static_cast<std::uint64_t>(static_cast<double>(number.fraction) *
                                               (static_cast<double>(unit->factor) / number.scale));
            if (part > two_to_63) return bad_duration(text);
        }
        total += part;
        if (total > two_to_63) return bad_duration(text);
    }
    if (negative) return {Duration{static_cast<std::int64_t>(~total + 1)}, "", ""};
    if (total > two_to_63 - 1) return bad_duration(text);
    return {Duration{static_cast<std::int64_t>(total)}, "", ""};
}

Parsed<Cpus> parse_docker_cpus(std::string_view text) {
    // Go's big.Rat also reads a sign, ".5" and "5.".
    std::string digits(text);
    const bool negative = !digits.empty() && digits[0] == '-';
    if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.erase(0, 1);
    if (digits.size() > 1 && digits.front() == '.') digits.insert(0, 1, '0');
    if (digits.size() > 1 && digits.back() == '.') digits.pop_back();
    const Scaled cpus = scaled_decimal(digits, one_cpu.count);
    if (cpus.status == DecimalStatus::ok)
        return {Cpus{negative ? -cpus.value : cpus.value}, "", ""};
    if (cpus.status == DecimalStatus::inexact) {
        return {std::nullopt, "value is too precise", "at most nine decimals count"};
    }
    return {std::nullopt, "failed to parse " + std::string(text) + " as a rational number",
            "write a number of CPUs such as 0.5"};
}

}   // namespace glasshive::yaml
