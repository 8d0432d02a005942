#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/document.h"
#include "store/refusal.h"
#include "store/revtree/tree.h"

namespace glasshive::store {

/// A client's edit: `_bulk_docs` with new_edits=true, PUT, DELETE.
struct Edit {
    json::SharedBytes id;
    std::optional<Revision> parent{};   ///< `_rev`; empty: a new document, or a deleted one again.
    ContentPtr content;                 ///< Required.
    /// What next_revision(parent, content) says, if somebody computed it before: all copies of a
    /// document come to the same.
    std::optional<Revision> revision{};
};

/// A replicator's: `new_edits=false`, read repair, anti-entropy. A revision that exists elsewhere.
struct ReplicatedEdit {
    json::SharedBytes id;
    std::vector<Step> path;   ///< Ends in a revision with content.
};

/// What became of an edit.
struct Updated {
    enum class Outcome : std::uint8_t {
        stored,     ///< As `revision`.
        conflict,   ///< 409: the edit was not of a leaf.
        known,      ///< Replicated: nothing new, so nothing changed.
        refused,    ///< A validation function said no.
    };
    Outcome outcome = Outcome::stored;
    Revision revision{};
    std::optional<Refusal> refusal{};
};

/// What a validation function is asked about.
struct EditSeen {
    std::string_view id;
    /// Newest first: of a client's edit the revision it is of, of a replicated one its whole path.
    /// Empty: a client named none.
    std::span<const Revision> history;
    const Content& after;
    const Document* before;   ///< As it is; null when new.
};

/// What an update needs from outside.
struct UpdateRules {
    /// The design documents' validate_doc_update; nothing: all is allowed. Not asked about local
    /// documents.
    std::function<std::optional<Refusal>(const EditSeen&)> validate{};
    /// A number for the revision of a document with an attachment without MD5. Required then.
    std::function<std::uint32_t()> draw{};
};

/// A `_local/` document: no history, no conflicts, never replicated, in no list of changes.
struct LocalDocument {
    json::Value body;
    std::uint64_t revision = 0;   ///< "0-N"
};

/// An edit of one. The revision given is believed, whatever the document's is.
struct LocalEdit {
    std::string id;   ///< With its "_local/".
    std::optional<Revision> parent{};
    json::Value body;
    bool deleted = false;
};

/// Forget these leaves for good. `uuid`: so that all copies do it once.
struct PurgeRequest {
    std::string uuid;
    std::string id;
    std::vector<Revision> revisions;
};

}   // namespace glasshive::store
