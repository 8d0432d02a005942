#pragma once

#include <string>

namespace glasshive::store {

/// Why the store will not do something, in CouchDB's words: {"error":…,"reason":…}. The door turns
/// `error` into a status (chttpd:error_info/1).
struct Refusal {
    std::string error;
    std::string reason;

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

}   // namespace glasshive::store
