#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "record/recording.h"
#include "record/sqlite.h"

namespace glasshive::record {

/// What the callbacks of a safe connection know. Must not move while the connection lives.
struct Guard {
    bool ourselves = true;   ///< Our own statements may also start transactions.
    std::uint64_t operations_left = 0;
    std::uint64_t operations_max = 0;
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
    bool stopped = false;   ///< A limit ended the last statement.
};

/// Looks at the file before SQLite does. Empty when it looks like a recording of a version we read.
std::optional<Diagnostic> check_header(const std::string& path, std::string_view first_bytes);
/// Reads the first 100 bytes; missing, unreadable and empty files are told here.
Result<std::string> first_bytes(const std::string& path);

/// Opens read-only, defensive and bounded. The guard must outlive the database.
/// `bytes`: the file's content, when it is not on disk; must outlive the database too.
Result<Database> open_safely(const std::string& path, std::string* bytes, Guard* guard);
/// From here on the authorizer decides: reading our tables and views, and nothing else.
void lock_down(sqlite3* db, Guard* guard);

}   // namespace glasshive::record
