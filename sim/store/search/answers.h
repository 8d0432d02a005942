#pragma once

#include <memory>
#include <string>

#include "store/quorum/query.h"

namespace glasshive::store::search {

/// What a client is told. Texts are CouchDB's.
struct Reply {
    int status = 500;
    std::string error{};   ///< Of a failure: {"error":…,"reason":…}.
    std::string reason{};
    /// Of a success: JSON as CouchDB prints it, without the newline at its end. Rows stand in
    /// lines of their own ("\r\n").
    std::string body{};

    bool ok() const { return error.empty(); }
};

/// A filter for `_changes`, or why there is none.
struct FilterAnswer {
    int status = 500;
    std::string error{};
    std::string reason{};
    std::shared_ptr<const ChangeFilter> filter{};
};

}   // namespace glasshive::store::search
