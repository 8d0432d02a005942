#include "store/mango/field.h"

#include <algorithm>
#include <memory>

#include "base/text.h"

namespace glasshive::store::mango {

std::vector<std::string> path_of(std::string_view field) {
    std::vector<std::string> path(1);
    for (std::size_t i = 0; i < field.size(); ++i) {
        const char c = field[i];
        if (c == '\\') {
            if (i + 1 < field.size() && field[i + 1] == '.') path.back() += field[++i];
        } else if (c == '.') {
            path.emplace_back();
        } else {
            path.back() += c;
        }
    }
    const auto is_empty = [](const std::string& part) { return part.empty(); };
    if (std::any_of(path.begin(), path.end(), is_empty)) path.clear();
    return path;
}

Found find_field(json::View document, std::span<const std::string> path) {
    if (path.empty()) return {Found::How::bad_path};
    json::View at = document;
    for (const std::string& part : path) {
        if (at.is(json::Type::object)) {
            const auto member = at.find(part);
            if (!member) return {Found::How::missing};
            at = *member;
        } else if (at.is(json::Type::array)) {
            auto index = whole_number<std::size_t>(part);
            if (!index || *index >= at.size()) return {Found::How::bad_path};
            auto element = at.elements().begin();
            while ((*index)-- > 0) ++element;
            at = *element;
        } else {
            return {Found::How::bad_path};
        }
    }
    return {Found::How::value, at};
}

namespace {

/// An object under construction: members in order of their first mention.
struct Nest {
    struct Member {
        std::string key;
        std::optional<json::View> value;
        std::unique_ptr<Nest> inner;
    };
    std::vector<Member> members;

    void set(std::span<const std::string> path, json::View value) {
        auto at = std::find_if(members.begin(), members.end(),
                               [&](const Member& member) { return member.key == path[0]; });
        if (at == members.end()) at = members.insert(at, {path[0], {}, nullptr});
        if (path.size() == 1) {
            at->value = value;
            at->inner.reset();
            return;
        }
        if (at->value && !at->inner && at->value->is(json::Type::object)) {
            // Named as a whole before: its member is there already.
            return;
        }
        if (!at->inner) at->inner = std::make_unique<Nest>();
        at->inner->set(path.subspan(1), value);
    }
    void write(json::Builder& out) const {
        out.begin_object();
        for (const Member& member : members) {
            out.key(member.key);
            if (member.inner) {
                member.inner->write(out);
            } else {
                out.copy(*member.value);
            }
        }
        out.end_object();
    }
};

}   // namespace

Refusal invalid_field(std::string_view field) {
    return {"invalid_field_name", "Invalid field name: " + std::string(field)};
}

json::Value extract(json::View document, std::span<const std::string> fields) {
    std::vector<std::pair<std::vector<std::string>, json::View>> values;
    for (const std::string& field : fields) {
        std::vector<std::string> path = path_of(field);
        const Found found = find_field(document, path);
        if (found.value) values.emplace_back(std::move(path), *found.value);
    }
    return nested(values);
}

json::Value nested(std::span<const std::pair<std::vector<std::string>, json::View>> values) {
    Nest nest;
    for (const auto& [path, value] : values) nest.set(path, value);
    json::Builder out;
    nest.write(out);
    return out.take();
}

}   // namespace glasshive::store::mango
