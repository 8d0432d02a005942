#include "words/grammar/gotext.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace glasshive::words {

namespace {

/// The length of the UTF-8 sequence that begins here, or 0 when it is broken.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0x80                   ? 1
                               : byte >= 0xC2 && byte < 0xE0 ? 2
                               : byte >= 0xE0 && byte < 0xF0 ? 3
                               : byte >= 0xF0 && byte < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
    }
    return length;
}

std::string hex_byte(unsigned char byte) {
    constexpr const char* digits = "0123456789abcdef";
    return std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return small >= 'a' && small <= 'z' ? small - 'a' + 10 : 99;
}

std::string strconv_error(const char* function, std::string_view text, const char* what) {
    return std::string("strconv.") + function + ": parsing " + go_quoted(text) + ": " + what;
}

/// Takes a prefix such as 0x away and says which base it means.
int take_base(std::string_view& digits) {
    if (digits.size() < 2 || digits[0] != '0') return 10;
    const char mark = lower(digits.substr(1, 1))[0];
    if (mark != 'x' && mark != 'o' && mark != 'b') {
        digits.remove_prefix(1);
        return 8;
    }
    digits.remove_prefix(2);
    return mark == 'x' ? 16 : mark == 'o' ? 8 : 2;
}

enum class Digits { fine, malformed, too_large };

Digits read_digits(std::string_view digits, int base, std::uint64_t max, std::uint64_t& value) {
    if (digits.empty()) return Digits::malformed;
    value = 0;
    bool large = false;
    for (const char c : digits) {
        const int digit = digit_of(c);
        if (digit >= base) return Digits::malformed;
        const auto next = static_cast<std::uint64_t>(digit);
        large = large || value > (max - next) / static_cast<std::uint64_t>(base);
        if (!large) value = value * static_cast<std::uint64_t>(base) + next;
    }
    return large ? Digits::too_large : Digits::fine;
}

Digits read_number(std::string_view text, int base, std::uint64_t max, std::uint64_t& value) {
    std::string_view digits = text;
    const bool any_base = base == 0;
    if (any_base) base = take_base(digits);
    std::string plain(digits);
    // Go allows an underscore between digits only, and only where the base is read from the text.
    if (any_base && plain.find('_') != std::string::npos && plain.front() != '_' &&
        plain.back() != '_' && plain.find("__") == std::string::npos) {
        plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
    }
    return read_digits(plain, base, max, value);
}

}   // namespace

std::string go_quoted(std::string_view text) {
    std::string result = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::size_t length = utf8_length(text, at);
        constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"";
        const std::size_t named = special.find(c);
        if (named != std::string_view::npos && c != '\0') {
            result += '\\';
            result += "abfnrtv\\\""[named];
        } else if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            result += hex_byte(static_cast<unsigned char>(c));
        } else {
            result += text.substr(at, length);
        }
        at += std::max<std::size_t>(length, 1);
    }
    return result + "\"";
}

GoParsed<std::uint64_t> go_uint(std::string_view text, int base, int bits) {
    const std::uint64_t max =
        bits >= 64 ? UINT64_MAX : (std::uint64_t{1} << static_cast<unsigned>(bits)) - 1;
    std::uint64_t value = 0;
    switch (read_number(text, base, max, value)) {
        case Digits::fine: return {value, ""};
        case Digits::malformed:
            return {std::nullopt, strconv_error("ParseUint", text, "invalid syntax")};
        case Digits::too_large: break;
    }
    return {std::nullopt, strconv_error("ParseUint", text, "value out of range")};
}

GoParsed<std::int64_t> go_int(std::string_view text) {
    std::string_view digits = text;
    const bool negative = !digits.empty() && digits[0] == '-';
    if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
    const std::uint64_t max = negative ? std::uint64_t{1} << 63 : INT64_MAX;
    std::uint64_t value = 0;
    switch (read_number(digits, 0, max, value)) {
        case Digits::fine: return {static_cast<std::int64_t>(negative ? ~value + 1 : value), ""};
        case Digits::malformed:
            return {std::nullopt, strconv_error("ParseInt", text, "invalid syntax")};
        case Digits::too_large: break;
    }
    return {std::nullopt, strconv_error("ParseInt", text, "value out of range")};
}

GoParsed<bool> go_bool(std::string_view text) {
    for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"}) {
        if (text == yes) return {true, ""};
    }
    for (const char* no : {"0", "f", "F", "FALSE", "false", "False"}) {
        if (text == no) return {false, ""};
    }
    return {std::nullopt, strconv_error("ParseBool", text, "invalid syntax")};
}

GoParsed<double> go_float(std::string_view text) {
    std::string_view digits = text;
    if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range)
        return {std::nullopt, strconv_error("ParseFloat", text, "value out of range")};
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
        return {std::nullopt, strconv_error("ParseFloat", text, "invalid syntax")};
    return {value, ""};
}

GoParsed<std::vector<std::string>> go_csv(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    if (text.empty()) return {std::nullopt, "EOF"};
    std::vector<std::string> fields(1);
    const auto at_column = [](std::size_t column, const char* what) {
        return "parse error on line 1, column " + std::to_string(column) + ": " + what;
    };
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"') {
            for (++at; at < text.size(); ++at) {
                if (text[at] != '"') {
                    fields.back() += text[at];
                } else if (at + 1 < text.size() && text[at + 1] == '"') {
                    fields.back() += text[++at];
                } else {
                    break;
                }
            }
            const bool open = at >= text.size();
            if (open || (at + 1 < text.size() && text[at + 1] != ',')) {
                return {std::nullopt,
                        at_column(at + 1, "extraneous or missing \" in quoted-field")};
            }
            ++at;
        } else {
            const std::size_t end = std::min(text.find(',', at), text.size());
            const std::string_view field = text.substr(at, end - at);
            const std::size_t quote = field.find('"');
            if (quote != std::string_view::npos)
                return {std::nullopt, at_column(at + quote + 1, "bare \" in non-quoted-field")};
            fields.back() = field;
            at = end;
        }
        if (at >= text.size()) break;
        fields.emplace_back();
        ++at;
    }
    return {fields, ""};
}

Pair cut(std::string_view text, char separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {std::string(text), std::nullopt};
    return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return result;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

namespace {

bool is_ipv4(std::string_view text) {
    int parts = 0;
    while (true) {
        const std::size_t dot = std::min(text.find('.'), text.size());
        const std::string_view part = text.substr(0, dot);
        const auto value = go_uint(part, 10, 8);
        if (!value || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
        ++parts;
        if (dot == text.size()) return parts == 4;
        text.remove_prefix(dot + 1);
    }
}

bool is_ipv6(std::string_view text) {
    const std::size_t gap = text.find("::");
    const bool has_gap = gap != std::string_view::npos;
    if (has_gap && text.find("::", gap + 1) != std::string_view::npos) return false;
    int groups = 0;
    const auto count = [&](std::string_view part) {
        while (!part.empty()) {
            const std::size_t colon = std::min(part.find(':'), part.size());
            const std::string_view group = part.substr(0, colon);
            if (group.find('.') != std::string_view::npos) {
                groups += 2;
                return colon == part.size() && is_ipv4(group);
            }
            if (group.size() > 4 || !go_uint(group, 16, 16)) return false;
            ++groups;
            if (colon + 1 == part.size()) return false;
            part.remove_prefix(std::min(colon + 1, part.size()));
        }
        return true;
    };
    if (!has_gap) return count(text) && groups == 8;
    return count(text.substr(0, gap)) && count(text.substr(gap + 2)) && groups < 8;
}

}   // namespace

bool is_ip_address(std::string_view text) { return is_ipv4(text) || is_ipv6(text); }

}   // namespace glasshive::words
