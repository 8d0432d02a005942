// What is asked of the server as a whole; chttpd_misc.erl, mem3_httpd.erl, setup_httpd.erl.
#include <algorithm>
#include <memory>

#include "door/couch/browsers.h"
#include "door/couch/multipart.h"
#include "door/couch/node_documents.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

void welcome(const CallPtr& call) {
    call->only("GET,HEAD");
    ObjectText vendor;
    for (const auto& [key, value] : call->service().config(call->member()).section("vendor")) {
        vendor.text(key, value);
    }
    ObjectText body;
    body.text("couchdb", "Welcome").text("version", "3.5.0").text("git_sha", "11f0d3643");
    body.text("uuid", call->service().server_uuid());
    body.raw("features",
             R"(["access-ready","partitioned","pluggable-storage-engines","reshard","scheduler"])");
    body.raw("vendor", vendor.take());
    call->json_text(200, body.take());
}

namespace {

json::Value json_value(const Target& target, std::string_view name) {
    const std::string* text = target.value(name);
    if (text == nullptr) return {};
    json::Parsed parsed = json::parse(*text);
    if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
    return std::move(parsed.value);
}

std::optional<std::string> text_key(const Target& target, const char* name, const char* other) {
    for (const char* const each : {name, other}) {
        const json::Value value = json_value(target, each);
        if (value && value.view().is(json::Type::text)) return std::string(value.view().text());
    }
    return std::nullopt;
}

/// Names in order, as the query's start and end, skip and limit leave them.
std::vector<std::string> database_names(const CallPtr& call) {
    const Target& target = call->target();
    std::vector<std::string> names;
    for (const auto& [name, map] : call->node().files().maps) names.push_back(name);
    const bool descending = target.is("descending", "true");
    if (descending) std::reverse(names.begin(), names.end());
    const auto start = text_key(target, "startkey", "start_key");
    const auto end = text_key(target, "endkey", "end_key");
    const bool inclusive = !target.is("inclusive_end", "false");
    const auto before = [descending](const std::string& a, const std::string& b) {
        return descending ? b < a : a < b;
    };
    std::erase_if(names, [&](const std::string& name) {
        if (start && before(name, *start)) return true;
        return end && (before(*end, name) || (!inclusive && name == *end));
    });
    const std::size_t skip = std::min(call->count("skip", 0), names.size());
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(skip));
    names.resize(std::min(names.size(), call->count("limit", names.size())));
    return names;
}

}   // namespace

void all_databases(const CallPtr& call) {
    call->only("GET,HEAD");
    json::Builder out;
    out.begin_array();
    for (const std::string& name : database_names(call)) out.text(name);
    out.end_array();
    call->json(200, out.take().view());
}

void databases_info(const CallPtr& call) {
    call->only("GET,HEAD,POST");
    std::vector<std::string> names;
    if (call->is("GET")) {
        names = database_names(call);
    } else {
        call->require_type("application/json");
        const json::Value body = call->body_object();
        const auto keys = body.view().find("keys");
        if (!keys) throw bad_request("`keys` member must exist.");
        if (!keys->is(json::Type::array)) throw bad_request("`keys` member must be an array.");
        const auto most = call->service()
                              .config(call->member())
                              .number("chttpd", "max_db_number_for_dbs_info_req", 100);
        if (static_cast<std::int64_t>(keys->size()) > most) throw bad_request("too_many_keys");
        for (const json::View key : keys->elements()) {
            names.emplace_back(key.is(json::Type::text) ? key.text() : "");
        }
    }
    // One after the other, as CouchDB asks for them.
    struct Work {
        std::vector<std::string> names;
        std::size_t next = 0;
        std::string out = "[";
    };
    auto work = std::make_shared<Work>();
    work->names = std::move(names);
    auto step = std::make_shared<std::function<void()>>();
    *step = [call, work, weak = std::weak_ptr(step)] {
        if (work->next == work->names.size()) return call->json_text(200, work->out + "]");
        const std::string& name = work->names[work->next++];
        const auto add = [work, name](const char* key, const std::string& json) {
            if (work->out.size() > 1) work->out += ',';
            work->out += ObjectText().text("key", name).raw(key, json).take();
        };
        const auto map = call->node().files().maps.find(name);
        const auto self = weak.lock();
        if (map == call->node().files().maps.end()) {
            add("error", "\"not_found\"");
            return (*self)();
        }
        call->node().gatherer().info(
            name, call->then([name, add, map = map->second, self](const store::InfoAnswer& info) {
                if (info.status == 200)
                    add("info", info_text(name, map, info));
                else
                    add("error", "\"not_found\"");
                (*self)();
            }));
    };
    (*step)();
}

void uuids(const CallPtr& call) {
    call->only("GET");
    const Config& config = call->service().config(call->member());
    const std::size_t count = call->count("count", 1);
    const auto most = static_cast<std::size_t>(config.number("uuids", "max_count", 1000));
    if (count > most) {
        throw bad_request("count parameter too large");
    }
    json::Builder out;
    out.begin_object();
    out.key("uuids");
    out.begin_array();
    for (std::size_t i = 0; i < count; ++i) {
        out.text(call->service().new_uuid(call->member(), call->wall()));
    }
    out.end_array();
    out.end_object();
    const std::string text = json::to_text(out.take().view()) + "\n";
    call->bytes(200,
                {{"Content-Type", "application/json"},
                 {"Cache-Control", "no-cache, must-revalidate"},
                 {"Expires", "Mon, 01 Jan 1990 00:00:00 GMT"},
                 {"Pragma", "no-cache"},
                 {"ETag", made_etag(text)}},
                text);
}

void up(const CallPtr& call) {
    call->only("GET,HEAD");
    const std::string mode =
        call->service().config(call->member()).text("couchdb", "maintenance_mode", "false");
    if (mode == "true") return call->json_text(404, R"({"status":"maintenance_mode"})");
    if (mode == "nolb") return call->json_text(404, R"({"status":"nolb"})");
    call->json_text(200, R"({"status":"ok","seeds":{}})");
}

/// Fauxton is not part of the simulation; who looks for it is told so.
void utils(const CallPtr& call) {
    call->only("GET,HEAD");
    const std::string& target = call->request().target;
    if (call->target().parts.size() > 1) throw not_found();
    if (target.find("_utils/") == std::string::npos) {
        return call->bytes(301, {{"Location", call->absolute("/_utils/")}}, "");
    }
    std::vector<http::Header> headers{{"Content-Type", "text/html"},
                                      {"Cache-Control", "private, must-revalidate"}};
    add_policy(call->service().config(call->member()), "utils",
               "child-src 'self' data: blob:; default-src 'self'; img-src 'self' data:; font-src "
               "'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline';",
               headers);
    call->bytes(200, std::move(headers),
                "<!DOCTYPE html><title>Glasshive</title><p>A simulated CouchDB. It has no "
                "Fauxton; its HTTP interface is at <a href=\"/\">/</a>.\n");
}

void membership(const CallPtr& call) {
    call->only("GET,HEAD");
    const store::Node& node = call->node();
    json::Builder out;
    out.begin_object();
    out.key("all_nodes");
    out.begin_array();
    const auto& members = call->service().cluster().members();
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (node.watch().sees(i)) out.text(members[i].node);
    }
    out.end_array();
    out.key("cluster_nodes");
    out.begin_array();
    for (const auto& [name, document] : node.files().members) {
        if (!document.deleted) out.text(name);
    }
    out.end_array();
    out.end_object();
    call->json(200, out.take().view());
}

namespace {

/// Source: setup:add_node/1. `host` and `name` are the parts of a node's name around the '@'; its
/// credentials are not asked: all nodes have the same admins here.
void set_up_node(Call& call, json::View body, bool joins) {
    const auto host = body.find("host");
    if (!host || !host->is(json::Type::text)) throw bad_request("You must specify a host.");
    const auto name = body.find("name");
    const std::string ending = "@" + std::string(host->text());
    const std::string begin =
        name && name->is(json::Type::text) ? std::string(name->text()) + "@" : "";
    std::vector<std::string> nodes;
    for (const store::QuorumMember& each : call.service().cluster().members()) {
        if (each.node.ends_with(ending) && each.node.starts_with(begin)) nodes.push_back(each.node);
    }
    if (nodes.empty()) throw bad_request("No node runs on " + std::string(host->text()) + ".");
    if (nodes.size() > 1) throw bad_request("Several nodes run there: specify a name.");
    set_member(call, call.member(), nodes.front(), joins);
    call.ok(201);
}

}   // namespace

/// Source: setup_httpd.erl. The cluster is set up already; what would change that is refused.
void cluster_setup(const CallPtr& call) {
    call->only("GET,HEAD,POST");
    call->require_server_admin();
    const bool alone = call->service().cluster().size() == 1;
    if (call->is("GET")) {
        return call->json_text(200, alone ? R"({"state":"single_node_enabled"})"
                                          : R"({"state":"cluster_finished"})");
    }
    call->require_type("application/json");
    const json::Value body = call->body_object();
    const auto action = body.view().find("action");
    const std::string name =
        action && action->is(json::Type::text) ? std::string(action->text()) : "";
    const auto bind = body.view().find("bind_address");
    if (name == "enable_cluster" || name == "enable_single_node") {
        if (name == "enable_cluster" && bind && bind->is(json::Type::text) &&
            bind->text() == "127.0.0.1") {
            throw bad_request("bind_address must not be '127.0.0.1'");
        }
        throw bad_request(alone ? "Single node is already enabled" : "Cluster is already enabled");
    }
    if (name == "finish_cluster") throw bad_request("Cluster is already finished");
    if (name == "add_node" || name == "remove_node") {
        return set_up_node(*call, body.view(), name == "add_node");
    }
    if (name == "receive_cookie") {
        throw Problem{501, "not_implemented", "simulated nodes have no cookies"};
    }
    throw bad_request("Invalid Action'");
}

}   // namespace glasshive::door::couch
