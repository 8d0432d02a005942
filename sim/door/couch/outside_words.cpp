// Between a replicator's questions and HTTP: what is asked here, what the answers mean in
// outside_answers.cpp.
#include "door/couch/outside_words.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <type_traits>

#include "base/text.h"
#include "door/couch/multipart.h"
#include "door/couch/passwords.h"
#include "door/couch/target.h"
#include "store/document/attachments.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace replicate = store::replicate;
namespace ask = store::replicate::ask;

namespace {

/// Ids of design and local documents keep their first slash. Source: couch_util:encode_doc_id/1.
std::string quoted_id(std::string_view id) {
    for (const std::string_view special : {"_design/", "_local/"}) {
        if (id.starts_with(special)) {
            return std::string(special) + quoted(id.substr(special.size()));
        }
    }
    return quoted(id);
}

template <class List, class Print>
std::string array_of(const List& list, const Print& print) {
    std::string out = "[";
    for (const auto& each : list) out += (out.size() > 1 ? "," : "") + print(each);
    return out + "]";
}

/// What the request is, behind the database's path.
struct Asked {
    std::string method = "GET";
    std::string path{};
    std::string body{};
    bool waits = false;
    std::string accept = "application/json";
    std::string type = "application/json";   ///< Of the body.
};

Asked asked(const ask::Info&) { return {}; }
Asked asked(const ask::Create& what) {
    std::string query;
    if (what.options.q != 0) query += "q=" + std::to_string(what.options.q);
    if (what.options.n != 0) {
        query += (query.empty() ? "" : "&") + ("n=" + std::to_string(what.options.n));
    }
    if (!what.options.partitioned.empty()) {
        query += (query.empty() ? "" : "&") + ("partitioned=" + quoted(what.options.partitioned));
    }
    return {.method = "PUT", .path = query.empty() ? "" : "?" + query};
}
Asked asked(const ask::Open& what) { return {.path = quoted_id(what.id)}; }
Asked asked(const ask::OpenLocal& what) { return {.path = quoted_id(what.id)}; }
Asked asked(const ask::WriteLocal& what) {
    if (what.edit.deleted) return {.method = "DELETE", .path = quoted_id(what.edit.id)};
    std::string body = "{\"_id\":" + json::quoted_text(what.edit.id);
    if (what.edit.parent) body += ",\"_rev\":" + json::quoted_text(what.edit.parent->text());
    const std::string members = json::to_text(what.edit.body.view());
    if (members.size() > 2) body += "," + members.substr(1, members.size() - 2);
    return {.method = "PUT", .path = quoted_id(what.edit.id), .body = body + "}"};
}

std::string query_params(const replicate::ChangesFilter& filter) {
    std::string out = "&filter=" + quoted(filter.name);
    if (!filter.params || !filter.params.view().is(json::Type::object)) return out;
    for (const json::Member& member : filter.params.view().members()) {
        const bool text = member.value.is(json::Type::text);
        out += "&" + quoted(member.key) + "=" +
               quoted(text ? std::string(member.value.text()) : json::to_text(member.value));
    }
    return out;
}

Asked asked(const ask::Changes& what) {
    const replicate::PeerChanges& question = what.question;
    const auto heartbeat = question.heartbeat / std::chrono::milliseconds{1};
    Asked out{.path = "_changes?feed=", .waits = question.wait};
    out.path += question.wait ? "longpoll" : "normal";
    out.path += question.style == store::Style::all_docs ? "&style=all_docs" : "&style=main_only";
    out.path += "&since=" + quoted(question.since);
    out.path += "&limit=" + std::to_string(question.limit);
    out.path += "&heartbeat=" + std::to_string(heartbeat);
    if (question.filter.doc_ids) {
        out.method = "POST";
        out.path += "&filter=_doc_ids";
        out.body = "{\"doc_ids\":" + array_of(*question.filter.doc_ids, json::quoted_text) + "}";
    } else if (question.filter.selector) {
        out.method = "POST";
        out.path += "&filter=_selector";
        out.body = "{\"selector\":" + json::to_text(question.filter.selector.view()) + "}";
    } else if (!question.filter.name.empty()) {
        out.path += query_params(question.filter);
    }
    return out;
}

Asked asked(const ask::RevsDiff& what) {
    Asked out{.method = "POST", .path = "_revs_diff", .body = "{"};
    for (const auto& [id, revisions] : what.wanted.wanted) {
        out.body +=
            (out.body.size() > 1 ? "," : "") + json::quoted_text(id.view()) + ":" +
            array_of(revisions, [](const auto& each) { return json::quoted_text(each.text()); });
    }
    out.body += "}";
    return out;
}

/// A document on its own is asked for by its name, so that a server without `_bulk_get` has it.
Asked asked(const ask::Fetch& what) {
    if (what.wanted.size() == 1 && what.attachments) {
        const replicate::PeerWanted& one = what.wanted.front();
        return {.path = quoted_id(one.id.view()) + "?revs=true&latest=true&attachments=true" +
                        "&open_revs=" + quoted("[" + json::quoted_text(one.revision.text()) + "]"),
                .accept = "multipart/mixed"};
    }
    Asked out{.method = "POST", .path = "_bulk_get?revs=true&latest=true&attachments="};
    out.path += what.attachments ? "true" : "false";
    out.body = "{\"docs\":" +
               array_of(what.wanted,
                        [](const replicate::PeerWanted& each) {
                            return "{\"id\":" + json::quoted_text(each.id.view()) +
                                   ",\"rev\":" + json::quoted_text(each.revision.text()) + "}";
                        }) +
               "}";
    return out;
}

/// A document with attachments is a request of its own, with them in parts: as they are kept.
Asked asked(const ask::Write& what) {
    store::DocumentShown whole{.revs = true};
    if (is_alone(what)) {
        const store::ReplicatedEdit& edit = what.edits.front();
        const std::string text = document_text(edit.id.view(), edit.path, whole);
        Related parts =
            related_of(edit.id.view(), edit.path, whole, hex_text(digest_of("MD5", text)));
        return {.method = "PUT",
                .path = quoted_id(edit.id.view()) + "?new_edits=false",
                .body = std::move(parts.body),
                .type = std::move(parts.type)};
    }
    whole.attachments.data = true;
    const auto text = [&](const store::ReplicatedEdit& edit) {
        return document_text(edit.id.view(), edit.path, whole);
    };
    return {.method = "POST",
            .path = "_bulk_docs",
            .body = "{\"new_edits\":false,\"docs\":" + array_of(what.edits, text) + "}"};
}

Asked asked(const ask::Commit&) { return {.method = "POST", .path = "_ensure_full_commit"}; }

/// Everything that has no place in a request's first line.
std::string clean_target(std::string_view raw) {
    std::string out;
    for (const char c : raw) {
        if (c > ' ' && c != 0x7f && c != '#') {
            out += c;
            continue;
        }
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

bool is_clean(const http::Header& header) {
    const auto token = [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                   std::string_view::npos;
    };
    const auto plain = [](char c) { return c == '\t' || (c >= ' ' && c != 0x7f) || c < 0; };
    if (header.name.empty() || !std::all_of(header.name.begin(), header.name.end(), token)) {
        return false;
    }
    for (const std::string_view ours : {"host", "connection", "content-length", "content-type",
                                        "transfer-encoding", "accept", "expect", "upgrade"}) {
        const bool same = std::equal(
            ours.begin(), ours.end(), header.name.begin(), header.name.end(),
            [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
        if (same) return false;
    }
    return std::all_of(header.value.begin(), header.value.end(), plain);
}

}   // namespace

bool is_alone(const ask::Write& what) {
    return what.edits.size() == 1 && !what.edits.front().path.back().content->attachments.empty();
}

http::Exchange exchange_of(const replicate::PeerRequest& request) {
    Asked what = std::visit([](const auto& question) { return asked(question); }, request.question);
    // "http://host:port/path/": see Resolver.
    std::string_view rest = request.database;
    rest.remove_prefix(std::min(rest.size(), rest.find("://") + 3));
    const std::size_t path_at = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, path_at);
    http::Exchange out{.host = {}, .port = "80", .method = std::move(what.method)};
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        out.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']')) {
        authority = authority.substr(1, authority.size() - 2);
    }
    out.host = authority;
    std::string path(rest.substr(path_at));
    path = path.substr(0, path.find('?'));
    if (!path.ends_with('/')) path += '/';
    out.target = clean_target(path + what.path);
    out.body = std::move(what.body);
    out.waits = what.waits;
    out.headers.push_back({"Accept", std::move(what.accept)});
    if (out.method != "GET") out.headers.push_back({"Content-Type", std::move(what.type)});
    if (!request.who.user.empty() || !request.who.password.empty()) {
        out.headers.push_back({"Authorization", "Basic " + store::base64(request.who.user + ":" +
                                                                         request.who.password)});
    }
    for (const auto& [name, value] : request.who.headers) {
        http::Header header{name, value};
        if (is_clean(header)) out.headers.push_back(std::move(header));
    }
    return out;
}

}   // namespace glasshive::door::couch
