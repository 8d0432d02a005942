#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/revtree/content.h"
#include "store/revtree/revision.h"

namespace glasshive::store {

/// 16 bytes.
std::string md5(std::string_view bytes);

/// The revision that an edit of `parent` (null: the first one) to `content` makes: the same on
/// every node, so the same edit made twice is no conflict. Its id is the MD5 of the Erlang term
/// [Deleted, OldPosition, OldId, Body, Attachments]. Empty when an attachment has no MD5: CouchDB
/// then draws a number, and so has the caller to.
/// Source: couch_db:new_revid/1; couchdb.md 1.1, compared with a real node bit for bit.
std::optional<Revision> next_revision(const Revision* parent, const Content& content);

}   // namespace glasshive::store
