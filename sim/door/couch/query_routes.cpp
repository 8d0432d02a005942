// Listings, views and Mango: the request is read here, the store's searcher answers in CouchDB's
// words. couch_mrview_http.erl, mango_httpd.erl, chttpd_view.erl.
#include <functional>
#include <memory>
#include <utility>

#include "door/couch/access.h"
#include "door/couch/documents.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/view/query.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace search = store::search;
namespace view = store::view;

namespace {

search::Searcher::Then told(const CallPtr& call) {
    return call->then([call](const search::Reply& reply) {
        const bool unknown = reply.error == "unknown_error";
        if (!reply.ok()) throw Problem{reply.status, reply.error, reply.reason, {}, unknown};
        call->json_text(reply.status, reply.body);
    });
}

view::Query taken(std::variant<view::Query, store::Refusal> query) {
    if (const auto* refusal = std::get_if<store::Refusal>(&query)) throw problem_of(*refusal);
    return std::get<view::Query>(std::move(query));
}

/// The members of a POST's body, and over them the query string. `bad_keys`: what is said of keys
/// that are no list.
/// Source: couch_mrview_http:parse_body_and_query/3.
view::Query read_query_of(const Call& call, const char* bad_keys) {
    view::Query query;
    if (call.is("POST") && !call.body().empty()) {
        const json::Value value = call.body_object();
        const auto keys = value.view().find("keys");
        if (keys && !keys->is(json::Type::array) && !keys->is(json::Type::null)) {
            throw bad_request(bad_keys);
        }
        query = taken(view::parse_query(value.view()));
    }
    query = taken(view::parse_query(call.target().query, std::move(query)));
    apply_limit(call, query);
    return query;
}

/// Listings say so in words of their own, and earlier. Source: chttpd_db:db_req/2.
void check_keys(const Call& call) {
    const std::string* const keys = call.target().value("keys");
    if (keys == nullptr || !call.is("GET")) return;
    const json::Parsed parsed = json::parse(*keys);
    if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
    if (!parsed.value.view().is(json::Type::array)) {
        throw bad_request("`keys` parameter must be an array.");
    }
}

/// Queries one after the other; their answers in one.
using Ask = std::function<void(view::Query, search::Searcher::Then)>;

void many(const CallPtr& call, const Ask& ask) {
    call->only("POST");
    const json::Value body = call->body_object();
    const auto queries = body.view().find("queries");
    if (!queries) throw bad_request("POST body must include `queries` parameter.");
    if (!queries->is(json::Type::array)) throw bad_request("`queries` must be an array.");
    struct Work {
        std::vector<view::Query> queries;
        std::size_t next = 0;
        std::string out = "{\"results\":[";
    };
    auto work = std::make_shared<Work>();
    const view::Query base = taken(view::parse_query(call->target().query));
    for (const json::View each : queries->elements()) {
        if (!each.is(json::Type::object)) throw bad_request("`queries` must be objects.");
        work->queries.push_back(taken(view::parse_query(each, base)));
        apply_limit(*call, work->queries.back());
    }
    auto step = std::make_shared<std::function<void()>>();
    *step = [call, work, ask, weak = std::weak_ptr(step)] {
        if (work->next == work->queries.size()) {
            return call->json_text(200, work->out + "\r\n]}");
        }
        const auto self = weak.lock();
        ask(work->queries[work->next], call->then([work, self](const search::Reply& reply) {
            if (!reply.ok()) throw Problem{reply.status, reply.error, reply.reason};
            work->out += work->next++ == 0 ? "\r\n" : ",\r\n";
            work->out += reply.body;
            (*self)();
        }));
    };
    (*step)();
}

}   // namespace

void apply_limit(const Call& call, view::Query& query) {
    const char* const key = query.partition ? "partition_query_limit" : "query_limit";
    const Config& config = const_cast<Call&>(call).service().config(call.member());
    const std::int64_t most = config.number("query_server_config", key, view::Query::limit_none);
    if (most < 0 || query.limit == view::Query::limit_none) {
        query.limit =
            std::min(query.limit, static_cast<std::uint64_t>(std::max<std::int64_t>(most, 0)));
    } else if (query.limit > static_cast<std::uint64_t>(most)) {
        throw Problem{400, "query_parse_error",
                      "Limit is too large, must not exceed " + std::to_string(most)};
    }
}

void listing(const CallPtr& call) {
    const auto kind =
        call->part(1) == "_design_docs" ? view::Listing::design_docs : view::Listing::all_docs;
    const bool locals = call->part(1) == "_local_docs";
    const Ask ask = [call, kind, locals](view::Query query, search::Searcher::Then then) {
        if (locals) return local_docs(call, std::move(query), std::move(then));
        call->node().searcher().all_docs(call->database(), std::move(query), kind, std::move(then),
                                         telling_of(call));
    };
    if (call->part(2) == "queries") return many(call, ask);
    if (call->target().parts.size() > 2) throw not_found();
    call->only("GET,HEAD,POST");
    if (call->is("POST")) call->require_type("application/json");
    check_keys(*call);
    view::Query query = read_query_of(*call, "`keys` body member must be an array.");
    ask(std::move(query), told(call));
}

// --- Design documents ----------------------------------------------------------------------------

namespace {

/// Source: chttpd_view:assert_no_queries_param/1, couch_mrview_util:get_view_queries/1.
void check_no_queries(const Call& call) {
    if (call.body().empty()) return;
    const json::Value body = call.body_object();
    const auto queries = body.view().find("queries");
    if (!queries) return;
    if (!queries->is(json::Type::array)) throw bad_request("`queries` member must be an array.");
    throw bad_request("The `queries` parameter is no longer supported at this endpoint");
}

void one_view(const CallPtr& call, const std::string& design) {
    const std::string name(call->part(4));
    const Ask ask = [call, design, name](view::Query query, search::Searcher::Then then) {
        call->node().searcher().view(call->database(), design, name, std::move(query),
                                     std::move(then), telling_of(call));
    };
    if (call->target().parts.size() < 5) throw not_found();
    if (call->part(5) == "queries") return many(call, ask);
    call->only("GET,POST,HEAD");
    if (call->is("POST")) {
        call->require_type("application/json");
        check_no_queries(*call);
    }
    ask(read_query_of(*call, "`keys` member must be an array."), told(call));
}

}   // namespace

namespace {

/// What users are is for the admins of their database. Source: fabric:query_view/7.
void check_queries(const Call& call) {
    if (is_users(call)) check_user_read(call, "_design/");
}

}   // namespace

bool design_action(const CallPtr& call) {
    if (call->part(1) != "_design" || !call->part(3).starts_with('_')) return false;
    const std::string design(call->part(2));
    const std::string_view action = call->part(3);
    if (action == "_view" || action == "_list") check_queries(*call);
    if (action == "_view") {
        one_view(call, design);
        return true;
    }
    if (action == "_info") {
        call->only("GET");
        call->node().searcher().design_info(call->database(), design, told(call));
        return true;
    }
    static constexpr std::pair<std::string_view, void (*)(const CallPtr&)> others[] = {
        {"_show", show}, {"_update", update}, {"_list", list}, {"_rewrite", rewrite}};
    for (const auto& [name, answer] : others) {
        if (action != name) continue;
        answer(call);
        return true;
    }
    return false;   // An attachment's name that begins so.
}

void view_cleanup(const CallPtr& call) {
    call->only("POST");
    call->node().searcher().view_cleanup(call->database(), told(call));
}

void compact_views(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    call->node().searcher().compact_views(call->database(), call->part(2), told(call));
}

// --- Mango ---------------------------------------------------------------------------------------

namespace {

void require_json(const Call& call) { call.require_type("application/json"); }

void index(const CallPtr& call) {
    search::Searcher& searcher = call->node().searcher();
    const std::size_t depth = call->target().parts.size();
    if (depth == 2 && call->is("GET")) {
        const auto text = [&](const char* name) {
            const std::string* value = call->target().value(name);
            return value == nullptr ? std::string() : *value;
        };
        return searcher.list_indexes(call->database(), text("limit"), text("skip"), told(call));
    }
    if (depth == 2) {
        call->only("GET,POST");
        require_json(*call);
        return searcher.create_index(call->database(), call->body_object(), user_json(*call),
                                     told(call));
    }
    if (depth == 3 && call->part(2) == "_bulk_delete") {
        call->only("POST");
        require_json(*call);
        return searcher.delete_indexes(call->database(), call->body_object(), user_json(*call),
                                       told(call));
    }
    // "_design/x" may be two parts of the path.
    const std::size_t at = depth == 6 && call->part(2) == "_design" ? 3 : 2;
    if (depth != at + 3) throw not_found();
    call->only("DELETE");
    searcher.delete_index(call->database(), call->part(at), call->part(at + 1), call->part(at + 2),
                          user_json(*call), told(call));
}

}   // namespace

void mango(const CallPtr& call) {
    if (call->part(1) == "_index") {
        // Indexes are design documents: an admin's.
        if (call->is("GET")) return index(call);
        return with_security(call, [call](const json::Value& security) {
            call->guard([&] {
                require_database_admin(*call, security);
                index(call);
            });
        });
    }
    call->only("POST");
    require_json(*call);
    const std::string* partition = call->target().value("partition");
    const std::string within = partition == nullptr ? "" : *partition;
    search::Searcher& searcher = call->node().searcher();
    if (call->part(1) == "_find") {
        return searcher.find(call->database(), call->body_object(), within, told(call),
                             telling_of(call));
    }
    searcher.explain(call->database(), call->body_object(), within, told(call));
}

// --- Partitions ----------------------------------------------------------------------------------

/// Source: chttpd_db:handle_partition_req/2. What stands below is asked again without it.
void partition(const CallPtr& call) {
    const bool partitioned = call->map().partitioned();
    Target& target = call->target();
    if (target.parts.size() < 3) throw bad_request("invalid_partition_req");
    const std::string name = target.parts[2];
    if (const auto refusal = store::check_partition(name)) throw problem_of(*refusal);
    if (!partitioned) throw bad_request("database is not partitioned");
    if (target.parts.size() == 3) {
        call->only("GET");
        return call->node().gatherer().partition_info(
            call->database(), name, call->then([call, name](const store::PartitionAnswer& answer) {
                if (answer.status != 200) throw failed(answer.status, answer.reason);
                ObjectText sizes, out;
                sizes.number("active", answer.active.count);
                sizes.number("external", answer.external.count);
                out.text("db_name", call->part(0)).raw("sizes", sizes.take());
                out.text("partition", name);
                out.number("doc_count", static_cast<std::int64_t>(answer.documents));
                out.number("doc_del_count", static_cast<std::int64_t>(answer.deleted));
                call->json_text(200, out.take());
            }));
    }
    const std::string* asked = target.value("partition");
    if (asked != nullptr && *asked != name) {
        throw bad_request("Conflicting value for `partition` in query string");
    }
    if (asked == nullptr) target.query.emplace_back("partition", name);
    target.parts.erase(target.parts.begin() + 1, target.parts.begin() + 3);
    const std::string_view what = call->part(1);
    if (what == "_all_docs") return listing(call);
    if (what == "_find" || what == "_explain") return mango(call);
    if (what == "_design" && design_action(call)) return;
    throw not_found();
}

}   // namespace glasshive::door::couch
