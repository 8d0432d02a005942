#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "store/db/edit.h"
#include "store/json/value.h"
#include "store/refusal.h"

namespace glasshive::store {

/// Who edits, and where.
struct EditWriter {
    std::string_view shard;        ///< The copy's name.
    const json::Value& user;       ///< `userCtx`; nothing: a server's admin.
    const json::Value& security;   ///< The copy's `_security`; nothing: the default.
};

/// What the design documents' validate_doc_update say of an edit: an engine of scripts is one of
/// these. Asked by every copy for itself; so copies that know different design documents may
/// differ.
/// Not asked about `_local` documents, nor by internal replication.
/// Source: couch_db:validate_doc_update/3.
class Validator {
  public:
    virtual ~Validator() = default;
    /// {"forbidden", why} is 403, {"unauthorized", why} 401, any other error 400; nothing: it may.
    virtual std::optional<Refusal> refuses(const EditWriter& writer, const EditSeen& edit) = 0;
    /// False: it does not know the functions of this copy's database yet. Then edits wait, and
    /// `then` is called later: whether it knows them now, or there is no finding out.
    virtual bool ready(std::string_view /*shard*/, std::function<void(bool known)> /*then*/) {
        return true;
    }
    /// A design document of this copy changed, whoever changed it.
    virtual void design_changed(std::string_view /*shard*/) {}
};

}   // namespace glasshive::store
