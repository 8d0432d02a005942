#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/document/print.h"
#include "store/quorum/query.h"
#include "store/quorum/read_tally.h"
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

/// What a reader is told of a document in place of what it is, such as one of users without what is
/// not public; nothing: that there is none. Null: everybody is told the truth.
/// Source: couch_db:after_doc_read/2, which every read goes through.
using Telling =
    std::function<std::optional<OpenedPath>(std::string_view id, const OpenedPath& path)>;
using TellingPtr = std::shared_ptr<const Telling>;
/// The document as a reader is told it; nothing: there is none for him.
json::Value told_json(const TellingPtr& telling, std::string_view id, const OpenedPath& path,
                      const DocumentShown& shown = {});

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
