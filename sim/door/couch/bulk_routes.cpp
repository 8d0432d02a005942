// Many documents at once; chttpd_db.erl.
#include <memory>
#include <utility>

#include "door/couch/documents.h"
#include "door/couch/multipart.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

std::uint32_t wanted_copies(const Call& call, json::View body) {
    const auto w = body.find("w");
    const auto number = w && w->is(json::Type::integer) ? w->integer() : std::nullopt;
    if (!number) return call.quorum("w");
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(*number, 1, UINT32_MAX));
}

bool new_edits(json::View body) {
    const auto value = body.find("new_edits");
    if (!value) return true;
    if (value->is(json::Type::boolean)) return value->boolean();
    throw bad_request("`new_edits` parameter must be a boolean.");
}

void answer_bulk(Call& call, const std::vector<std::pair<std::string, std::string>>& documents,
                 const std::vector<Stored>& results, bool replicated) {
    int status = 201;
    std::string out = "[";
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto problem = problem_of(results[i]);
        if (problem && problem->status == 500) status = 500;
        if (status == 201 && results[i].decision.kind == store::Decision::Kind::accepted) {
            status = 202;
        }
        if (replicated && !problem) continue;
        if (out.size() > 1) out += ',';
        if (!replicated) {
            out += result_text(documents[i].first, results[i]);
            continue;
        }
        ObjectText one;   // Of replicated edits only what went wrong is told.
        one.text("id", documents[i].first).text("rev", documents[i].second);
        out += one.text("error", problem->error).text("reason", problem->reason).take();
    }
    call.json_text(status, out + "]");
}

}   // namespace

/// Source: chttpd_db:db_req/2, chttpd:error_info/1.
static void check_count(Call& call, std::string_view what, std::size_t count) {
    const std::string key = "max_" + std::string(what) + "_count";
    const std::int64_t most = call.service().config(call.member()).number("couchdb", key, 10'000);
    if (static_cast<std::int64_t>(count) <= most) return;
    throw Problem{413, key + "_exceeded", std::to_string(most)};
}

void bulk_docs(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    const json::Value body = call->body_object();
    const auto docs = body.view().find("docs");
    if (!docs) throw bad_request("POST body must include `docs` parameter.");
    if (!docs->is(json::Type::array)) throw bad_request("`docs` parameter must be an array.");
    check_count(*call, "bulk_docs", docs->size());
    const bool replicated = !new_edits(body.view());
    const auto all_or_nothing = body.view().find("all_or_nothing");
    if (all_or_nothing && all_or_nothing->is(json::Type::boolean) && all_or_nothing->boolean()) {
        std::string out = "[";
        for (const json::View each : docs->elements()) {
            const auto id = each.find("_id");
            ObjectText one;
            one.text("id", id && id->is(json::Type::text) ? id->text() : "");
            one.text("error", "not_implemented").text("reason", "all_or_nothing is not supported");
            out += (out.size() > 1 ? "," : "") + one.take();
        }
        return call->json_text(417, out + "]");
    }
    std::vector<Incoming> incoming;
    std::vector<std::pair<std::string, std::string>> named;
    for (const json::View each : docs->elements()) {
        incoming.push_back(read_incoming(*call, each));
        const auto& revisions = incoming.back().read.revisions;
        if (replicated && revisions.empty()) {
            throw bad_request(
                "When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
        }
        named.emplace_back(incoming.back().id, revisions.empty() ? "" : revisions.front().text());
    }
    if (incoming.empty()) return call->json_text(201, "[]");
    store_documents(call, std::move(incoming), replicated, wanted_copies(*call, body.view()),
                    [call, named, replicated](const std::vector<Stored>& results) {
                        answer_bulk(*call, named, results, replicated);
                    });
}

// --- _bulk_get -----------------------------------------------------------------------------------

namespace {

/// One thing that was asked for, and what is told of it.
struct Wanted {
    std::string id;
    bool has_id = true;
    std::optional<store::Revision> rev;
    std::vector<store::Revision> atts_since;
    std::optional<Problem> problem;
    std::string problem_rev;   ///< As JSON.
    store::RevsAnswer found;
};

Wanted read_wanted(json::View each, bool partitioned) {
    Wanted out;
    const auto wrong = [&out](Problem problem, std::string rev = "null") {
        out.problem = std::move(problem);
        out.problem_rev = std::move(rev);
        return out;
    };
    if (!each.is(json::Type::object) || each.size() == 0) {
        out.has_id = false;
        return wrong(bad_request("document must be a JSON object"));
    }
    const auto id = each.find("id");
    if (!id) {
        out.has_id = false;
        return wrong(bad_request("document id missed"));
    }
    if (!id->is(json::Type::text)) {
        out.has_id = false;
        return wrong({400, "illegal_docid", "Document id must be a string"});
    }
    out.id = std::string(id->text());
    if (const auto refusal = store::check_document_id(out.id)) return wrong(problem_of(*refusal));
    if (partitioned) {
        if (const auto refusal = store::check_partitioned_id(out.id)) {
            return wrong(problem_of(*refusal));
        }
    }
    if (const auto rev = each.find("rev")) {
        out.rev = rev->is(json::Type::text) ? store::Revision::parse(rev->text()) : std::nullopt;
        if (!out.rev) return wrong(bad_request("Invalid rev format"), json::to_text(*rev));
    }
    if (const auto since = each.find("atts_since")) {
        if (!since->is(json::Type::array)) {
            return wrong(bad_request("att_since value must be array of revs."),
                         json::to_text(*since));
        }
        for (const json::View one : since->elements()) {
            auto revision =
                one.is(json::Type::text) ? store::Revision::parse(one.text()) : std::nullopt;
            if (!revision) return wrong(bad_request("Invalid rev format"), json::to_text(one));
            out.atts_since.push_back(std::move(*revision));
        }
    }
    return out;
}

std::string error_text(const Wanted& wanted, const Problem& problem, const std::string& rev) {
    ObjectText out;
    if (wanted.has_id)
        out.text("id", wanted.id);
    else
        out.null("id");
    return out.raw("rev", rev).text("error", problem.error).text("reason", problem.reason).take();
}

/// {"ok":document} or {"error":…} for each leaf.
std::string docs_text(const Wanted& wanted, const DocumentQuery& query) {
    const auto error = [&wanted](const Problem& problem, const std::string& rev) {
        return ObjectText().raw("error", error_text(wanted, problem, rev)).take();
    };
    if (wanted.problem) return error(*wanted.problem, wanted.problem_rev);
    const auto rev = wanted.rev ? json::quoted_text(wanted.rev->text()) : "\"undefined\"";
    if (wanted.found.status != 200) {
        return error({500, "internal_fabric_error", "all_workers_died"}, rev);
    }
    if (wanted.found.leaves.empty()) return error(not_found(), rev);
    std::string out;
    for (const store::found::Leaf& leaf : wanted.found.leaves) {
        if (!out.empty()) out += ',';
        if (leaf.path.empty()) {
            out += error(not_found(), json::quoted_text(leaf.revision.text()));
            continue;
        }
        store::DocumentShown shown = query.shown;
        if (!wanted.atts_since.empty()) {
            shown.attachments.data = true;
            shown.attachments.known = known_position(leaf.path, wanted.atts_since);
        }
        out += ObjectText().raw("ok", document_text(wanted.id, leaf.path, shown)).take();
    }
    return out;
}

std::string results_text(const std::vector<Wanted>& all, const DocumentQuery& query) {
    std::string out = "{\"results\":[";
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0) out += ',';
        ObjectText one;
        if (all[i].has_id)
            one.text("id", all[i].id);
        else
            one.null("id");
        out += one.raw("docs", "[" + docs_text(all[i], query) + "]").take();
    }
    return out + "]}";
}

/// Source: chttpd_db:bulk_get_ret_multipart/4.
void answer_parts(Call& call, const std::vector<Wanted>& all, const DocumentQuery& query) {
    const std::string outer = "--" + call.service().random_hex(32);
    const std::string inner = "--" + call.service().random_hex(32);
    std::string out;
    const auto error = [&](const Wanted& wanted, const Problem& problem, const std::string& rev) {
        out += "\r\n--" + outer + "\r\nContent-Type: application/json; error=\"true\"\r\n\r\n";
        out += error_text(wanted, problem, rev);
    };
    for (const Wanted& wanted : all) {
        const auto rev = wanted.rev ? json::quoted_text(wanted.rev->text()) : "\"undefined\"";
        if (wanted.problem) {
            error(wanted, *wanted.problem, wanted.problem_rev);
        } else if (wanted.found.leaves.empty()) {
            error(wanted, not_found(), rev);
        }
        for (const store::found::Leaf& leaf : wanted.found.leaves) {
            if (leaf.path.empty()) {
                error(wanted, not_found(), json::quoted_text(leaf.revision.text()));
                continue;
            }
            store::DocumentShown shown = query.shown;
            shown.attachments.known = known_position(leaf.path, wanted.atts_since);
            const Related one = related_of(wanted.id, leaf.path, shown, inner);
            out += "\r\n--" + outer;
            if (one.type != "application/json") {
                out += "\r\nX-Doc-Id: " + wanted.id + "\r\nX-Rev-Id: " + leaf.revision.text();
            }
            out += "\r\nContent-Type: " + one.type + "\r\n\r\n" + one.body;
        }
    }
    if (!all.empty()) out += "\r\n--" + outer + "--\r\n";
    const char* const kind = call.accepts("multipart/mixed") ? "mixed" : "related";
    call.bytes(
        200, {{"Content-Type", std::string("multipart/") + kind + "; boundary=\"" + outer + "\""}},
        std::move(out));
}

}   // namespace

void bulk_get(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    for (const char* const key : {"open_revs", "new_edits", "w", "rev", "atts_since"}) {
        if (call->target().value(key) == nullptr) continue;
        throw bad_request("\"" + std::string(key) + "\" query parameter is not acceptable");
    }
    const json::Value body = call->body_object();
    const auto docs = body.view().find("docs");
    if (!docs || !docs->is(json::Type::array)) throw bad_request("Missing JSON list of 'docs'.");
    check_count(*call, "bulk_get", docs->size());
    const DocumentQuery query = read_query(*call);
    struct Work {
        std::vector<Wanted> all;
        std::size_t waiting = 1;
    };
    auto work = std::make_shared<Work>();
    const store::ShardMap* const map = call->node().files().map_of(call->part(0));
    const bool partitioned = map != nullptr && map->partitioned();
    for (const json::View each : docs->elements()) {
        work->all.push_back(read_wanted(each, partitioned));
    }
    const bool parts = !call->accepts("application/json") &&
                       (call->accepts("multipart/mixed") || call->accepts("multipart/related"));
    const auto finish = [call, work, query, parts] {
        if (--work->waiting > 0) return;
        if (parts)
            answer_parts(*call, work->all, query);
        else
            call->json_text(200, results_text(work->all, query));
    };
    for (std::size_t i = 0; i < work->all.size(); ++i) {
        const Wanted& wanted = work->all[i];
        if (wanted.problem) continue;
        ++work->waiting;
        std::vector<store::Revision> revisions;
        if (wanted.rev) revisions.push_back(*wanted.rev);
        call->node().gatherer().open_revs(
            call->database(), wanted.id, std::move(revisions), query.latest, 0,
            call->then([call, work, i, finish](const store::RevsAnswer& answer) {
                Wanted& one = work->all[i];
                one.found = answer;
                try {
                    for (auto& leaf : one.found.leaves) {
                        leaf.path = told_to(*call, one.id, leaf.path);
                    }
                } catch (const Problem& problem) {
                    one.problem = problem;
                    one.problem_rev = "\"undefined\"";
                }
                finish();
            }));
    }
    finish();
}

// --- _revs_diff, _missing_revs -------------------------------------------------------------------

namespace {

json::Value revisions_json(const std::vector<store::Revision>& revisions) {
    json::Builder out;
    out.begin_array();
    for (const store::Revision& each : revisions) out.text(each.text());
    out.end_array();
    return out.take();
}

store::query::RevsDiff read_diff(const Call& call) {
    const json::Value body = call.body_object();
    store::query::RevsDiff wanted;
    for (const json::Member& member : body.view().members()) {
        wanted.wanted.emplace_back(json::SharedBytes::copy_of(member.key),
                                   revisions_of(member.value));
    }
    return wanted;
}

}   // namespace

void revs_diff(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    const bool diff = call->part(1) == "_revs_diff";
    store::query::RevsDiff wanted = read_diff(*call);
    std::vector<json::SharedBytes> ids;
    for (const auto& [id, revisions] : wanted.wanted) ids.push_back(id);
    call->node().gatherer().revs_diff(
        call->database(), std::move(wanted),
        call->then([call, ids, diff](const store::DiffAnswer& answer) {
            if (answer.status != 200) throw failed(answer.status, "");
            ObjectText out;
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const auto& one = answer.documents[i];
                if (one.missing.empty()) continue;
                const json::Value missing = revisions_json(one.missing);
                if (!diff) {
                    out.value(ids[i].view(), missing.view());
                    continue;
                }
                ObjectText told;
                told.value("missing", missing.view());
                if (!one.possible_ancestors.empty()) {
                    told.value("possible_ancestors", revisions_json(one.possible_ancestors).view());
                }
                out.raw(ids[i].view(), told.take());
            }
            call->json_text(200, diff ? out.take()
                                      : ObjectText().raw("missing_revs", out.take()).take());
        }));
}

}   // namespace glasshive::door::couch
