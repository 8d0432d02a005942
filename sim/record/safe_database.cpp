#include "record/safe_database.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "record/schema.h"
#include "record/text.h"

namespace glasshive::record {

namespace {

constexpr int progress_every = 1000;
constexpr std::size_t header_bytes = 100;

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return number;
}

int progress(void* data) {
    Guard& guard = *static_cast<Guard*>(data);
    const bool spent = guard.operations_left <= static_cast<std::uint64_t>(progress_every);
    if (!spent) guard.operations_left -= progress_every;
    guard.stopped = spent || (guard.until != std::chrono::steady_clock::time_point::max() &&
                              std::chrono::steady_clock::now() > guard.until);
    return guard.stopped;
}

bool readable(const char* table) {
    if (table == nullptr) return false;
    const std::string_view name = table;
    for (const Table& ours : tables()) {
        if (name == ours.name) return true;
    }
    constexpr std::string_view more[] = {"meta",
                                         "events",
                                         "samples",
                                         "commands",
                                         "sqlite_master",
                                         "sqlite_schema",
                                         "sqlite_temp_master",
                                         "json_each",
                                         "json_tree"};
    return std::find(std::begin(more), std::end(more), name) != std::end(more);
}

int authorize(void* data, int action, const char* first, const char* second, const char*,
              const char*) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_RECURSIVE: return SQLITE_OK;
        case SQLITE_READ: return readable(first) ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_TRANSACTION:
            return static_cast<Guard*>(data)->ourselves ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_FUNCTION: {
            // Built-in functions only read their arguments, but for these.
            constexpr std::string_view denied[] = {"load_extension", "fts3_tokenizer",
                                                   "rtreecheck"};
            const std::string_view name = second == nullptr ? "" : second;
            return std::find(std::begin(denied), std::end(denied), name) == std::end(denied)
                       ? SQLITE_OK
                       : SQLITE_DENY;
        }
        default: return SQLITE_DENY;
    }
}

/// SQLite's file: address of a path; everything that could mean something in it is escaped.
std::string address_of(const std::string& path, bool immutable) {
    std::string uri = path.starts_with('/') ? "file://" : "file:";
    constexpr char hex[] = "0123456789ABCDEF";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::strchr("%?#", c) != nullptr || byte <= ' ' || byte >= 0x7f) {
            uri += {'%', hex[byte >> 4], hex[byte & 15]};
        } else {
            uri += c;
        }
    }
    return uri + (immutable ? "?mode=ro&immutable=1" : "?mode=ro");
}

bool exists(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0;
}

void restrict_connection(sqlite3* db, Guard* guard) {
    // SQLite's own advice for files from strangers: sqlite.org/security.html.
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);   // TEMP views still work.
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, value_bytes_max);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH,
                  8 * 1024 * 1024);   // The events view of 4,096 kinds.
    sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 100);
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 200);
    sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 50);
    sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 2'000'000);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_busy_timeout(db, 2000);
    sqlite3_progress_handler(db, progress_every, progress, guard);
    execute(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -32768");
}

}   // namespace

Result<std::string> first_bytes(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        return Diagnostic{.file = path,
                          .message = std::string("cannot open: ") + std::strerror(errno)};
    }
    if (!S_ISREG(info.st_mode)) return Diagnostic{.file = path, .message = "not a file"};
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return Diagnostic{.file = path,
                          .message = std::string("cannot open: ") + std::strerror(errno)};
    }
    std::string bytes(header_bytes, '\0');
    file.read(bytes.data(), header_bytes);
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

std::optional<Diagnostic> check_header(const std::string& path, std::string_view bytes) {
    const std::string hint = "recordings are written by `glasshive run --record`";
    if (bytes.empty())
        return Diagnostic{.file = path, .message = "the file is empty", .hint = hint};
    if (!bytes.starts_with(
            std::string_view("SQLite format 3", std::min(bytes.size(), std::size_t{16})))) {
        return Diagnostic{.file = path, .message = "not a recording", .hint = hint};
    }
    if (bytes.size() < header_bytes) {
        return Diagnostic{.file = path,
                          .message = "the recording is cut off after " +
                                     std::to_string(bytes.size()) + " bytes"};
    }
    if (big_endian(bytes, 68) != static_cast<std::uint32_t>(application_id)) {
        return Diagnostic{
            .file = path, .message = "an SQLite database, but not a recording", .hint = hint};
    }
    const std::uint32_t version = big_endian(bytes, 60);
    if (version != static_cast<std::uint32_t>(schema_version)) {
        const bool newer = version > static_cast<std::uint32_t>(schema_version);
        return Diagnostic{.file = path,
                          .message = std::string("written by ") + (newer ? "a newer" : "an older") +
                                     " Glasshive: schema " + std::to_string(version) +
                                     ", this one reads " + std::to_string(schema_version),
                          .hint = newer ? "update Glasshive" : "record its scenario anew"};
    }
    return std::nullopt;
}

Result<Database> open_safely(const std::string& path, std::string* bytes, Guard* guard) {
    sqlite3* handle = nullptr;
    int code = SQLITE_OK;
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    if (bytes != nullptr) {
        code = sqlite3_open_v2(":memory:", &handle, flags | SQLITE_OPEN_READWRITE, nullptr);
    } else {
        // Without a journal beside it nobody writes: then no lock and no -shm is needed, and a
        // recording can be read from a read-only disk whatever its header says.
        const bool immutable = !exists(path + "-wal") && !exists(path + "-journal");
        code = sqlite3_open_v2(address_of(path, immutable).c_str(), &handle,
                               flags | SQLITE_OPEN_READONLY, nullptr);
    }
    Database db{handle};
    if (code == SQLITE_OK && bytes != nullptr) {
        const auto size = static_cast<sqlite3_int64>(bytes->size());
        code = sqlite3_deserialize(handle, "main", reinterpret_cast<unsigned char*>(bytes->data()),
                                   size, size, SQLITE_DESERIALIZE_READONLY);
    }
    if (code != SQLITE_OK) {
        const std::string why = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
        return Diagnostic{.file = path, .message = "cannot open: " + printable(why)};
    }
    restrict_connection(handle, guard);
    return db;
}

void lock_down(sqlite3* db, Guard* guard) {
    // Connected now: later the authorizer would take it for a change of the schema.
    execute(db, "SELECT 1 FROM json_each('[]'), json_tree('[]')");
    execute(db, "PRAGMA query_only = ON");
    sqlite3_set_authorizer(db, authorize, guard);
}

}   // namespace glasshive::record
