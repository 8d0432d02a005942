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
/// "You are not a db or server admin.": 403 to those who said who they are, 401 to others.
/// Source: couch_db:check_is_admin/1.
Problem not_database_admin(const UserContext& user);
/// Throws not_database_admin unless they are.
void require_database_admin(const Call& call, const store::json::Value& security);

}   // namespace glasshive::door::couch
