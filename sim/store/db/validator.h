#pragma once

#include <optional>
#include <string_view>

#include "store/db/document.h"
#include "store/refusal.h"
#include "store/revtree/content.h"

namespace glasshive::store {

/// What the design documents' validate_doc_update say of an edit: an engine of scripts is one of
/// these. Asked by every copy for itself; so copies that know different design documents may
/// differ.
/// Not asked about `_local` documents, nor by internal replication.
/// Source: couch_db:validate_doc_update/3.
class Validator {
  public:
    virtual ~Validator() = default;
    /// {"forbidden", why} is 403, {"unauthorized", why} 401; nothing: it may. `database`: the
    /// shard's name. `before`: the document as this copy has it, null when new.
    virtual std::optional<Refusal> refuses(std::string_view database, std::string_view id,
                                           const Content& after, const Document* before) const = 0;
};

}   // namespace glasshive::store
