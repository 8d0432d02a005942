// A database as a whole; chttpd_db.erl, mem3_httpd_handlers.erl.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "door/couch/access.h"
#include "door/couch/documents.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/spec.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

/// Source: couch_db:validate_dbname/1, couch_db.hrl (DBNAME_REGEX).
void check_name(const std::string& name) {
    for (const char* const system : {"_users", "_replicator", "_global_changes", "_metadata"}) {
        if (name == system) return;
    }
    if (name.size() > 238) {   // couch_db:validate_dbname_int/2
        throw Problem{400, "database_name_too_long",
                      "At least one path segment of `" + name + "` is too long."};
    }
    if (!store::is_database_name(name)) {
        throw Problem{400, "illegal_database_name",
                      "Name: '" + name +
                          "'. Only lowercase characters (a-z), digits (0-9), and any of the "
                          "characters _, $, (, ), +, -, and / are allowed. Must begin with a "
                          "letter."};
    }
}

std::int64_t positive(const Call& call, const char* name, std::int64_t otherwise) {
    const std::string* text = call.target().value(name);
    if (text == nullptr) return std::clamp<std::int64_t>(otherwise, 1, 65536);
    const auto value = whole_number<std::int64_t>(*text);
    if (!value || *value < 1 || *value > 65536) {
        throw bad_request("The `" + std::string(name) + "` value should be a positive integer.");
    }
    return *value;
}

store::Spread spread_of(Call& call) {
    const Config& config = call.service().config(call.member());
    store::Spread spread{
        .q = static_cast<std::uint32_t>(positive(call, "q", config.number("cluster", "q", 2))),
        .n = positive(call, "n", config.number("cluster", "n", 3))};
    if (const std::string* text = call.target().value("placement")) {
        const auto placement = store::parse_placement(*text);
        if (!placement || placement->empty()) {
            throw bad_request("The `placement` value should be in a format `zone:n`.");
        }
        spread.placement = *placement;
    }
    if (const std::string* engine = call.target().value("engine"); engine && *engine != "couch") {
        throw bad_request("invalid_engine_extension");
    }
    if (const std::string* text = call.target().value("partitioned")) {
        if (*text != "true" && *text != "false") {
            throw bad_request("Invalid `partitioned` parameter");
        }
        spread.partitioned = *text == "true";
        if (spread.partitioned && call.part(0).starts_with('_')) {
            throw bad_request("Cannot partition a system database");
        }
    }
    return spread;
}

void create(const CallPtr& call) {
    const std::string name = call->database();
    check_name(name);
    const store::Spread spread = spread_of(*call);
    call->node().coordinator().create(
        name, spread, call->then([call, name](const store::StatusAnswer& answer) {
            if (answer.status == 201 || answer.status == 202) {
                if (name == "_users") call->service().watch_users();
                return call->json_text(answer.status, R"({"ok":true})",
                                       {{"Location", call->absolute("/" + quoted(name))}});
            }
            if (answer.status == 412) {
                throw Problem{412, "file_exists",
                              "The database could not be created, the file already exists."};
            }
            // {error, Reason} of fabric:create_db/2, as chttpd:error_info/1 reads it.
            const bool told = answer.reason == "no_nodes_in_zone" || answer.reason == "conflict";
            throw Problem{500, told ? "error" : "internal_error", answer.reason};
        }));
}

void remove(const CallPtr& call) {
    if (call->target().value("rev") != nullptr) {
        throw bad_request(
            "You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a "
            "document instead?");
    }
    call->node().coordinator().remove(call->database(),
                                      call->then([call](const store::StatusAnswer& answer) {
                                          if (answer.status == 404) throw no_database();
                                          if (answer.status != 200 && answer.status != 202) {
                                              throw failed(answer.status, answer.reason);
                                          }
                                          call->ok(answer.status);
                                      }));
}

}   // namespace

std::string info_text(const std::string& name, const store::ShardMap& map,
                      const store::InfoAnswer& info) {
    ObjectText sizes, props, cluster, out;
    sizes.number("file", info.info.file.count).number("external", info.info.external.count);
    sizes.number("active", info.info.active.count);
    if (map.partitioned()) props.flag("partitioned", true);
    const std::uint32_t n = map.n();
    cluster.number("q", static_cast<std::int64_t>(map.ranges().size())).number("n", n);
    cluster.number("w", store::quorum_of(n)).number("r", store::quorum_of(n));
    out.text("instance_start_time", map.suffix().substr(1)).text("db_name", name);
    out.text("purge_seq", std::to_string(info.info.purge_seq) + "-" +
                              info.update_seq.substr(info.update_seq.find('-') + 1));
    out.text("update_seq", info.update_seq).raw("sizes", sizes.take());
    out.raw("props", props.take());
    out.number("doc_del_count", static_cast<std::int64_t>(info.info.deleted));
    out.number("doc_count", static_cast<std::int64_t>(info.info.documents));
    out.number("disk_format_version", 8).flag("compact_running", false);
    out.raw("cluster", cluster.take());
    return out.take();
}

void database(const CallPtr& call) {
    if (call->is("PUT")) return create(call);
    if (call->is("DELETE")) return remove(call);
    if (call->is("POST")) return post_document(call);
    if (!call->is("GET")) throw method_not_allowed("DELETE,GET,HEAD,POST");
    const store::ShardMap map = call->map();
    call->node().gatherer().info(call->database(),
                                 call->then([call, map](const store::InfoAnswer& info) {
                                     if (info.status != 200) throw failed(info.status, info.reason);
                                     call->json_text(200, info_text(call->database(), map, info));
                                 }));
}

// --- Matters -------------------------------------------------------------------------------------

namespace {

void ensure_full_commit(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    const std::string created = call->map().suffix().substr(1);
    call->node().gatherer().ensure_full_commit(
        call->database(), call->then([call, created](const store::StatusAnswer& answer) {
            if (answer.status != 201) throw failed(answer.status, answer.reason);
            call->json_text(
                201, ObjectText().flag("ok", true).text("instance_start_time", created).take());
        }));
}

/// Lists of texts, if there are any. Source: couch_db:validate_security_object/1.
bool is_security(json::View value) {
    if (!value.is(json::Type::object)) return false;
    for (const char* const group : {"admins", "members", "readers"}) {
        const auto names = value.find(group);
        if (!names) continue;
        if (!names->is(json::Type::object)) return false;
        for (const char* const kind : {"names", "roles"}) {
            const auto list = names->find(kind);
            if (!list) continue;
            if (!list->is(json::Type::array)) return false;
            for (const json::View each : list->elements()) {
                if (!each.is(json::Type::text)) return false;
            }
        }
    }
    return true;
}

void security(const CallPtr& call) {
    call->only("PUT,GET");
    if (call->is("GET")) {
        return with_security(call,
                             [call](const json::Value& value) { call->json(200, value.view()); });
    }
    const Config& config = call->service().config(call->member());
    if (is_users(*call) && !config.flag("couchdb", "users_db_security_editable", false)) {
        throw forbidden("You can't edit the security object of the user database.");
    }
    const json::Value body = call->body_json();
    with_security(call, [call, body](const json::Value& now) {
        // Each copy refuses for itself, so there is no majority.
        if (!is_database_admin(call->user(), now.view()) || !is_security(body.view())) {
            throw Problem{500, "error", "no_majority"};
        }
        call->node().coordinator().set_security(
            call->database(), body, call->then([call](const store::StatusAnswer& answer) {
                if (answer.status != 200) throw failed(answer.status, answer.reason);
                call->ok();
            }));
    });
}

/// A limit that is read from one copy and set on all.
template <class Read>
void read_limit(const CallPtr& call, Read read) {
    call->node().gatherer().info(call->database(),
                                 call->then([call, read](const store::InfoAnswer& info) {
                                     if (info.status != 200) throw failed(info.status, info.reason);
                                     call->json_text(200, std::to_string(read(info)));
                                 }));
}

void revs_limit(const CallPtr& call) {
    call->only("PUT,GET");
    if (call->is("GET")) return read_limit(call, [](const auto& info) { return info.revs_limit; });
    const json::Value body = call->body_json();
    const auto limit = body.view().is(json::Type::integer) ? body.view().integer() : std::nullopt;
    if (!limit || *limit < 1 || *limit > UINT32_MAX) {
        throw Problem{500, "badmatch", "{error,invalid_revs_limit}", {}, true};
    }
    with_security(call, [call, limit](const json::Value& now) {
        require_database_admin(*call, now);
        call->node().coordinator().set_revs_limit(
            call->database(), static_cast<std::uint32_t>(*limit),
            call->then([call](const store::StatusAnswer& answer) {
                if (answer.status == 404) throw no_database();
                if (answer.status != 200) {
                    throw Problem{500, "badmatch", "{error," + answer.reason + "}", {}, true};
                }
                call->ok();
            }));
    });
}

void compact(const CallPtr& call) {
    if (call->target().parts.size() > 2) return compact_views(call);
    call->only("POST");
    call->require_type("application/json");
    call->node().gatherer().compact(call->database(),
                                    call->then([call](const store::StatusAnswer& answer) {
                                        if (answer.status == 404) throw no_database();
                                        call->ok(202);
                                    }));
}

void shards(const CallPtr& call) {
    call->only("GET,HEAD");
    const store::ShardMap& map = call->map();
    const auto nodes = [&map](json::Builder& out, const store::Range& range) {
        std::vector<std::string> names;
        for (const store::Copy& copy : map.copies()) {
            if (copy.range == range) names.push_back(copy.node);
        }
        std::sort(names.begin(), names.end());
        out.begin_array();
        for (const std::string& name : names) out.text(name);
        out.end_array();
    };
    json::Builder out;
    out.begin_object();
    if (call->target().parts.size() == 2) {
        out.key("shards");
        out.begin_object();
        for (const store::Range& range : map.ranges()) {
            out.key(range.text());
            nodes(out, range);
        }
        out.end_object();
    } else {
        const auto copies = map.copies_of(call->part(2));
        if (copies.empty()) throw bad_request("Doc id must be of form partition:id");
        out.key("range");
        out.text(copies.front()->range.text());
        out.key("nodes");
        nodes(out, copies.front()->range);
    }
    out.end_object();
    call->json(200, out.take().view());
}

void sync_shards(const CallPtr& call) {
    call->only("POST");
    call->map();
    call->service().sync_shards(call->database());
    call->ok(202);
}

struct Matter {
    std::string_view name;
    void (*answer)(const CallPtr& call);
};
constexpr Matter matters[] = {
    {"_ensure_full_commit", ensure_full_commit},
    {"_security", security},
    {"_revs_limit", revs_limit},
    {"_purged_infos_limit", purged_infos_limit},
    {"_purge", purge},
    {"_purged_infos", purged_infos},
    {"_compact", compact},
    {"_shards", shards},
    {"_sync_shards", sync_shards},
};

}   // namespace

bool is_database_matter(std::string_view name) {
    return std::any_of(std::begin(matters), std::end(matters),
                       [name](const Matter& matter) { return matter.name == name; });
}

void database_matter(const CallPtr& call) {
    for (const Matter& matter : matters) {
        if (matter.name == call->part(1)) return matter.answer(call);
    }
}

}   // namespace glasshive::door::couch
