#include "door/couch/browsers.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace glasshive::door::couch {

namespace {

using Names = std::vector<std::string>;

constexpr const char* usual_methods = "CONNECT, COPY, DELETE, GET, HEAD, OPTIONS, POST, PUT, TRACE";
constexpr const char* usual_headers =
    "accept, accept-language, authorization, content-length, content-range, content-type, "
    "destination, expires, if-match, last-modified, origin, pragma, x-couch-full-commit, "
    "x-couch-id, x-couch-persist, x-couchdb-www-authenticate, x-http-method-override, "
    "x-requested-with, x-couchdb-vhost-path";
constexpr const char* usual_exposed =
    "accept-ranges, etag, server, x-couch-request-id, x-couch-update-newrev, x-couchdb-body-time";
constexpr const char* usual_minimal =
    "Cache-Control, Content-Length, Content-Range, Content-Type, ETag, Server, Transfer-Encoding, "
    "Vary";

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// What stands between commas, without the spaces around those.
Names items_of(std::string_view text) {
    Names out;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view item = text.substr(0, comma);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (!item.empty()) out.emplace_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return out;
}

Names lower_items_of(std::string_view text) { return items_of(lower(text)); }

bool has(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const Names& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

/// The host that was asked, as a proxy says it was. Source: couch_httpd_vhost:host/1.
std::string host_of(const Config& config, const http::Request& request) {
    const std::string forwarded = config.text("chttpd", "x_forwarded_host", "X-Forwarded-Host");
    if (const auto host = request.header(forwarded)) return std::string(*host);
    return std::string(request.header("Host").value_or(""));
}

// --- Other origins -------------------------------------------------------------------------------

/// [cors] of one request: sections "cors:HOST" go before "cors".
class Cors {
  public:
    Cors(const Config& config, const http::Request& request) : config_(config) {
        const std::string host = host_of(config, request);
        section_ = "cors:" + host.substr(0, host.find(':'));
        if (const auto origin = request.header("Origin")) origin_ = *origin;
    }

    std::string text(std::string_view key, std::string_view otherwise) const {
        return config_.text(section_, key, config_.text("cors", key, otherwise));
    }
    bool accepts() const {
        const bool enabled =
            config_.flag("chttpd", "enable_cors", config_.flag("httpd", "enable_cors", false));
        if (!enabled || origin_.empty()) return false;
        const Names origins = items_of(text("origins", ""));
        return has(origins, "*") || has(origins, origin_);
    }
    const std::string& origin() const { return origin_; }
    void add_credentials(std::vector<http::Header>& headers) const {
        if (text("credentials", "false") != "true" || origin_ == "*") return;
        headers.push_back({"Access-Control-Allow-Credentials", "true"});
    }

  private:
    const Config& config_;
    std::string section_;
    std::string origin_;
};

void tell_origin(const Cors& cors, std::vector<http::Header>& headers) {
    static constexpr std::array simple{"cache-control", "content-language", "expires",
                                       "last-modified", "pragma"};
    Names exposed{"content-type"};
    for (const http::Header& each : headers) {
        const std::string name = lower(each.name);
        if (std::find(simple.begin(), simple.end(), name) != simple.end()) {
            exposed.push_back(name);
        }
    }
    for (std::string& name : lower_items_of(cors.text("exposed_headers", usual_exposed))) {
        exposed.push_back(std::move(name));
    }
    headers.push_back({"Access-Control-Allow-Origin", cors.origin()});
    cors.add_credentials(headers);
    headers.push_back({"Access-Control-Expose-Headers", joined(exposed)});
}

// --- Frames --------------------------------------------------------------------------------------

std::string frame_option(const Config& config, const http::Request& request) {
    if (config.text("x_frame_options", "same_origin") == "true") return "SAMEORIGIN";
    const std::string host = host_of(config, request);
    if (host.empty()) return "DENY";
    const Names hosts = items_of(config.text("x_frame_options", "hosts"));
    const bool all = hosts == Names{"*"};
    return all || has(hosts, "http://" + host) ? "ALLOW-FROM http://" + host : "DENY";
}

}   // namespace

std::optional<std::vector<http::Header>> preflight(const Config& config,
                                                   const http::Request& request) {
    if (request.method != "OPTIONS") return std::nullopt;
    const Cors cors(config, request);
    const auto method = request.header("Access-Control-Request-Method");
    if (!cors.accepts() || !method) return std::nullopt;
    const Names methods = items_of(cors.text("methods", usual_methods));
    if (!has(methods, *method)) return std::nullopt;
    const std::string wanted(request.header("Access-Control-Request-Headers").value_or(""));
    const Names allowed = lower_items_of(cors.text("headers", usual_headers));
    for (const std::string& name : lower_items_of(wanted)) {
        if (!has(allowed, name)) return std::nullopt;
    }
    std::vector<http::Header> out{{"Access-Control-Allow-Origin", cors.origin()},
                                  {"Access-Control-Max-Age", cors.text("max_age", "600")},
                                  {"Access-Control-Allow-Methods", joined(methods)}};
    cors.add_credentials(out);
    out.push_back({"Access-Control-Allow-Headers", wanted});
    return out;
}

void tell_browser(const Config& config, const http::Request& request,
                  std::vector<http::Header>& headers) {
    // The answer to a preflight request has all of it already.
    const bool told = http::find_header(headers, "Access-Control-Allow-Methods").has_value();
    const Cors cors(config, request);
    if (!told && cors.accepts()) tell_origin(cors, headers);
    if (!told && config.text("chttpd", "enable_xframe_options") == "true") {
        headers.push_back({"X-Frame-Options", frame_option(config, request)});
    }
    if (lower(request.header("Prefer").value_or("")) != "return=minimal") return;
    const Names kept = items_of(config.text("chttpd", "prefer_minimal", usual_minimal));
    std::erase_if(headers, [&](const http::Header& each) { return !has(kept, each.name); });
}

void add_policy(const Config& config, const std::string& component, std::string_view usual,
                std::vector<http::Header>& headers) {
    std::string value;
    if (config.flag("csp", component + "_enable", true)) {
        value = config.text("csp", component + "_header_value", usual);
    } else if (component == "utils" && config.flag("csp", "enable", true)) {   // As once called.
        value = config.text("csp", "header_value", usual);
    } else {
        return;
    }
    headers.insert(headers.begin(), {"Content-Security-Policy", std::move(value)});
}

}   // namespace glasshive::door::couch
