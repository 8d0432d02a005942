#pragma once

#include <stdexcept>
#include <string_view>

#include "store/revtree/content.h"
#include "store/revtree/revision.h"
#include "store/texts.h"

namespace glasshive::test {

/// A content whose body is this JSON text.
inline store::ContentPtr content(std::string_view body, bool deleted = false) {
    return store::ContentPtr({.body = json_value(body), .deleted = deleted});
}

inline store::Revision rev(std::string_view text) {
    const auto revision = store::Revision::parse(text);
    if (!revision) throw std::invalid_argument("no revision");
    return *revision;
}

}   // namespace glasshive::test
