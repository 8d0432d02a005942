#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/json/builder.h"
#include "store/json/value.h"
#include "store/refusal.h"

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

/// What CouchDB says of a name that names nothing. Source: mango_error:info/2.
Refusal invalid_field(std::string_view field);

/// The document with these fields alone, nested as they were named; those it lacks are left out,
/// so are invalid names. Source: mango_fields:extract/2.
json::Value extract(json::View document, std::span<const std::string> fields);

/// An object of these values, at their paths. Source: mango_doc:set_field/3.
json::Value nested(std::span<const std::pair<std::vector<std::string>, json::View>> values);

}   // namespace glasshive::store::mango
