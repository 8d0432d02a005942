// The plain scalars of our grammar: integers, reals, booleans.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "yaml/units.h"

namespace glasshive::yaml {

namespace {

bool digits_only(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string integer_hint(std::string_view digits) {
    if (digits.size() > 1 && digits[0] == '0' && digits_only(digits)) {
        return "write it without leading zeros";
    }
    std::string plain(digits);
    plain.erase(
        std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '_' || c == ','; }),
        plain.end());
    if (plain != digits && digits_only(plain)) return "did you mean " + plain + "?";
    if (digits.rfind("0x", 0) == 0) return "write it in decimal";
    const std::size_t point = digits.find('.');
    if (point != std::string_view::npos && digits_only(digits.substr(0, point)) &&
        digits.find_first_not_of('0', point + 1) == std::string_view::npos) {
        return "did you mean " + std::string(digits.substr(0, point)) + "?";
    }
    return "write a whole number such as 3";
}

}   // namespace

Parsed<std::int64_t> parse_integer(std::string_view text) {
    const bool negative = !text.empty() && text[0] == '-';
    const std::string_view digits = text.substr(negative ? 1 : 0);
    if (!digits_only(digits) || (digits.size() > 1 && digits[0] == '0')) {
        return {std::nullopt, quoted(text) + " is not a whole number", integer_hint(digits)};
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return {std::nullopt, quoted(text) + (negative ? " is too small" : " is too large"), ""};
    }
    return {value, "", ""};
}

Parsed<double> parse_real(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    if (error == std::errc::result_out_of_range && numeric) {
        return {std::nullopt, quoted(text) + " is too large or too near to 0", ""};
    }
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || !numeric) {
        return {std::nullopt, quoted(text) + " is not a number", ""};
    }
    return {value, "", ""};
}

Parsed<bool> parse_bool(std::string_view text) {
    if (text == "true") return {true, "", ""};
    if (text == "false") return {false, "", ""};
    std::string small(text);
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string hint;
    for (const char* word : {"yes", "on", "y", "1", "true"}) {
        if (small == word) hint = "did you mean true?";
    }
    for (const char* word : {"no", "off", "n", "0", "false"}) {
        if (small == word) hint = "did you mean false?";
    }
    return {std::nullopt, quoted(text) + " is neither true nor false", hint};
}

}   // namespace glasshive::yaml
