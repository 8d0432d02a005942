#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/event.h"

namespace glasshive {

/// "web.2" before "web.10": digits compare as numbers, of equal numbers the one with fewer leading
/// zeros comes first. Source: fvbommel/sortorder, NaturalLess, which docker's tables use.
bool natural_less(std::string_view a, std::string_view b);

/// The value of an event's field for people: names as text ("" for none, or for one that `names`
/// does not know: recordings come from strangers), durations and bytes with their unit, "#7" for an
/// event. A long text travels beside its event, so that is "" here.
std::string field_text(FieldType type, FieldValue value, const Names& names);

/// Two hex digits a byte, lower case.
std::string hex_text(std::string_view bytes);
/// What a hex digit of either case stands for; -1: it is none.
int hex_value(char digit);

/// Without these at its ends.
std::string_view trimmed(std::string_view text, std::string_view space = " \t");

/// The number that a text is, all of it: digits, with a '-' in front for signed types. Nothing for
/// any other text, an empty one, and a number beyond the type.
template <class Number>
std::optional<Number> whole_number(std::string_view text, int base = 10) {
    Number number = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

}   // namespace glasshive
