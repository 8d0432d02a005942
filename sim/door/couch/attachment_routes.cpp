// /db/id/name; chttpd_db:db_attachment_req/4.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "door/couch/browsers.h"
#include "door/couch/documents.h"
#include "door/couch/multipart.h"
#include "door/couch/passwords.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/users.h"

namespace glasshive::door::couch {

namespace {

const store::Attachment& find_attachment(const store::OpenedPath& path, const std::string& name) {
    for (const store::Attachment& each : path.back().content->attachments) {
        if (each.name == name) return each;
    }
    throw not_found("Document is missing attachment");
}

/// First and last byte.
using Bounds = std::pair<std::size_t, std::size_t>;

/// Of "bytes=0-1,5-,-3"; nothing when the header says nothing that counts. Throws 416.
/// Source: mochiweb_http:parse_range_request/1, chttpd_db:parse_ranges/3.
std::vector<Bounds> read_ranges(std::string_view text, std::size_t size) {
    static constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit)) return {};
    text.remove_prefix(unit.size());
    std::vector<Bounds> out;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view one = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        while (one.starts_with(' ')) one.remove_prefix(1);
        const std::size_t dash = one.find('-');
        if (dash == std::string_view::npos) return {};
        std::optional<std::size_t> from, to;
        for (auto [piece, into] :
             {std::pair{one.substr(0, dash), &from}, std::pair{one.substr(dash + 1), &to}}) {
            if (piece.empty()) continue;
            *into = whole_number<std::size_t>(piece);
            if (!*into) return {};
        }
        if (!from && !to) return {};
        if (from == std::size_t{0} && !to) return {};   // All of it.
        if (!from) {
            if (*to > size || *to == 0) return {};
            out.emplace_back(size - *to, size - 1);
            continue;
        }
        const std::size_t last = std::min(to.value_or(size - 1), size == 0 ? 0 : size - 1);
        if (last < *from || size == 0) {
            throw Problem{416, "requested_range_not_satisfiable",
                          "Requested range not satisfiable"};
        }
        out.emplace_back(*from, last);
    }
    return out;
}

std::string range_text(const Bounds& bounds, std::size_t size) {
    return "bytes " + std::to_string(bounds.first) + "-" + std::to_string(bounds.second) + "/" +
           std::to_string(size);
}

void send_parts(Call& call, const store::Attachment& attachment,
                const std::vector<Bounds>& ranges) {
    const std::string boundary = call.service().random_hex(32);
    const std::string_view data = attachment.data.view();
    std::string out = "--" + boundary;
    for (const Bounds& each : ranges) {
        out += "\r\nContent-Type: " + attachment.type +
               "\r\nContent-Range: " + range_text(each, data.size()) + "\r\n\r\n";
        out += data.substr(each.first, each.second - each.first + 1);
        out += "\r\n--" + boundary;
    }
    call.bytes(206, {{"Content-Type", "multipart/byteranges; boundary=\"" + boundary + "\""}},
               out + "--");
}

void send(Call& call, const store::Attachment& attachment) {
    const std::string etag = "\"" + store::base64(attachment.md5) + "\"";
    if (call.not_modified(etag)) return;
    const bool packed =
        attachment.zipped && call.header("Accept-Encoding").find("gzip") != std::string::npos;
    std::vector<http::Header> headers{
        {"ETag", etag}, {"Cache-Control", "must-revalidate"}, {"Content-Type", attachment.type}};
    if (packed) headers.push_back({"Content-Encoding", "gzip"});
    headers.push_back({"Accept-Ranges", attachment.zipped ? "none" : "bytes"});
    add_policy(call.service().config(call.member()), "attachments", "sandbox", headers);
    const http::Header digest{"Content-MD5", store::base64(attachment.md5)};
    if (attachment.zipped) {
        if (packed) headers.push_back(digest);
        std::string body =
            packed ? std::string(attachment.data.view()) : store::identity_of(attachment);
        return call.bytes(200, std::move(headers), std::move(body));
    }
    const std::string_view data = attachment.data.view();
    const auto ranges = read_ranges(call.header("Range"), data.size());
    if (ranges.size() == 1) {
        const Bounds& one = ranges.front();
        headers.insert(headers.begin(), {"Content-Range", range_text(one, data.size())});
        return call.bytes(206, std::move(headers),
                          std::string(data.substr(one.first, one.second - one.first + 1)));
    }
    if (ranges.size() > 1 && ranges.size() < 10) return send_parts(call, attachment, ranges);
    headers.push_back(digest);
    call.bytes(200, std::move(headers), std::string(data));
}

store::AttachmentGiven given_in(Call& call, const std::string& name) {
    const std::int64_t most = call.service()
                                  .config(call.member())
                                  .number("couchdb", "max_attachment_size", std::int64_t{1} << 30);
    if (static_cast<std::int64_t>(call.request().body.size()) > most) {
        throw Problem{413, "attachment_too_large", name};
    }
    store::AttachmentGiven given{.name = name, .kind = store::AttachmentGiven::Kind::in_document};
    if (const auto type = call.request().header("Content-Type")) given.type = std::string(*type);
    given.data = call.request().body;
    const std::string digest = call.header("Content-MD5");
    if (!digest.empty() && store::from_base64(digest) != digest_of("MD5", given.data)) {
        throw Problem{400, "content_md5_mismatch", "Possible message corruption."};
    }
    std::string encoding = call.header("Content-Encoding");
    if (encoding == "gzip") {
        given.zipped = true;
    } else if (!encoding.empty() && encoding != "identity") {
        throw Problem{415, "bad_content_type",
                      "Only gzip and identity content-encodings are supported"};
    }
    return given;
}

/// The document with one attachment more or less is written anew.
void edit(const CallPtr& call, const std::string& id, const std::string& name,
          const std::optional<store::Revision>& rev, const store::OpenedPath* path) {
    const bool removes = call->is("DELETE");
    Incoming incoming{.id = id, .read = {}};
    incoming.read.body = store::json::Value::empty_object();
    if (rev) incoming.read.revisions = {*rev};
    if (!removes) incoming.read.attachments.push_back(given_in(*call, name));
    if (path != nullptr) {
        const store::Content& content = *path->back().content;
        incoming.read.body = content.body;
        if (removes) find_attachment(*path, name);
        for (const store::Attachment& each : content.attachments) {
            if (each.name == name) continue;
            incoming.read.attachments.push_back(
                {.name = each.name, .type = each.type, .kind = store::AttachmentGiven::Kind::stub});
        }
    }
    std::vector<Incoming> one;
    one.push_back(std::move(incoming));
    store_documents(call, std::move(one), false, call->quorum("w"),
                    [call, id, name, removes](const std::vector<Stored>& results) {
                        if (const auto problem = problem_of(results.front())) throw *problem;
                        const auto& decision = results.front().decision;
                        const bool accepted = decision.kind == store::Decision::Kind::accepted;
                        ObjectText body;
                        body.flag("ok", true).text("id", id).text("rev", decision.revision.text());
                        std::vector<http::Header> headers;
                        if (!removes) {
                            headers.push_back(
                                {"Location", call->absolute("/" + call->database() + "/" +
                                                            quoted(id) + "/" + quoted(name))});
                        }
                        call->json_text(removes ? 200 : accepted ? 202 : 201, body.take(), headers);
                    });
}

}   // namespace

void attachment(const CallPtr& call, const std::string& id, const std::string& name) {
    const DocumentQuery query = read_query(*call);
    if (is_users(*call)) check_user_read(*call, id);
    if (call->is("GET")) {
        return open_document(call, id, query.rev, false, query.r,
                             [call, name](const store::OpenedPath& path) {
                                 send(*call, find_attachment(path, name));
                             });
    }
    call->only("DELETE,GET,HEAD,PUT");
    if (name.starts_with('_')) {
        throw bad_request("Attachment name '" + name + "' starts with prohibited character '_'");
    }
    if (const auto refusal = store::check_document_id(id)) throw problem_of(*refusal);
    const auto rev = named_revision(*call, query.rev);
    if (!rev && !call->is("DELETE")) return edit(call, id, name, rev, nullptr);
    if (!rev) {   // Without a revision nothing can be taken off: 409, if there is anything.
        return open_document(call, id, rev, false, 0,
                             [call, id, name, rev](const store::OpenedPath& path) {
                                 find_attachment(path, name);
                                 edit(call, id, name, rev, nullptr);
                             });
    }
    call->node().gatherer().open_revs(
        call->database(), id, {*rev}, false, 0,
        call->then([call, id, name, rev](const store::RevsAnswer& answer) {
            if (answer.status != 200) throw failed(answer.status, "");
            if (answer.leaves.empty() || answer.leaves.front().path.empty()) {
                throw Problem{409, "not_found", "missing_rev"};
            }
            edit(call, id, name, rev, &answer.leaves.front().path);
        }));
}

}   // namespace glasshive::door::couch
