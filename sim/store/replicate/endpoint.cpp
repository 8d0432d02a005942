#include "store/replicate/endpoint.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <tuple>

#include "store/document/attachments.h"
#include "store/replicate/text.h"

namespace glasshive::store::replicate {

namespace {

using Credentials = std::optional<std::pair<std::string, std::string>>;

const Refusal invalid_url{"error", "endpoint has an invalid url"};

/// ibrowse_lib:parse_url/1, of what we can reach. Credentials are taken out of the URL.
std::optional<Endpoint> take_apart(std::string_view url) {
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return {};
    Endpoint out;
    out.scheme = lower(url.substr(0, scheme_end));
    if (out.scheme != "http" && out.scheme != "https") return {};
    std::string_view rest = url.substr(scheme_end + 3);
    const std::size_t path_at = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, path_at);
    out.path = rest.substr(path_at);
    const std::size_t at = authority.rfind('@');
    if (at != std::string_view::npos) {
        const std::string_view who = authority.substr(0, at);
        const std::size_t colon = who.find(':');
        out.user = unquoted(who.substr(0, colon));
        if (colon != std::string_view::npos) out.password = unquoted(who.substr(colon + 1));
        authority.remove_prefix(at + 1);
    }
    const std::size_t bracket = authority.rfind(']');   // An IPv6 address has colons of its own.
    const std::size_t colon = authority.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        out.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
        const bool digits = std::all_of(out.port.begin(), out.port.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
        if (out.port.empty() || out.port.size() > 5 || !digits) return {};
    }
    if (authority.empty()) return {};
    out.host = authority;
    if (out.path.find('?') == std::string::npos && !out.path.ends_with('/')) out.path += '/';
    out.url = out.scheme + "://" + out.host + (out.port.empty() ? "" : ":" + out.port) + out.path;
    return out;
}

/// Takes "Basic …" out, even one that says nothing.
/// Source: couch_replicator_utils:remove_basic_auth_from_headers/1.
Credentials take_basic(std::vector<std::pair<std::string, std::string>>& headers) {
    for (auto header = headers.begin(); header != headers.end(); ++header) {
        if (lower(header->first) != "authorization") continue;
        if (lower(header->second.substr(0, 6)) != "basic ") return {};
        const auto decoded = from_base64(header->second.substr(6));
        headers.erase(header);
        const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
        if (colon == std::string::npos) return {};
        return {{decoded->substr(0, colon), decoded->substr(colon + 1)}};
    }
    return {};
}

std::string text_of(std::optional<json::View> value) {
    return value && value->is(json::Type::text) ? std::string(value->text()) : std::string();
}

/// {"basic":{"username":…,"password":…}}. Source: couch_replicator_utils:get_basic_auth_creds/1.
Credentials basic_of(json::View endpoint) {
    const auto auth = endpoint.find("auth");
    const auto basic = auth ? auth->find("basic") : std::nullopt;
    const auto user = basic ? basic->find("username") : std::nullopt;
    const auto password = basic ? basic->find("password") : std::nullopt;
    if (!user || !password || !user->is(json::Type::text) || !password->is(json::Type::text)) {
        return {};
    }
    return {{text_of(user), text_of(password)}};
}

std::variant<Endpoint, Refusal> read_object(json::View value) {
    const auto url = value.find("url");
    if (!url || !url->is(json::Type::text)) return invalid_url;
    auto endpoint = take_apart(url->text());
    if (!endpoint) return invalid_url;
    if (const auto headers = value.find("headers"); headers && headers->is(json::Type::object)) {
        for (const json::Member& member : headers->members()) {
            endpoint->headers.emplace_back(member.key, text_of(member.value));
        }
        std::sort(endpoint->headers.begin(), endpoint->headers.end());
    }
    const Credentials from_headers = take_basic(endpoint->headers);
    Credentials chosen = basic_of(value);
    if (!chosen && !endpoint->has_credentials()) chosen = from_headers;
    if (chosen) std::tie(endpoint->user, endpoint->password) = *chosen;
    return *endpoint;
}

}   // namespace

std::string Endpoint::database() const {
    if (bare) return name;
    std::string_view last = std::string_view(path).substr(0, path.find('?'));
    while (last.ends_with('/')) last.remove_suffix(1);
    const std::size_t slash = last.rfind('/');
    return unquoted(slash == std::string_view::npos ? last : last.substr(slash + 1));
}

std::variant<Endpoint, Refusal> read_endpoint(std::optional<json::View> value) {
    if (!value) return Refusal{"error", "Missing replicator database"};
    if (value->is(json::Type::object)) return read_object(*value);
    if (!value->is(json::Type::text)) return Refusal{"error", "function_clause"};
    const std::string_view text = value->text();
    if (text.starts_with("http://") || text.starts_with("https://")) {
        auto endpoint = take_apart(text);
        if (!endpoint) return invalid_url;
        return *endpoint;
    }
    if (text.empty()) return Refusal{"error", "local_endpoints_not_supported"};
    return Endpoint{.bare = true, .name = std::string(text)};
}

}   // namespace glasshive::store::replicate
