// What a design document must look like to be written. Source: couch_mrview:validate_ddoc_fields/1.
#include <span>
#include <string>
#include <vector>

#include "store/view/definition.h"
#include "store/view/reducer.h"

namespace glasshive::store::view {

namespace {

using json::Type;
using json::View;

/// A step from an object to a member ("": to each of them), and the types it may have.
struct Step {
    std::string_view name;
    std::vector<std::string_view> types;
};
using Path = std::vector<Step>;

bool is_a(View value, std::string_view type) {
    if (type == "object") return value.is(Type::object);
    if (type == "string") return value.is(Type::text);
    if (type == "array") return value.is(Type::array);
    return type == "boolean" && value.is(Type::boolean);
}

std::optional<Refusal> check_path(View object, std::span<const Step> path, const std::string& at);

std::optional<Refusal> check_member(const json::Member& member, std::span<const Step> path,
                                    const std::string& at) {
    const std::string name = at + (at.empty() ? "" : ".") + std::string(member.key);
    std::string types;
    for (const std::string_view type : path[0].types) {
        if (is_a(member.value, type)) return check_path(member.value, path.subspan(1), name);
        types += (types.empty() ? "" : " or ") + std::string(type);
    }
    return Refusal{"invalid_design_doc", "`" + name + "` field must have " + types + " type"};
}

std::optional<Refusal> check_path(View object, std::span<const Step> path, const std::string& at) {
    if (path.empty() || !object.is(Type::object)) return {};
    for (const json::Member member : object.members()) {
        if (!path[0].name.empty() && member.key != path[0].name) continue;
        if (auto refusal = check_member(member, path, at)) return refusal;
    }
    return {};
}

}   // namespace

std::optional<Refusal> check_design(View design) {
    const auto language = design.find("language");
    const bool mango = language && language->is(Type::text) && language->text() == "query";
    const Step views{"views", {"object"}};
    const Step options{"options", {"object"}};
    const Step functions{"", {"object", "string"}};
    const Step each{"", {"object"}};
    const Path paths[] = {
        {{"filters", {"object"}}, functions},
        {{"language", {"string"}}},
        {{"lists", {"object"}}, functions},
        {options},
        {options, {"include_design", {"boolean"}}},
        {options, {"local_seq", {"boolean"}}},
        {options, {"partitioned", {"boolean"}}},
        {{"rewrites", {"string", "array"}}},
        {{"shows", {"object"}}, functions},
        {{"updates", {"object"}}, functions},
        {{"validate_doc_update", {"string"}}},
        {views, {"lib", {"object"}}},
        {views, each, {"map", {mango ? "object" : "string"}}},
        {views, each, {"reduce", {"string"}}},
    };
    for (const Path& path : paths) {
        if (auto refusal = check_path(design, path, "")) return refusal;
    }
    const auto all = design.find("views");
    if (!all) return {};
    for (const json::Member member : all->members()) {
        if (member.key != "lib" && !member.value.find("map"))
            return Refusal{"invalid_design_doc",
                           "View `" + std::string(member.key) + "` must contain map function"};
        const auto reduce = member.value.find("reduce");
        if (!reduce) continue;
        if (auto refusal = check_reduce(reduce->text())) return refusal;
    }
    return {};
}

}   // namespace glasshive::store::view
