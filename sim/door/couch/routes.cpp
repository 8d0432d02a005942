#include "door/couch/routes.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "door/couch/access.h"
#include "door/couch/service.h"

namespace glasshive::door::couch {

namespace {

struct Route {
    std::string_view name;
    void (*answer)(const CallPtr& call);
};

/// Source: chttpd_httpd_handlers:url_handler/1.
constexpr Route of_server[] = {
    {"_session", session},
    {"_uuids", uuids},
    {"_up", up},
    {"_all_dbs", all_databases},
    {"_db_updates", database_updates},
    {"_dbs_info", databases_info},
    {"_membership", membership},
    {"_reshard", reshard},
    {"_utils", utils},
    {"_active_tasks", active_tasks},
    {"_replicate", replicate},
    {"_scheduler", scheduler},
    {"_cluster_setup", cluster_setup},
    {"_node", node},
};

/// Source: chttpd_httpd_handlers:db_handler/1, chttpd_db:db_req/2.
constexpr Route of_database[] = {
    {"_all_docs", listing},
    {"_design_docs", listing},
    {"_local_docs", listing},
    {"_bulk_docs", bulk_docs},
    {"_bulk_get", bulk_get},
    {"_revs_diff", revs_diff},
    {"_changes", changes},
    {"_missing_revs", revs_diff},
    {"_find", mango},
    {"_explain", mango},
    {"_index", mango},
    {"_partition", partition},
    {"_view_cleanup", view_cleanup},
};

std::string joined(const Target& target, std::size_t first) {
    std::string out;
    for (std::size_t i = first; i < target.parts.size(); ++i) {
        if (i > first) out += '/';
        out += target.parts[i];
    }
    return out;
}

/// "_design%2Fx" is read at "_design/x". Source: chttpd_db:db_req/2, its clause of redirects.
void redirect_design(Call& call) {
    std::string path = call.request().target, lower = path;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::string_view quoted_prefix = "_design%2f";
    const std::size_t at = lower.find(quoted_prefix);
    if (at != std::string::npos) path.replace(at, quoted_prefix.size(), "_design/");
    call.bytes(301, {{"Location", call.absolute(path)}}, "");
}

/// A document's id may take two parts, and what follows is an attachment's name.
void route_document(const CallPtr& call) {
    Target& target = call->target();
    const std::string_view second = call->part(1);
    if (second == "_local" || second == "_local/") {
        if (target.parts.size() == 2) throw bad_request("Invalid _local document id.");
        if (target.parts.size() > 3) {
            throw bad_request("_local documents do not accept attachments.");
        }
        return local_document(call, "_local/" + target.parts[2]);
    }
    if (call->is("GET") && second.starts_with("_design/")) return redirect_design(*call);
    const bool split = second == "_design" && target.parts.size() > 2;
    const std::size_t name_at = split ? 3 : 2;
    const std::string id = split ? "_design/" + target.parts[2] : target.parts[1];
    if (target.parts.size() > name_at) return attachment(call, id, joined(target, name_at));
    if (id.starts_with("_local/")) return local_document(call, id);
    document(call, id);
}

void route_database(const CallPtr& call) {
    if (call->target().parts.size() == 1) return database(call);
    const std::string_view second = call->part(1);
    if (second == "_temp_view") {
        throw Problem{410, "gone", "Temporary views are not supported in CouchDB"};
    }
    for (const Route& route : of_database) {
        if (route.name == second) return route.answer(call);
    }
    if (is_database_matter(second)) return database_matter(call);
    if (design_action(call)) return;
    route_document(call);
}

}   // namespace

void route(const CallPtr& call) {
    call->check_callback();
    const std::string_view first = call->part(0);
    if (first.empty()) return welcome(call);
    for (const Route& route : of_server) {
        if (route.name == first) return route.answer(call);
    }
    route_database(call);
}

}   // namespace glasshive::door::couch
