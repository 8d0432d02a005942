#pragma once

#include <array>

#include "base/event.h"

/// Numbers 345..349: what replications do (subject: the job's id).
namespace glasshive::store::replicate::events {

inline constexpr EventKind db_replication{
    .id = 345,
    .name = "db.replication",
    .subject = "replication",
    .doc = "A replication between databases was added, started, stopped, ended or crashed.",
    .fields = {{{"node", FieldType::name, "that runs it"},
                {"what", FieldType::name, "added, started, stopped, completed or crashed"},
                {"written", FieldType::integer, "documents, so far"},
                {"reason", FieldType::name, "of a crash, as _scheduler shows it"}}},
    .verbosity = 1};

inline constexpr EventKind db_push{
    .id = 346,
    .name = "db.push",
    .subject = "database",
    .doc = "A node sends another one revisions that its copy lacks (internal replication).",
    .fields = {{{"node", FieldType::name, "that sends"},
                {"to", FieldType::name, "node of the other copy"},
                {"revisions", FieldType::integer, "in this batch"},
                {"document", FieldType::name, "the first one's"}}},
    .verbosity = 2};

inline constexpr std::array all{&db_replication, &db_push};

}   // namespace glasshive::store::replicate::events
