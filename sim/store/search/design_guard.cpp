#include "store/search/design_guard.h"

#include <utility>

#include "store/document/print.h"
#include "store/json/builder.h"

namespace glasshive::store::search {

namespace {

using json::Type;

/// "shards/00000000-7fffffff/orders.1415960794"
constexpr std::size_t instance_begins = std::string_view("shards/00000000-7fffffff/").size();

void write_list(std::string_view name, std::initializer_list<std::string_view> texts,
                json::Builder& out) {
    out.key(name);
    out.begin_array();
    for (const std::string_view text : texts) out.text(text);
    out.end_array();
}

/// {"members":{"roles":["_admin"]},"admins":{"roles":["_admin"]}}: default_security admin_only.
json::Value default_security() {
    json::Builder out;
    out.begin_object();
    for (const std::string_view who : {"members", "admins"}) {
        out.key(who);
        out.begin_object();
        write_list("roles", {"_admin"}, out);
        out.end_object();
    }
    out.end_object();
    return out.take();
}

json::Value server_admin(std::string_view database) {
    json::Builder out;
    out.begin_object();
    out.key("db");
    out.text(database);
    out.key("name");
    out.null();
    write_list("roles", {"_admin"}, out);
    out.end_object();
    return out.take();
}

bool has(std::optional<json::View> list, std::string_view text) {
    if (!list || !list->is(Type::array)) return false;
    for (const json::View each : list->elements()) {
        if (each.is(Type::text) && each.text() == text) return true;
    }
    return false;
}

/// couch_db:is_admin/1.
bool is_admin(const json::Value& user, const json::Value& security) {
    if (!user) return true;
    const auto roles = user.view().find("roles");
    if (has(roles, "_admin")) return true;
    const auto admins = security ? security.view().find("admins") : std::nullopt;
    if (!admins) return false;
    const auto name = user.view().find("name");
    if (name && name->is(Type::text) && has(admins->find("names"), name->text())) return true;
    if (!roles || !roles->is(Type::array)) return false;
    for (const json::View role : roles->elements()) {
        if (role.is(Type::text) && has(admins->find("roles"), role.text())) return true;
    }
    return false;
}

/// The edit as functions see it: with the revision it is of (couch_doc:to_json_obj/2, [revs]).
json::Value new_document(const EditSeen& edit) {
    json::Builder out;
    out.begin_object();
    out.key("_id");
    out.text(edit.id);
    if (!edit.history.empty()) {
        out.key("_rev");
        out.text(edit.history.front().text());
    }
    for (const json::Member member : edit.after.body.view().members()) {
        out.key(member.key);
        out.copy(member.value);
    }
    if (edit.after.deleted) {
        out.key("_deleted");
        out.boolean(true);
    }
    if (!edit.history.empty()) {
        out.key("_revisions");
        out.begin_object();
        out.key("start");
        out.integer(static_cast<std::int64_t>(edit.history.front().position()));
        out.key("ids");
        out.begin_array();
        for (const Revision& revision : edit.history) out.text(revision.id_text());
        out.end_array();
        out.end_object();
    }
    print_attachments(edit.after.attachments, {}, out);
    out.end_object();
    return out.take();
}

/// The youngest of its ancestors that this copy has (couch_db:make_first_doc_on_disk/4).
json::Value old_document(const EditSeen& edit) {
    if (edit.before == nullptr) return {};
    const Tree& tree = edit.before->tree;
    for (const Revision& revision : edit.history) {
        const auto at = tree.find(revision);
        if (at && tree.node(*at).content) return document_json(edit.id, tree, *at, {.revs = true});
    }
    return {};
}

}   // namespace

std::string DesignGuard::instance_of(std::string_view shard) {
    return std::string(shard.substr(instance_begins));
}

std::optional<Refusal> DesignGuard::refuses(const EditWriter& writer, const EditSeen& edit) {
    if (edit.id.starts_with("_design/")) {
        if (!is_admin(writer.user, writer.security)) {
            // couch_db:throw_security_error/2: those who are somebody are forbidden it.
            const auto name = writer.user.view().find("name");
            const bool somebody = name && name->is(Type::text);
            return Refusal{somebody ? "forbidden" : "unauthorized",
                           "You are not a db or server admin."};
        }
        return scripts_.check_design(edit.after.body.view());
    }
    const auto known = databases_.find(writer.shard.substr(instance_begins));
    if (known == databases_.end() || known->second.functions.empty()) return {};
    const json::Value document = new_document(edit);
    const json::Value before = old_document(edit);
    const json::Value user = writer.user ? writer.user : server_admin(known->second.database);
    const json::Value security = writer.security ? writer.security : default_security();
    for (const Function& function : known->second.functions) {
        if (auto refusal = scripts_.validate(function.design, function.source, document.view(),
                                             before, user.view(), security.view()))
            return refusal;
    }
    return {};
}

bool DesignGuard::ready(std::string_view shard, std::function<void(bool)> then) {
    const std::string_view instance = shard.substr(instance_begins);
    auto at = databases_.find(instance);
    if (at == databases_.end()) at = databases_.emplace(instance, Known{}).first;
    Known& known = at->second;
    if (known.state == Known::State::known) return true;
    if (known.state == Known::State::unknown) load(at->first);
    if (known.state != Known::State::loading) return true;   // Answered at once.
    known.waiting.push_back(std::move(then));
    return false;
}

void DesignGuard::load(const std::string& instance) {
    Known& known = databases_.at(instance);
    known.state = Known::State::loading;
    known.again = false;
    known.database = instance.substr(0, instance.rfind('.'));
    DocsOptions options;
    options.list.start = "_design/";
    options.list.end = "_design0";
    options.list.inclusive_end = false;
    options.list.bodies = true;
    gatherer_.all_docs(known.database, options, [this, instance](const DocsAnswer& answer) {
        if (databases_.count(instance) > 0) loaded(instance, answer);
    });
}

void DesignGuard::loaded(const std::string& instance, const DocsAnswer& answer) {
    Known& known = databases_.at(instance);
    if (known.again) return load(instance);
    const bool good = answer.status == 200;
    known.state = good ? Known::State::known : Known::State::unknown;
    if (good) known.functions.clear();
    for (const DocsAnswer::Row& row : answer.rows) {
        const json::View body = row.found->content->body.view();
        const auto source = body.find("validate_doc_update");
        if (!source || !source->is(Type::text)) continue;
        json::Builder design;
        design.begin_object();
        design.key("_id");
        design.text(row.key);
        design.key("_rev");
        design.text(row.found->winner.text());
        for (const json::Member member : body.members()) {
            design.key(member.key);
            design.copy(member.value);
        }
        design.end_object();
        known.functions.push_back({design.take(), std::string(source->text())});
    }
    for (const auto& then : std::exchange(known.waiting, {})) then(good);
}

void DesignGuard::forget(const std::string& instance) {
    const auto at = databases_.find(instance);
    if (at == databases_.end()) return;
    if (at->second.state == Known::State::known) at->second.state = Known::State::unknown;
    at->second.again = at->second.state == Known::State::loading;
}

}   // namespace glasshive::store::search
