// Functions of design documents that answer requests: _show, _update, _list; chttpd_show.erl,
// couch_mrview_show.erl, chttpd_external.erl.
#include <algorithm>
#include <utility>

#include "door/couch/browsers.h"
#include "door/couch/documents.h"
#include "door/couch/multipart.h"
#include "door/couch/request_object.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/document/attachments.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/view/query.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace search = store::search;
namespace view = store::view;

namespace {

// --- What functions answer -----------------------------------------------------------------------

/// Source: chttpd_external:parse_external_response/1.
struct Response {
    int status = 200;
    std::string type = "application/json";
    std::vector<http::Header> headers{};
    std::string body{};
};

std::string plain_text(json::View value) {
    return value.is(json::Type::text) ? std::string(value.text()) : json::to_text(value);
}

void take(Response& out, std::string_view key, json::View value) {
    if (key == "code" && value.is(json::Type::integer)) {
        out.status =
            static_cast<int>(std::clamp<std::int64_t>(value.integer().value_or(500), 200, 599));
    } else if (key == "json") {
        out.body = json::to_text(value) + "\n";
        out.type = "application/json";
    } else if (key == "body") {
        out.body = plain_text(value);
        out.type = "text/html; charset=utf-8";
    } else if (key == "base64" && value.is(json::Type::text)) {
        const auto bytes = store::from_base64(value.text());
        if (!bytes) throw Problem{500, "badarg", "unknown_error", {}, true};
        out.body = *bytes;
        out.type = "application/binary";
    } else if (key == "headers" && value.is(json::Type::object)) {
        out.headers.clear();
        for (const json::Member& each : value.members()) {
            out.headers.push_back({std::string(each.key), plain_text(each.value)});
        }
    } else if (key != "stop" && !key.empty()) {
        throw Problem{500, "external_response_error",
                      "Invalid data from external server: {<<\"" + std::string(key) + "\">>," +
                          json::to_text(value) + "}"};
    }
}

Response read_response(json::View value, int status) {
    Response out;
    out.status = status;
    for (const json::Member& each : value.members()) take(out, each.key, each.value);
    if (!http::find_header(out.headers, "Content-Type")) {
        out.headers.push_back({"Content-Type", out.type});
    }
    return out;
}

/// A header that is ours to say, whatever the function said.
void put_header(Response& response, const std::string& name, std::string value) {
    std::erase_if(response.headers, [&](const http::Header& each) {
        return http::find_header({each}, name).has_value();
    });
    response.headers.push_back({name, std::move(value)});
}

void answer(Call& call, Response response) {
    add_policy(call.service().config(call.member()), "showlist", "sandbox", response.headers);
    call.bytes(response.status, std::move(response.headers), std::move(response.body));
}

// --- Design documents ----------------------------------------------------------------------------

Problem problem_of_function(const store::Refusal& refusal) {
    if (refusal.error == "not_acceptable") return {406, refusal.error, refusal.reason};
    Problem problem = problem_of(refusal);
    problem.unknown = false;   // It was thrown with words of its own.
    return problem;
}

json::Value said(std::variant<json::Value, store::Refusal> answer) {
    if (const auto* refusal = std::get_if<store::Refusal>(&answer)) {
        throw problem_of_function(*refusal);
    }
    return std::get<json::Value>(std::move(answer));
}

/// design.<group>.<name>. Source: couch_util:get_nested_json_value/2.
std::string source_of(json::View design, const char* group, std::string_view name) {
    const auto functions = design.find(group);
    if (!functions) throw not_found(std::string("missing json key: ") + group);
    const auto found = functions->find(name);
    if (!found) throw not_found("missing json key: " + std::string(name));
    return plain_text(*found);
}

using ThenDesign = std::function<void(const json::Value& design)>;

void with_design(const CallPtr& call, ThenDesign then) {
    call->node().searcher().open_design(
        call->database(), call->part(2), call->then([](const search::Reply& reply) {
            throw Problem{reply.status, reply.error, reply.reason};
        }),
        call->then([then = std::move(then)](const json::Value& design) {
            const auto language = design.view().find("language");
            if (language && plain_text(*language) != "javascript") {
                throw Problem{500, "unknown_query_language", plain_text(*language)};
            }
            then(design);
        }));
}

/// The rest of the path is a document's id, whatever slashes it has.
std::optional<std::string> named_document(const Call& call) {
    const auto& parts = call.target().parts;
    if (parts.size() < 6) return std::nullopt;
    std::string id = parts[5];
    for (std::size_t i = 6; i < parts.size(); ++i) id += "/" + parts[i];
    return id;
}

/// The winner with its history and conflicts; null when there is none, or it is deleted.
using ThenDocument = std::function<void(const json::Value& document)>;

void with_document(const CallPtr& call, const std::optional<std::string>& id, ThenDocument then) {
    if (!id) return then(json::parse("null").value);
    if (is_users(*call)) check_user_read(*call, *id);
    call->node().coordinator().read(
        call->database(), *id, 0,
        call->then([call, id = *id, then = std::move(then)](const store::ReadAnswer& answer) {
            if (answer.reason == "no_db_file") throw no_database();
            if (answer.status == 404) return then(json::parse("null").value);
            if (answer.status != 200) throw failed(answer.status, answer.reason);
            const store::DocumentShown shown{.revs = true, .conflicts = true};
            if (const auto telling = telling_of(call)) {
                json::Value told = search::told_json(telling, id, answer.path, shown);
                return then(told ? told : json::parse("null").value);
            }
            then(store::document_json(id, answer.whole->tree, answer.whole->tree.winner(), shown));
        }),
        true);
}

json::Value array_of(std::initializer_list<json::View> values) {
    json::Builder out;
    out.begin_array();
    for (const json::View value : values) out.copy(value);
    out.end_array();
    return out.take();
}

std::string revision_text(json::View document) {
    const auto rev = document.find("_rev");
    return rev ? std::string(rev->text()) : "";
}

// --- _show ---------------------------------------------------------------------------------------

/// Source: couch_mrview_show:show_etag/4.
std::string show_etag(const Call& call, json::View design, json::View document) {
    std::string text = revision_text(design) + " " + revision_text(document) + " " +
                       call.header("Accept") + " " + call.user().name.value_or("") + " ";
    for (const std::string& role : call.user().roles) text += role + ",";
    return made_etag(text);
}

void show_one(const CallPtr& call, const json::Value& design, const json::Value& document,
              const std::optional<std::string>& id) {
    const std::string source = source_of(design.view(), "shows", call->part(4));
    const std::string etag = show_etag(*call, design.view(), document.view());
    if (call->not_modified(etag)) return;
    with_request_object(
        call, id, [call, design, document, source, etag](const json::Value& request) {
            const json::Value given = array_of({document.view(), request.view()});
            const json::Value told =
                said(call->node().searcher().render(design, "show", source, given.view()));
            Response response = read_response(told.view(), 200);
            put_header(response, "ETag", etag);
            put_header(response, "Vary", "Accept");
            answer(*call, std::move(response));
        });
}

// --- _update -------------------------------------------------------------------------------------

/// Stores what the function made, then answers what it said.
void store_update(const CallPtr& call, json::View made, const json::Value& told) {
    const auto id = made.find("_id");
    if (!id || (id->is(json::Type::text) && id->text().empty())) {
        throw Problem{400, "illegal_docid", "Document id must not be empty"};
    }
    std::vector<Incoming> one{read_incoming(*call, made)};
    const std::string name = one.front().id;
    store_documents(call, std::move(one), false, call->quorum("w"),
                    [call, name, told](const std::vector<Stored>& results) {
                        if (const auto problem = problem_of(results.front())) throw *problem;
                        const store::Decision& decision = results.front().decision;
                        const bool accepted = decision.kind == store::Decision::Kind::accepted;
                        Response response = read_response(told.view(), accepted ? 202 : 201);
                        put_header(response, "X-Couch-Update-NewRev", decision.revision.text());
                        put_header(response, "X-Couch-Id", quoted(name));
                        answer(*call, std::move(response));
                    });
}

void update_one(const CallPtr& call, const json::Value& design, const json::Value& document,
                const std::optional<std::string>& id) {
    const std::string source = source_of(design.view(), "updates", call->part(4));
    with_request_object(call, id, [call, design, document, source](const json::Value& request) {
        const json::Value given = array_of({document.view(), request.view()});
        const json::Value told =
            said(call->node().searcher().render(design, "update", source, given.view()));
        auto part = told.view().elements().begin();
        const json::View made = *part;
        ++part;
        const json::Value response = json::Value::copy_of((*part).bytes());
        if (made.is(json::Type::object)) return store_update(call, made, response);
        answer(*call, read_response(response.view(), 200));
    });
}

using OfDocument = void (*)(const CallPtr& call, const json::Value& design,
                            const json::Value& document, const std::optional<std::string>& id);

void of_document(const CallPtr& call, OfDocument work, const char* error) {
    if (call->target().parts.size() < 5) throw Problem{404, error, "Invalid path."};
    with_design(call, [call, work](const json::Value& design) {
        const auto id = named_document(*call);
        with_document(call, id, [call, work, design, id](const json::Value& document) {
            work(call, design, document, id);
        });
    });
}

// --- _list ---------------------------------------------------------------------------------------

/// What a list function is called with beside the request: what stands before the rows, and each
/// row without what a list function is not told.
struct Listed {
    json::Value head;
    json::Value rows;
};

Listed listed_of(json::View reply) {
    json::Builder head, rows;
    head.begin_object();
    for (const char* const key : {"total_rows", "offset", "update_seq"}) {
        const auto value = reply.find(key);
        if (!value) continue;
        head.key(key);
        head.copy(*value);
    }
    head.end_object();
    rows.begin_array();
    for (const json::View row : reply.find("rows")->elements()) {
        rows.begin_object();
        for (const char* const key : {"id", "key", "value", "doc"}) {
            const auto value = row.find(key);
            if (!value) continue;
            rows.key(key);
            rows.copy(*value);
        }
        rows.end_object();
    }
    rows.end_array();
    return {head.take(), rows.take()};
}

/// Puts together what a list function sent: the first piece that is none decides about status and
/// headers. A function that throws ends the answer with words of what went wrong.
/// Source: couch_mrview_show:list_cb/2, chttpd:send_chunked_error/2.
void answer_list(Call& call, json::View told) {
    Response now = read_response(json::Value::empty_object().view(), 200), begun;
    bool has_begun = false;
    std::string body;
    for (const json::View each : told.find("answers")->elements()) {
        const auto start = each.find("start");
        if (start->is(json::Type::object)) now = read_response(*start, 200);
        const auto chunks = each.find("chunks");
        if (chunks->size() > 0 && !has_begun) {
            has_begun = true;
            begun = now;
        }
        for (const json::View chunk : chunks->elements()) body += chunk.text();
    }
    const auto problem = told.find("problem");
    if (problem->is(json::Type::object)) {
        const Problem what = problem_of_function({std::string(problem->find("error")->text()),
                                                  std::string(problem->find("reason")->text())});
        if (told.find("answers")->size() == 0) throw what;
        ObjectText words;
        words.number("code", what.status).text("error", what.error).text("reason", what.reason);
        if (!has_begun) begun = now;
        if (!has_begun) begun.status = what.status;
        body += "\n" + words.take() + "\n";
    } else if (!has_begun) {
        begun = {.headers = {}};
    }
    begun.body = std::move(body);
    answer(call, std::move(begun));
}

view::Query list_query(const Call& call) {
    view::Query query;
    const auto taken = [](std::variant<view::Query, store::Refusal> read) {
        if (const auto* refusal = std::get_if<store::Refusal>(&read)) throw problem_of(*refusal);
        return std::get<view::Query>(std::move(read));
    };
    if (call.is("POST")) {
        call.require_type("application/json");
        const json::Value body = call.body_object();
        if (const auto keys = body.view().find("keys")) {
            json::Builder only;
            only.begin_object();
            only.key("keys");
            only.copy(*keys);
            only.end_object();
            query = taken(view::parse_query(only.take().view()));
        }
    }
    query = taken(view::parse_query(call.target().query, std::move(query)));
    apply_limit(call, query);
    return query;
}

void list_rows(const CallPtr& call, search::Searcher::Then then) {
    const bool elsewhere = call->target().parts.size() == 7;
    const std::string of(call->part(elsewhere ? 5 : 2)), name(call->part(elsewhere ? 6 : 5));
    search::Searcher& searcher = call->node().searcher();
    if (name == "_all_docs") {
        return searcher.all_docs(call->database(), list_query(*call), view::Listing::all_docs,
                                 std::move(then), telling_of(call));
    }
    searcher.view(call->database(), of, name, list_query(*call), std::move(then), telling_of(call));
}

void list_one(const CallPtr& call, const json::Value& design) {
    const std::string source = source_of(design.view(), "lists", call->part(4));
    list_rows(call, call->then([call, design, source](const search::Reply& reply) {
        if (!reply.ok()) throw Problem{reply.status, reply.error, reply.reason};
        const json::Parsed parsed = json::parse(reply.body);
        if (!parsed.ok()) throw Problem{500, "internal_server_error", parsed.problem};
        const Listed listed = listed_of(parsed.value.view());
        with_request_object(call, {}, [call, design, source, listed](const json::Value& request) {
            const json::Value given =
                array_of({listed.head.view(), request.view(), listed.rows.view()});
            answer_list(
                *call,
                said(call->node().searcher().render(design, "list", source, given.view())).view());
        });
    }));
}

}   // namespace

void show(const CallPtr& call) { of_document(call, show_one, "show_error"); }
void update(const CallPtr& call) { of_document(call, update_one, "update_error"); }

void list(const CallPtr& call) {
    if (!call->is("OPTIONS")) call->only("GET,POST,HEAD");
    const std::size_t depth = call->target().parts.size();
    if (depth != 6 && depth != 7) throw Problem{404, "list_error", "Invalid path."};
    with_design(call, [call](const json::Value& design) { list_one(call, design); });
}

}   // namespace glasshive::door::couch
