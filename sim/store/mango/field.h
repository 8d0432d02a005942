#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/json/builder.h"
#include "store/json/value.h"

namespace glasshive::store::mango {

/// A field name taken apart: "a.b" is a, then b; "a\\.b" is one field with a dot.
/// Empty when a part is empty ("a..b"), which names nothing.
/// Source: mango_util:parse_field/1.
std::vector<std::string> path_of(std::string_view field);

/// What a field is in a document.
struct Found {
    enum class How : unsigned char {
        value,
        missing,    ///< An object has no such member.
        bad_path,   ///< There is nothing to look into, or no such element: not even $exists:false.
    };
    How how = How::missing;
    std::optional<json::View> value{};
};

/// Follows a path; a number looks into an array. Source: mango_doc:get_field/2.
Found find_field(json::View document, std::span<const std::string> path);

/// The document with these fields alone, nested as they were named. Source: mango_fields:extract/2.
json::Value extract(json::View document, std::span<const std::string> fields);

}   // namespace glasshive::store::mango
