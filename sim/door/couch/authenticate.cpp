// Who asks: cookies, names and passwords, and what follows from too many wrong ones.
#include <algorithm>
#include <charconv>
#include <utility>

#include "door/couch/access.h"
#include "door/couch/service.h"
#include "store/document/attachments.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

struct Account {
    Credentials credentials;
    std::vector<std::string> roles;
};
using Found = std::function<void(std::optional<Account>)>;

/// An admin of the configuration, who has the roles of his document beside; else a document of
/// `_users`. Source: chttpd_auth_cache:get_user_creds/2.
void find_account(const CallPtr& call, const std::string& name, Found then) {
    const Config& config = call->service().config(call->member());
    std::optional<Account> admin;
    if (const auto line = config.find("admins", name)) {
        const auto credentials = read_admin_line(*line);
        if (!credentials) return then(std::nullopt);
        admin = Account{*credentials, {"_admin"}};
        // Other requests have no need of what more they are, and no wait for it.
        if (call->part(0) != "_session") return then(admin);
    }
    call->node().coordinator().read(
        "_users", "org.couchdb.user:" + name, 0,
        call->then([admin, then = std::move(then)](const store::ReadAnswer& answer) {
            if (answer.status != 200) return then(admin);
            if (answer.whole && !answer.whole->tree.conflicts(false).empty()) {
                throw unauthorized(
                    "User document conflicts must be resolved before the document is used for "
                    "authentication purposes.");
            }
            const json::View body = answer.path.back().content->body.view();
            const auto credentials = read_user_document(body);
            if (!credentials) return then(admin);
            Account account = admin.value_or(Account{*credentials, {}});
            const auto roles = body.find("roles");
            if (roles && roles->is(json::Type::array)) {
                for (const json::View role : roles->elements()) {
                    if (role.is(json::Type::text)) account.roles.emplace_back(role.text());
                }
            }
            then(std::move(account));
        }),
        true);
}

// --- Too many wrong passwords --------------------------------------------------------------------

/// Source: chttpd_auth_lockout.erl.
void check_lockout(Call& call, const std::string& name) {
    const Config& config = call.service().config(call.member());
    if (config.text("chttpd_auth_lockout", "mode") != "enforce") return;
    auto& failures = call.service().failures();
    const auto found = failures.find({call.request().client, name});
    if (found == failures.end()) return;
    const std::int64_t life = config.number("chttpd_auth_lockout", "max_lifetime", 300'000) / 1000;
    if (call.wall() - found->second.last >= life) {
        failures.erase(found);
        return;
    }
    if (found->second.count < config.number("chttpd_auth_lockout", "threshold", 5)) return;
    throw forbidden("Account is temporarily locked due to multiple authentication failures");
}

void count_failure(Call& call, const std::string& name) {
    auto& failures = call.service().failures();
    if (failures.size() >= 10'000) failures.clear();   // [chttpd_auth_lockout] max_objects
    auto& entry = failures[{call.request().client, name}];
    ++entry.count;
    entry.last = call.wall();
}

Problem wrong_password() { return unauthorized("Name or password is incorrect."); }

bool right(Call& call, const std::string& name, const std::string& password,
           const std::optional<Account>& account) {
    if (account && call.service().verifier().verify(password, account->credentials)) {
        call.service().failures().erase({call.request().client, name});
        return true;
    }
    count_failure(call, name);
    return false;
}

// --- Cookies -------------------------------------------------------------------------------------

std::string base64url(std::string_view bytes) {
    std::string text = store::base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (text.ends_with('=')) text.pop_back();
    return text;
}

std::optional<std::string> from_base64url(std::string text) {
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    while (text.size() % 4 != 0) text += '=';
    return store::from_base64(text);
}

std::string cookie_header(Call& call, const std::string& value) {
    const Config& config = call.service().config(call.member());
    return "AuthSession=" + value +
           "; Version=1; Max-Age=" + std::to_string(config.auth_number("timeout", 600)) +
           "; Path=/; HttpOnly";
}

/// As couch_httpd_auth:cookie_auth_cookie/4; without an Expires, which the client works out.
std::string session_cookie(Call& call, const std::string& name, const Credentials& credentials) {
    std::string time;
    static constexpr char digits[] = "0123456789ABCDEF";
    for (std::int64_t left = call.wall(); left > 0; left /= 16) {
        time.insert(time.begin(), digits[left % 16]);
    }
    const std::string data = name + ":" + time;
    const std::string secret =
        call.service().config(call.member()).auth_text("secret") + credentials.salt;
    return cookie_header(call, base64url(data + ":" + hmac_sha1(secret, data)));
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
    std::int64_t made = 0;
    const char* const end = cookie.time.data() + cookie.time.size();
    const auto [at, error] = std::from_chars(cookie.time.data(), end, made, 16);
    if (error != std::errc{} || at != end) return false;
    // First who made it: then its time is one of ours.
    const std::string mac = hmac_sha1(secret, cookie.name + ":" + cookie.time);
    return same_secret(mac, cookie.mac) && call.wall() - made < config.auth_number("timeout", 600);
}

// --- Name and password ---------------------------------------------------------------------------

std::optional<std::pair<std::string, std::string>> read_basic(const Call& call) {
    const auto header = call.request().header("Authorization");
    if (!header) return std::nullopt;
    const std::size_t space = header->find(' ');
    std::string scheme(header->substr(0, space));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (scheme != "basic" || space == std::string_view::npos) {
        throw bad_request("Authorization header is invalid");
    }
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

void by_password(const CallPtr& call, std::function<void()> then) {
    const auto given = read_basic(*call);
    if (!given) {
        if (must_log_in(*call)) {
            Problem problem = unauthorized("Authentication required.");
            problem.headers = {{"WWW-Authenticate", "Basic realm=\"server\""}};
            throw problem;
        }
        return then();
    }
    const auto [name, password] = *given;
    check_lockout(*call, name);
    find_account(call, name,
                 [call, name = name, password = password,
                  then = std::move(then)](const std::optional<Account>& account) {
                     if (!right(*call, name, password, account)) throw wrong_password();
                     call->user() = {name, account->roles, "default"};
                     then();
                 });
}

}   // namespace

void authenticate(const CallPtr& call, std::function<void()> then) {
    const auto cookie = read_cookie(*call);
    if (!cookie) return by_password(call, std::move(then));
    find_account(
        call, cookie->name,
        [call, cookie = *cookie, then = std::move(then)](const std::optional<Account>& account) {
            if (!account || !is_valid(*call, cookie, *account)) {
                return by_password(call, then);
            }
            call->user() = {cookie.name, account->roles, "cookie"};
            then();
        });
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
    if (name.empty() && readable) name = field(*call, type, "username");
    if (name.empty()) throw bad_request("request body must contain a username");
    const std::string password = field(*call, type, "password");
    check_lockout(*call, name);
    find_account(call, name, [call, name, password](const std::optional<Account>& account) {
        if (!right(*call, name, password, account)) {
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
        return call->json_text(200, R"({"ok":true})", {{"Set-Cookie", cookie_header(*call, "")}});
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
    info.text("authentication_db", "_users");
    info.raw("authentication_handlers", R"(["cookie","default"])");
    if (!user.handler.empty()) info.text("authenticated", user.handler);
    ObjectText body;
    body.flag("ok", true).raw("userCtx", who.take()).raw("info", info.take());
    call->json_text(200, body.take());
}

}   // namespace glasshive::door::couch
