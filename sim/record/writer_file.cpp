// The recording as a file: how it begins and how it ends. The rows between are in writer.cpp.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "record/schema.h"
#include "record/writer.h"

namespace glasshive::record {

namespace {

/// True when the file may be replaced: nothing there, an empty file, or an older recording.
bool replaceable(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char header[100] = {};
    file.read(header, sizeof header);
    if (file.gcount() == 0) return true;
    const auto* id = reinterpret_cast<const unsigned char*>(header + 68);
    const auto number = std::uint32_t{id[0]} << 24 | std::uint32_t{id[1]} << 16 |
                        std::uint32_t{id[2]} << 8 | std::uint32_t{id[3]};
    return std::memcmp(header, "SQLite format 3", 16) == 0 &&
           number == static_cast<std::uint32_t>(application_id);
}

std::optional<Diagnostic> clear_way(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) {
        if (!S_ISREG(info.st_mode)) {
            return Diagnostic{.file = path,
                              .message = "cannot record here: not a regular file",
                              .hint = "name a file such as run.hive"};
        }
        if (!replaceable(path)) {
            return Diagnostic{.file = path,
                              .message = "cannot record here: the file exists and is no recording",
                              .hint = "choose another name, or delete the file first"};
        }
    }
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        const std::string old = path + suffix;
        if (::unlink(old.c_str()) != 0 && errno != ENOENT) {
            return Diagnostic{.file = path,
                              .message = "cannot replace " + old + ": " + std::strerror(errno)};
        }
    }
    return std::nullopt;
}

std::string digest_of(const std::string& value) {
    const XXH128_hash_t hash = XXH3_128bits(value.data(), value.size());
    char text[64];
    std::snprintf(text, sizeof text, "xxh3:%016llx%016llx",
                  static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    return std::string(text) + " bytes:" + std::to_string(value.size()) + " (too large to embed)";
}

}   // namespace

std::optional<Diagnostic> Writer::start(const RecorderOptions& options,
                                        const EventRegistry& registry) {
    path_ = options.path;
    indexes_ = options.indexes;
    started_ = std::chrono::steady_clock::now();
    keyframe_every_ = std::max<std::uint64_t>(1, options.keyframe_every);
    if (auto problem = clear_way(path_)) return problem;
    // No counting of bytes, hence no lock at every allocation. Refused, and no matter, when this
    // process has used SQLite before.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path_.c_str(), &db, flags, nullptr);
    db_.reset(db);
    if (code != SQLITE_OK) {
        return Diagnostic{.file = path_,
                          .message =
                              std::string("cannot record here: ") + sqlite3_errmsg(db_.get()),
                          .hint = "the folder must exist and be writable"};
    }
    register_feed(db_.get(), &feed_);
    // 16 MiB of cache: a transaction's pages stay in memory. NORMAL: no fsync per commit, one per
    // checkpoint, so that a power cut loses commits but never breaks the file. What is written
    // until then reaches the disk in sync_created(), which the run need not wait for.
    const bool created =
        create_tables(registry) && describe_kinds(registry) && put_meta(options.meta) &&
        execute(db_.get(),
                "COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192") == SQLITE_OK;
    if (!created) {
        return Diagnostic{.file = path_,
                          .message =
                              std::string("cannot record here: ") + sqlite3_errmsg(db_.get()),
                          .hint = "the folder must be writable and the disk must have space"};
    }
    prepare(registry);
    thread_ = std::thread([this] { work(); });
    return std::nullopt;
}

bool Writer::create_tables(const EventRegistry& registry) {
    sqlite3* db = db_.get();
    sqlite3_busy_timeout(db, 1000);
    // Before WAL starts, so that the file itself says from its first page on what it is.
    std::string sql = "PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY; "
                      "PRAGMA synchronous = OFF; BEGIN IMMEDIATE; "
                      "PRAGMA application_id = " +
                      std::to_string(application_id) +
                      "; PRAGMA user_version = " + std::to_string(schema_version) + ";";
    for (const Table& table : tables()) sql += std::string(table.sql) + ";";
    sql += meta_view("CREATE VIEW", "") + ";" + events_view("CREATE VIEW", "", registry) + ";" +
           samples_view("CREATE VIEW", "") + ";" + commands_view("CREATE VIEW", "");
    return execute(db, sql) == SQLITE_OK;
}

/// Through SQLite's own handle: closing a second one would drop this process's locks on the file.
void Writer::sync_created() {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) {
        return;
    }
    if (file == nullptr || file->pMethods == nullptr) return;
    if (file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) != SQLITE_OK) {
        fail("write to the disk");
        return;
    }
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int handle = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) return;   // Some file systems do not let a folder be opened.
    ::fsync(handle);
    ::close(handle);
}

bool Writer::describe_kinds(const EventRegistry& registry) {
    Statement kinds(db_.get(), "INSERT INTO hive_kind VALUES (?, ?, ?, ?, ?, ?, ?)");
    Statement fields(db_.get(), "INSERT INTO hive_field VALUES (?, ?, ?, ?, ?)");
    for (const EventKind* kind : registry.all()) {
        kinds.bind(1, std::int64_t{kind->id}).bind_text(2, kind->name).bind_text(3, kind->subject);
        kinds.bind_text(4, kind->doc).bind_text(5, kind->state);
        kinds.bind(6, std::int64_t{kind->ends_subject}).bind(7, std::int64_t{kind->verbosity});
        if (!kinds.run()) return false;
        for (std::size_t i = 0; i < kind->field_count(); ++i) {
            const FieldInfo& field = kind->fields[i];
            fields.bind(1, std::int64_t{kind->id}).bind(2, static_cast<std::int64_t>(i));
            fields.bind_text(3, field.name).bind(4, static_cast<std::int64_t>(field.type));
            if (!fields.bind_text(5, field.doc).run()) return false;
        }
    }
    return true;
}

bool Writer::put_meta(const std::vector<std::pair<std::string, std::string>>& meta) {
    Statement insert(db_.get(), "INSERT OR REPLACE INTO hive_meta VALUES (?, ?)");
    const auto put = [&](std::string_view key, std::string_view value) {
        return insert.bind_text(1, key).bind_text(2, value).run();
    };
    bool fine = put("schema", std::to_string(schema_version));
    for (const auto& [key, value] : meta) {
        const bool fits =
            value.size() + key.size() < static_cast<std::size_t>(value_bytes_max) - 1024;
        fine = fine && put(key, fits ? value : digest_of(value));
    }
    return fine;
}

void Writer::finish(const RunEnd& end) {
    if (failed()) return;
    pyramid_.finish();
    in_transaction_ = run(sql_.begin, "start a transaction");
    write_buckets();
    auto meta = end.meta;
    meta.emplace_back("digest", end.digest);
    meta.emplace_back("end_time_ns", std::to_string(ns_of(end.end_time)));
    meta.emplace_back("end_time", seconds_text(end.end_time, 9));
    meta.emplace_back("clean", "1");
    if (!failed() && !put_meta(meta)) fail("write the end of the run");
    commit();
    if (failed()) return;
    sql_ = {};   // An open statement would keep the journal as it is.
    build_indexes();
    // A reader that holds the file keeps it in WAL mode: complete and readable, but in two parts.
    // The checkpoint puts everything on the disk. The second step changes two bytes of the first
    // page, which is whole before and after: nothing to wait for.
    execute(db_.get(), "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = OFF; "
                       "PRAGMA journal_mode = DELETE");
    db_.reset();
}

void Writer::build_indexes() {
    using std::chrono::nanoseconds;
    // Measured: 1.3 us per event for the two of its indexes, where one million events wait for no
    // disk, and 0.7 us per name.
    const nanoseconds cost{1300 * static_cast<std::int64_t>(folded_) + 700 * names_};
    const nanoseconds run_took = std::chrono::steady_clock::now() - started_;
    const bool all =
        indexes_ == Indexes::always || (indexes_ == Indexes::automatic && cost * 10 < run_took);
    // Small sorted runs in files sort faster than one huge list in memory.
    execute(db_.get(), "PRAGMA temp_store = FILE; PRAGMA cache_size = -2000");
    std::string sql = "BEGIN IMMEDIATE;";
    for (const char* index : indexes()) sql += std::string(index) + ";";
    if (all) {
        for (const char* index : costly_indexes()) sql += std::string(index) + ";";
    }
    // Without them a reader is slower, no less right: no reason to call the recording broken.
    if (execute(db_.get(), sql + "COMMIT") != SQLITE_OK) execute(db_.get(), "ROLLBACK");
}

bool seal(const std::string& path) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    const Database db{handle};
    if (code != SQLITE_OK) return false;
    Statement mode(db.get(), "PRAGMA journal_mode = DELETE");
    return mode.step() && mode.text(0) == "delete";
}

}   // namespace glasshive::record
