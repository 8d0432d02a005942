#pragma once

#include <array>

#include "base/event.h"

/// Numbers 326..329: shards that are split and moved (subject: the database).
namespace glasshive::store::reshard::events {

inline constexpr EventKind db_split{
    .id = 326,
    .name = "db.split",
    .subject = "database",
    .doc = "A node that splits its copy of a range begins the next step, or stops.",
    .fields = {{{"node", FieldType::name, "of the copy"},
                {"range", FieldType::name, "that is split"},
                {"step", FieldType::name,
                 "initial_copy, topoff1, build_indices, topoff2, copy_local_docs, "
                 "update_shardmap, wait_source_close, topoff3, source_delete, completed"},
                {"state", FieldType::name, "running, retrying, stopped, completed or failed"},
                {"reason", FieldType::name, "of a stop, a retry or a failure"}}},
    .verbosity = 1};

inline constexpr EventKind db_map{
    .id = 327,
    .name = "db.map",
    .subject = "database",
    .doc = "A node edited the shard map: a split is done, or an operator moved a copy.",
    .fields = {{{"node", FieldType::name, "that edited it"},
                {"revision", FieldType::name, "of the map's document"},
                {"change", FieldType::name, "what is new in its changelog"}}},
    .verbosity = 1};

inline constexpr std::array all{&db_split, &db_map};

}   // namespace glasshive::store::reshard::events
