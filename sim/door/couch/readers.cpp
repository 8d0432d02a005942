// What readers are told of documents of users and of replications, and which databases hold them.
// couch_users_db.erl, couch_replicator_docs.erl.
#include <algorithm>
#include <cctype>
#include <utility>

#include "door/couch/service.h"
#include "door/couch/users.h"
#include "store/json/builder.h"
#include "store/mango/regex.h"
#include "store/revtree/rev_id.h"
#include "store/spec.h"

namespace glasshive::door::couch {

namespace json = store::json;
using store::is_replicator_database;

std::string authentication_database(const Config& config) {
    return config.auth_text("authentication_db", "_users");
}

bool is_users(const Config& config, std::string_view database) {
    const std::size_t slash = database.rfind('/');
    const std::string_view last =
        slash == std::string_view::npos ? database : database.substr(slash + 1);
    return database == authentication_database(config) || last == "_users" ||
           last == config.text("couchdb", "users_db_suffix", "_users");
}

bool is_users(const Call& call) {
    return is_users(const_cast<Call&>(call).service().config(call.member()), call.part(0));
}

bool is_guarded(const Config& config, std::string_view database) {
    return is_users(config, database) || is_replicator_database(database);
}

bool is_guarded(const Call& call) { return is_users(call) || is_replicator_database(call.part(0)); }

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out{""};
    for (const char c : text) {
        if (c != ',' && c != ' ')
            out.back() += c;
        else if (!out.back().empty())
            out.emplace_back();
    }
    if (out.back().empty()) out.pop_back();
    return out;
}

// --- Passwords -----------------------------------------------------------------------------------

namespace {

/// A password must match `pattern`; else `reason` is told, if there is one.
struct Wish {
    std::string pattern, reason;
};

/// Reads "[{\"a\", \"why\"}, {\"b\"}, \"c\"]", an Erlang term; nothing when it is none.
class Wishes {
  public:
    explicit Wishes(std::string_view text) : rest_(text) {}

    std::optional<std::vector<Wish>> read() {
        std::vector<Wish> out;
        if (!took('[')) return std::nullopt;
        while (!took(']')) {
            if (!out.empty() && !took(',')) return std::nullopt;
            const bool tuple = took('{');
            auto pattern = text();
            if (!pattern) return std::nullopt;
            Wish wish{std::move(*pattern), ""};
            if (tuple && took(',')) {
                auto reason = text();
                if (!reason) return std::nullopt;
                wish.reason = std::move(*reason);
            }
            if (tuple && !took('}')) return std::nullopt;
            out.push_back(std::move(wish));
        }
        took('.');
        skip();
        return rest_.empty() ? std::optional(std::move(out)) : std::nullopt;
    }

  private:
    void skip() {
        while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) {
            rest_.remove_prefix(1);
        }
    }
    bool took(char c) {
        skip();
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::optional<std::string> text() {
        if (!took('"')) return std::nullopt;
        std::string out;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            out += rest_.front();
            rest_.remove_prefix(1);
        }
        return took('"') ? std::optional(std::move(out)) : std::nullopt;
    }

    std::string_view rest_;
};

}   // namespace

void check_password(const Config& config, std::string_view password) {
    const std::string text = config.auth_text("password_regexp");
    if (text.empty() || text == "[]") return;
    const auto wishes = Wishes(text).read();
    if (!wishes) throw forbidden("Server cannot hash passwords at this time.");
    for (const Wish& wish : *wishes) {
        const auto regex = store::mango::compile_regex(wish.pattern);
        if (regex && regex->matches(password)) continue;
        throw bad_request("Password does not conform to requirements." +
                          (wish.reason.empty() ? "" : " " + wish.reason));
    }
}

// --- Readers -------------------------------------------------------------------------------------

namespace {

std::vector<std::string> public_fields(const Call& call) {
    const Config& config = const_cast<Call&>(call).service().config(call.member());
    return words_of(config.auth_text("public_fields"));
}

}   // namespace

void check_user_read(const Call& call, std::string_view id) {
    if (call.is_database_admin()) return;
    if (id.starts_with("_design/")) {
        throw forbidden("Only administrators can view design docs in the users database.");
    }
    if (!may_read_user(call, id) && public_fields(call).empty()) throw not_found();
}

bool may_read_user(const Call& call, std::string_view id) {
    static constexpr std::string_view prefix = "org.couchdb.user:";
    return call.is_database_admin() || (call.user().name && id.starts_with(prefix) &&
                                        id.substr(prefix.size()) == *call.user().name);
}

namespace {

store::OpenedPath public_part(const Call& call, const store::OpenedPath& path) {
    const auto fields = public_fields(call);
    json::Builder out;
    out.begin_object();
    bool any = false;
    for (const json::Member& each : path.back().content->body.view().members()) {
        if (std::find(fields.begin(), fields.end(), each.key) == fields.end()) continue;
        any = true;
        out.key(each.key);
        out.copy(each.value);
    }
    out.end_object();
    if (!any) throw not_found();
    store::OpenedPath told = path;
    told.back().content = store::ContentPtr({.body = out.take()});
    return told;
}

/// "http://user:password@host" without who it is; an object without headers and auth.
void add_end(json::Builder& out, json::View end) {
    if (end.is(json::Type::text)) {
        const std::string_view url = end.text();
        const std::size_t start = url.find("://");
        const std::size_t colon =
            start == std::string_view::npos ? start : url.find(':', start + 3);
        const std::size_t at = colon == std::string_view::npos ? colon : url.find('@', colon);
        if (!url.starts_with("http") || at == std::string_view::npos) return out.text(url);
        return out.text(std::string(url.substr(0, start + 3)) + std::string(url.substr(at + 1)));
    }
    if (!end.is(json::Type::object)) return out.copy(end);
    out.begin_object();
    for (const json::Member& each : end.members()) {
        if (each.key == "headers" || each.key == "auth") continue;
        out.key(each.key);
        out.copy(each.value);
    }
    out.end_object();
}

store::OpenedPath without_passwords(const Call& call, const store::OpenedPath& path) {
    const json::View body = path.back().content->body.view();
    const auto owner = body.find("owner");
    const bool nobodys = !owner || owner->is(json::Type::null);
    if (nobodys && !call.user().name && owner) return path;
    if (!nobodys && owner->is(json::Type::text) && call.user().name == owner->text()) return path;
    json::Builder out;
    out.begin_object();
    for (const json::Member& each : body.members()) {
        out.key(each.key);
        if (each.key == "source" || each.key == "target")
            add_end(out, each.value);
        else
            out.copy(each.value);
    }
    out.end_object();
    store::OpenedPath told = path;
    store::Content content = *path.back().content;
    content.body = out.take();
    const store::Revision* parent = path.size() > 1 ? &path[path.size() - 2].revision : nullptr;
    if (auto revision = store::next_revision(parent, content)) {
        if (revision->position() == path.back().revision.position()) {
            told.back().revision = std::move(*revision);
        }
    }
    told.back().content = store::ContentPtr(std::move(content));
    return told;
}

}   // namespace

store::OpenedPath told_to(const Call& call, std::string_view id, const store::OpenedPath& path) {
    if (call.is_database_admin() || path.empty() || !path.back().content) return path;
    if (is_users(call)) check_user_read(call, id);
    if (id.starts_with("_")) return path;
    if (is_users(call)) return may_read_user(call, id) ? path : public_part(call, path);
    if (is_replicator_database(call.part(0))) return without_passwords(call, path);
    return path;
}

store::search::TellingPtr telling_of(const CallPtr& call) {
    if (call->is_database_admin() || !is_guarded(*call)) return nullptr;
    return std::make_shared<const store::search::Telling>(
        [call](std::string_view id,
               const store::OpenedPath& path) -> std::optional<store::OpenedPath> {
            try {
                return told_to(*call, id, path);
            } catch (const Problem&) {
                return std::nullopt;
            }
        });
}

}   // namespace glasshive::door::couch
