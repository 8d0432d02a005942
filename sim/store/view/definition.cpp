#include "store/view/definition.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "store/json/builder.h"

namespace glasshive::store::view {

namespace {

using json::Type;

bool flag(json::View object, std::string_view name) {
    const auto found = object.find(name);
    return found && found->is(Type::boolean) && found->boolean();
}

json::Value object_or_empty(json::View holder, std::string_view name) {
    const auto found = holder.find(name);
    return found && found->is(Type::object) ? json::own(*found) : json::Value::empty_object();
}

std::string md5_hex(std::string_view bytes) {
    unsigned char digest[16];
    unsigned size = 0;
    SIM_ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_md5(), nullptr) == 1);
    return hex_text({reinterpret_cast<const char*>(digest), size});
}

/// Members in order of their keys: couch_index_util:sort_lib.
void copy_sorted(json::View value, json::Builder& out) {
    if (!value.is(Type::object)) return out.copy(value);
    std::vector<json::Member> members;
    for (const json::Member member : value.members()) members.push_back(member);
    std::sort(members.begin(), members.end(),
              [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
    out.begin_object();
    for (const json::Member& member : members) {
        out.key(member.key);
        copy_sorted(member.value, out);
    }
    out.end_object();
}

void sign(Definition& definition, json::View options, json::View lib) {
    json::Builder out;
    out.begin_array();
    out.begin_array();
    for (const MapDefinition& map : definition.maps) {
        out.begin_array();
        out.copy(map.map.view());
        out.copy(map.options.view());
        out.begin_array();
        for (const std::string& name : map.map_only) out.text(name);
        out.end_array();
        for (const MapDefinition::Reduce& reduce : map.reduces) {
            out.begin_array();
            out.text(reduce.name);
            out.text(reduce.source);
            out.end_array();
        }
        out.end_array();
    }
    out.end_array();
    out.text(definition.language);
    out.copy(options);
    copy_sorted(lib, out);
    out.end_array();
    definition.signature = md5_hex(out.take().bytes());
}

void add_view(Definition& definition, std::string_view name, json::View view) {
    const json::View map = *view.find("map");
    json::Value options = object_or_empty(view, "options");
    auto at = std::find_if(definition.maps.begin(), definition.maps.end(), [&](const auto& known) {
        return known.map.bytes() == map.bytes() && known.options == options;
    });
    if (at == definition.maps.end()) {
        const auto order = options.view().find("collation");
        const bool raw = order && order->is(Type::text) && order->text() == "raw";
        definition.maps.push_back({.map = json::own(map),
                                   .options = options,
                                   .map_only = {},
                                   .order = raw ? collate::Order::raw : collate::Order::icu});
        at = definition.maps.end() - 1;
    }
    if (const auto reduce = view.find("reduce")) {
        at->reduces.push_back({std::string(name), std::string(reduce->text())});
    } else {
        at->map_only.emplace_back(name);
    }
}

}   // namespace

std::optional<Definition::Place> Definition::find(std::string_view name) const {
    for (std::size_t i = 0; i < maps.size(); ++i) {
        for (std::size_t j = 0; j < maps[i].reduces.size(); ++j) {
            if (maps[i].reduces[j].name == name) return Place{i, j};
        }
        const auto& names = maps[i].map_only;
        if (std::find(names.begin(), names.end(), name) != names.end()) return Place{i, {}};
    }
    return {};
}

std::variant<Definition, Refusal> define(json::View design) {
    if (auto refusal = check_design(design)) return *refusal;
    Definition definition;
    definition.design = json::own(design);
    if (const auto language = design.find("language"); language && language->is(Type::text)) {
        definition.language = language->text();
    }
    const json::Value options = object_or_empty(design, "options");
    definition.include_design = flag(options.view(), "include_design");
    definition.local_seq = flag(options.view(), "local_seq");
    json::Value lib = json::Value::empty_object();
    if (const auto views = design.find("views")) {
        for (const json::Member member : views->members()) {
            if (member.key == "lib") {
                lib = json::own(member.value);
                if (!member.value.find("map")) continue;
            }
            add_view(definition, member.key, member.value);
        }
    }
    std::sort(definition.maps.begin(), definition.maps.end(), [](const auto& a, const auto& b) {
        const int sources = collate::compare(a.map.view(), b.map.view(), collate::Order::raw);
        if (sources != 0) return sources < 0;
        return collate::compare(a.options.view(), b.options.view(), collate::Order::raw) < 0;
    });
    sign(definition, options.view(), lib.view());
    return definition;
}

bool is_partitioned(json::View design, bool database) {
    const auto options = design.find("options");
    const auto word = options ? options->find("partitioned") : std::nullopt;
    return database && (!word || !word->is(Type::boolean) || word->boolean());
}

Refusal missing_view() { return {"not_found", "missing_named_view"}; }

}   // namespace glasshive::store::view
