#pragma once

#include <functional>
#include <string_view>

#include "door/couch/call.h"
#include "store/json/value.h"

namespace glasshive::door::couch {

/// A document of `_users` as it is to be stored: passwords hashed. Throws a Problem.
/// Source: couch_users_db:before_doc_update/3.
store::json::Value user_document(Call& call, std::string_view id, store::json::View body);
/// `_replicator`, or a database whose name ends with "/_replicator".
bool is_replicator(std::string_view database);
/// A replication between databases without a URL runs as the node itself: a server admin's alone.
/// Throws 403. Ours: CouchDB 3.5 has no bare names in documents.
void check_bare_names(const UserContext& user, store::json::View body);
/// A replication's document with `owner`, who is who wrote it first; throws 403 when it is
/// another's. Source: couch_replicator_docs:before_doc_update/3.
store::json::Value owned_replication(const Call& call, store::json::View body);
/// Throws 404 or 403 when somebody asks for another's document, or for a design document.
/// Source: couch_users_db:after_doc_read/2.
void check_user_read(const Call& call, std::string_view id);
bool may_read_user(const Call& call, std::string_view id);

/// Writes `_design/_auth` to a `_users` that has none: it refuses documents that are no users'.
/// `then` is called whatever becomes of it.
/// Source: chttpd_auth_cache:ensure_auth_ddoc_exists/2; its messages: couch_js_functions.hrl.
void write_auth_design(store::Node& node, std::function<void()> then);

}   // namespace glasshive::door::couch
