#pragma once

#include <catch2/catch.hpp>

#include <sqlite3.h>

#include <sstream>

#include "record/fixture.h"
#include "record/query.h"
#include "record/recording.h"

namespace fixture {

inline record::Recording opened(const std::string& path) {
    auto recording = record::Recording::open(path);
    if (!recording.ok()) FAIL(to_text(recording.problems().front()));
    return std::move(recording.value());
}

/// What a query prints; fails the test when it is refused.
inline std::string asked(record::Recording& recording, const std::string& sql,
                         record::TableFormat format = record::TableFormat::csv) {
    std::ostringstream out;
    std::ostringstream errors;
    const int code = record::query(recording, sql, format, out, errors);
    CAPTURE(sql, errors.str());
    REQUIRE(code == 0);
    return out.str();
}

/// What a query is refused with; fails the test when it is answered.
inline std::string refused(record::Recording& recording, const std::string& sql) {
    std::ostringstream out;
    std::ostringstream errors;
    const int code = record::query(recording, sql, record::TableFormat::csv, out, errors);
    CAPTURE(sql, out.str());
    REQUIRE(code == 2);
    REQUIRE_FALSE(errors.str().empty());
    return errors.str();
}

/// Changes a recording with plain SQLite, as a stranger would.
inline void tamper(const std::string& path, const std::string& sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    char* said = nullptr;
    const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &said);
    const std::string message = said == nullptr ? "" : said;
    sqlite3_free(said);
    sqlite3_close(db);
    CAPTURE(sql, message);
    REQUIRE(code == SQLITE_OK);
}

}   // namespace fixture
