#pragma once

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string_view>

#include "store/json/parse.h"
#include "store/revtree/content.h"
#include "store/revtree/revision.h"

namespace glasshive::test {

/// A content whose body is this JSON text.
inline store::ContentPtr content(std::string_view body, bool deleted = false) {
    store::json::Parsed parsed = store::json::parse(body);
    REQUIRE(parsed.ok());
    return store::ContentPtr({.body = parsed.value, .deleted = deleted});
}

inline store::Revision rev(std::string_view text) {
    const auto revision = store::Revision::parse(text);
    if (!revision) throw std::invalid_argument("no revision");
    return *revision;
}

}   // namespace glasshive::test
