#pragma once

#include <cstddef>
#include <vector>

#include "base/event.h"
#include "record/queue.h"
#include "record/sqlite.h"

namespace glasshive::record {

/// Rows waiting to be inserted by one `INSERT ... SELECT`.
///
/// Why not a prepared INSERT per row: each one starts a statement and walks down the b-tree anew;
/// one statement that reads a batch keeps its cursor on the last page. Measured on two shared
/// cores: 1.3 to 1.75 M rows/s against 1.0 M, in CPU time of the writer. The feeds are eponymous
/// virtual tables of the writer's connection only; nothing of them is stored in the file.
struct Feed {
    std::vector<Event> events;
    std::vector<QueuedSample> samples;
    std::vector<std::uint8_t> fields;   ///< By kind: how many fields.
    std::vector<std::uint8_t> reals;    ///< By kind: bit i is set when field i is a double.
};

/// Adds the tables hive_feed_event and hive_feed_sample to this connection. `feed` must outlive it.
int register_feed(sqlite3* db, Feed* feed);

/// For rows whose ids follow on from the table's last: SQLite then numbers and appends without
/// looking for the place (an eighth of the writer's instructions less).
inline constexpr const char* append_events =
    "INSERT INTO hive_event(kind, t_ns, subject, cause, f0, f1, f2, f3, f4, f5) "
    "SELECT kind, t_ns, subject, cause, f0, f1, f2, f3, f4, f5 FROM hive_feed_event";
/// For rows with gaps: a recording that leaves out kinds.
inline constexpr const char* insert_events =
    "INSERT INTO hive_event SELECT id, kind, t_ns, subject, cause, f0, f1, f2, f3, f4, f5 "
    "FROM hive_feed_event";
/// Numbered from 1 in order of arrival.
inline constexpr const char* append_samples =
    "INSERT INTO hive_sample(t_ns, series, subject, value, after) "
    "SELECT t_ns, series, subject, value, after FROM hive_feed_sample";

}   // namespace glasshive::record
