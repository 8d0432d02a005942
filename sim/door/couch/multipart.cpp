#include "door/couch/multipart.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "door/couch/service.h"
#include "store/json/parse.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

Problem broken(const char* reason) { return bad_request(reason); }

std::vector<http::Header> read_headers(std::string_view text) {
    std::vector<http::Header> headers;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find("\r\n"), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 2, text.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        headers.push_back({std::string(trimmed(line.substr(0, colon))),
                           std::string(trimmed(line.substr(colon + 1)))});
    }
    return headers;
}

std::string header_of(const Part& part, std::string_view name) {
    return std::string(http::find_header(part.headers, name).value_or(""));
}

}   // namespace

std::optional<std::string> parameter(std::string_view header, std::string_view name) {
    for (std::size_t at = header.find(';'); at != std::string_view::npos;) {
        std::string_view rest = trimmed(header.substr(at + 1));
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = trimmed(rest.substr(0, equals));
        rest = trimmed(rest.substr(equals + 1));
        std::string value;
        std::size_t end = 0;
        if (rest.starts_with('"')) {
            for (end = 1; end < rest.size() && rest[end] != '"'; ++end) {
                if (rest[end] == '\\' && end + 1 < rest.size()) ++end;
                value += rest[end];
            }
        } else {
            end = std::min(rest.find(';'), rest.size());
            value = std::string(trimmed(rest.substr(0, end)));
        }
        if (key == name) return value;
        const auto offset = static_cast<std::size_t>(rest.data() - header.data());
        at = header.find(';', std::min(offset + end, header.size()));
    }
    return std::nullopt;
}

std::vector<Part> read_parts(std::string_view type, std::string_view body) {
    const auto boundary = parameter(type, "boundary");
    if (!boundary || boundary->empty()) throw broken("Missing boundary in multipart request");
    const std::string mark = "--" + *boundary;
    std::vector<Part> parts;
    std::size_t at = body.find(mark);
    while (at != std::string_view::npos) {
        at += mark.size();
        if (body.substr(at).starts_with("--")) return parts;
        if (!body.substr(at).starts_with("\r\n")) throw broken("Malformed multipart body");
        at += 2;
        const std::size_t end = body.find("\r\n" + mark, at);
        if (end == std::string_view::npos) break;
        const std::string_view whole = body.substr(at, end - at);
        const bool bare = whole.starts_with("\r\n");
        const std::size_t blank = bare ? 0 : whole.find("\r\n\r\n");
        if (blank == std::string_view::npos) throw broken("Malformed multipart body");
        parts.push_back(
            {read_headers(whole.substr(0, blank)), whole.substr(blank + (bare ? 2 : 4))});
        at = end + 2;
    }
    throw broken("Malformed multipart body: its last boundary is missing");
}

void take_following(store::DocumentRead& document, const std::vector<Part>& parts) {
    std::size_t next = 1;
    for (store::AttachmentGiven& given : document.attachments) {
        if (given.kind != store::AttachmentGiven::Kind::follows) continue;
        // Named ones are found by their names, others stand in the document's order.
        auto part = std::find_if(parts.begin() + 1, parts.end(), [&](const Part& each) {
            return parameter(header_of(each, "Content-Disposition"), "filename") == given.name;
        });
        if (part == parts.end()) {
            if (next >= parts.size()) throw broken("Attachment is missing in multipart body");
            part = parts.begin() + static_cast<std::ptrdiff_t>(next);
        }
        ++next;
        given.kind = store::AttachmentGiven::Kind::in_document;
        given.data = std::string(part->body);
        if (given.length && *given.length != static_cast<std::int64_t>(part->body.size()) &&
            !given.zipped) {
            throw Problem{412, "length_mismatch", "attachment " + given.name};
        }
    }
}

Incoming read_related(Call& call, const std::string& type, const std::string& id) {
    const std::string body = call.body();
    const std::vector<Part> parts = read_parts(type, body);
    if (parts.empty()) throw broken("multipart body has no document");
    json::Parsed parsed = json::parse(parts.front().body);
    if (!parsed.ok()) throw broken("invalid UTF-8 JSON");
    Incoming incoming = read_incoming(call, parsed.value.view(), id);
    take_following(incoming.read, parts);
    return incoming;
}

namespace {

void store_form(const CallPtr& call, const std::string& id, Incoming incoming,
                const std::vector<Part>& parts) {
    for (const Part& part : parts) {
        const std::string disposition = header_of(part, "Content-Disposition");
        if (parameter(disposition, "name") != "_attachments") continue;
        const std::string name = parameter(disposition, "filename").value_or("");
        if (name.starts_with('_')) {
            throw bad_request("Attachment name '" + name +
                              "' starts with prohibited character '_'");
        }
        std::erase_if(incoming.read.attachments,
                      [&](const store::AttachmentGiven& each) { return each.name == name; });
        const std::string type = header_of(part, "Content-Type");
        incoming.read.attachments.insert(incoming.read.attachments.begin(),
                                         {.name = name,
                                          .type = type.empty() ? "application/octet-stream" : type,
                                          .kind = store::AttachmentGiven::Kind::in_document,
                                          .data = std::string(part.body)});
    }
    std::vector<Incoming> one;
    one.push_back(std::move(incoming));
    store_documents(call, std::move(one), false, call->quorum("w"),
                    [call, id](const std::vector<Stored>& results) {
                        answer_stored(*call, id, results.front(), false, {});
                    });
}

}   // namespace

/// Forms come from pages of this host. Source: couch_httpd:validate_referer/1.
static void check_referer(const Call& call) {
    std::string_view referer = call.request().header("Referer").value_or("");
    if (referer.empty()) throw bad_request("Referer header required.");
    const std::size_t scheme = referer.find("://");
    if (scheme != std::string_view::npos) referer.remove_prefix(scheme + 3);
    if (referer.substr(0, referer.find_first_of("/?#")) != call.header("Host")) {
        throw bad_request("Referer header must match host.");
    }
}

void post_form(const CallPtr& call, const std::string& id) {
    check_referer(*call);
    if (const auto refusal = store::check_document_id(id)) throw problem_of(*refusal);
    call->require_type("multipart/form-data");
    const auto body = std::make_shared<const std::string>(call->body());
    const std::vector<Part> parts = read_parts(call->header("Content-Type"), *body);
    std::optional<std::string> document, rev;
    for (const Part& part : parts) {
        const auto name = parameter(header_of(part, "Content-Disposition"), "name");
        if (name == "_doc") document = std::string(part.body);
        if (name == "_rev") rev = std::string(part.body);
    }
    if (document) {
        json::Parsed parsed = json::parse(*document);
        if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
        return store_form(call, id, read_incoming(*call, parsed.value.view(), id), parts);
    }
    if (!rev) throw bad_request("Invalid rev format");
    const store::Revision revision = revision_of(*rev);
    open_document(call, id, revision, false, 0,
                  [call, id, revision, parts, body](const store::OpenedPath& path) {
                      const store::Content& content = *path.back().content;
                      Incoming incoming{.id = id, .read = {}};
                      incoming.read.body = content.body;
                      incoming.read.revisions = {revision};
                      for (const store::Attachment& each : content.attachments) {
                          incoming.read.attachments.push_back(
                              {.name = each.name,
                               .type = each.type,
                               .kind = store::AttachmentGiven::Kind::stub});
                      }
                      store_form(call, id, std::move(incoming), parts);
                  });
}

// --- Out -----------------------------------------------------------------------------------------

std::uint32_t known_position(const std::vector<store::Step>& path,
                             const std::vector<store::Revision>& since) {
    std::uint32_t position = 0;
    for (const store::Step& step : path) {
        if (std::find(since.begin(), since.end(), step.revision) != since.end()) {
            position = step.revision.position();
        }
    }
    return position;
}

Related related_of(std::string_view id, const std::vector<store::Step>& path,
                   store::DocumentShown shown, const std::string& boundary) {
    shown.attachments.data = shown.attachments.follows = shown.attachments.encoding = true;
    Related out{"application/json", document_text(id, path, shown)};
    std::string parts;
    for (const store::Attachment& each : path.back().content->attachments) {
        if (!shown.attachments.sends(each)) continue;
        parts += "\r\nContent-Disposition: attachment; filename=\"" + each.name +
                 "\"\r\nContent-Type: " + each.type +
                 "\r\nContent-Length: " + std::to_string(each.data.view().size());
        if (each.zipped) parts += "\r\nContent-Encoding: gzip";
        parts += "\r\n\r\n";
        parts += each.data.view();
        parts += "\r\n--" + boundary;
    }
    if (parts.empty()) return out;
    out.type = "multipart/related; boundary=\"" + boundary + "\"";
    out.body = "--" + boundary + "\r\nContent-Type: application/json\r\n\r\n" + out.body +
               "\r\n--" + boundary + parts + "--";
    return out;
}

std::string mixed_of(std::string_view id, const std::vector<store::found::Leaf>& leaves,
                     store::DocumentShown shown, const std::vector<store::Revision>& since,
                     const std::string& outer, const std::string& inner) {
    std::string out = "--" + outer;
    for (const store::found::Leaf& leaf : leaves) {
        if (leaf.path.empty()) {
            out += "\r\nContent-Type: application/json; error=\"true\"\r\n\r\n";
            out += ObjectText().text("missing", leaf.revision.text()).take();
        } else {
            shown.attachments.known = known_position(leaf.path, since);
            const Related one = related_of(id, leaf.path, shown, inner);
            out += "\r\nContent-Type: " + one.type + "\r\n\r\n" + one.body;
        }
        out += "\r\n--" + outer;
    }
    return out + "--";
}

/// An MD5 as a number to the base of 36.
std::string made_etag(std::string_view text) {
    std::string bytes = digest_of("MD5", text), digits;
    while (std::any_of(bytes.begin(), bytes.end(), [](char c) { return c != 0; })) {
        unsigned rest = 0;
        for (char& c : bytes) {
            rest = rest * 256 + static_cast<unsigned char>(c);
            c = static_cast<char>(rest / 36);
            rest %= 36;
        }
        digits += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest];
    }
    std::reverse(digits.begin(), digits.end());
    return "\"" + digits + "\"";
}

}   // namespace glasshive::door::couch
