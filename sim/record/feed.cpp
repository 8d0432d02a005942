#include "record/feed.h"

namespace glasshive::record {

namespace {

struct FeedTable {
    sqlite3_vtab base{};
    const Feed* feed = nullptr;
};

struct FeedCursor {
    sqlite3_vtab_cursor base{};
    const Feed* feed = nullptr;
    std::size_t row = 0;
};

FeedCursor& cursor_of(sqlite3_vtab_cursor* cursor) {
    return *reinterpret_cast<FeedCursor*>(cursor);
}

template <bool events>
int feed_connect(sqlite3* db, void* feed, int, const char* const*, sqlite3_vtab** out, char**) {
    const int code = sqlite3_declare_vtab(
        db, events ? "CREATE TABLE x(id, kind, t_ns, subject, cause, f0, f1, f2, f3, f4, f5)"
                   : "CREATE TABLE x(t_ns, series, subject, value, after)");
    if (code != SQLITE_OK) return code;
    auto table = std::make_unique<FeedTable>();
    table->feed = static_cast<const Feed*>(feed);
    *out = &table.release()->base;   // SQLite gives it back to feed_disconnect.
    return SQLITE_OK;
}

int feed_disconnect(sqlite3_vtab* table) {
    delete reinterpret_cast<FeedTable*>(table);
    return SQLITE_OK;
}

int feed_best_index(sqlite3_vtab*, sqlite3_index_info* info) {
    info->estimatedCost = 1;
    return SQLITE_OK;
}

int feed_open(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
    auto cursor = std::make_unique<FeedCursor>();
    cursor->feed = reinterpret_cast<FeedTable*>(table)->feed;
    *out = &cursor.release()->base;
    return SQLITE_OK;
}

int feed_close(sqlite3_vtab_cursor* cursor) {
    delete &cursor_of(cursor);
    return SQLITE_OK;
}

int feed_filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
    cursor_of(cursor).row = 0;
    return SQLITE_OK;
}

int feed_next(sqlite3_vtab_cursor* cursor) {
    ++cursor_of(cursor).row;
    return SQLITE_OK;
}

template <bool events>
int feed_eof(sqlite3_vtab_cursor* cursor) {
    const FeedCursor& at = cursor_of(cursor);
    return at.row >= (events ? at.feed->events.size() : at.feed->samples.size());
}

int event_column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int column) {
    const FeedCursor& at = cursor_of(cursor);
    const Event& event = at.feed->events[at.row];
    switch (column) {
        case 0: sqlite3_result_int64(out, static_cast<std::int64_t>(number_of(event.id))); break;
        case 1: sqlite3_result_int64(out, event.kind); break;
        case 2: sqlite3_result_int64(out, ns_of(event.time)); break;
        case 3: sqlite3_result_int64(out, event.subject.value); break;
        case 4: sqlite3_result_int64(out, static_cast<std::int64_t>(number_of(event.cause))); break;
        default: {
            const int field = column - 5;
            if (field >= at.feed->fields[event.kind]) break;   // NULL
            if ((at.feed->reals[event.kind] >> field & 1) != 0) {
                sqlite3_result_double(out, event.fields[field].real);
            } else {
                sqlite3_result_int64(out, event.fields[field].integer);
            }
        }
    }
    return SQLITE_OK;
}

int sample_column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int column) {
    const FeedCursor& at = cursor_of(cursor);
    const auto& [sample, after] = at.feed->samples[at.row];
    switch (column) {
        case 0: sqlite3_result_int64(out, ns_of(sample.time)); break;
        case 1: sqlite3_result_int64(out, sample.series.value); break;
        case 2: sqlite3_result_int64(out, sample.subject.value); break;
        case 3: sqlite3_result_double(out, sample.value); break;
        default: sqlite3_result_int64(out, static_cast<std::int64_t>(after));
    }
    return SQLITE_OK;
}

int feed_rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(cursor_of(cursor).row);
    return SQLITE_OK;
}

template <bool events>
sqlite3_module make_module() {
    sqlite3_module module{};
    module.xConnect = feed_connect<events>;   // No xCreate: eponymous only, never in a schema.
    module.xBestIndex = feed_best_index;
    module.xDisconnect = feed_disconnect;
    module.xOpen = feed_open;
    module.xClose = feed_close;
    module.xFilter = feed_filter;
    module.xNext = feed_next;
    module.xEof = feed_eof<events>;
    module.xColumn = events ? event_column : sample_column;
    module.xRowid = feed_rowid;
    return module;
}

}   // namespace

int register_feed(sqlite3* db, Feed* feed) {
    static const sqlite3_module event_module = make_module<true>();
    static const sqlite3_module sample_module = make_module<false>();
    const int code = sqlite3_create_module(db, "hive_feed_event", &event_module, feed);
    if (code != SQLITE_OK) return code;
    return sqlite3_create_module(db, "hive_feed_sample", &sample_module, feed);
}

}   // namespace glasshive::record
