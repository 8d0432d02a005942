#include "door/couch/call.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "door/couch/browsers.h"
#include "door/couch/service.h"
#include "store/document/attachments.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

/// The client's own X-Couch-Request-ID, when it can be told back as it came.
std::string request_id_of(const http::Request& request, Service& service) {
    const std::string given(request.header("X-Couch-Request-ID").value_or(""));
    const bool printable =
        std::all_of(given.begin(), given.end(), [](char c) { return c > ' ' && c < 127; });
    constexpr std::size_t longest = 128;
    return given.empty() || given.size() > longest || !printable ? service.request_id() : given;
}

}   // namespace

bool UserContext::has_role(std::string_view role) const {
    return std::find(roles.begin(), roles.end(), role) != roles.end();
}

Call::Call(Service& service, std::size_t member, http::Request request, std::int64_t wall,
           std::shared_ptr<Reply> reply)
    : service_(service),
      member_(member),
      request_(std::move(request)),
      method_(request_.method),
      wall_(wall),
      reply_(std::move(reply)),
      id_(request_id_of(request_, service)) {
    const std::string asked = header("X-HTTP-Method-Override");
    static constexpr std::array methods{"GET", "HEAD", "POST", "PUT", "DELETE", "COPY"};
    if (method_ == "POST" && std::find(methods.begin(), methods.end(), asked) != methods.end()) {
        method_ = asked;
    }
    if (method_ == "HEAD") method_ = "GET";
    service.statistics(member).count_request(request_.method);
    began_ns_ = ns_of(service.kernel().now());
    const bool plus_is_space = service.config(member).flag("chttpd", "decode_plus_to_space", true);
    guard([&] { target_ = read_target(request_.target, plus_is_space); });
}

std::string Call::header(std::string_view name) const {
    return std::string(request_.header(name).value_or(""));
}

bool Call::accepts(std::string_view type) const {
    const auto given = request_.header("Accept");
    if (!given || trimmed(*given).empty()) return true;
    const std::string family = std::string(type.substr(0, type.find('/'))) + "/*";
    bool by_family = false;
    for (std::string_view rest = *given; !rest.empty();) {
        const std::size_t comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        const std::string_view name = trimmed(item.substr(0, item.find(';')));
        const std::size_t q = item.find("q=0");
        const bool refused = q != std::string_view::npos &&
                             item.find_first_not_of("0. ", q + 3) == std::string_view::npos;
        if (name == type) return !refused;
        if (name == "*/*" || name == family) by_family = by_family || !refused;
    }
    return by_family;
}

/// As much as a body may have without being packed.
static constexpr Bytes body_most{64 * 1024 * 1024};

std::string Call::body() const {
    const std::int64_t most =
        service_.config(member_).number("chttpd", "max_http_request_size", std::int64_t{1} << 32);
    if (static_cast<std::int64_t>(request_.body.size()) > most) {
        throw Problem{413, "too_large", "the request entity is too large"};
    }
    if (header("Content-Encoding") != "gzip") return request_.body;
    store::Attachment packed{.data = json::SharedBytes::copy_of(request_.body), .zipped = true};
    packed.length = body_most;
    std::string plain = store::identity_of(packed);
    if (plain == request_.body) throw bad_request("Invalid gzip data");   // It is no gzip.
    return plain;
}

json::Value Call::body_json() const {
    const std::string text = body();
    // An empty body is no JSON either: the same text for both.
    json::Parsed parsed = json::parse(text);
    if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
    return std::move(parsed.value);
}

json::Value Call::body_object() const {
    json::Value value = body_json();
    if (!value.view().is(json::Type::object)) {
        throw bad_request("Request body must be a JSON object");
    }
    return value;
}

/// Source: couch_httpd:validate_ctype/2.
void Call::require_type(std::string_view type) const {
    const std::string given = header("Content-Type");
    const std::string_view name = trimmed(std::string_view(given).substr(0, given.find(';')));
    if (name == type) return;
    throw Problem{415, "bad_content_type", "Content-Type must be " + std::string(type)};
}

void Call::require_server_admin() const {
    if (!user_.is_server_admin()) throw unauthorized("You are not a server admin.");
}

void Call::only(const std::string& methods) const {
    if (("," + methods + ",").find("," + method_ + ",") != std::string::npos) return;
    throw method_not_allowed(methods);
}

std::uint32_t Call::quorum(std::string_view name) const {
    const std::string* text = target_.value(name);
    if (text == nullptr) return 0;
    const auto value = whole_number<std::uint32_t>(*text);
    if (!value) throw Problem{500, "badarg", "unknown_error", {}, true};
    return std::max(*value, 1U);
}

std::size_t Call::count(std::string_view name, std::size_t otherwise) const {
    const std::string* text = target_.value(name);
    if (text == nullptr) return otherwise;
    if (const auto value = whole_number<std::size_t>(*text)) return *value;
    throw Problem{400, "query_parse_error", "Invalid value for integer: \"" + *text + "\""};
}

store::Node& Call::node() { return service_.cluster().node(member_); }

const store::ShardMap& Call::map() {
    const store::ShardMap* const known = node().files().map_of(part(0));
    if (known == nullptr) throw no_database();
    return *known;
}

std::string Call::absolute(const std::string& path) const {
    const Config& config = service_.config(member_);
    const std::string forwarded = config.text(
        "chttpd", "x_forwarded_host", config.text("httpd", "x_forwarded_host", "X-Forwarded-Host"));
    std::string host = header(forwarded);
    if (host.empty()) host = header("Host");
    std::string scheme = header("X-Forwarded-Proto");
    if (scheme != "https") scheme = header("X-Forwarded-Ssl") == "on" ? "https" : "http";
    return scheme + "://" + host + path;
}

const std::string* Call::callback() const {
    const Config& config = service_.config(member_);
    const bool allowed =
        config.flag("chttpd", "allow_jsonp", false) || config.flag("httpd", "allow_jsonp", false);
    return allowed ? target_.value("callback") : nullptr;
}

void Call::check_callback() const {
    const std::string* const name = callback();
    if (name == nullptr) return;
    for (const char c : *name) {
        const bool fine = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                          std::string_view("_.$[]").find(c) != std::string_view::npos;
        if (!fine) throw bad_request("invalid_callback");
    }
}

// --- The answer ----------------------------------------------------------------------------------

namespace {

/// What functions of design documents say may be no header, or one that is the server's to say.
bool is_header(const http::Header& header) {
    const auto bad = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; };
    const std::string& name = header.name;
    for (const char* const ours : {"Content-Length", "Transfer-Encoding", "Connection"}) {
        if (http::find_header({header}, ours)) return false;
    }
    return !name.empty() && name.find_first_of(" :") == std::string::npos &&
           std::none_of(name.begin(), name.end(), bad) &&
           std::none_of(header.value.begin(), header.value.end(), bad);
}

}   // namespace

std::vector<http::Header> Call::usual(std::vector<http::Header> headers) const {
    std::erase_if(headers, [](const http::Header& each) { return !is_header(each); });
    headers.push_back({"X-Couch-Request-ID", id_});
    headers.push_back({"X-CouchDB-Body-Time", "0"});
    if (renewed_cookie_ && !http::find_header(headers, "Set-Cookie")) {
        headers.push_back({"Set-Cookie", *renewed_cookie_});
    }
    tell_browser(service_.config(member_), request_, headers);
    return headers;
}

void Call::json(int status, json::View value, std::vector<http::Header> headers) {
    json_text(status, json::to_text(value), std::move(headers));
}

void Call::json_text(int status, std::string text, std::vector<http::Header> headers) {
    headers.push_back({"Cache-Control", "must-revalidate"});
    headers.push_back({"Content-Type", "application/json"});
    text += '\n';
    bytes(status, std::move(headers), std::move(text));
}

void Call::ok(int status) { json_text(status, R"({"ok":true})"); }

void Call::bytes(int status, std::vector<http::Header> headers, std::string body) {
    if (begun_) return;   // A second answer would be a defect of ours; the first one counts.
    begun_ = true;
    count_answer(status);
    const std::string* const function = callback();
    const auto type = http::find_header(headers, "Content-Type");
    if (function != nullptr && !function->empty() && type == "application/json" && status < 400) {
        while (body.ends_with('\n')) body.pop_back();
        body = "/* CouchDB */" + *function + "(" + body + ");\n";
        for (http::Header& each : headers) {
            if (each.value == "application/json") each.value = "application/javascript";
        }
    }
    reply_->answer({status, usual(std::move(headers))}, std::move(body));
}

bool Call::not_modified(const std::string& etag) {
    const std::string given = header("If-None-Match");
    for (std::string_view rest = given; !rest.empty();) {
        const std::size_t end = rest.find_first_of(", ");
        std::string_view one = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one != etag) continue;
        bytes(304, {{"ETag", etag}}, "");
        return true;
    }
    return false;
}

void Call::count_answer(int status) {
    constexpr double ns_per_ms = 1e6;
    const std::int64_t took = ns_of(service_.kernel().now()) - began_ns_;
    service_.statistics(member_).count_answer(status, static_cast<double>(took) / ns_per_ms);
}

/// Source: chttpd:error_headers/4.
void Call::invite(Problem& problem) const {
    const Config& config = service_.config(member_);
    const auto wanted = request_.header("X-CouchDB-WWW-Authenticate");
    const std::string usual =
        config.text("chttpd", "WWW-Authenticate", config.text("httpd", "WWW-Authenticate"));
    const bool required = config.flag("chttpd", "require_valid_user", false) ||
                          config.flag("chttpd_auth", "require_valid_user", false);
    std::string said = wanted ? std::string(*wanted) : usual;
    if (said.empty() && required) said = "Basic realm=\"server\"";
    if (!said.empty()) {
        problem.headers.push_back({"WWW-Authenticate", said});
    } else if (problem.error == "unauthorized" && !accepts("application/json") &&
               accepts("text/html")) {
        problem.status = 302;
        const std::string path = request_.target.substr(0, request_.target.find('?'));
        problem.headers.push_back(
            {"Location",
             absolute(config.auth_text("authentication_redirect", "/_utils/session.html") +
                      "?return=" + quoted(path) + "&reason=" + quoted(problem.reason))});
    }
}

void Call::fail(const Problem& problem) {
    if (begun_) return reply_->drop();   // It is too late for a status (http_abort).
    if (problem.status == 401 && !http::find_header(problem.headers, "WWW-Authenticate")) {
        Problem invited = problem;
        invite(invited);
        ObjectText body;
        body.text("error", problem.error).text("reason", problem.reason);
        return json_text(invited.status, body.take(), invited.headers);
    }
    ObjectText body;
    body.text("error", problem.error).text("reason", problem.reason);
    if (problem.unknown) body.number("ref", 1);
    json_text(problem.status, body.take(), problem.headers);
}

void Call::instead(http::Request request) {
    const CallPtr other = service_.handle_instead(*this, std::move(request));
    on_gone([other] { other->gone(); });
}

void Call::begin(int status, std::vector<http::Header> headers) {
    begun_ = true;
    count_answer(status);
    reply_->begin({status, usual(std::move(headers))});
}

void Call::begin_json(std::vector<http::Header> headers) {
    headers.push_back({"Cache-Control", "must-revalidate"});
    headers.push_back({"Content-Type", "application/json"});
    begin(200, std::move(headers));
}

void Call::gone() {
    if (gone_) std::exchange(gone_, nullptr)();
}

// --- Objects -------------------------------------------------------------------------------------

void ObjectText::key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    json::print_text(name, out_);
    out_ += ':';
}
ObjectText& ObjectText::text(std::string_view name, std::string_view value) {
    key(name);
    json::print_text(value, out_);
    return *this;
}
ObjectText& ObjectText::flag(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
}
ObjectText& ObjectText::number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
}
ObjectText& ObjectText::null(std::string_view name) { return raw(name, "null"); }
ObjectText& ObjectText::raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
    return *this;
}
ObjectText& ObjectText::value(std::string_view name, json::View value) {
    key(name);
    json::print(value, out_);
    return *this;
}

}   // namespace glasshive::door::couch
