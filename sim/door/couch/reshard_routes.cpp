// /_reshard: what is told of shard splitting; mem3_reshard_httpd.erl. No jobs are run: who asks for
// one is told so.
#include "door/couch/routes.h"
#include "door/couch/service.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

void summary(Call& call) {
    call.only("GET,HEAD");
    const Resharding& state = call.service().resharding();
    ObjectText out;
    out.text("state", state.stopped ? "stopped" : "running");
    if (state.reason)
        out.text("state_reason", *state.reason);
    else
        out.null("state_reason");
    for (const char* const count : {"completed", "failed", "running", "stopped", "total"}) {
        out.number(count, 0);
    }
    call.json_text(200, out.take());
}

void state(Call& call) {
    call.only("GET,HEAD,PUT");
    Resharding& state = call.service().resharding();
    if (call.is("GET")) {
        ObjectText out;
        out.text("state", state.stopped ? "stopped" : "running");
        if (state.reason)
            out.text("reason", *state.reason);
        else
            out.null("reason");
        return call.json_text(200, out.take());
    }
    call.require_type("application/json");
    const json::Value body = call.body_object();
    const auto wanted = body.view().find("state");
    if (!wanted) throw bad_request("Expected a `state` field");
    const std::string name = wanted->is(json::Type::text) ? std::string(wanted->text()) : "";
    if (name != "running" && name != "stopped") {
        throw bad_request("State field not `running` or `stopped`");
    }
    const auto reason = body.view().find("reason");
    state = {.stopped = name == "stopped"};
    if (state.stopped) {
        const bool given = reason && reason->is(json::Type::text);
        state.reason =
            given ? std::string(reason->text()) : "Shard splitting stopped on the cluster by user";
    }
    call.ok();
}

/// What is wrong with a job; nothing is: it is none that the simulation can do.
void post_job(Call& call) {
    call.require_type("application/json");
    const json::Value body = call.body_object();
    const auto member = [&body](const char* name) -> std::optional<std::string> {
        const auto value = body.view().find(name);
        if (!value) return std::nullopt;
        if (!value->is(json::Type::text)) {
            throw bad_request("Invalid type for `" + std::string(name) + "`");
        }
        return std::string(value->text());
    };
    if (member("type").value_or("split") != "split") {
        throw bad_request("`type` must be `split`");
    }
    const auto node = member("node"), database = member("db"), shard = member("shard");
    if (node && !call.service().cluster().find(*node)) {
        throw bad_request("`node` is not a valid node name");
    }
    if (!database && !shard) throw bad_request("One of `db` or `shard` must be specified");
    if (database && !call.node().files().maps.contains(*database)) {
        throw bad_request("`db` does not exist");
    }
    if (shard && !store::parse_shard_name(*shard)) throw bad_request("`shard` is invalid");
    if (const auto range = member("range"); range && range->size() != 17) {
        throw bad_request("`range` is invalid");
    }
    throw Problem{501, "not_implemented", "shards are not split in the simulation"};
}

void jobs(Call& call) {
    if (call.target().parts.size() > 2) {
        call.only("GET,HEAD,DELETE,PUT");
        throw not_found();
    }
    call.only("GET,HEAD,POST");
    if (call.is("POST")) return post_job(call);
    call.json_text(200, R"({"total_rows":0,"offset":0,"jobs":[]})");
}

}   // namespace

void reshard(const CallPtr& call) {
    if (call->target().parts.size() == 1) return summary(*call);
    if (call->part(1) == "state") return state(*call);
    if (call->part(1) == "jobs") return jobs(*call);
    throw not_found();
}

}   // namespace glasshive::door::couch
