#include "door/couch/request_object.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "door/couch/access.h"
#include "door/couch/documents.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string pairs_text(const Pairs& pairs) {
    ObjectText out;
    for (const auto& [key, value] : pairs) out.text(key, value);
    return out.take();
}

std::string path_text(const std::vector<std::string>& parts) {
    std::string out = "[";
    for (const std::string& part : parts)
        out += (out.size() > 1 ? "," : "") + json::quoted_text(part);
    return out + "]";
}

/// Texts, but for those that are JSON in the query of a view.
std::string query_text(const Target& target) {
    static constexpr std::array keys{"startkey", "endkey", "key", "descending"};
    ObjectText out;
    for (const auto& [key, value] : target.query) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            out.text(key, value);
            continue;
        }
        const json::Parsed parsed = json::parse(value);
        if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
        out.value(key, parsed.value.view());
    }
    return out.take();
}

/// "x-foo" is "X-Foo", as Erlang's reader of HTTP writes it.
std::string header_name(std::string name) {
    bool first = true;
    for (char& c : name) {
        const auto byte = static_cast<unsigned char>(c);
        c = static_cast<char>(first ? std::toupper(byte) : std::tolower(byte));
        first = c == '-';
    }
    return name;
}

std::string headers_text(const http::Request& request) {
    std::map<std::string, std::string> all;
    for (const http::Header& header : request.headers) {
        std::string& value = all[header_name(header.name)];
        value += (value.empty() ? "" : ", ") + header.value;
    }
    return pairs_text({all.begin(), all.end()});
}

Pairs cookies_of(const Call& call) {
    Pairs out;
    const std::string header = call.header("Cookie");
    for (std::size_t at = 0; at < header.size();) {
        const std::size_t end = std::min(header.find(';', at), header.size());
        const std::string_view one = std::string_view(header).substr(at, end - at);
        const std::size_t first = std::min(one.find_first_not_of(' '), one.size());
        const std::size_t is = one.find('=');
        if (is != std::string_view::npos && first < is) {
            out.emplace_back(one.substr(first, is - first), one.substr(is + 1));
        }
        at = end + 1;
    }
    return out;
}

Pairs form_of(const Call& call) {
    const bool form = call.header("Content-Type").starts_with("application/x-www-form-urlencoded");
    if (!form || !(call.is("POST") || call.is("PUT"))) return {};
    return read_target("/?" + call.body(), true).query;
}

/// What every kind of function gets; the rest stands around it.
void add_request(const Call& call, ObjectText& out) {
    out.text("method", call.method());
    out.raw("requested_path", path_text(call.requested_path()));
    out.raw("path", path_text(call.target().parts));
    out.text("raw_path", call.request().target).raw("query", query_text(call.target()));
    out.raw("headers", headers_text(call.request()));
    const std::string body = call.body();
    out.text("body", body.empty() ? "undefined" : body);   // The atom that mochiweb says.
    out.text("peer", call.request().client);
}

void add_user(const Call& call, const json::Value& security, ObjectText& out) {
    out.raw("cookie", pairs_text(cookies_of(call)));
    out.value("userCtx", user_json(call).view()).value("secObj", security.view());
}

json::Value value_of(ObjectText& out) {
    json::Parsed parsed = json::parse(out.take());
    if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
    return std::move(parsed.value);
}

}   // namespace

void with_request_object(const CallPtr& call, const std::optional<std::string>& id,
                         std::function<void(const json::Value& request)> then) {
    const store::ShardMap map = call->map();
    with_security(call, [call, id, map, then = std::move(then)](const json::Value& security) {
        call->node().gatherer().info(
            call->database(),
            call->then([call, id, map, security, then](const store::InfoAnswer& info) {
                if (info.status != 200) throw failed(info.status, info.reason);
                ObjectText out;
                out.raw("info", info_text(call->database(), map, info));
                out.text("uuid", call->service().new_uuid(call->member(), call->wall()));
                if (id)
                    out.text("id", *id);
                else
                    out.null("id");
                add_request(*call, out);
                out.raw("form", pairs_text(form_of(*call)));
                add_user(*call, security, out);
                then(value_of(out));
            }));
    });
}

void with_rewrite_object(const CallPtr& call,
                         std::function<void(const json::Value& request)> then) {
    with_security(call, [call, then = std::move(then)](const json::Value& security) {
        call->guard([&] {
            ObjectText out;
            add_request(*call, out);
            add_user(*call, security, out);
            then(value_of(out));
        });
    });
}

}   // namespace glasshive::door::couch
