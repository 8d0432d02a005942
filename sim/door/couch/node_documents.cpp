#include "door/couch/node_documents.h"

#include <optional>

#include "door/couch/service.h"
#include "store/json/builder.h"
#include "store/reshard/map_editor.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

json::Value with_id(const std::string& id, const store::Revision& revision, json::View body) {
    json::Builder out;
    out.begin_object();
    out.key("_id");
    out.text(id);
    out.key("_rev");
    out.text(revision.text());
    for (const json::Member& each : body.members()) {
        out.key(each.key);
        out.copy(each.value);
    }
    out.end_object();
    return out.take();
}

/// The body without what CouchDB itself says of a document.
json::Value plain(json::View body) {
    json::Builder out;
    out.begin_object();
    for (const json::Member& each : body.members()) {
        if (each.key.starts_with('_')) continue;
        out.key(each.key);
        out.copy(each.value);
    }
    out.end_object();
    return out.take();
}

/// Which revision an edit is of: `_rev`, `?rev=`, or none.
std::optional<store::Revision> given_revision(Call& call, json::View body) {
    std::optional<std::string> text;
    if (const std::string* rev = call.target().value("rev")) text = *rev;
    const auto member = body.is(json::Type::object) ? body.find("_rev") : std::nullopt;
    if (member && member->is(json::Type::text)) text = std::string(member->text());
    if (!text) return std::nullopt;
    const auto revision = store::Revision::parse(*text);
    if (!revision) throw bad_request("Invalid rev format");
    return revision;
}

void tell_stored(Call& call, const std::string& id, const store::Revision& revision, int status) {
    ObjectText out;
    out.flag("ok", true).text("id", id).text("rev", revision.text());
    call.json_text(status, out.take());
}

}   // namespace

void shard_map_document(Call& call, std::size_t member, const std::string& database) {
    call.only("GET,HEAD,PUT");
    store::Node& node = call.service().cluster().node(member);
    const auto found = node.files().maps.find(database);
    if (found == node.files().maps.end()) {
        if (call.is("GET")) throw not_found();
        throw Problem{501, "not_implemented", "databases are made with PUT /" + database};
    }
    const store::ShardMap before = found->second;
    if (call.is("GET")) {
        const json::Value body = before.body();
        return call.json(200, with_id(database, before.revision(), body.view()).view());
    }
    const json::Value body = call.body_object();
    const auto revision = given_revision(call, body.view());
    if (!revision || *revision != before.revision()) throw conflict();
    auto read = store::ShardMap::read(database, body.view());
    if (const auto* wrong = std::get_if<std::string>(&read)) throw bad_request(*wrong);
    store::ShardMap map = std::get<store::ShardMap>(std::move(read));
    if (map.suffix() != before.suffix()) throw bad_request("shard_suffix is another database's");
    map.edit_of(before);
    store::reshard::tell_edit(call.service().kernel(), node.files(), node.name(), before, map);
    node.replica().store_map(map);
    tell_stored(call, database, map.revision(), 201);
}

void member_document(Call& call, std::size_t member, const std::string& name) {
    call.only("GET,HEAD,PUT,DELETE");
    store::Node& node = call.service().cluster().node(member);
    const auto found = node.files().members.find(name);
    const bool known = found != node.files().members.end();
    const bool there = known && !found->second.deleted;
    if (call.is("GET")) {
        if (!there) throw not_found(known ? "deleted" : "missing");
        const store::MemberDocument& document = found->second;
        return call.json(200, with_id(name, document.revision, document.body.view()).view());
    }
    const bool deletes = call.is("DELETE");
    const json::Value body = deletes ? store::member_body("") : call.body_object();
    const auto revision = given_revision(call, body.view());
    if (deletes && !there) throw not_found(known ? "deleted" : "missing");
    const bool matches = there ? revision && *revision == found->second.revision : !revision;
    if (!matches) throw conflict();
    const store::MemberDocument document =
        store::edited_member(known ? &found->second : nullptr, plain(body.view()), deletes);
    node.replica().store_member(name, document);
    tell_stored(call, name, document.revision, deletes ? 200 : 201);
}

void set_member(Call& call, std::size_t member, const std::string& name, bool in) {
    store::Node& node = call.service().cluster().node(member);
    const auto found = node.files().members.find(name);
    const bool known = found != node.files().members.end();
    if (known ? found->second.deleted != in : !in) return;
    node.replica().store_member(
        name, store::edited_member(known ? &found->second : nullptr, store::member_body(""), !in));
}

}   // namespace glasshive::door::couch
