#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/units.h"
#include "store/document/attachments.h"
#include "store/json/value.h"
#include "store/refusal.h"
#include "store/revtree/revision.h"
#include "store/revtree/tree.h"

namespace glasshive::store {

/// Per document, as CouchDB's section [couchdb] has it.
struct DocumentLimits {
    std::uint64_t document_bytes_max = 8'000'000;             ///< Of the body's text.
    std::int64_t attachment_bytes_max = 1024 * 1024 * 1024;   ///< Of one attachment.
};

/// A document as a client wrote it down: members with '_' taken out, the others are its body.
struct DocumentRead {
    std::optional<std::string> id;     ///< `_id`.
    std::vector<Revision> revisions;   ///< Newest first: `_rev` alone, or all of `_revisions`.
    bool deleted = false;
    json::Value body;
    std::vector<AttachmentGiven> attachments;   ///< In document order.
};

/// What is wrong with it is said in CouchDB's words: bad_request, illegal_docid, doc_validation
/// (400 each), document_too_large, attachment_too_large (413). Of `_rev` and `_revisions` the
/// latter counts, whichever comes first. `_revs_info`, `_local_seq`, `_conflicts` and
/// `_deleted_conflicts` are left out, `_replication_...` stay in the body; no other member may
/// begin with '_'.
/// Source: couch_doc:from_json_obj_validate/1.
std::variant<DocumentRead, Refusal> read_document(json::View document,
                                                  const DocumentLimits& limits = {});

/// Nothing when a document may be called so. Requires valid UTF-8.
/// Source: couch_doc:validate_docid/1.
std::optional<Refusal> check_document_id(std::string_view id);

/// The path of a replicated document; its newest revision has `content`. Empty when the document
/// names no revision.
std::vector<Step> path_of(const DocumentRead& document, ContentPtr content);

}   // namespace glasshive::store
