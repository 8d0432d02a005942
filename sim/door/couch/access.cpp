#include "door/couch/access.h"

#include <algorithm>
#include <utility>

#include "door/couch/service.h"
#include "store/document/attachments.h"
#include "store/json/builder.h"
#include "store/json/parse.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

bool names_any(json::View list, const std::vector<std::string>& wanted) {
    if (!list.is(json::Type::array)) return false;
    for (const json::View each : list.elements()) {
        if (!each.is(json::Type::text)) continue;
        if (std::find(wanted.begin(), wanted.end(), each.text()) != wanted.end()) return true;
    }
    return false;
}

/// security.<group>.<kind>, if it is there. Members were once called readers.
/// Source: couch_db:get_members/1.
std::optional<json::View> list_of(json::View security, std::string_view group, const char* kind) {
    auto found = security.find(group);
    if (!found && group == "members") found = security.find("readers");
    return found ? found->find(kind) : std::nullopt;
}

bool has_entries(json::View security, const char* group) {
    for (const char* const kind : {"names", "roles"}) {
        const auto list = list_of(security, group, kind);
        if (list && list->is(json::Type::array) && list->size() != 0) return true;
    }
    return false;
}

bool is_in_group(const UserContext& user, json::View security, const char* group) {
    if (const auto names = list_of(security, group, "names"); names && user.name) {
        if (names_any(*names, {*user.name})) return true;
    }
    const auto roles = list_of(security, group, "roles");
    return roles && names_any(*roles, user.roles);
}

/// Source: couch_db:is_member/2.
bool is_member(const UserContext& user, json::View security) {
    if (is_database_admin(user, security)) return true;
    return !has_entries(security, "members") || is_in_group(user, security, "members");
}

}   // namespace

void check_member(const UserContext& user, const json::Value& security) {
    if (is_member(user, security.view())) return;
    if (!user.name) throw unauthorized("You are not authorized to access this db.");
    throw forbidden("You are not allowed to access this db.");
}

const json::Value& default_security(const Config& config) {
    static const json::Value everyone = json::Value::empty_object();
    static const json::Value admins =
        json::parse(R"({"members":{"roles":["_admin"]},"admins":{"roles":["_admin"]}})").value;
    return config.text("couchdb", "default_security") == "everyone" ? everyone : admins;
}

bool is_database_admin(const UserContext& user, json::View security) {
    return user.is_server_admin() || is_in_group(user, security, "admins");
}

Problem not_database_admin(const UserContext& user) {
    const char* const reason = "You are not a db or server admin.";
    return user.name ? forbidden(reason) : unauthorized(reason);
}

void require_database_admin(const Call& call, const json::Value& security) {
    if (!is_database_admin(call.user(), security.view())) throw not_database_admin(call.user());
}

void with_security(const CallPtr& call, std::function<void(const json::Value&)> then) {
    const store::NodeFiles& files = call->node().files();
    const store::ShardMap& map = call->map();
    const auto tell = [call, then = std::move(then)](const json::Value& stored) {
        then(stored ? stored : default_security(call->service().config(call->member())));
    };
    for (const store::Range& range : map.ranges()) {
        const auto copy = files.copies.find(map.shard_name(range));
        if (copy != files.copies.end()) return tell(copy->second.security());
    }
    call->node().gatherer().info(call->database(), call->then([tell](
                                                                  const store::InfoAnswer& answer) {
        if (answer.status != 200) {
            throw Problem{500, "internal_server_error", "No DB shards could be opened.", {}, true};
        }
        tell(answer.security);
    }));
}

namespace {

/// Which paths below "/_…" anybody may ask for. Source: chttpd_auth_request.erl,
/// server_authorization_check/1.
bool is_open_to_all(const Call& call) {
    const std::string_view first = call.part(0);
    for (const char* const open : {"_up", "_uuids", "_session", "_replicate", "_active_tasks"}) {
        if (first == open && call.target().parts.size() == 1) return true;
    }
    return first == "_utils" && call.is("GET");
}

/// Which of a database's paths are for its admins.
bool is_for_admins(const Call& call) {
    const std::string_view second = call.part(1);
    for (const char* const name :
         {"_compact", "_view_cleanup", "_purge", "_purged_infos_limit", "_sync_shards"}) {
        if (second == name) return true;
    }
    return false;
}

}   // namespace

void authorize(const CallPtr& call, std::function<void()> then) {
    const std::string_view first = call->part(0);
    const std::string_view second = call->part(1);
    const bool whole = call->target().parts.size() == 1;
    if (first.empty() || first == "favicon.ico") return then();
    const bool system = first == "_users" || first == "_replicator" || first == "_global_changes";
    if (first.starts_with('_') && !system) {
        if (!is_open_to_all(*call)) call->require_server_admin();
        return then();
    }
    const bool makes = whole && (call->is("PUT") || call->is("DELETE"));
    if (makes || (system && (second == "_all_docs" || second == "_changes"))) {
        call->require_server_admin();
        if (makes) return then();
    }
    with_security(call, [call, then = std::move(then)](const json::Value& security) {
        call->set_database_admin(is_database_admin(call->user(), security.view()));
        if (is_for_admins(*call)) {
            if (!call->is_database_admin()) {
                throw unauthorized("You are not a server or db admin.");
            }
        } else {
            check_member(call->user(), security);
        }
        then();
    });
}

}   // namespace glasshive::door::couch
