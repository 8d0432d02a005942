#include "scenario/compose/item.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "yaml/units.h"

namespace glasshive::compose {

namespace {

constexpr std::array<std::string_view, 11> true_words{"y", "Y", "yes", "Yes", "YES", "true",
                                                      "True", "TRUE", "on", "On", "ON"};
constexpr std::array<std::string_view, 11> false_words{"n", "N", "no", "No", "NO", "false",
                                                       "False", "FALSE", "off", "Off", "OFF"};

template <std::size_t n>
bool among(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// Go's strconv.ParseInt(text, 0, 64): an optional sign, then 0x, 0o, 0b, 0 (octal) or decimal.
std::optional<std::int64_t> go_integer(std::string text) {
    const bool negative = !text.empty() && text[0] == '-';
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.erase(0, 1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char letter = static_cast<char>(text[1] | 0x20);
        base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 8;
        const bool prefixed = letter == 'x' || letter == 'o' || letter == 'b';
        text.erase(0, prefixed ? 2 : 1);
    }
    if (text.empty() || text[0] == '-' || text[0] == '+') return std::nullopt;
    if (negative) text.insert(0, "-");
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// yaml.v2's yamlStyleFloat: digits, a point, an exponent; no hexadecimal, no inf.
std::optional<double> yaml_float(std::string_view text) {
    if (!text.empty() && text[0] == '+') text.remove_prefix(1);
    if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Go's %v of a float64: shortest digits, exponent form below 1e-4 and from 1e21 on.
std::string go_float_text(double value) {
    const double magnitude = std::fabs(value);
    const bool exponent = magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e21);
    std::array<char, 64> buffer{};
    const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
    return std::string(buffer.data(), result.ptr);
}

void set_integer(Item& item, std::int64_t value) {
    item.type = Type::integer;
    item.integer = value;
    item.real = static_cast<double>(value);
    item.text = std::to_string(value);
}

void set_boolean(Item& item, bool value) {
    item.type = Type::boolean;
    item.boolean = value;
    item.text = value ? "true" : "false";
}

void set_real(Item& item, double value) {
    item.type = Type::real;
    item.real = value;
    item.text = go_float_text(value);
}

}   // namespace

const Item* Item::find(std::string_view key) const {
    for (const auto& [name, value] : entries) {
        if (name == key) return &value;
    }
    return nullptr;
}

void resolve_scalar(const yaml::Node& node, Item& item) {
    const std::string& text = node.text();
    item.type = Type::text;
    item.text = text;
    if (!node.is_plain()) return;
    item.written = text;
    if (text.empty()) {
        item.type = Type::null;
        return;
    }
    if (among(text, true_words)) return set_boolean(item, true);
    if (among(text, false_words)) return set_boolean(item, false);
    if (std::string_view("+-.0123456789").find(text[0]) == std::string_view::npos) return;
    std::string plain = text;
    plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
    if (const auto value = go_integer(plain)) return set_integer(item, *value);
    if (const auto value = yaml_float(plain)) return set_real(item, *value);
}

std::string cast(Item& item, Type type) {
    const std::string quoted = yaml::quoted(item.text);
    if (type == Type::integer) {
        std::int64_t value = 0;
        const char* begin = item.text.data();
        const char* end = begin + item.text.size();
        if (begin != end && *begin == '+') ++begin;
        const auto result = std::from_chars(begin, end, value);
        if (begin == end || result.ec == std::errc::invalid_argument || result.ptr != end) {
            return "strconv.Atoi: parsing " + quoted + ": invalid syntax";
        }
        if (result.ec != std::errc())
            return "strconv.Atoi: parsing " + quoted + ": value out of range";
        set_integer(item, value);
    } else if (type == Type::real) {
        const auto value = yaml_float(item.text);
        if (!value) return "strconv.ParseFloat: parsing " + quoted + ": invalid syntax";
        set_real(item, *value);
    } else if (type == Type::boolean) {
        std::string small = item.text;
        for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        if (among(small, true_words)) {
            set_boolean(item, true);
        } else if (among(small, false_words)) {
            set_boolean(item, false);
        } else {
            return "invalid boolean: " + item.text;
        }
    }
    return "";
}

}   // namespace glasshive::compose
