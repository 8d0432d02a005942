#include "base/text.h"

#include <cstdio>

namespace glasshive {

bool natural_less(std::string_view a, std::string_view b) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!digit(a[i]) || !digit(b[j])) {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i, ++j;
            continue;
        }
        const std::size_t zeros_a = i, zeros_b = j;
        while (i < a.size() && a[i] == '0') ++i;
        while (j < b.size() && b[j] == '0') ++j;
        const std::size_t start_a = i, start_b = j;
        while (i < a.size() && digit(a[i])) ++i;
        while (j < b.size() && digit(b[j])) ++j;
        const std::string_view left = a.substr(start_a, i - start_a);
        const std::string_view right = b.substr(start_b, j - start_b);
        if (left.size() != right.size()) return left.size() < right.size();
        if (left != right) return left < right;
        if (i - zeros_a != j - zeros_b) return i - zeros_a < j - zeros_b;   // Fewer leading zeros.
    }
    return a.size() - i < b.size() - j;
}

std::string field_text(FieldType type, FieldValue value, const Names& names) {
    switch (type) {
        case FieldType::none:
        case FieldType::text: break;
        case FieldType::integer: return std::to_string(value.integer);
        case FieldType::event: return "#" + std::to_string(value.integer);
        case FieldType::duration: return to_text(Duration{value.integer});
        case FieldType::bytes: return to_text(Bytes{value.integer});
        case FieldType::real: {
            char text[32];
            std::snprintf(text, sizeof text, "%g", value.real);
            return text;
        }
        case FieldType::name: {
            const NameId id{static_cast<std::uint32_t>(value.integer)};
            return id.valid() && id.index() < names.size() ? std::string(names.text(id)) : "";
        }
    }
    return "";
}

std::string hex_text(std::string_view bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

int hex_value(char digit) {
    if ('0' <= digit && digit <= '9') return digit - '0';
    if ('a' <= digit && digit <= 'f') return digit - 'a' + 10;
    if ('A' <= digit && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::string_view trimmed(std::string_view text, std::string_view space) {
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return text.substr(text.size());
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}   // namespace glasshive
