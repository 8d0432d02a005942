#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/event.h"

namespace glasshive::record {

/// Texts of recordings come from strangers: none may drive the user's terminal or break a format.

/// Control characters (C0, DEL, C1) and invalid UTF-8 as \xNN; `keep_lines` leaves \n, \r and \t
/// alone.
std::string printable(std::string_view text, bool keep_lines = false);
/// A JSON string with its quotes; invalid UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);
/// A JSON number, shortest that reads back the same; null for NaN and infinities.
std::string json_number(double value);
/// One CSV cell, quoted when needed (RFC 4180). A cell that a spreadsheet would run stays as it is.
std::string csv_cell(std::string_view text);
/// Code points, for aligning; not exact for wide or combining characters.
std::size_t display_width(std::string_view text);

/// The event's fields as the JSON object of the `attrs` column: durations in seconds, names as
/// text.
std::string attributes_json(const Event& event, const EventKind& kind, const Names& names,
                            std::string_view text);

}   // namespace glasshive::record
