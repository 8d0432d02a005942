#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "store/document/attachments.h"
#include "store/json/value.h"
#include "store/revtree/tree.h"

namespace glasshive::store {

/// What a reader asked for beside the document: GET's options of the same names.
struct DocumentShown {
    bool revs = false;
    bool revs_info = false;
    bool conflicts = false;
    bool deleted_conflicts = false;
    std::optional<std::uint64_t> local_seq{};   ///< The document's, when asked for.
    AttachmentsShown attachments{};
};

/// One revision of a document as CouchDB writes it: `_id`, `_rev`, its own members, `_deleted`,
/// `_revisions`, `_revs_info`, `_conflicts`, `_deleted_conflicts`, `_local_seq`, `_attachments`.
/// What is empty is left out. Requires a node with content.
/// `_revs_info` and conflicts are told of the winner, which a reader who names no revision gets.
/// Source: couch_doc:to_json_obj/2, couch_db:doc_meta_info/3.
json::Value document_json(std::string_view id, const Tree& tree, Tree::Index which,
                          const DocumentShown& shown = {});

}   // namespace glasshive::store
