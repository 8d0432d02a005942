#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/json/value.h"

namespace glasshive::store::json {

/// What a stranger's text may cost at most.
struct Limits {
    std::size_t bytes_max = 64 * 1024 * 1024;   ///< Of the text.
    std::size_t depth_max = 1000;               ///< Arrays and objects inside one another.
};

/// A value, or what is wrong with the text. CouchDB answers with 400 "invalid UTF-8 JSON" to all.
struct Parsed {
    Value value;
    std::string problem;   ///< Empty when there is a value.
    std::size_t at = 0;    ///< The byte where it was noticed.
    bool ok() const { return problem.empty(); }
};

/// Reads one JSON value, RFC 8259 to the letter, as jiffy does with dedupe_keys: members keep their
/// order, of equal keys the last one stays where it is, integers keep all digits, numbers with a
/// fraction or an exponent are reals (1e3 is 1000.0), -0 is 0. Refused: bad UTF-8, lone surrogates,
/// control characters in texts, a byte order mark, reals beyond a double, anything after the value.
///
/// Differs: jiffy takes integers of any length (here 308 digits), any depth, and `1e+`.
/// Cost: O(text), no recursion. Memory: at most about five times the text.
Parsed parse(std::string_view text, const Limits& limits = {});

}   // namespace glasshive::store::json
