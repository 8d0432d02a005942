// Documents of `_users`; couch_users_db.erl.
#include "door/couch/users.h"

#include <utility>

#include "door/couch/service.h"
#include "store/json/builder.h"
#include "store/replicate/request.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

constexpr std::string_view user_prefix = "org.couchdb.user:";

std::optional<std::string> user_of(std::string_view id) {
    if (!id.starts_with(user_prefix)) return std::nullopt;
    return std::string(id.substr(user_prefix.size()));
}

}   // namespace

json::Value user_document(Call& call, std::string_view id, json::View body) {
    const UserContext& user = call.user();
    if (!call.is_database_admin() && user.name && user.name != user_of(id)) throw not_found();
    const auto password = body.find("password");
    const Config& config = call.service().config(call.member());
    const bool plain = password && password->is(json::Type::text);
    json::Builder out;
    out.begin_object();
    std::optional<Credentials> made;
    if (plain) {
        check_password(config, password->text());
        made = hashed(password->text(), call.service().random_hex(32),
                      config.auth_number("iterations", 600'000),
                      config.auth_text("pbkdf2_prf", "sha256"));
    }
    for (const json::Member& member : body.members()) {
        if (plain) {
            bool replaced = member.key == "password";
            for (const char* const key :
                 {"password_scheme", "pbkdf2_prf", "salt", "iterations", "derived_key"}) {
                replaced = replaced || member.key == key;
            }
            if (replaced) continue;
        }
        out.key(member.key);
        out.copy(member.value);
    }
    if (made) {
        out.key("password_scheme");
        out.text("pbkdf2");
        out.key("pbkdf2_prf");
        out.text(made->prf);
        out.key("salt");
        out.text(made->salt);
        out.key("iterations");
        out.integer(made->iterations);
        out.key("derived_key");
        out.text(made->hash);
    }
    out.end_object();
    return out.take();
}

// --- Replications --------------------------------------------------------------------------------

void check_bare_names(const UserContext& user, json::View body) {
    if (user.is_server_admin()) return;
    for (const char* const end : {"source", "target"}) {
        auto value = body.find(end);
        if (value && value->is(json::Type::object)) value = value->find("url");
        const bool bare = value && value->is(json::Type::text) &&
                          value->text().find("://") == std::string_view::npos;
        if (bare) throw forbidden("local_endpoints_not_supported");
    }
}

json::Value owned_replication(const Call& call, json::View body) {
    const UserContext& user = call.user();
    check_bare_names(user, body);
    const auto owner = body.find("owner");
    const bool nobodys = !owner || owner->is(json::Type::null);
    const bool own = owner && owner->is(json::Type::text) && user.name == owner->text();
    if (owner && !own && !call.is_database_admin() && !(nobodys && !user.name)) {
        throw forbidden("Can't update replication documents from other users.");
    }
    json::Builder out;
    out.begin_object();
    for (const json::Member& member : body.members()) {
        if (nobodys && member.key == "owner") continue;
        out.key(member.key);
        out.copy(member.value);
    }
    if (nobodys) {
        out.key("owner");
        if (user.name)
            out.text(*user.name);
        else
            out.null();
    }
    out.end_object();
    return out.take();
}

void check_replication(json::View body) {
    const auto state = body.find("_replication_state");
    if (state && state->is(json::Type::text) && state->text() == "failed") return;
    const auto read = store::replicate::read_request(body);
    const auto* refusal = std::get_if<store::Refusal>(&read);
    if (refusal == nullptr) return;
    // What was not thrown as {error, …} is told as a term: couch_replicator_parse:parse_rep_doc/1.
    if (refusal->error != "error") {
        throw forbidden("{throw,{" + refusal->error + ",<<\"" + refusal->reason + "\">>}}");
    }
    const bool crashed = refusal->reason == "badarg" || refusal->reason == "function_clause";
    throw forbidden(crashed ? "{error," + refusal->reason + "}" : refusal->reason);
}

// --- _design/_auth -------------------------------------------------------------------------------

namespace {

/// Refuses what is no user's document, in the words of CouchDB's function.
constexpr const char* auth_function = R"js(function (doc, before, who, security) {
  function refuse(why) { throw({forbidden: why}); }
  function isAdmin() {
    if (who.roles.indexOf('_admin') >= 0) return true;
    var admins = (security && security.admins) || {};
    if ((admins.names || []).indexOf(who.name) >= 0) return true;
    return (admins.roles || []).some(function (role) { return who.roles.indexOf(role) >= 0; });
  }
  if (doc._deleted === true) {
    if (!isAdmin() && who.name !== (before && before.name)) {
      refuse('Only admins may delete other user docs.');
    }
    return;
  }
  if (doc.type !== 'user') refuse('doc.type must be user');
  if (!doc.name) refuse('doc.name is required');
  if (!doc.roles) refuse('doc.roles must exist');
  if (!Array.isArray(doc.roles)) refuse('doc.roles must be an array');
  if (doc.roles.some(function (role) { return typeof role !== 'string'; })) {
    refuse('doc.roles can only contain strings');
  }
  if (doc._id !== 'org.couchdb.user:' + doc.name) {
    refuse('Doc ID must be of the form org.couchdb.user:name');
  }
  if (before && before.name !== doc.name) refuse('Usernames can not be changed.');
  if (doc.password_sha && !doc.salt) refuse('Users with password_sha must have a salt.');
  if (doc.password_scheme === 'pbkdf2') {
    if (typeof doc.iterations !== 'number') refuse('iterations must be a number.');
    if (typeof doc.derived_key !== 'string') refuse('derived_key must be a string.');
  }
  if (!isAdmin()) {
    if (before) {
      if (who.name !== doc.name) refuse('You may only update your own user document.');
      var had = before.roles.slice().sort(), has = doc.roles.slice().sort();
      if (had.join('\u0000') !== has.join('\u0000')) refuse('Only _admin may edit roles');
    } else if (doc.roles.length > 0) {
      refuse('Only _admin may set roles');
    }
  }
  if (doc.roles.some(function (role) { return role.charAt(0) === '_'; })) {
    refuse('No system roles (starting with underscore) in users db.');
  }
  if (doc.name.charAt(0) === '_') refuse('Username may not start with underscore.');
  if (doc.name.indexOf(':') >= 0) refuse('Character `:` is not allowed in usernames.');
})js";

}   // namespace

void write_auth_design(store::Node& node, std::function<void()> then) {
    json::Builder body;
    body.begin_object();
    body.key("language");
    body.text("javascript");
    body.key("validate_doc_update");
    body.text(auth_function);
    body.end_object();
    const store::Edit edit{.id = json::SharedBytes::copy_of("_design/_auth"),
                           .content = store::ContentPtr({.body = body.take()})};
    node.coordinator().write("_users", {edit}, {}, [then = std::move(then)](const auto&) {
        if (then) then();
    });
}

}   // namespace glasshive::door::couch
