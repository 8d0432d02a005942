#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "store/refusal.h"
#include "store/revtree/revision.h"

namespace glasshive::store {

/// What one copy says of one edit.
struct CopyReply {
    enum class Kind : std::uint8_t {
        stored,         ///< {ok, Rev}
        noreply,        ///< Replicated edits: merged or known, nothing to say.
        conflict,       ///< 409
        refused,        ///< 403 of a validation function.
        unauthorized,   ///< 401 of one.
        bad_request,    ///< 400: a design document that does not compile.
    };
    Kind kind = Kind::stored;
    Revision revision{};                        ///< Of `stored`.
    std::shared_ptr<const Refusal> refusal{};   ///< Of the last three: error and reason.

    friend bool operator==(const CopyReply&, const CopyReply&);
};

/// What the coordinator makes of the copies' replies about one edit.
struct Decision {
    enum class Kind : std::uint8_t {
        stored,     ///< w copies or more said the same.
        noreply,    ///< Ditto, of a replicated edit.
        accepted,   ///< Fewer, but one or more stored it: "accepted":true, 202.
        conflict,
        refused,
        unauthorized,
        bad_request,
        failed,   ///< Nobody answered: internal_server_error.
    };
    Kind kind = Kind::failed;
    Revision revision{};
    std::uint32_t copies = 0;   ///< That said so.
    bool unhealthy = false;   ///< The request as a whole is a 500: silence, or errors that differ.
    std::shared_ptr<const Refusal> refusal{};   ///< Of refused, unauthorized and bad_request.
};

/// The reply that w copies gave equally, if it is a good one. Errors are never enough: a conflict
/// on one copy may be a success on the others. Requires replies in order of arrival; w may be
/// greater than n, and is then never met (CouchDB does not clamp it).
/// Source: fabric_doc_update.erl, update_quorum_met/2.
std::optional<Decision> decided(const std::vector<CopyReply>& replies, std::uint32_t w);
/// What to say when no more replies will come. Source: fabric_doc_update.erl, force_reply/3.
Decision forced(const std::vector<CopyReply>& replies, std::uint32_t w);

/// The status of a whole `_bulk_docs`: 500, 202 or 201; conflicts inside are still 201.
/// Source: chttpd_db.erl (bulk_docs), fabric_doc_update.erl (Health).
int bulk_status(const std::vector<Decision>& decisions);
/// The status of one document's PUT: 201, 202, 409, 403, 401, 400 or 500.
int document_status(const Decision& decision);

}   // namespace glasshive::store
