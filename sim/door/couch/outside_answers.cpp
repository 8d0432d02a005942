// What servers outside answer to a replicator's questions.
#include <charconv>
#include <limits>
#include <map>

#include "door/couch/multipart.h"
#include "door/couch/outside_words.h"
#include "store/document/read.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace replicate = store::replicate;
namespace ask = store::replicate::ask;
using json::Type;
using json::View;
using replicate::PeerError;
using replicate::PeerTold;

namespace {

const PeerError no_sense{0, "invalid_json", "invalid_json"};

std::string text_in(View object, std::string_view key, std::string otherwise = "") {
    const auto value = object.find(key);
    return value && value->is(Type::text) ? std::string(value->text()) : otherwise;
}

/// A place in a history: a text of CouchDB's, a number of others.
std::string seq_in(View object, std::string_view key) {
    const auto value = object.find(key);
    if (!value) return "0";
    return value->is(Type::text) ? std::string(value->text()) : json::to_text(*value);
}

std::vector<View> list_in(View object, std::string_view key) {
    std::vector<View> out;
    const auto list = object.find(key);
    if (!list || !list->is(Type::array)) return out;
    for (const View each : list->elements()) out.push_back(each);
    return out;
}

std::vector<store::Revision> revisions_in(View object, std::string_view key) {
    std::vector<store::Revision> out;
    for (const View each : list_in(object, key)) {
        auto revision = each.is(Type::text) ? store::Revision::parse(each.text()) : std::nullopt;
        if (revision) out.push_back(std::move(*revision));
    }
    return out;
}

/// Without `_id` and `_rev`.
json::Value body_of(View document) {
    json::Builder out;
    out.begin_object();
    for (const json::Member& member : document.members()) {
        if (member.key == "_id" || member.key == "_rev") continue;
        out.key(member.key);
        out.copy(member.value);
    }
    out.end_object();
    return out.take();
}

// --- One question each ---------------------------------------------------------------------------

PeerTold told(const ask::Info&, View answer) {
    return replicate::PeerInfo{seq_in(answer, "update_seq"),
                               text_in(answer, "instance_start_time", "0")};
}
PeerTold told(const ask::Create&, View) { return replicate::PeerDone{}; }
PeerTold told(const ask::Open&, View answer) { return body_of(answer); }

PeerTold told(const ask::OpenLocal&, View answer) {
    store::LocalDocument out{.body = body_of(answer)};
    const auto revision = store::Revision::parse(text_in(answer, "_rev"));
    if (!revision) return no_sense;
    const std::string number = revision->id_text();
    std::from_chars(number.data(), number.data() + number.size(), out.revision);
    return out;
}

PeerTold told(const ask::WriteLocal&, View answer) {
    auto revision = store::Revision::parse(text_in(answer, "rev"));
    if (!revision) return no_sense;
    return std::move(*revision);
}

PeerTold told(const ask::Changes&, View answer) {
    replicate::PeerPage page;
    const auto results = answer.find("results");
    if (!results || !results->is(Type::array) || !answer.find("last_seq")) return no_sense;
    for (const View row : results->elements()) {
        replicate::PeerChange change{.seq = seq_in(row, "seq"),
                                     .id = json::SharedBytes::copy_of(text_in(row, "id"))};
        for (const View each : list_in(row, "changes")) {
            auto revision = store::Revision::parse(text_in(each, "rev"));
            if (revision) change.revisions.push_back(std::move(*revision));
        }
        const auto deleted = row.find("deleted");
        change.deleted = deleted && deleted->is(Type::boolean) && deleted->boolean();
        // One without a name, as Couchbase's sync gateway tells of users, is nothing to fetch.
        if (change.id.view().empty()) change.revisions.clear();
        page.changes.push_back(std::move(change));
    }
    page.last_seq = seq_in(answer, "last_seq");
    const auto pending = answer.find("pending");
    const auto count = pending && pending->is(Type::integer) ? pending->integer() : std::nullopt;
    page.pending = count && *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
    return page;
}

PeerTold told(const ask::RevsDiff& asked, View answer) {
    std::vector<store::found::Missing::One> out;
    for (const auto& [id, revisions] : asked.wanted.wanted) {
        out.emplace_back();
        if (const auto one = answer.find(id.view())) {
            out.back().missing = revisions_in(*one, "missing");
            out.back().possible_ancestors = revisions_in(*one, "possible_ancestors");
        }
    }
    return out;
}

/// Adds a document to what is known of its id; one that cannot be read is as good as missing.
/// `parts`: what follows it.
void take_document(View document, bool attachments, const std::vector<Part>& parts,
                   replicate::PeerFetched& out) {
    constexpr store::DocumentLimits any{std::numeric_limits<std::uint64_t>::max(),
                                        std::numeric_limits<std::int64_t>::max()};
    auto read = store::read_document(document, any);
    auto* found = std::get_if<store::DocumentRead>(&read);
    if (found == nullptr || !found->id || found->revisions.empty()) return;
    if (!found->attachments.empty() && !attachments) {
        out.has_attachments = true;
        return;
    }
    take_following(*found, parts);
    auto held = store::attachments_of(*found->id, found->attachments, nullptr, std::nullopt);
    auto* list = std::get_if<std::vector<store::Attachment>>(&held);
    if (list == nullptr) return;
    store::ContentPtr content(
        {.body = found->body, .attachments = std::move(*list), .deleted = found->deleted});
    out.leaves.push_back(
        {json::SharedBytes::copy_of(*found->id), store::path_of(*found, std::move(content))});
}

json::Value document_in(const Part& part) {
    json::Parsed parsed = json::parse(part.body);
    if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
    return std::move(parsed.value);
}

/// open_revs as parts: leaves with what follows them, or {"missing":rev}. Throws a Problem.
PeerTold told_in_parts(const http::Heard& heard) {
    std::vector<replicate::PeerFetched> out(1);
    for (const Part& leaf : read_parts(heard.type, heard.body)) {
        const std::string type(http::find_header(leaf.headers, "Content-Type").value_or(""));
        if (type.starts_with("multipart/related")) {
            const std::vector<Part> parts = read_parts(type, leaf.body);
            if (parts.empty()) throw bad_request("no document");
            take_document(document_in(parts.front()).view(), true, parts, out.front());
        } else if (!parameter(type, "error")) {
            take_document(document_in(leaf).view(), true, {}, out.front());
        }
    }
    return out;
}

PeerTold told(const ask::Fetch& asked, View answer) {
    std::vector<replicate::PeerFetched> out(asked.wanted.size());
    const auto take = [&](View docs, replicate::PeerFetched& one) {
        if (!docs.is(Type::array)) return;
        for (const View each : docs.elements()) {
            if (const auto ok = each.find("ok")) take_document(*ok, asked.attachments, {}, one);
        }
        if (one.has_attachments) one.leaves.clear();
    };
    if (answer.is(Type::array)) {   // open_revs of one.
        if (!out.empty()) take(answer, out.front());
        return out;
    }
    // Answers come in order; whoever leaves some out still says whose they are.
    std::size_t next = 0;
    for (const View result : list_in(answer, "results")) {
        const std::string id = text_in(result, "id");
        while (next < out.size() && asked.wanted[next].id.view() != id) ++next;
        if (next == out.size()) break;
        if (const auto docs = result.find("docs")) take(*docs, out[next]);
        ++next;
    }
    return out;
}

PeerTold told(const ask::Write& asked, View answer) {
    std::vector<replicate::PeerRefused> refused;
    if (is_alone(asked) && answer.is(Type::object)) return refused;
    if (!answer.is(Type::array)) return no_sense;
    for (const View each : answer.elements()) {
        if (!each.find("error")) continue;
        const std::string error = text_in(each, "error");
        const int status = error == "unauthorized" ? 401 : error == "forbidden" ? 403 : 400;
        refused.push_back({text_in(each, "id"),
                           store::Revision::parse(text_in(each, "rev")).value_or(store::Revision()),
                           {status, error, text_in(each, "reason")}});
    }
    return refused;
}

PeerTold told(const ask::Commit&, View answer) {
    return text_in(answer, "instance_start_time", "0");
}

PeerError failed(const http::Heard& heard) {
    const json::Parsed parsed = json::parse(heard.body);
    PeerError out{heard.status, "http_error", std::to_string(heard.status)};
    if (parsed.ok()) {
        out.error = text_in(parsed.value.view(), "error", out.error);
        out.reason = text_in(parsed.value.view(), "reason", out.reason);
    }
    if (heard.status == 429) out.status = 503;   // Later, perhaps.
    return out;
}

PeerTold told_as_json(const replicate::PeerRequest& request, const http::Heard& heard) {
    const json::Parsed parsed = json::parse(heard.body);
    if (!parsed.ok()) return no_sense;
    const View answer = parsed.value.view();
    const bool list = std::holds_alternative<ask::Write>(request.question) ||
                      std::holds_alternative<ask::Fetch>(request.question);
    if (!answer.is(Type::object) && !(list && answer.is(Type::array))) return no_sense;
    return std::visit([&](const auto& question) { return told(question, answer); },
                      request.question);
}

}   // namespace

PeerTold told_of(const replicate::PeerRequest& request, const http::Heard& heard) {
    if (heard.status == 0) {
        const bool refused = heard.problem.starts_with("e");   // econnrefused, ehostunreach, …
        return PeerError{0, refused ? "conn_failed" : heard.problem, heard.problem};
    }
    const bool good = heard.status >= 200 && heard.status < 300;
    if (!good) {
        // A server that knows no `_bulk_get` is asked for one document after the other.
        const auto* fetch = std::get_if<ask::Fetch>(&request.question);
        const bool several = fetch != nullptr && !fetch->attachments;
        if (several && (heard.status == 400 || heard.status == 404 || heard.status == 405)) {
            return std::vector<replicate::PeerFetched>(fetch->wanted.size());
        }
        const PeerError error = failed(heard);
        // Of a document on its own that is the document's problem: update_doc/4.
        const auto* write = std::get_if<ask::Write>(&request.question);
        const bool refused = error.status == 401 || error.status == 403 || error.status == 413;
        if (write != nullptr && is_alone(*write) && refused) {
            const store::ReplicatedEdit& edit = write->edits.front();
            return std::vector<replicate::PeerRefused>{
                {std::string(edit.id.view()), edit.path.back().revision, error}};
        }
        return error;
    }
    const auto* fetch = std::get_if<ask::Fetch>(&request.question);
    try {
        if (fetch != nullptr && fetch->wanted.size() == 1 && heard.type.starts_with("multipart/")) {
            return told_in_parts(heard);
        }
        return told_as_json(request, heard);
    } catch (const Problem&) {
        return no_sense;
    }
}

}   // namespace glasshive::door::couch
