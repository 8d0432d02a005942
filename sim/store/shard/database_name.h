#pragma once

#include <string_view>

namespace glasshive::store {

/// Whether a database may be called so; system databases' names are not among them.
/// Source: couch_db.hrl, DBNAME_REGEX; couch_db:validate_dbname_int/2.
inline bool is_database_name(std::string_view name) {
    if (name.empty() || name.size() > 238 || name.front() < 'a' || name.front() > 'z') return false;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && std::string_view("_$()+/-").find(c) == std::string_view::npos) return false;
    }
    return true;
}

}   // namespace glasshive::store
