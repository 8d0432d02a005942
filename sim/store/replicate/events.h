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

inline constexpr std::array all{&db_replication};

}   // namespace glasshive::store::replicate::events
