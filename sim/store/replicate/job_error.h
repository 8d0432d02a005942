#pragma once

#include <string>
#include <string_view>

#include "store/replicate/peer.h"

namespace glasshive::store::replicate {

/// Why a job failed, in CouchDB's words.
struct JobError {
    std::string error{};    ///< Of the reply to `_replicate`.
    std::string reason{};   ///< Ditto.
    std::string shown{};    ///< In `_scheduler` and in documents.

    friend bool operator==(const JobError&, const JobError&) = default;
};

/// {error, {error, reason}}, shown as "error: reason". Source: couch_replicator_utils:error_reason.
JobError job_error(std::string error, std::string reason);
/// Any other term, as it is printed.
JobError job_error_term(std::string term);
/// A request that failed for good: "{http_request_failed,…}".
JobError request_failed(std::string_view verb, std::string_view uri, const PeerError& why);
/// A database that could not be opened or made.
/// Source: couch_replicator_scheduler_job:replication_start_error/1.
JobError start_failed(std::string_view uri, const PeerError& why);

}   // namespace glasshive::store::replicate
