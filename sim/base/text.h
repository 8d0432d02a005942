#pragma once

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

}   // namespace glasshive
