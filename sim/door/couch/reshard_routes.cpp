// /_reshard: shard splitting, all over the cluster; mem3_reshard_httpd.erl, mem3_reshard_api.erl.
#include <algorithm>

#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "store/json/builder.h"
#include "store/replicate/text.h"

namespace glasshive::door::couch {

namespace json = store::json;
using store::reshard::JobState;
using store::reshard::ReshardRequest;
using store::reshard::SplitJob;
using Answers = store::reshard::Resharder::Answers;
using Kind = ReshardRequest::Kind;

namespace {

ReshardRequest request_of(Kind kind, std::string id = "", std::string reason = "") {
    ReshardRequest request;
    request.kind = kind;
    request.id = std::move(id);
    request.reason = std::move(reason);
    return request;
}

/// rpc:multicall to mem3_util:live_nodes(): who does not answer is left out.
template <class Work>
void ask_all(const CallPtr& call, const ReshardRequest& request, Work work) {
    store::reshard::Resharder& resharder = call->node().resharder();
    resharder.ask(resharder.live(), request, call->then(std::move(work)));
}

// --- What is told --------------------------------------------------------------------------------

struct Summary {
    bool stopped = true;
    std::optional<std::string> reason{};
};

/// mem3_reshard_api:state_and_reason/1: running if it is so anywhere, and the least of the reasons.
Summary summary_of(const Answers& answers) {
    Summary summary;
    for (const auto& [member, reply] : answers) summary.stopped &= reply->stopped;
    for (const auto& [member, reply] : answers) {
        if (reply->stopped != summary.stopped || !reply->reason) continue;
        if (!summary.reason || *reply->reason < *summary.reason) summary.reason = reply->reason;
    }
    return summary;
}

void tell_text(ObjectText& out, std::string_view key, const std::optional<std::string>& text) {
    if (text) {
        out.text(key, *text);
    } else {
        out.null(key);
    }
}

void summary(const CallPtr& call) {
    call->only("GET,HEAD");
    ask_all(call, request_of(Kind::list), [call](const Answers& answers) {
        std::int64_t counts[5] = {};
        std::int64_t total = 0;
        for (const auto& [member, reply] : answers) {
            for (const SplitJob& job : reply->jobs) {
                ++counts[static_cast<std::size_t>(job.state)];
                ++total;
            }
        }
        const auto count = [&](JobState state) { return counts[static_cast<std::size_t>(state)]; };
        const Summary all = summary_of(answers);
        ObjectText out;
        out.text("state", all.stopped ? "stopped" : "running");
        tell_text(out, "state_reason", all.reason);
        out.number("completed", count(JobState::completed));
        out.number("failed", count(JobState::failed));
        out.number("running", count(JobState::running));
        out.number("stopped", count(JobState::stopped));
        out.number("total", total);
        call->json_text(200, out.take());
    });
}

std::string time_text(Call& call, Time time) {
    return store::replicate::iso8601(call.service().epoch() + ns_of(time) / 1'000'000'000);
}

/// mem3_reshard_store:job_to_ejson_props/2.
void print_job(Call& call, const SplitJob& job, json::Builder& out) {
    const auto text = [&out](std::string_view key, std::string_view value) {
        out.key(key);
        out.text(value);
    };
    out.begin_object();
    text("id", job.id);
    text("type", "split");
    text("source", job.source);
    out.key("target");
    out.begin_array();
    for (const std::string& target : job.targets) out.text(target);
    out.end_array();
    text("job_state", text_of(job.state));
    text("split_state", text_of(job.step));
    out.key("state_info");
    out.begin_object();
    if (!job.error.empty()) text("error", job.error);
    if (!job.reason.empty()) text("reason", job.reason);
    out.end_object();
    text("node", job.node);
    text("start_time", time_text(call, job.started));
    text("update_time", time_text(call, job.updated));
    out.key("history");
    out.begin_array();
    for (const store::reshard::JobEvent& event : job.history) {
        out.begin_object();
        text("timestamp", time_text(call, event.at));
        text("type", text_of(event.state));
        out.key("detail");
        if (event.detail.empty()) {
            out.null();
        } else {
            out.text(event.detail);
        }
        out.end_object();
    }
    out.end_array();
    out.end_object();
}

// --- Switched on and off -------------------------------------------------------------------------

/// `state` and `reason` of a body: true for running.
std::pair<bool, std::string> wanted_state(Call& call, const std::string& otherwise) {
    call.require_type("application/json");
    const json::Value body = call.body_object();
    const auto wanted = body.view().find("state");
    if (!wanted) throw bad_request("Expected a `state` field");
    const std::string name = wanted->is(json::Type::text) ? std::string(wanted->text()) : "";
    if (name != "running" && name != "stopped") {
        throw bad_request("State field not `running` or `stopped`");
    }
    const auto reason = body.view().find("reason");
    const bool given = reason && reason->is(json::Type::text);
    return {name == "running", given ? std::string(reason->text()) : otherwise};
}

void state(const CallPtr& call) {
    call->only("GET,HEAD,PUT");
    if (call->is("GET")) {
        return ask_all(call, request_of(Kind::list), [call](const Answers& answers) {
            const Summary all = summary_of(answers);
            ObjectText out;
            out.text("state", all.stopped ? "stopped" : "running");
            tell_text(out, "reason", all.reason);
            call->json_text(200, out.take());
        });
    }
    const auto [running, reason] =
        wanted_state(*call, "Shard splitting stopped on the cluster by user");
    ask_all(call, request_of(running ? Kind::switch_on : Kind::switch_off, "", reason),
            [call](const Answers&) { call->ok(); });
}

// --- Jobs ----------------------------------------------------------------------------------------

/// validate_node/1 and the others; then mem3_reshard_api:pick_shards/4.
struct Picked {
    std::vector<store::Copy> copies;
    std::vector<std::string> shards;
};
Picked picked(Call& call) {
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
    if (member("type").value_or("") != "split") throw bad_request("`type` must be `split`");
    const auto node = member("node"), database = member("db"), shard = member("shard");
    const auto range = member("range");
    if (node && !call.service().cluster().find(*node)) {
        throw bad_request("`node` is not a valid node name");
    }
    if (!database && !shard) throw bad_request("Must specify at least `db` or `shard`");
    if (database && shard) throw bad_request("`db` and `shard` are mutually exclusive");
    const auto name = shard ? store::parse_shard_name(*shard) : std::nullopt;
    if (shard && !name) throw bad_request("`shard` is invalid");
    if (range && !store::Range::parse(*range)) throw bad_request("`range` is invalid");
    const Config& config = call.service().config(call.member());
    if (!node && config.flag("reshard", "require_node_param", false)) {
        throw bad_request("`node` prameter is required");   // As CouchDB spells it.
    }
    if (!range && !shard && config.flag("reshard", "require_range_param", false)) {
        throw bad_request("`range` prameter is required");
    }
    const auto& maps = call.node().files().maps;
    const auto map = maps.find(database ? *database : name->database);
    if (map == maps.end()) throw bad_request("`db` does not exist");
    Picked out;
    for (const store::Copy& copy : map->second.copies()) {
        const bool here = !node || copy.node == *node;
        const bool meant = name    ? map->second.shard_name(copy.range) == *shard
                           : range ? copy.range.text() == *range
                                   : true;
        if (!here || !meant) continue;
        out.copies.push_back(copy);
        out.shards.push_back(map->second.shard_name(copy.range));
    }
    if (out.copies.empty()) throw not_found();
    return out;
}

/// One job for each copy: [{"ok":true,"id":…,"node":…,"shard":…}, {"error":…,…}].
void post_job(const CallPtr& call) {
    struct State {
        Picked picked;
        std::vector<store::reshard::ReshardReply> replies;
        std::size_t waiting = 0;
    };
    const auto state = std::make_shared<State>();
    state->picked = picked(*call);
    const std::size_t count = state->picked.copies.size();
    const auto finish = [call, state] {
        std::size_t good = 0;
        json::Builder out;
        out.begin_array();
        for (std::size_t i = 0; i < state->picked.copies.size(); ++i) {
            const auto& reply = state->replies[i];
            out.begin_object();
            if (reply.error.empty()) {
                ++good;
                out.key("ok");
                out.boolean(true);
            }
            out.key(reply.error.empty() ? "id" : "error");
            out.text(reply.error.empty() ? reply.id : reply.error);
            out.key("node");
            out.text(state->picked.copies[i].node);
            out.key("shard");
            out.text(state->picked.shards[i]);
            out.end_object();
        }
        out.end_array();
        const int status = good == state->picked.copies.size() ? 201 : good > 0 ? 202 : 500;
        call->json(status, out.take().view());
    };
    state->replies.resize(count);
    state->waiting = count;
    for (store::reshard::ReshardReply& reply : state->replies) reply.error = "nodedown";
    for (std::size_t i = 0; i < count; ++i) {
        ReshardRequest request = request_of(Kind::start);
        request.shard = state->picked.shards[i];
        std::vector<std::size_t> members;
        const auto member = call->service().cluster().find(state->picked.copies[i].node);
        if (member && call->node().watch().sees(*member)) members.push_back(*member);
        call->node().resharder().ask(members, request,
                                     call->then([state, finish, i](const Answers& answers) {
                                         if (!answers.empty())
                                             state->replies[i] = *answers.front().second;
                                         if (--state->waiting == 0) finish();
                                     }));
    }
}

void jobs(const CallPtr& call) {
    call->only("GET,HEAD,POST");
    if (call->is("POST")) return post_job(call);
    ask_all(call, request_of(Kind::list), [call](const Answers& answers) {
        std::int64_t total = 0;
        for (const auto& [member, reply] : answers) {
            total += static_cast<std::int64_t>(reply->jobs.size());
        }
        json::Builder out;
        out.begin_object();
        out.key("total_rows");
        out.integer(total);
        out.key("offset");
        out.integer(std::int64_t{0});
        out.key("jobs");
        out.begin_array();
        for (const auto& [member, reply] : answers) {
            for (const SplitJob& job : reply->jobs) print_job(*call, job, out);
        }
        out.end_array();
        out.end_object();
        call->json(200, out.take().view());
    });
}

/// The job of this id and whose it is; throws 404.
const SplitJob& find_job(const Answers& answers, std::string_view id, std::size_t& member) {
    for (const auto& [whose, reply] : answers) {
        for (const SplitJob& job : reply->jobs) {
            if (job.id != id) continue;
            member = whose;
            return job;
        }
    }
    throw not_found();
}

/// What became of a change of one job.
void tell_change(Call& call, const Answers& answers) {
    if (answers.empty() || answers.front().second->error == "not_found") throw not_found();
    const std::string& error = answers.front().second->error;
    if (error.empty()) return call.ok();
    call.json_text(500, ObjectText().text("error", error).take());
}

void change_job(const CallPtr& call, const ReshardRequest& request) {
    ask_all(call, request_of(Kind::list), [call, request](const Answers& answers) {
        std::size_t member = 0;
        find_job(answers, request.id, member);
        call->node().resharder().ask({member}, request, call->then([call](const Answers& changed) {
            tell_change(*call, changed);
        }));
    });
}

void job(const CallPtr& call) {
    call->only("GET,HEAD,DELETE");
    const std::string id(call->part(2));
    if (call->is("DELETE")) return change_job(call, request_of(Kind::remove, id));
    ask_all(call, request_of(Kind::list), [call, id](const Answers& answers) {
        std::size_t member = 0;
        json::Builder out;
        print_job(*call, find_job(answers, id, member), out);
        call->json(200, out.take().view());
    });
}

void job_state(const CallPtr& call) {
    call->only("GET,HEAD,PUT");
    const std::string id(call->part(2));
    if (call->is("PUT")) {
        const auto [running, reason] = wanted_state(*call, "Stopped by user");
        return change_job(call, request_of(running ? Kind::resume : Kind::stop, id, reason));
    }
    ask_all(call, request_of(Kind::list), [call, id](const Answers& answers) {
        std::size_t member = 0;
        const SplitJob& found = find_job(answers, id, member);
        ObjectText out;
        out.text("state", text_of(found.state));
        tell_text(out, "reason",
                  found.reason.empty() ? std::optional<std::string>() : found.reason);
        call->json_text(200, out.take());
    });
}

}   // namespace

void reshard(const CallPtr& call) {
    const std::size_t depth = call->target().parts.size();
    if (depth == 1) return summary(call);
    if (depth == 2 && call->part(1) == "state") return state(call);
    if (call->part(1) != "jobs" || depth > 4) throw not_found();
    if (depth == 2) return jobs(call);
    if (depth == 3) return job(call);
    if (call->part(3) == "state") return job_state(call);
    throw not_found();
}

}   // namespace glasshive::door::couch
