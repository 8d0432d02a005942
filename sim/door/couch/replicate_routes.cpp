// Replications as a server shows them; chttpd_misc.erl, couch_replicator_httpd.erl.
#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/spec.h"
#include "store/view/query.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace peers = store::replicate;
using Rows = peers::Scheduler::Rows;

void active_tasks(const CallPtr& call) {
    call->only("GET,HEAD");
    call->require_server_admin();
    call->node().scheduler().tasks(call->then([call](const Rows& rows) {
        json::Builder out;
        out.begin_array();
        for (const json::Value& row : rows) out.copy(row.view());
        out.end_array();
        call->json(200, out.take().view());
    }));
}

/// {"url":"name"} is as good as "name" here. Source: chttpd:fix_uri/3.
static json::Value with_bare_names(const json::Value& body) {
    json::Builder out;
    out.begin_object();
    for (const json::Member& member : body.view().members()) {
        out.key(member.key);
        const bool end = member.key == "source" || member.key == "target";
        const bool object = end && member.value.is(json::Type::object);
        const auto url = object ? member.value.find("url") : std::nullopt;
        const bool bare = url && url->is(json::Type::text) && !url->text().starts_with("http://") &&
                          !url->text().starts_with("https://");
        out.copy(bare ? *url : member.value);
    }
    out.end_object();
    return out.take();
}

void replicate(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    if (!call->user().name) throw unauthorized("You are not authorized to replicate.");
    const json::Value body = with_bare_names(call->body_object());
    peers::ReplicationUser user{*call->user().name, call->user().is_server_admin()};
    // The request's headers go on to the databases (chttpd:fix_uri/3), a token's roles in them.
    if (call->user().handler == "jwt") user.roles = call->user().roles;
    const auto answer = [call](const peers::ReplicateReply& reply) {
        call->json(reply.status, reply.body.view());
    };
    call->node().scheduler().replicate(body, user, call->then(answer));
}

namespace {

/// Source: couch_replicator_httpd_util:parse_int_param/5.
std::size_t number(const Call& call, const std::string& name, std::size_t otherwise) {
    const std::string* text = call.target().value(name);
    if (text == nullptr) return otherwise;
    const auto value = whole_number<std::int64_t>(*text);
    if (!value) throw Problem{400, "query_parse_error", name + " must be an integer"};
    if (*value >= 0) return static_cast<std::size_t>(*value);
    throw Problem{400, "query_parse_error", name + " not in range of [0,infinity]"};
}

/// Source: couch_replicator_httpd_util:parse_replication_state_filter/1.
std::vector<std::string> states_of(const Call& call) {
    static constexpr std::array known{"initializing", "error",     "running", "pending",
                                      "crashing",     "completed", "failed"};
    std::vector<std::string> out;
    const std::string* text = call.target().value("states");
    if (text == nullptr) return out;
    for (std::size_t at = 0; at <= text->size();) {
        const std::size_t end = std::min(text->find(',', at), text->size());
        std::string state = text->substr(at, end - at);
        std::transform(state.begin(), state.end(), state.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        at = end + 1;
        if (state.empty()) continue;
        if (std::find(known.begin(), known.end(), state) == known.end()) {
            throw Problem{400, "query_parse_error",
                          "States must be one or more of "
                          "[initializing,error,running,pending,crashing,completed,failed]"};
        }
        out.push_back(std::move(state));
    }
    return out;
}

/// The row that has this under `key`.
std::optional<json::Value> row_with(const Rows& rows, const char* key, const std::string& wanted) {
    for (const json::Value& row : rows) {
        const auto value = row.view().find(key);
        if (value && value->is(json::Type::text) && value->text() == wanted) return row;
    }
    return std::nullopt;
}

void jobs(const CallPtr& call) {
    std::string wanted(call->part(2));
    // A '+' that nobody quoted was read as a space (couch_replicator_ids:convert/1).
    std::replace(wanted.begin(), wanted.end(), ' ', '+');
    call->node().scheduler().jobs(call->then([call, wanted](const Rows& rows) {
        if (wanted.empty()) {
            const json::Value page = peers::scheduler_jobs_page(rows, number(*call, "skip", 0),
                                                                number(*call, "limit", 100));
            return call->json(200, page.view());
        }
        const auto row = row_with(rows, "id", wanted);
        if (!row) throw not_found();
        call->json(200, row->view());
    }));
}

/// A database and, perhaps, a document in it.
struct DocsPath {
    std::string database, id;
};

/// What follows /_scheduler/docs/: a database's name in one part, or in as many as it has slashes.
/// Source: couch_replicator_httpd:handle_scheduler_req/1, parse_unquoted_docs_path/1.
DocsPath docs_path(const Call& call) {
    const std::vector<std::string>& parts = call.target().parts;
    if (parts.size() == 2) return {"_replicator", ""};
    if (parts.size() <= 4 && store::is_replicator_database(parts[2])) {
        return {parts[2], parts.size() == 4 ? parts[3] : ""};
    }
    if (parts.size() == 3) throw Problem{500, "unknown_error", "function_clause", {}, true};
    DocsPath out;
    std::size_t at = 2;
    for (; at < parts.size(); ++at) {
        out.database += (at == 2 ? "" : "/") + parts[at];
        if (parts[at] == "_replicator") break;
    }
    if (at == parts.size()) throw bad_request("");
    if (at + 2 < parts.size()) throw Problem{500, "unknown_error", "case_clause", {}, true};
    if (at + 1 < parts.size()) out.id = parts[at + 1];
    return out;
}

void docs(const CallPtr& call) {
    const DocsPath path = docs_path(*call);
    if (call->node().files().maps.count(path.database) == 0) throw no_database();
    const bool all = path.id.empty();
    const auto states = all ? states_of(*call) : std::vector<std::string>{};
    const auto query = store::view::parse_query(call->target().query);
    if (const auto* refusal = std::get_if<store::Refusal>(&query)) throw problem_of(*refusal);
    const auto wanted = std::get<store::view::Query>(query);
    call->node().scheduler().docs(
        path.database, states,
        call->then([call, wanted, id = path.id](const peers::Scheduler::DocsRows& docs) {
            if (id.empty()) {
                Rows rows = docs.rows;
                if (wanted.descending) std::reverse(rows.begin(), rows.end());
                const json::Value page =
                    peers::scheduler_docs_page(rows, docs.total, wanted.skip, wanted.limit);
                return call->json(200, page.view());
            }
            const auto row = row_with(docs.rows, "doc_id", id);
            if (!row) throw not_found();
            call->json(200, row->view());
        }));
}

}   // namespace

void scheduler(const CallPtr& call) {
    call->only("GET,HEAD");
    if (call->part(1) == "jobs") return jobs(call);
    if (call->part(1) == "docs") return docs(call);
    call->json_text(404, R"({"error":"not found"})");
}

}   // namespace glasshive::door::couch
