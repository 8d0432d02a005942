#pragma once

#include <ostream>
#include <string>

#include "record/recording.h"

namespace glasshive::record {

enum class TableFormat { aligned, csv, json_lines };

/// Runs one SELECT, WITH or EXPLAIN of the user on a recording and prints its rows.
/// aligned: widths from the first 1,000 rows, long cells cut; csv: RFC 4180; json_lines: one object
/// per row. Rows are printed as they come, so memory stays bounded. Control characters are escaped.
/// A mistake is one Diagnostic whose hint names the views and their columns.
/// Returns the exit code: 0, or 2 when the SQL or the file is wrong (told on `errors`).
int query(Recording& recording, const std::string& sql, TableFormat format, std::ostream& out,
          std::ostream& errors);

}   // namespace glasshive::record
