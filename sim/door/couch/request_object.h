#pragma once

#include <functional>
#include <optional>
#include <string>

#include "door/couch/call.h"
#include "store/json/value.h"

namespace glasshive::door::couch {

/// What functions of a design document get as `req`: info, uuid, id, method, requested_path, path,
/// raw_path, query, headers, body, peer, form, cookie, userCtx, secObj. `id`: of the document that
/// the path names. Answers 404 and the like itself when there is no such database.
/// Source: chttpd_external:json_req_obj/3.
void with_request_object(const CallPtr& call, const std::optional<std::string>& id,
                         std::function<void(const store::json::Value& request)> then);
/// The same for rewrite functions: without what only a database knows (info, uuid, id, form).
/// Source: couch_query_servers:rewrite/3.
void with_rewrite_object(const CallPtr& call,
                         std::function<void(const store::json::Value& request)> then);

}   // namespace glasshive::door::couch
