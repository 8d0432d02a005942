#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "store/quorum/query.h"
#include "store/refusal.h"

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

/// The status of an error: 500 unless it is known to be another.
/// Source: chttpd:error_info/1, mango_error:info/2.
int status_of(std::string_view error);
Reply failure(const Refusal& refusal);
/// "Database does not exist.", 404.
Reply no_database();
/// A hole in the ring: 500 nodedown.
Reply no_progress();
Reply timed_out();

}   // namespace glasshive::store::search
