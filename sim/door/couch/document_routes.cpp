// One document; chttpd_db:db_doc_req/3.
#include <utility>

#include "door/couch/access.h"
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

void check_id(const std::string& id) {
    if (const auto refusal = store::check_document_id(id)) throw problem_of(*refusal);
}

std::string etag_of(const store::Revision& revision) { return "\"" + revision.text() + "\""; }

/// Whether anything was told of a document beside itself: then it has no ETag.
bool tells_more(const DocumentQuery& query, const store::Document* whole) {
    if (query.shown.revs_info || query.local_seq) return true;
    if (whole == nullptr) return false;
    return (query.shown.conflicts && !whole->tree.conflicts(false).empty()) ||
           (query.shown.deleted_conflicts && !whole->tree.conflicts(true).empty());
}

void send_one(Call& call, const std::string& id, const store::OpenedPath& path,
              const DocumentQuery& query, const store::Document* whole) {
    std::vector<http::Header> headers;
    if (!tells_more(query, whole)) {
        const std::string etag = etag_of(path.back().revision);
        if (call.not_modified(etag)) return;
        headers.push_back({"ETag", etag});
    }
    store::DocumentShown shown = query.shown;
    shown.attachments.data = shown.attachments.data || query.atts_since.has_value();
    const bool follows = shown.attachments.data && !path.back().content->attachments.empty() &&
                         call.accepts("multipart/related");
    if (query.atts_since) shown.attachments.known = known_position(path, *query.atts_since);
    if (follows) {
        const std::string boundary = call.service().random_hex(32);
        const Related related = related_of(id, path, shown, boundary);
        headers.push_back({"Content-Type", related.type});
        return call.bytes(200, std::move(headers), related.body);
    }
    if (whole != nullptr && query.has_meta()) {
        if (query.local_seq) shown.local_seq = whole->seq;
        const json::Value value =
            store::document_json(id, whole->tree, whole->tree.winner(), shown);
        return call.json(200, value.view(), std::move(headers));
    }
    shown.revs_info = shown.conflicts = shown.deleted_conflicts = false;
    call.json_text(200, document_text(id, path, shown), std::move(headers));
}

/// Source: couch_doc:to_json_obj/2 and send_docs_multipart/3; multipart unless the client names
/// JSON and nothing wider.
void send_leaves(Call& call, const std::string& id, const store::RevsAnswer& answer,
                 const DocumentQuery& query) {
    if (answer.status != 200) throw failed(answer.status, "");
    if (answer.leaves.empty() && query.open_all) throw not_found();
    store::DocumentShown shown = query.shown;
    if (call.accepts("multipart/mixed")) {
        const std::string outer = call.service().random_hex(32);
        return call.bytes(200, {{"Content-Type", "multipart/mixed; boundary=\"" + outer + "\""}},
                          mixed_of(id, answer.leaves, shown,
                                   query.atts_since.value_or(std::vector<store::Revision>{}), outer,
                                   call.service().random_hex(32)));
    }
    std::string out = "[";
    for (const store::found::Leaf& leaf : answer.leaves) {
        if (out.size() > 1) out += ',';
        ObjectText one;
        if (leaf.path.empty()) {
            one.text("missing", leaf.revision.text());
        } else {
            if (query.atts_since) {
                shown.attachments.data = true;
                shown.attachments.known = known_position(leaf.path, *query.atts_since);
            }
            one.raw("ok", document_text(id, leaf.path, shown));
        }
        out += one.take();
    }
    call.json_text(200, out + "]");
}

void get(const CallPtr& call, const std::string& id) {
    const DocumentQuery query = read_query(*call);
    if (is_users(*call)) check_user_read(*call, id);
    if (query.open_all || query.open_revs) {
        std::vector<store::Revision> wanted =
            query.open_all ? std::vector<store::Revision>{} : *query.open_revs;
        if (!query.open_all && wanted.empty()) {
            return send_leaves(*call, id, {.status = 200}, query);
        }
        return call->node().gatherer().open_revs(
            call->database(), id, std::move(wanted), query.latest, query.r,
            call->then([call, id, query](store::RevsAnswer answer) {
                for (auto& leaf : answer.leaves) leaf.path = told_to(*call, id, leaf.path);
                send_leaves(*call, id, answer, query);
            }));
    }
    if (query.rev && !query.latest) {
        return open_document(call, id, query.rev, true, query.r,
                             [call, id, query](const store::OpenedPath& path) {
                                 DocumentQuery plain = query;
                                 plain.shown.revs_info = plain.shown.conflicts =
                                     plain.shown.deleted_conflicts = plain.local_seq = false;
                                 send_one(*call, id, path, plain, nullptr);
                             });
    }
    call->node().coordinator().read(call->database(), id, query.r,
                                    call->then([call, id, query](const store::ReadAnswer& answer) {
                                        const bool shown =
                                            answer.status == 200 ||
                                            (query.deleted && answer.reason == "deleted");
                                        if (answer.status == 404 && answer.reason == "no_db_file")
                                            throw no_database();
                                        if (!shown && answer.status == 404)
                                            throw not_found(answer.reason);
                                        if (!shown) throw failed(answer.status, answer.reason);
                                        const auto path = told_to(*call, id, answer.path);
                                        const bool all = path.back().content.same_block(
                                            answer.path.back().content);
                                        send_one(*call, id, path, query,
                                                 all ? answer.whole.get() : nullptr);
                                    }),
                                    query.has_meta());
}

/// The revision an edit is of: the body's, the query's and the header's must not differ.
/// Source: chttpd_db:couch_doc_from_req/4.
void settle_revision(const Call& call, Incoming& incoming) {
    std::optional<store::Revision> asked;
    if (const std::string* text = call.target().value("rev")) asked = revision_of(*text);
    auto& revisions = incoming.read.revisions;
    if (!revisions.empty()) {
        if (asked && *asked != revisions.front()) {
            throw bad_request(
                "Document rev from request body and query string have different values");
        }
        named_revision(call, revisions.front());
        return;
    }
    if (auto named = named_revision(call, asked)) revisions = {std::move(*named)};
}

void check_replicated(const Incoming& incoming, bool replicated) {
    if (!replicated || !incoming.read.revisions.empty()) return;
    throw bad_request(
        "When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
}

std::vector<http::Header> location(const Call& call, const std::string& id) {
    return {{"Location", call.absolute("/" + quoted(call.part(0)) + "/" + quoted(id))}};
}

void put(const CallPtr& call, const std::string& id) {
    const DocumentQuery query = read_query(*call);
    check_id(id);
    const std::string type = call->header("Content-Type");
    Incoming incoming;
    if (type.starts_with("multipart/related")) {
        incoming = read_related(*call, type, id);
    } else {
        const json::Value body = call->body_json();
        incoming = read_incoming(*call, body.view(), id);
    }
    settle_revision(*call, incoming);
    check_replicated(incoming, query.replicated);
    const bool deleted = incoming.read.deleted;
    const bool batch = call->target().is("batch", "ok");
    const store::Revision given =
        incoming.read.revisions.empty() ? store::Revision() : incoming.read.revisions.front();
    std::vector<Incoming> one;
    one.push_back(std::move(incoming));
    if (batch) call->json_text(202, ObjectText().flag("ok", true).text("id", id).take());
    store_documents(call, std::move(one), query.replicated, call->quorum("w"),
                    [call, id, deleted, given, query, batch](const std::vector<Stored>& results) {
                        if (batch) return;
                        Stored stored = results.front();
                        // Of a replicated edit nobody says a revision: it is the client's own.
                        if (query.replicated) stored.decision.revision = given;
                        answer_stored(*call, id, stored, deleted, location(*call, id));
                    });
}

void remove(const CallPtr& call, const std::string& id) {
    check_id(id);
    Incoming incoming{.id = id, .read = {}};
    incoming.read.deleted = true;
    incoming.read.body = json::Value::empty_object();
    settle_revision(*call, incoming);
    auto store = [call, id](Incoming tombstone) {
        std::vector<Incoming> one;
        one.push_back(std::move(tombstone));
        store_documents(call, std::move(one), false, call->quorum("w"),
                        [call, id](const std::vector<Stored>& results) {
                            answer_stored(*call, id, results.front(), true, {});
                        });
    };
    // Of a document that is not there, 404 (chttpd_db opens it first).
    open_document(call, id, std::nullopt, false, 0,
                  [store, incoming](const store::OpenedPath&) { store(incoming); });
}

/// "id?rev=…", maybe a whole URL. Source: couch_httpd_db:parse_copy_destination_header/1.
std::pair<std::string, std::optional<store::Revision>> destination(const Call& call) {
    std::string text = call.header("Destination");
    if (text.empty()) throw bad_request("Destination header is mandatory for COPY.");
    if (text.starts_with("http://") || text.starts_with("https://")) {
        throw bad_request("Destination URL must be relative.");
    }
    const std::size_t mark = text.find("?rev=");
    if (mark == std::string::npos) return {unquoted(text), std::nullopt};
    return {unquoted(text.substr(0, mark)), revision_of(text.substr(mark + 5))};
}

Incoming copied(const store::Content& content, const std::string& id,
                const std::optional<store::Revision>& parent) {
    Incoming out{.id = id, .read = {}};
    out.read.body = content.body;
    if (parent) out.read.revisions = {*parent};
    for (const store::Attachment& each : content.attachments) {
        out.read.attachments.push_back({.name = each.name,
                                        .type = each.type,
                                        .kind = store::AttachmentGiven::Kind::in_document,
                                        .data = store::identity_of(each)});
    }
    return out;
}

void store_copy(const CallPtr& call, Incoming incoming) {
    const std::string id = incoming.id;
    std::vector<Incoming> one;
    one.push_back(std::move(incoming));
    store_documents(call, std::move(one), false, call->quorum("w"),
                    [call, id](const std::vector<Stored>& results) {
                        answer_stored(*call, id, results.front(), false, location(*call, id));
                    });
}

void copy(const CallPtr& call, const std::string& id) {
    // What is checked when such a document is written anew is not asked of a copy.
    if (is_guarded(*call) && !call->user().is_server_admin()) {
        throw forbidden("Only server admins copy documents here.");
    }
    std::optional<store::Revision> asked;
    if (const std::string* text = call->target().value("rev")) asked = revision_of(*text);
    const auto source = named_revision(*call, asked);
    const auto target = destination(*call);
    check_id(target.first);
    if (id.starts_with("_local/")) {
        return call->node().gatherer().read_local(
            call->database(), id, call->then([call, target](const store::LocalAnswer& answer) {
                if (answer.status != 200) throw not_found();
                store_copy(call,
                           copied({.body = answer.document->body}, target.first, target.second));
            }));
    }
    open_document(call, id, source, false, 0, [call, target](const store::OpenedPath& path) {
        store_copy(call, copied(*path.back().content, target.first, target.second));
    });
}

}   // namespace

void document(const CallPtr& call, const std::string& id) {
    if (call->is("GET")) return get(call, id);
    if (call->is("PUT")) return put(call, id);
    if (call->is("DELETE")) return remove(call, id);
    if (call->is("COPY")) return copy(call, id);
    if (call->is("POST")) return post_form(call, id);
    throw method_not_allowed("DELETE,GET,HEAD,POST,PUT,COPY");
}

/// POST /db: a document that may have no id yet.
void post_document(const CallPtr& call) {
    call->require_type("application/json");
    const json::Value body = call->body_json();
    Incoming incoming = read_incoming(*call, body.view());
    const std::string id = incoming.id;
    if (const std::string* text = call->target().value("rev")) {
        if (incoming.read.revisions.empty()) incoming.read.revisions = {revision_of(*text)};
    }
    const bool batch = call->target().is("batch", "ok");
    std::vector<Incoming> one;
    one.push_back(std::move(incoming));
    if (batch) call->json_text(202, ObjectText().flag("ok", true).text("id", id).take());
    store_documents(call, std::move(one), false, call->quorum("w"),
                    [call, id, batch](const std::vector<Stored>& results) {
                        if (batch) return;
                        // A tombstone is answered 201 here, too.
                        if (const auto problem = problem_of(results.front())) throw *problem;
                        const bool accepted =
                            results.front().decision.kind == store::Decision::Kind::accepted;
                        ObjectText out;
                        out.flag("ok", true).text("id", id);
                        out.text("rev", results.front().decision.revision.text());
                        call->json_text(accepted ? 202 : 201, out.take(), location(*call, id));
                    });
}

// --- _local --------------------------------------------------------------------------------------

namespace {

std::string local_text(const std::string& id, const store::LocalDocument& local) {
    ObjectText out;
    out.text("_id", id).text("_rev", "0-" + std::to_string(local.revision));
    for (const json::Member& member : local.body.view().members()) {
        out.value(member.key, member.value);
    }
    return out.take();
}

void get_local(const CallPtr& call, const std::string& id) {
    call->node().gatherer().read_local(
        call->database(), id, call->then([call, id](const store::LocalAnswer& answer) {
            if (answer.status == 404) throw not_found();
            if (answer.status != 200) throw failed(answer.status, answer.reason);
            const std::string text = local_text(id, *answer.document);
            const std::string etag = made_etag(text);
            if (call->not_modified(etag)) return;
            call->json_text(200, text, {{"ETag", etag}});
        }));
}

void write_local(const CallPtr& call, const std::string& id, store::LocalEdit edit) {
    const bool deleted = edit.deleted;
    call->node().gatherer().write_local(
        call->database(), std::move(edit), call->quorum("w"),
        call->then([call, id, deleted](const store::LocalAnswer& answer) {
            if (answer.status >= 400) {
                throw Problem{500, "error", answer.reason};
            }
            ObjectText out;
            out.flag("ok", true).text("id", id).text("rev", answer.revision.text());
            std::vector<http::Header> headers = location(*call, id);
            headers.push_back({"ETag", made_etag(answer.revision.text() + id)});
            if (deleted) headers.clear();
            call->json_text(answer.status, out.take(), std::move(headers));
        }));
}

}   // namespace

void local_document(const CallPtr& call, const std::string& id) {
    if (call->is("GET")) return get_local(call, id);
    if (call->is("PUT")) {
        const json::Value body = call->body_json();
        Incoming incoming = read_incoming(*call, body.view(), id);
        settle_revision(*call, incoming);
        store::LocalEdit edit{
            .id = id, .body = incoming.read.body, .deleted = incoming.read.deleted};
        if (!incoming.read.revisions.empty()) edit.parent = incoming.read.revisions.front();
        return write_local(call, id, std::move(edit));
    }
    if (call->is("DELETE")) {
        return call->node().gatherer().read_local(
            call->database(), id, call->then([call, id](const store::LocalAnswer& answer) {
                if (answer.status != 200) throw not_found();
                write_local(call, id,
                            {.id = id, .body = json::Value::empty_object(), .deleted = true});
            }));
    }
    if (call->is("COPY")) return copy(call, id);
    if (call->is("POST")) return post_form(call, id);
    throw method_not_allowed("DELETE,GET,HEAD,POST,PUT,COPY");
}

}   // namespace glasshive::door::couch
