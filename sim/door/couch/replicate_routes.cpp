// Replications as a server shows them; chttpd_misc.erl, couch_replicator_httpd.erl.

#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/json/print.h"

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

void replicate(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    if (!call->user().name) throw unauthorized("You are not authorized to replicate.");
    const json::Value body = call->body_object();
    check_bare_names(call->user(), body.view());
    call->node().scheduler().replicate(body, *call->user().name, call->user().is_server_admin(),
                                       call->then([call](const peers::ReplicateReply& reply) {
                                           call->json(reply.status, reply.body.view());
                                       }));
}

namespace {

std::vector<std::string> states_of(const Call& call) {
    std::vector<std::string> out;
    const std::string* text = call.target().value("states");
    if (text == nullptr) return out;
    for (std::size_t at = 0; at <= text->size();) {
        const std::size_t end = std::min(text->find(',', at), text->size());
        if (end > at) out.push_back(text->substr(at, end - at));
        at = end + 1;
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
    const std::string wanted(call->part(2));
    call->node().scheduler().jobs(call->then([call, wanted](const Rows& rows) {
        if (wanted.empty()) {
            const json::Value page =
                peers::scheduler_jobs_page(rows, call->count("skip", 0), call->count("limit", 25));
            return call->json(200, page.view());
        }
        const auto row = row_with(rows, "id", wanted);
        if (!row) throw not_found();
        call->json(200, row->view());
    }));
}

/// /_scheduler/docs[/database[/id]]; a system database's name may be two parts.
void docs(const CallPtr& call) {
    const std::size_t depth = call->target().parts.size();
    const std::string database = depth > 2 ? std::string(call->part(2)) : "_replicator";
    const std::string wanted(call->part(3));
    call->node().scheduler().docs(
        database, wanted.empty() ? states_of(*call) : std::vector<std::string>{},
        call->then([call, wanted](const Rows& rows) {
            if (wanted.empty()) {
                const json::Value page = peers::scheduler_docs_page(rows, call->count("skip", 0),
                                                                    call->count("limit", 25));
                return call->json(200, page.view());
            }
            const auto row = row_with(rows, "doc_id", wanted);
            if (!row) throw not_found();
            call->json(200, row->view());
        }));
}

}   // namespace

void scheduler(const CallPtr& call) {
    call->only("GET,HEAD");
    if (call->part(1) == "jobs") return jobs(call);
    if (call->part(1) == "docs") return docs(call);
    throw not_found();
}

}   // namespace glasshive::door::couch
