#include "door/couch/documents.h"

#include <utility>

#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/spec.h"

namespace glasshive::door::couch {

namespace json = store::json;

json::Value user_json(const Call& call) { return user_json(call.user(), call.part(0)); }

json::Value user_json(const UserContext& user, std::string_view database) {
    json::Builder out;
    out.begin_object();
    out.key("db");
    out.text(database);
    out.key("name");
    if (user.name)
        out.text(*user.name);
    else
        out.null();
    out.key("roles");
    out.begin_array();
    for (const std::string& role : user.roles) out.text(role);
    out.end_array();
    out.end_object();
    return out.take();
}

store::Revision revision_of(std::string_view text) {
    auto revision = store::Revision::parse(text);
    if (!revision) throw bad_request("Invalid rev format");
    return std::move(*revision);
}

std::vector<store::Revision> revisions_of(json::View list) {
    if (!list.is(json::Type::array)) throw bad_request("Invalid list of revisions");
    std::vector<store::Revision> out;
    for (const json::View each : list.elements()) {
        if (!each.is(json::Type::text)) throw bad_request("Invalid rev format");
        out.push_back(revision_of(each.text()));
    }
    return out;
}

namespace {

std::vector<store::Revision> revisions_in(const std::string& text) {
    const json::Parsed parsed = json::parse(text);
    if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
    return revisions_of(parsed.value.view());
}

}   // namespace

DocumentQuery read_query(const Call& call) {
    DocumentQuery out;
    store::DocumentShown& shown = out.shown;
    for (const auto& [key, value] : call.target().query) {
        const bool yes = value == "true";
        if (key == "attachments") shown.attachments.data = shown.attachments.data || yes;
        if (key == "meta" && yes)
            shown.revs_info = shown.conflicts = shown.deleted_conflicts = true;
        if (key == "revs") shown.revs = shown.revs || yes;
        if (key == "local_seq") out.local_seq = out.local_seq || yes;
        if (key == "revs_info") shown.revs_info = shown.revs_info || yes;
        if (key == "conflicts") shown.conflicts = shown.conflicts || yes;
        if (key == "deleted") out.deleted = out.deleted || yes;
        if (key == "deleted_conflicts") shown.deleted_conflicts = shown.deleted_conflicts || yes;
        if (key == "latest") out.latest = out.latest || yes;
        if (key == "att_encoding_info") shown.attachments.encoding |= yes;
        if (key == "new_edits") out.replicated = value == "false";
        if (key == "rev") out.rev = revision_of(value);
        if (key == "open_revs" && value == "all") out.open_all = true;
        if (key == "open_revs" && value != "all") out.open_revs = revisions_in(value);
        if (key == "atts_since") out.atts_since = revisions_in(value);
    }
    out.r = call.quorum("r");
    return out;
}

std::optional<store::Revision> named_revision(const Call& call,
                                              std::optional<store::Revision> given) {
    const auto header = call.request().header("If-Match");
    if (!header) return given;
    std::string_view text = *header;
    while (text.starts_with('"')) text.remove_prefix(1);
    while (text.ends_with('"')) text.remove_suffix(1);
    store::Revision tag = revision_of(text);
    if (given && *given != tag) throw bad_request("Document rev and etag have different values");
    return tag;
}

Shown tree_of(const std::vector<store::Step>& path) {
    Shown out;
    out.tree.merge(path);
    out.at = static_cast<store::Tree::Index>(out.tree.nodes().size() - 1);
    return out;
}

std::string document_text(std::string_view id, const std::vector<store::Step>& path,
                          const store::DocumentShown& shown) {
    const Shown one = tree_of(path);
    return json::to_text(store::document_json(id, one.tree, one.at, shown).view());
}

namespace {

Problem read_problem(const store::ReadAnswer& answer) {
    if (answer.status == 404 && answer.reason == "no_db_file") return no_database();
    if (answer.status == 404) return not_found(answer.reason);
    return failed(answer.status, answer.reason);
}

}   // namespace

void open_document(const CallPtr& call, const std::string& id,
                   const std::optional<store::Revision>& rev, bool deleted, std::uint32_t r,
                   std::function<void(const store::OpenedPath&)> then, bool latest) {
    if (!rev) {
        return call->node().coordinator().read(
            call->database(), id, r,
            call->then([call, id, deleted,
                        then = std::move(then)](const store::ReadAnswer& answer) {
                const bool shown = answer.status == 200 || (deleted && answer.reason == "deleted");
                if (!shown) throw read_problem(answer);
                then(told_to(*call, id, answer.path));
            }));
    }
    call->node().gatherer().open_revs(
        call->database(), id, {*rev}, latest, r,
        call->then([call, id, then = std::move(then)](const store::RevsAnswer& answer) {
            if (answer.status != 200) throw failed(answer.status, "");
            if (answer.leaves.empty() || answer.leaves.front().path.empty()) throw not_found();
            then(told_to(*call, id, answer.leaves.front().path));
        }));
}

// --- Writing -------------------------------------------------------------------------------------

store::DocumentLimits document_limits(const Config& config) {
    return {.document_bytes_max = static_cast<std::uint64_t>(
                config.number("couchdb", "max_document_size", 8'000'000)),
            .attachment_bytes_max = config.number("couchdb", "max_attachment_size", 1 << 30)};
}

Incoming read_incoming(Call& call, json::View body, std::optional<std::string> id) {
    const store::DocumentLimits limits = document_limits(call.service().config(call.member()));
    auto read = store::read_document(body, limits);
    if (const auto* refusal = std::get_if<store::Refusal>(&read)) throw problem_of(*refusal);
    Incoming out{.id = {}, .read = std::move(std::get<store::DocumentRead>(read))};
    out.id = id ? *id : out.read.id.value_or("");
    if (out.id.empty()) out.id = call.service().new_uuid(call.member(), call.wall());
    for (const store::AttachmentGiven& each : out.read.attachments) {
        if (!each.name.starts_with('_')) continue;
        throw bad_request("Attachment name '" + each.name +
                          "' starts with prohibited character '_'");
    }
    const store::ShardMap* const map = call.node().files().map_of(call.part(0));
    if (map != nullptr) check_partition_rules(out, map->partitioned());
    if (out.read.deleted) return out;
    if (is_users(call)) {
        out.read.body = user_document(call, out.id, out.read.body.view());
    }
    if (store::is_replicator_database(call.part(0)) && !out.id.starts_with("_")) {
        out.read.body = owned_replication(call, out.read.body.view());
        check_replication(out.read.body.view());
    }
    return out;
}

namespace {

Problem refused(const store::Decision& decision) {
    using Kind = store::Decision::Kind;
    if (!decision.refusal) return {500, "error", "internal_server_error"};
    const int status = decision.kind == Kind::refused        ? 403
                       : decision.kind == Kind::unauthorized ? 401
                                                             : 400;
    return {status, decision.refusal->error, decision.refusal->reason};
}

}   // namespace

std::optional<Problem> problem_of(const Stored& stored) {
    using Kind = store::Decision::Kind;
    if (stored.problem) return stored.problem;
    switch (stored.decision.kind) {
        case Kind::conflict: return conflict();
        case Kind::refused:
        case Kind::unauthorized:
        case Kind::bad_request:
        case Kind::failed: return refused(stored.decision);
        default: return std::nullopt;
    }
}

std::string result_text(std::string_view id, const Stored& stored) {
    ObjectText out;
    if (const auto problem = problem_of(stored)) {
        out.text("id", id).text("error", problem->error).text("reason", problem->reason);
        return out.take();
    }
    out.flag("ok", true).text("id", id).text("rev", stored.decision.revision.text());
    if (stored.decision.kind == store::Decision::Kind::accepted) out.flag("accepted", true);
    return out.take();
}

void answer_stored(Call& call, const std::string& id, const Stored& stored, bool deleted,
                   std::vector<http::Header> headers) {
    if (const auto problem = problem_of(stored)) throw *problem;
    const std::string rev = stored.decision.revision.text();
    const bool accepted = stored.decision.kind == store::Decision::Kind::accepted;
    headers.insert(headers.begin(), {"ETag", "\"" + rev + "\""});
    ObjectText body;
    body.flag("ok", true).text("id", id).text("rev", rev);
    const int status = accepted ? 202 : deleted ? 200 : 201;
    call.json_text(status, body.take(), std::move(headers));
}

}   // namespace glasshive::door::couch
