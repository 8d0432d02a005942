#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/json/value.h"

namespace glasshive::store::mango {

/// Where a page ended: the last row that was looked at.
struct Bookmark {
    std::string id;
    json::Value key;   ///< An array of fields; a text, the id, with an index over all documents.
};

/// As CouchDB writes it: an external term, deflated when that is shorter, in base64 for URLs.
/// Source: mango_json_bookmark:create/1.
std::string encode(const Bookmark& bookmark);

/// Empty when it is none (400 invalid_bookmark). For texts of strangers: at most 1 MiB of term is
/// read, of which every byte is checked.
std::optional<Bookmark> decode(std::string_view text);

}   // namespace glasshive::store::mango
