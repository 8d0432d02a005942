#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "door/couch/call.h"
#include "door/couch/config.h"
#include "store/json/value.h"
#include "store/search/answers.h"

namespace glasshive::door::couch {

/// Where accounts are: [chttpd_auth] authentication_db.
std::string authentication_database(const Config& config);
/// Whether a database holds users: that one, `_users`, "…/_users", and [couchdb] users_db_suffix.
/// Source: fabric_util:is_users_db/1, couch_server:maybe_add_sys_db_callbacks/2.
bool is_users(const Config& config, std::string_view database);
bool is_users(const Call& call);
/// Whether what stands in a database is not for everybody who may read it, and is checked before
/// it is written: one of users, or of replications.
bool is_guarded(const Config& config, std::string_view database);
bool is_guarded(const Call& call);
/// What stands between commas and spaces.
std::vector<std::string> words_of(std::string_view text);
/// Throws 400 or 403 unless a password is as [chttpd_auth] password_regexp wants it.
/// Source: couch_users_db:validate_password/1.
void check_password(const Config& config, std::string_view password);

/// A document of `_users` as it is to be stored: passwords hashed. Throws a Problem.
/// Source: couch_users_db:before_doc_update/3.
store::json::Value user_document(Call& call, std::string_view id, store::json::View body);
/// A document's replication between databases without a URL runs as the node itself: a server
/// admin's alone. Throws 403. Ours: CouchDB 3.5 has no bare names in documents, and says so.
void check_bare_names(const UserContext& user, store::json::View body);
/// A replication's document with `owner`, who is who wrote it first; throws 403 when it is
/// another's. Source: couch_replicator_docs:before_doc_update/3.
store::json::Value owned_replication(const Call& call, store::json::View body);
/// Throws 403 for a replication's document that asks for what cannot be, unless it has failed.
/// Source: couch_replicator_docs:before_doc_update/3.
void check_replication(store::json::View body);
/// Throws 404 or 403 when somebody asks for another's document, or for a design document.
/// Source: couch_users_db:after_doc_read/2.
void check_user_read(const Call& call, std::string_view id);
bool may_read_user(const Call& call, std::string_view id);
/// A document as this reader may see it: of others' users the public fields alone, or 404; of
/// others' replications no passwords, which makes another revision of it. Of most databases: as it
/// is. Source: couch_users_db:after_doc_read/2, couch_replicator_docs:after_doc_read/2.
store::OpenedPath told_to(const Call& call, std::string_view id, const store::OpenedPath& path);

/// The same for whatever brings documents along: null where everybody is told all there is.
store::search::TellingPtr telling_of(const CallPtr& call);

/// Writes `_design/_auth` to a `_users` that has none: it refuses documents that are no users'.
/// `then`, if any, is called whatever becomes of it.
/// Source: chttpd_auth_cache:ensure_auth_ddoc_exists/2; its messages: couch_js_functions.hrl.
void write_auth_design(store::Node& node, std::function<void()> then);

}   // namespace glasshive::door::couch
