#pragma once

#include <functional>
#include <string>

#include "door/couch/call.h"
#include "door/couch/config.h"
#include "store/json/value.h"

namespace glasshive::door::couch {

/// Finds out who asks, by cookie or by name and password, then goes on; or answers 400, 401, 403.
/// Source: couch_httpd_auth.erl, chttpd_auth_lockout.erl.
void authenticate(const CallPtr& call, std::function<void()> then);
/// Whether they may ask this at all, then goes on; or answers 401, 403, 404.
/// Source: chttpd_auth_request.erl, couch_db:check_is_member/1.
void authorize(const CallPtr& call, std::function<void()> then);

/// `/_session`. Source: couch_httpd_auth:handle_session_req/2.
void session(const CallPtr& call);

/// The database's `_security`, from a copy here or else from another node; answers 404 or 500 when
/// there is none.
void with_security(const CallPtr& call, std::function<void(const store::json::Value&)> then);
/// What a database without an object of its own has: [couchdb] default_security.
const store::json::Value& default_security(const Config& config);
/// Throws 401 or 403 unless they are a member, or all are. Source: couch_db:check_is_member/1.
void check_member(const UserContext& user, const store::json::Value& security);
/// A server admin, or one of the database's.
bool is_database_admin(const UserContext& user, store::json::View security);
/// Throws 401 unless they are. `reason` as CouchDB says it at that place.
void require_database_admin(const Call& call, const store::json::Value& security,
                            const char* reason = "You are not a db or server admin.");

/// A document of `_users` as it is to be stored: passwords hashed. Throws a Problem.
/// Source: couch_users_db:before_doc_update/3.
store::json::Value user_document(Call& call, std::string_view id, store::json::View body);
/// What others than an admin and the user themselves see of one; throws 404 or 403.
/// Source: couch_users_db:after_doc_read/2.
void check_user_read(const Call& call, std::string_view id);

}   // namespace glasshive::door::couch
