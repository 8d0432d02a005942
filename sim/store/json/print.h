#pragma once

#include <string>
#include <string_view>

#include "store/json/value.h"

namespace glasshive::store::json {

/// Appends the value as CouchDB writes it: no spaces, members in their order, no escaped slashes,
/// \b \f \n \r \t and \u00XX for other control characters, everything else as UTF-8. Bytes that are
/// no UTF-8 (a client-made revision id) become U+FFFD. Source: jiffy c_src/encoder.c, force_utf8.
void print(View value, std::string& out);
std::string to_text(View value);

/// Appends one JSON text with its quotes.
void print_text(std::string_view text, std::string& out);
/// Such a text alone.
std::string quoted_text(std::string_view text);
/// Appends a real: the shortest digits that read back, plain from 1e-6 up to below 1e21 and always
/// with a fraction ("1.0"), else with an exponent ("1.5e-7", "1e+30"). -0.0 is 0.0. Requires a
/// finite one.
/// Source: jiffy c_src/doubles.cc, the flags and bounds it gives to double-conversion.
void print_real(double value, std::string& out);

}   // namespace glasshive::store::json
