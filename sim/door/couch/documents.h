#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "door/couch/call.h"
#include "door/couch/config.h"
#include "store/document/print.h"
#include "store/document/read.h"
#include "store/quorum/gatherer.h"

namespace glasshive::door::couch {

/// What GET on a document was asked for beside its id. Source: chttpd_db:parse_doc_query/1.
struct DocumentQuery {
    store::DocumentShown shown{};
    bool local_seq = false;
    bool deleted = false;
    bool latest = false;
    bool replicated = false;   ///< new_edits=false
    bool open_all = false;     ///< open_revs=all
    std::optional<std::vector<store::Revision>> open_revs{};
    std::optional<std::vector<store::Revision>> atts_since{};
    std::optional<store::Revision> rev{};
    std::uint32_t r = 0;

    bool has_meta() const {
        return shown.revs_info || shown.conflicts || shown.deleted_conflicts || local_seq;
    }
};
DocumentQuery read_query(const Call& call);

/// `userCtx` as validation functions see it.
store::json::Value user_json(const Call& call);
store::json::Value user_json(const UserContext& user, std::string_view database);
/// Throws 400 "Invalid rev format".
store::Revision revision_of(std::string_view text);
/// A list of them. Throws 400 "Invalid list of revisions", too. Source: couch_doc:parse_revs/1.
std::vector<store::Revision> revisions_of(store::json::View list);
/// The revision that `?rev=` or If-Match names. Source: chttpd_db:extract_header_rev/2.
std::optional<store::Revision> named_revision(const Call& call,
                                              std::optional<store::Revision> given);

/// One revision of which a path is known, as a tree of itself.
struct Shown {
    store::Tree tree;
    store::Tree::Index at = 0;
};
Shown tree_of(const std::vector<store::Step>& path);
std::string document_text(std::string_view id, const std::vector<store::Step>& path,
                          const store::DocumentShown& shown);

/// Opens the winner, or the revision named; throws 404 with CouchDB's reason. `deleted`: deleted
/// ones too. `latest`: the leaf that comes from the revision; the first of several.
void open_document(const CallPtr& call, const std::string& id,
                   const std::optional<store::Revision>& rev, bool deleted, std::uint32_t r,
                   std::function<void(const store::OpenedPath&)> then, bool latest = false);

/// A document as a client sent it, on its way to be stored.
struct Incoming {
    std::string id;
    store::DocumentRead read;
};
/// What `[couchdb]` lets a document be: max_document_size, max_attachment_size.
store::DocumentLimits document_limits(const Config& config);
/// Reads one; throws a Problem. The id is in the document, or is `id`.
Incoming read_incoming(Call& call, store::json::View body, std::optional<std::string> id = {});

/// Throws for an id that a partitioned database refuses, or a design document that an ordinary one
/// does. Source: couch_partition:validate_docid/1, couch_mrview:validate/2.
void check_partition_rules(const Incoming& incoming, bool partitioned);
/// Which of these would make a full partition of a partitioned database larger. Only interactive
/// edits are asked. Source: couch_db_updater:merge_rev_trees/3.
void check_partition_sizes(const CallPtr& call, const std::vector<Incoming>& documents,
                           std::function<void(const std::vector<bool>&)> then);

/// What became of one.
struct Stored {
    store::Decision decision;
    std::optional<Problem> problem{};   ///< It was not tried.
};
/// Stores documents, in their order: fetches what attachments' stubs stand for, asks the
/// coordinator. `replicated`: as they are (new_edits=false).
void store_documents(const CallPtr& call, std::vector<Incoming> documents, bool replicated,
                     std::uint32_t w, std::function<void(const std::vector<Stored>&)> then);
/// The problem of a document that was not stored; nothing when it was.
std::optional<Problem> problem_of(const Stored& stored);
/// {"ok":true,"id":…,"rev":…} or {"id":…,"error":…,"reason":…}.
std::string result_text(std::string_view id, const Stored& stored);

/// Answers for one document's edit: 201, 202, 200, or its problem.
void answer_stored(Call& call, const std::string& id, const Stored& stored, bool deleted,
                   std::vector<http::Header> headers);

}   // namespace glasshive::door::couch
