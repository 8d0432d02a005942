#pragma once

#include <array>

#include "base/event.h"

/// Numbers 340..344: what indexes do and queries are answered (subject: the database).
namespace glasshive::store::search::events {

inline constexpr EventKind view_query{
    .id = 340,
    .name = "view.query",
    .subject = "database",
    .doc = "A coordinator answered a query to a view or a list of documents.",
    .fields = {{{"node", FieldType::name, "that coordinated"},
                {"view", FieldType::name, "design document and view, or _all_docs"},
                {"status", FieldType::integer, "200, or of the refusal"},
                {"rows", FieldType::integer, "told"}}},
    .verbosity = 2};
inline constexpr EventKind view_index{
    .id = 341,
    .name = "view.index",
    .subject = "database",
    .doc = "A step of a copy's index is on disk.",
    .fields = {{{"node", FieldType::name, "of the copy"},
                {"range", FieldType::name, "of the copy"},
                {"documents", FieldType::integer, "changes taken in"},
                {"pending", FieldType::integer, "changes it does not know yet"}}},
    .verbosity = 2};
inline constexpr EventKind mango_find{
    .id = 342,
    .name = "mango.find",
    .subject = "database",
    .doc = "A coordinator answered a _find.",
    .fields = {{{"node", FieldType::name, "that coordinated"},
                {"index", FieldType::name, "that was read"},
                {"status", FieldType::integer, "200, or of the refusal"},
                {"rows", FieldType::integer, "of the index that copies looked at"}}},
    .verbosity = 2};

inline constexpr std::array all{&view_query, &view_index, &mango_find};

}   // namespace glasshive::store::search::events
