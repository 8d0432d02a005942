// Who asks: cookies, names and passwords, and what follows from too many wrong ones.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "door/couch/access.h"
#include "door/couch/accounts.h"
#include "door/couch/service.h"
#include "door/couch/tokens.h"
#include "door/couch/users.h"
#include "store/document/attachments.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/replicate/text.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

Problem wrong_password() { return unauthorized("Name or password is incorrect."); }

/// [chttpd_auth] hash_algorithms as OpenSSL calls them, without those it does not have.
/// Source: couch_util:get_config_hash_algorithms/0.
std::vector<std::string> hashes_of(const Config& config) {
    std::vector<std::string> out;
    for (std::string name : words_of(config.auth_text("hash_algorithms", "sha256, sha"))) {
        if (name == "sha") name = "sha1";
        if (name == "blake2s") name = "blake2s256";
        if (name == "blake2b") name = "blake2b512";
        std::replace(name.begin(), name.end(), '_', '-');   // sha3_256
        if (!hmac_of(name.c_str(), "", "").empty()) out.push_back(std::move(name));
    }
    return out;
}

// --- Cookies -------------------------------------------------------------------------------------

std::string base64url(std::string_view bytes) {
    std::string text = store::base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (text.ends_with('=')) text.pop_back();
    return text;
}

/// "Tue, 13-Dec-2022 13:54:19 GMT", of seconds since 1970.
std::string cookie_date(std::int64_t seconds) {
    std::string date = store::replicate::rfc1123(seconds);
    date[7] = date[11] = '-';
    return date;
}

/// Clients that keep cookies by themselves read Expires alone (nano's jar).
/// Source: couch_httpd_auth:cookie_attributes/1; their order is mochiweb_cookies:cookie/3's.
std::string cookie_header(Call& call, const std::string& value) {
    const Config& config = call.service().config(call.member());
    std::string out = "AuthSession=" + value + "; Version=1";
    if (config.auth_text("allow_persistent_cookies", "true") != "false") {
        const std::int64_t age = std::max<std::int64_t>(config.auth_number("timeout", 600), 0);
        out += "; Expires=" + cookie_date(call.wall() + age) + "; Max-Age=" + std::to_string(age);
    }
    const std::string domain = config.auth_text("cookie_domain");
    if (!domain.empty()) out += "; Domain=" + domain;
    out += "; Path=/; HttpOnly";
    const std::string site = config.auth_text("same_site");
    for (const auto& [wanted, told] :
         {std::pair{"none", "None"}, std::pair{"lax", "Lax"}, std::pair{"strict", "Strict"}}) {
        if (site == wanted) out += std::string("; SameSite=") + told;
    }
    return out;
}

/// As couch_httpd_auth:cookie_auth_cookie/4.
std::string session_cookie(Call& call, const std::string& name, const Credentials& credentials) {
    std::string time;
    static constexpr char digits[] = "0123456789ABCDEF";
    for (std::int64_t left = call.wall(); left > 0; left /= 16) {
        time.insert(time.begin(), digits[left % 16]);
    }
    const std::string data = name + ":" + time;
    const Config& config = call.service().config(call.member());
    const std::string secret = config.auth_text("secret") + credentials.salt;
    const auto hashes = hashes_of(config);
    const std::string hash = hashes.empty() ? "sha256" : hashes.front();
    return cookie_header(call, base64url(data + ":" + hmac_of(hash.c_str(), secret, data)));
}

std::string cookie_of(const Call& call) {
    const std::string header = call.header("Cookie");
    static constexpr std::string_view name = "AuthSession=";
    for (std::size_t at = 0; at < header.size();) {
        const std::size_t end = std::min(header.find(';', at), header.size());
        std::string_view one = std::string_view(header).substr(at, end - at);
        while (one.starts_with(' ')) one.remove_prefix(1);
        if (one.starts_with(name)) {
            one.remove_prefix(name.size());
            if (one.size() >= 2 && one.front() == '"') one = one.substr(1, one.size() - 2);
            return std::string(one);
        }
        at = end + 1;
    }
    return "";
}

struct Cookie {
    std::string name, time, mac;
};

std::optional<Cookie> read_cookie(const Call& call) {
    const std::string value = cookie_of(call);
    if (value.empty()) return std::nullopt;
    const auto text = from_base64url(value);
    const std::size_t first = text ? text->find(':') : std::string::npos;
    const std::size_t second =
        first == std::string::npos ? std::string::npos : text->find(':', first + 1);
    if (second == std::string::npos) {
        throw bad_request("Malformed AuthSession cookie. Please clear your cookies.");
    }
    return Cookie{text->substr(0, first), text->substr(first + 1, second - first - 1),
                  text->substr(second + 1)};
}

bool is_valid(Call& call, const Cookie& cookie, const Account& account) {
    const Config& config = call.service().config(call.member());
    const std::string secret = config.auth_text("secret") + account.credentials.salt;
    const auto made = whole_number<std::int64_t>(cookie.time, 16);
    if (!made) return false;
    // First who made it: then its time is one of ours.
    const auto hashes = hashes_of(config);
    const bool ours = std::any_of(hashes.begin(), hashes.end(), [&](const std::string& hash) {
        return same_secret(hmac_of(hash.c_str(), secret, cookie.name + ":" + cookie.time),
                           cookie.mac);
    });
    const std::int64_t timeout = config.auth_number("timeout", 600);
    const std::int64_t left = *made + timeout - call.wall();
    if (!ours || left <= 0) return false;
    // One that has used up a tenth of its time is made anew (cookie_auth_header/2).
    if (left * 10 < timeout * 9) {
        call.renew_cookie(session_cookie(call, cookie.name, account.credentials));
    }
    return true;
}

// --- Name and password ---------------------------------------------------------------------------

/// Any other scheme is nobody's. Source: couch_httpd_auth:basic_name_pw/1; ours: "basic", too.
std::optional<std::pair<std::string, std::string>> read_basic(const Call& call) {
    const auto header = call.request().header("Authorization");
    if (!header) return std::nullopt;
    const std::size_t space = header->find(' ');
    std::string scheme(header->substr(0, space));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (scheme != "basic" || space == std::string_view::npos) return std::nullopt;
    const auto text = store::from_base64(header->substr(space + 1));
    if (!text) throw bad_request("Authorization header has invalid base64 value");
    const std::size_t colon = text->find(':');
    if (colon == std::string::npos || *text == "_:_") return std::nullopt;
    return std::pair{text->substr(0, colon), text->substr(colon + 1)};
}

/// Whether those who say no name are sent away. Source: chttpd_auth:party_mode_handler/1.
bool must_log_in(Call& call) {
    const Config& config = call.service().config(call.member());
    const bool all = config.flag("chttpd", "require_valid_user", false) ||
                     config.flag("chttpd_auth", "require_valid_user", false);
    const bool but_up = config.flag("chttpd", "require_valid_user_except_for_up", false);
    if (call.part(0) == "_session" && call.is("POST")) return false;
    if (call.part(0) == "_up") return all && !but_up;
    return all || but_up;
}

using Next = std::function<void()>;

void by_password(const CallPtr& call, const Next& then, const Next& next) {
    const auto given = read_basic(*call);
    if (!given) return next();
    const auto [name, password] = *given;
    check_lockout(*call, name);
    find_account(
        call, name,
        [call, name = name, password = password, then](const std::optional<Account>& account) {
            if (!is_right(*call, name, password, account)) throw wrong_password();
            call->user() = {name, account->roles, "default"};
            then();
        });
}

void by_cookie(const CallPtr& call, const Next& then, const Next& next) {
    const auto cookie = read_cookie(*call);
    if (!cookie) return next();
    find_account(call, cookie->name,
                 [call, cookie = *cookie, then, next](const std::optional<Account>& account) {
                     if (!account || !is_valid(*call, cookie, *account)) return next();
                     call->user() = {cookie.name, account->roles, "cookie"};
                     then();
                 });
}

void by_token(const CallPtr& call, const Next& then, const Next& next) {
    const std::string header = call->header("Authorization");
    static constexpr std::string_view scheme = "Bearer ";
    if (!header.starts_with(scheme)) return next();
    const Config& config = call->service().config(call->member());
    const json::Value claims =
        read_token(config, std::string_view(header).substr(scheme.size()), call->wall());
    call->user() = {token_subject(claims.view()), token_roles(config, claims.view()), "jwt"};
    then();
}

/// A proxy in front of the server says who asks; with [chttpd_auth] proxy_use_secret it proves it.
void by_proxy(const CallPtr& call, const Next& then, const Next& next) {
    const Config& config = call->service().config(call->member());
    const auto header = [&](const char* key, const char* usual) {
        return call->request().header(config.auth_text(key, usual));
    };
    const auto name = header("x_auth_username", "X-Auth-CouchDB-UserName");
    if (!name) return next();
    const std::string secret = config.auth_text("secret");
    if (config.auth_text("proxy_use_secret", "false") == "true" && !secret.empty()) {
        const auto token = header("x_auth_token", "X-Auth-CouchDB-Token").value_or("");
        bool fits = false;
        for (const std::string& hash : hashes_of(config)) {
            fits = fits || same_secret(hex_text(hmac_of(hash.c_str(), secret, *name)), token);
        }
        if (!fits) return next();
    }
    const std::string roles(header("x_auth_roles", "X-Auth-CouchDB-Roles").value_or(""));
    call->user() = {std::string(*name), words_of(roles), "proxy"};
    then();
}

struct Handler {
    std::string_view name;
    void (*ask)(const CallPtr& call, const Next& then, const Next& next);
};
constexpr Handler known_handlers[] = {
    {"cookie", by_cookie}, {"default", by_password}, {"jwt", by_token}, {"proxy", by_proxy}};

/// Of "{chttpd_auth, cookie_authentication_handler}, …" the functions' first words.
/// Source: chttpd:set_auth_handlers/0.
std::vector<std::string> handler_names(const Config& config) {
    const auto text = config.find("chttpd", "authentication_handlers");
    if (!text) return {"cookie", "default"};
    std::vector<std::string> out;
    for (std::size_t at = 0; (at = text->find('{', at)) != std::string::npos; ++at) {
        const std::size_t comma = text->find(',', at);
        if (comma == std::string::npos) break;
        const std::size_t from = text->find_first_not_of(" \t", comma + 1);
        if (from == std::string::npos) break;
        out.push_back(text->substr(from, text->find_first_of("_} ,", from) - from));
    }
    // A value nobody can read must not shut out the administrator who could mend it.
    if (out.empty()) return {"cookie", "default"};
    return out;
}

/// The handlers one after the other, until one says who it is.
void ask_from(const CallPtr& call, const std::vector<std::string>& handlers, std::size_t at,
              const Next& then) {
    if (at == handlers.size()) {
        if (must_log_in(*call)) {
            Problem problem = unauthorized("Authentication required.");
            problem.headers = {{"WWW-Authenticate", "Basic realm=\"server\""}};
            throw problem;
        }
        return then();
    }
    const Next next = [call, handlers, at, then] { ask_from(call, handlers, at + 1, then); };
    for (const Handler& each : known_handlers) {
        if (each.name == handlers[at]) return each.ask(call, then, next);
    }
    next();
}

}   // namespace

void authenticate(const CallPtr& call, std::function<void()> then) {
    ask_from(call, handler_names(call->service().config(call->member())), 0, then);
}

// --- /_session -----------------------------------------------------------------------------------

namespace {

std::string roles_text(const std::vector<std::string>& roles) {
    json::Builder out;
    out.begin_array();
    for (const std::string& role : roles) out.text(role);
    out.end_array();
    return json::to_text(out.take().view());
}

/// The form's fields, or the object's texts.
std::string field(const Call& call, const std::string& type, std::string_view name) {
    if (type.starts_with("application/json")) {
        const json::Value body = call.body_object();
        const auto value = body.view().find(name);
        return value && value->is(json::Type::text) ? std::string(value->text()) : "";
    }
    const Target form = read_target("/?" + call.body());
    const std::string* value = form.value(name);
    return value == nullptr ? "" : *value;
}

void log_in(const CallPtr& call) {
    const std::string type = call->header("Content-Type");
    const bool readable = type.starts_with("application/json") ||
                          type.starts_with("application/x-www-form-urlencoded");
    std::string name = readable ? field(*call, type, "name") : "";
    const std::string other = readable ? field(*call, type, "username") : "";
    if (!name.empty() && !other.empty() && name != other) {
        throw bad_request("request body contains different usernames");
    }
    if (name.empty()) name = other;
    if (name.empty()) throw bad_request("request body must contain a username");
    const std::string password = field(*call, type, "password");
    check_lockout(*call, name);
    find_account(call, name, [call, name, password](const std::optional<Account>& account) {
        if (!is_right(*call, name, password, account)) {
            Problem problem = wrong_password();
            problem.headers = {{"Set-Cookie", cookie_header(*call, "")}};
            if (const std::string* fail = call->target().value("fail")) {
                problem.status = 302;
                problem.headers.push_back({"Location", call->absolute(*fail)});
            }
            throw problem;
        }
        ObjectText body;
        body.flag("ok", true).text("name", name).raw("roles", roles_text(account->roles));
        std::vector<http::Header> headers{
            {"Set-Cookie", session_cookie(*call, name, account->credentials)}};
        const std::string* next = call->target().value("next");
        if (next != nullptr) headers.push_back({"Location", call->absolute(*next)});
        call->json_text(next == nullptr ? 200 : 302, body.take(), std::move(headers));
    });
}

}   // namespace

void session(const CallPtr& call) {
    call->only("GET,HEAD,POST,DELETE");
    if (call->is("POST")) return log_in(call);
    if (call->is("DELETE")) {
        std::vector<http::Header> headers{{"Set-Cookie", cookie_header(*call, "")}};
        const std::string* next = call->target().value("next");
        if (next != nullptr) headers.push_back({"Location", call->absolute(*next)});
        return call->json_text(next == nullptr ? 200 : 302, R"({"ok":true})", std::move(headers));
    }
    const UserContext& user = call->user();
    if (!user.name && call->target().is("basic", "true")) throw unauthorized("Please login.");
    ObjectText who;
    if (user.name)
        who.text("name", *user.name);
    else
        who.null("name");
    who.raw("roles", roles_text(user.roles));
    ObjectText info;
    const Config& config = call->service().config(call->member());
    info.raw("authentication_handlers", roles_text(handler_names(config)));
    if (!user.handler.empty()) info.text("authenticated", user.handler);
    info.text("authentication_db", authentication_database(config));
    ObjectText body;
    body.flag("ok", true).raw("userCtx", who.take()).raw("info", info.take());
    call->json_text(200, body.take());
}

}   // namespace glasshive::door::couch
