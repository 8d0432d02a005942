#include "record/sqlite.h"

namespace glasshive::record {

Statement::Statement(sqlite3* db, std::string_view sql, bool persistent) {
    sqlite3_stmt* handle = nullptr;
    const unsigned flags = persistent ? SQLITE_PREPARE_PERSISTENT : 0;
    code_ =
        sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &handle, nullptr);
    handle_.reset(handle);
    if (code_ == SQLITE_OK && handle == nullptr)
        code_ = SQLITE_MISUSE;   // Empty or only a comment.
}

Statement& Statement::bind(int column, std::int64_t value) {
    if (prepared()) sqlite3_bind_int64(handle_.get(), column, value);
    return *this;
}

Statement& Statement::bind(int column, double value) {
    if (prepared()) sqlite3_bind_double(handle_.get(), column, value);
    return *this;
}

Statement& Statement::bind_text(int column, std::string_view value) {
    if (!prepared()) return *this;
    // A null pointer would bind NULL; an empty text is not NULL.
    const char* data = value.data() == nullptr ? "" : value.data();
    const int code = sqlite3_bind_text64(handle_.get(), column, data, value.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) code_ = code;
    return *this;
}

Statement& Statement::bind_blob(int column, std::string_view value) {
    if (!prepared()) return *this;
    const char* data = value.data() == nullptr ? "" : value.data();
    const int code =
        sqlite3_bind_blob64(handle_.get(), column, data, value.size(), SQLITE_TRANSIENT);
    if (code != SQLITE_OK) code_ = code;
    return *this;
}

bool Statement::step() {
    if (!prepared() || !ok()) return false;
    code_ = sqlite3_step(handle_.get());
    return code_ == SQLITE_ROW;
}

bool Statement::run() {
    while (step()) {
    }
    const bool fine = ok();
    if (prepared()) sqlite3_reset(handle_.get());
    return fine;
}

void Statement::reset() {
    if (prepared()) sqlite3_reset(handle_.get());
    if (prepared()) code_ = SQLITE_OK;
}

std::string_view Statement::text(int column) const {
    const void* data = sqlite3_column_blob(handle_.get(), column);
    const int size = sqlite3_column_bytes(handle_.get(), column);
    if (data == nullptr || size <= 0) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

int execute(sqlite3* db, const std::string& sql) {
    return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
}

std::string sql_text(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\0') break;
        if (c == '\'') quoted += '\'';
        quoted += c;
    }
    return quoted + "'";
}

}   // namespace glasshive::record
