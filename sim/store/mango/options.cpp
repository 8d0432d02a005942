#include "store/mango/options.h"

#include <algorithm>
#include <functional>

#include "store/json/builder.h"
#include "store/json/erlang.h"
#include "store/json/print.h"

namespace glasshive::store::mango {

namespace {

using json::Type;
using json::View;
using Problem = std::optional<Refusal>;

std::string plain(View value) { return json::erlang_text(value); }

Problem read_boolean(View value, bool& out) {
    if (!value.is(Type::boolean))
        return Refusal{"invalid_boolean", "Invalid boolean value: " + plain(value)};
    out = value.boolean();
    return {};
}

Problem read_count(View value, std::uint64_t& out) {
    const auto number = value.integer();
    if (!number || *number < 0)
        return Refusal{"invalid_non_neg_integer",
                       plain(value) + " is not an integer greater than or equal to zero"};
    out = static_cast<std::uint64_t>(*number);
    return {};
}

std::vector<std::string> parted(std::string_view text, char at) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == at) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

Problem bad_index_name(View value) {
    return Refusal{"invalid_index_name", "Invalid index name: " + plain(value)};
}

/// "ddoc", "_design/ddoc", "ddoc/name", "_design/ddoc/name", or an array of one or two.
Problem read_use_index(View value, std::vector<std::string>& out) {
    out.clear();
    if (value.is(Type::null)) return {};
    if (value.is(Type::text)) {
        std::vector<std::string> parts = parted(value.text(), '/');
        if (parts.size() > 1 && parts[0] == "_design") parts.erase(parts.begin());
        if (parts.size() > 2) return bad_index_name(value);
        out = std::move(parts);
        return {};
    }
    if (!value.is(Type::array) || value.size() > 2) return bad_index_name(value);
    for (const View element : value.elements()) {
        if (!element.is(Type::text)) return bad_index_name(value);
        out.emplace_back(element.text());
    }
    return {};
}

Problem read_bookmark(View value, std::optional<std::string>& out) {
    if (value.is(Type::null)) return {};
    if (!value.is(Type::text))
        return Refusal{"invalid_bookmark", "Invalid bookmark value: " + json::to_text(value)};
    if (!value.text().empty()) out = std::string(value.text());
    return {};
}

Problem read_fields(View value, std::optional<std::vector<std::string>>& out) {
    if (!value.is(Type::array))
        return Refusal{"invalid_fields",
                       "Fields must be an array of strings, not: " + plain(value)};
    if (value.size() == 0) return {};
    out.emplace();
    for (const View element : value.elements()) {
        if (!element.is(Type::text))
            return Refusal{"invalid_field", "Invalid JSON for field spec: " + plain(element)};
        out->emplace_back(element.text());
    }
    return {};
}

Problem read_stale(View value, bool& out) {
    if (value.is(Type::text) && value.text() == "ok") {
        out = true;
        return {};
    }
    const bool no = (value.is(Type::boolean) && !value.boolean()) ||
                    (value.is(Type::text) && value.text() == "false");
    if (no) return {};
    return Refusal{"unknown_error",
                   "Unknown Error: mango_opts :: {invalid_ok_or_false_value," + plain(value) + "}"};
}

Problem read_selector(View value, Selector& out) {
    auto parsed = Selector::parse(value);
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return std::move(*refusal);
    out = std::get<Selector>(std::move(parsed));
    return {};
}

Problem read_sort(View value, Sort& out) {
    auto parsed = parse_sort(value);
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return std::move(*refusal);
    out = std::get<Sort>(std::move(parsed));
    return {};
}

Problem read_partition(View value, std::string& out) {
    if (!value.is(Type::text) || (!value.text().empty() && value.text().front() == '_'))
        return Refusal{"illegal_partition", "Partition must not start with an underscore"};
    out = value.text();
    return {};
}

}   // namespace

std::optional<View> Members::take(std::string_view name) {
    taken_.push_back(name);
    return object_.find(name);
}

std::optional<Refusal> Members::left() const {
    for (const json::Member member : object_.members()) {
        if (std::find(taken_.begin(), taken_.end(), member.key) == taken_.end())
            return Refusal{"invalid_key",
                           "Invalid key " + std::string(member.key) + " for this request."};
    }
    return {};
}

Refusal missing_key(std::string_view name) {
    return {"missing_required_key", "Missing required key: " + std::string(name)};
}

std::optional<Refusal> read_positive(View value, std::uint64_t& out) {
    const auto number = value.integer();
    if (!number || *number < 1)
        return Refusal{"invalid_pos_integer",
                       plain(value) + " is not an integer greater than zero"};
    out = static_cast<std::uint64_t>(*number);
    return {};
}

std::variant<Sort, Refusal> parse_sort(View value) {
    if (!value.is(Type::array))
        return Refusal{"invalid_sort_json", "Sort must be an array of sort specs, not: " +
                                                json::erlang_text(value, false)};
    Sort sort;
    for (const View element : value.elements()) {
        if (element.is(Type::text) && !element.text().empty()) {
            sort.emplace_back(element.text(), "asc");
            continue;
        }
        if (element.is(Type::object) && element.size() == 1) {
            const json::Member member = *element.members().begin();
            const bool named = member.value.is(Type::text) &&
                               (member.value.text() == "asc" || member.value.text() == "desc");
            if (named) {
                sort.emplace_back(member.key, member.value.text());
                continue;
            }
        }
        return Refusal{"invalid_sort_field",
                       "Invalid sort field: " + json::erlang_text(element, false)};
    }
    for (const auto& [field, direction] : sort) {
        if (direction != sort.front().second)
            return Refusal{"unsupported_mixed_sort",
                           "Sorts currently only support a single direction for all fields."};
    }
    return sort;
}

void write_sort(const Sort& sort, json::Builder& out) {
    out.begin_array();
    for (const auto& [field, direction] : sort) {
        out.begin_object();
        out.key(field);
        out.text(direction);
        out.end_object();
    }
    out.end_array();
}

std::variant<FindOptions, Refusal> parse_find(View body) {
    if (!body.is(Type::object)) return Refusal{"bad_request", "Request body must be a JSON object"};
    FindOptions options;
    Members members(body);
    struct Reader {
        std::string_view name;
        std::function<Problem(View)> read;
    };
    const Reader readers[] = {
        {"use_index", [&](View v) { return read_use_index(v, options.use_index); }},
        {"bookmark", [&](View v) { return read_bookmark(v, options.bookmark); }},
        {"limit", [&](View v) { return read_count(v, options.limit); }},
        {"skip", [&](View v) { return read_count(v, options.skip); }},
        {"sort", [&](View v) { return read_sort(v, options.sort); }},
        {"fields", [&](View v) { return read_fields(v, options.fields); }},
        {"partition", [&](View v) { return read_partition(v, options.partition); }},
        {"r", [&](View v) { return read_positive(v, options.r); }},
        {"conflicts", [&](View v) { return read_boolean(v, options.conflicts); }},
        {"stale", [&](View v) { return read_stale(v, options.stale); }},
        {"update", [&](View v) { return read_boolean(v, options.update); }},
        {"stable", [&](View v) { return read_boolean(v, options.stable); }},
        {"execution_stats", [&](View v) { return read_boolean(v, options.execution_stats); }},
        {"allow_fallback", [&](View v) { return read_boolean(v, options.allow_fallback); }},
    };
    const auto selector = members.take("selector");
    if (!selector) return missing_key("selector");
    if (auto problem = read_selector(*selector, options.selector)) return *problem;
    for (const Reader& reader : readers) {
        const auto given = members.take(reader.name);
        if (!given) continue;
        if (auto problem = reader.read(*given)) return *problem;
    }
    if (auto problem = members.left()) return *problem;
    return options;
}

}   // namespace glasshive::store::mango
