#pragma once

#include <string_view>

#include "store/json/value.h"

/// In which order views and Mango keep their rows.
/// Source: couch_ejson_compare.erl and its C twin; couchdb.md 7.
namespace glasshive::store::collate {

/// How a view compares its keys: `options.collation` of a view.
enum class Order : unsigned char {
    icu,   ///< null < false < true < numbers < texts < arrays < objects, texts as people expect.
    raw,   ///< Erlang's order of terms: numbers < false < null < true < objects < arrays < texts.
};

/// Less than, equal to or greater than 0, as a stands to b. A total order in which 1 equals 1.0
/// and texts that Unicode calls equivalent are equal.
///
/// Numbers: by their exact value. Arrays: element by element, the shorter one first. Objects: pair
/// by pair in document order, key before value, fewer pairs first; so {"a":1,"b":2} and
/// {"b":2,"a":1} differ.
int compare(json::View a, json::View b, Order order = Order::icu);

/// Two texts of UTF-8 by ICU's root collation, default (tertiary) strength: a < A < aa < b.
/// ASCII is compared by a table that ICU itself filled: printable ASCII has no contractions and no
/// expansions in the root collation, so weights level by level decide there.
int compare_text(std::string_view a, std::string_view b);
/// The same without the table. For tests.
int compare_text_by_icu(std::string_view a, std::string_view b);

/// Two texts byte by byte, a prefix first: document ids everywhere, `_id` in Mango.
inline int compare_bytes(std::string_view a, std::string_view b) { return a.compare(b); }

/// "153.120": which collation this is, as `GET /_node/_local/_versions` tells it.
std::string_view collator_version();

}   // namespace glasshive::store::collate
