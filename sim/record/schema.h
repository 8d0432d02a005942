#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/event.h"

namespace glasshive::record {

/// The recording's file format. What others may rely on are the views `meta`, `events`, `samples`
/// and `commands`; the tables below them may change with the schema version.
inline constexpr std::int32_t application_id = 0x48697665;   ///< "Hive", in SQLite's header.
inline constexpr int schema_version = 2;                     ///< SQLite's user_version.

/// Longest text or blob a recording holds. Readers refuse more, so that a hostile file cannot eat
/// memory.
inline constexpr int value_bytes_max = 64 * 1024 * 1024;
/// Of one row of hive_command: a longer command goes on in the next row.
inline constexpr std::size_t command_bytes_max = 16 * 1024 * 1024;
/// Most kinds of event a recording describes.
inline constexpr std::size_t kinds_max = 4096;
/// Most types of subject: a State keeps one array over all names per type.
inline constexpr std::size_t subject_types_max = 128;

struct Table {
    const char* name;
    const char* sql;   ///< As written; a reader insists on it, letter by letter.
};

std::span<const Table> tables();
/// Built at a clean close: an index costs time at every insert while the run goes on.
std::span<const char* const> indexes();
/// Those over names and events: they cost more than everything else at the end. See Indexes in
/// recorder.h.
std::span<const char* const> costly_indexes();

/// `create` is "CREATE VIEW" or "CREATE TEMP VIEW"; `schema` qualifies the tables: "" or "main.".
/// Plain SQL made from the registry, so any sqlite3 reads a recording without our help.
std::string meta_view(const std::string& create, const std::string& schema);
std::string events_view(const std::string& create, const std::string& schema,
                        const EventRegistry& registry);
std::string samples_view(const std::string& create, const std::string& schema);
std::string commands_view(const std::string& create, const std::string& schema);

}   // namespace glasshive::record
