#include "record/text.h"

#include <fmt/format.h>

#include <cmath>

namespace glasshive::record {

namespace {

/// Length of the valid UTF-8 sequence at the front of `text`; 0 when there is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xc2 && first < 0xe0 ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    if (first == 0xe0 && byte(1) < 0xa0) return 0;    // Overlong.
    if (first == 0xed && byte(1) >= 0xa0) return 0;   // Surrogates.
    if (first == 0xf0 && byte(1) < 0x90) return 0;    // Overlong.
    if (first == 0xf4 && byte(1) >= 0x90) return 0;   // Beyond U+10FFFF.
    return length;
}

bool is_control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return first < 0x20 || first == 0x7f;
    // U+0080..U+009F are controls too: terminals obey them.
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}   // namespace

std::string printable(std::string_view text, bool keep_lines) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        const bool line =
            keep_lines && std::string_view("\n\r\t").find(character) != std::string_view::npos;
        if (length != 0 && (line || !is_control(character))) {
            out += character;
        } else {
            for (const char c : character) {
                out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            }
        }
        text.remove_prefix(character.size());
    }
    return out;
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    out.reserve(text.size() + 2);
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (is_control(character)) {
            const bool wide = character.size() == 2;
            out += fmt::format("\\u00{:02x}", static_cast<unsigned char>(character[wide ? 1 : 0]));
        } else {
            if (character == "\"" || character == "\\") out += '\\';
            out += character;
        }
        text.remove_prefix(character.size());
    }
    return out + "\"";
}

std::string json_number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

std::string csv_cell(std::string_view text) {
    const std::string clean = printable(text, true);
    if (clean.find_first_of(",\"\n\r") == std::string::npos) return clean;
    std::string out = "\"";
    for (const char c : clean) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return width;
}

std::string attributes_json(const Event& event, const EventKind& kind, const Names& names,
                            std::string_view text) {
    std::string out = "{";
    for (std::size_t i = 0; i < kind.field_count(); ++i) {
        if (i > 0) out += ',';
        out += json_string(kind.fields[i].name) + ":";
        const std::int64_t integer = event.fields[i].integer;
        switch (kind.fields[i].type) {
            case FieldType::real: out += json_number(event.fields[i].real); break;
            case FieldType::duration: out += json_number(seconds_of(Duration{integer})); break;
            case FieldType::name: {
                const NameId id{static_cast<std::uint32_t>(integer)};
                out += id.valid() ? json_string(names.text(id)) : "null";
                break;
            }
            case FieldType::text: out += event.has_text != 0 ? json_string(text) : "null"; break;
            default: out += fmt::format("{}", integer);
        }
    }
    return out + "}";
}

}   // namespace glasshive::record
