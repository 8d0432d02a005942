#pragma once

#include <array>

#include "base/event.h"

/// Numbers 300..309: what the document store's coordinators decide (subject: the database).
namespace glasshive::store::events {

inline constexpr EventKind db_write{
    .id = 300,
    .name = "db.write",
    .subject = "database",
    .doc = "A coordinator decided a write.",
    .fields = {{{"node", FieldType::name, "that coordinated"},
                {"status", FieldType::integer, "201, 202, 409, 403 or 500"},
                {"copies", FieldType::integer, "least number of equal replies to one document"},
                {"w", FieldType::integer, "wanted"}}},
    .verbosity = 2};
inline constexpr EventKind db_read{
    .id = 301,
    .name = "db.read",
    .subject = "database",
    .doc = "A read met less than r equal replies, or failed, or asked for fewer "
           "than a majority.",
    .fields = {{{"node", FieldType::name, "that coordinated"},
                {"status", FieldType::integer, "200, 404 or 500"},
                {"replies", FieldType::integer, "of copies"},
                {"r", FieldType::integer, "wanted"},
                {"copy", FieldType::name, "node that answered first"}}},
    .verbosity = 2};
inline constexpr EventKind db_repair{
    .id = 302,
    .name = "db.repair",
    .subject = "database",
    .doc = "A read found copies that differ and writes what it found to all of them.",
    .fields = {{{"node", FieldType::name, "that coordinates"},
                {"revisions", FieldType::integer, "that differ"}}},
    .verbosity = 2};
inline constexpr EventKind db_copy_lost{
    .id = 303,
    .name = "db.copy_lost",
    .subject = "database",
    .doc = "A coordinator waits no longer for a copy.",
    .fields = {{{"node", FieldType::name, "that coordinates"},
                {"copy", FieldType::name, "node of the copy"},
                {"why", FieldType::name, "down, no file or timeout"}}},
    .verbosity = 2};

inline constexpr EventKind db_copy{
    .id = 304,
    .name = "db.copy",
    .subject = "copy",
    .doc = "How far a copy of a shard is. Said when it is made, when its node starts, and when a "
           "commit changed it, once a second at most.",
    .fields = {{{"database", FieldType::name, "of the shard"},
                {"range", FieldType::name, "of the shard"},
                {"node", FieldType::name, "of the cluster"},
                {"host", FieldType::name, "where that node runs"},
                {"seq", FieldType::integer, "its own count of changes"},
                {"documents", FieldType::integer, "that it holds and are not deleted"}}},
    .state = "there",
    .verbosity = 3};
inline constexpr EventKind db_copy_removed{.id = 305,
                                           .name = "db.copy_removed",
                                           .subject = "copy",
                                           .doc = "The copy was deleted with its database.",
                                           .ends_subject = true,
                                           .verbosity = 3};

inline constexpr std::array all{&db_write,     &db_read, &db_repair,
                                &db_copy_lost, &db_copy, &db_copy_removed};

}   // namespace glasshive::store::events
