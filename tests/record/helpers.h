#pragma once

#include <catch2/catch.hpp>

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

}   // namespace fixture
