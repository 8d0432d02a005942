#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "store/json/builder.h"
#include "store/json/erlang.h"
#include "store/json/parse.h"
#include "store/view/query.h"

namespace glasshive::store::view {

namespace {

using json::Type;

Refusal parse_error(std::string reason) { return {"query_parse_error", std::move(reason)}; }

/// A parameter's value: a text of the query string, or JSON of a body.
class Given {
  public:
    Given(std::string_view text, bool decoded)
        : value_(json::text_value(text)),
          decoded_(decoded) {}
    explicit Given(json::View value) : decoded_(true) {
        json::Builder out;
        out.copy(value);
        value_ = out.take();
    }

    bool is_text(std::string_view text) const {
        return value_.view().is(Type::text) && value_.view().text() == text;
    }
    /// As ~p writes it: texts of a query string are Erlang's lists of characters.
    std::string words() const {
        if (!decoded_) return "\"" + std::string(value_.view().text()) + "\"";
        return json::erlang_text(value_.view(), false);
    }
    std::string text() const {
        if (value_.view().is(Type::text)) return std::string(value_.view().text());
        return json::erlang_text(value_.view());
    }

    std::optional<Refusal> read(bool& out) const {
        if (value_.view().is(Type::boolean)) {
            out = value_.view().boolean();
            return {};
        }
        std::string lower = value_.view().is(Type::text) ? std::string(value_.view().text()) : "";
        for (char& c : lower) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        out = lower == "true";
        if (out || lower == "false") return {};
        return parse_error("Invalid boolean parameter: " + words());
    }
    std::optional<Refusal> read(std::optional<bool>& out) const {
        bool value = false;
        auto refusal = read(value);
        if (!refusal) out = value;
        return refusal;
    }
    std::optional<Refusal> read(std::uint64_t& out) const {
        std::optional<std::int64_t> number = value_.view().integer();
        if (value_.view().is(Type::text)) {
            std::string_view digits = value_.view().text();
            if (digits.starts_with('+')) digits.remove_prefix(1);
            number = whole_number<std::int64_t>(digits);
        }
        if (!number) return parse_error("Invalid value for integer: " + words());
        if (*number < 0) return parse_error("Invalid value for positive integer: " + words());
        out = static_cast<std::uint64_t>(*number);
        return {};
    }
    std::optional<Refusal> read(std::optional<std::uint64_t>& out) const {
        std::uint64_t value = 0;
        auto refusal = read(value);
        if (!refusal) out = value;
        return refusal;
    }
    std::optional<Refusal> read(json::Value& out) const {
        if (decoded_) {
            out = value_;
            return {};
        }
        const json::Parsed parsed = json::parse(value_.view().text());
        if (!parsed.ok()) return Refusal{"bad_request", "invalid UTF-8 JSON"};
        out = parsed.value;
        return {};
    }
    std::optional<Refusal> read(std::optional<std::vector<json::Value>>& out) const {
        json::Value all;
        if (auto refusal = read(all)) return refusal;
        if (!all.view().is(Type::array)) return parse_error("`keys` must be an array of strings.");
        out.emplace();
        json::Builder builder;
        for (const json::View element : all.view().elements()) {
            builder.copy(element);
            out->push_back(builder.take());
        }
        return {};
    }

  private:
    json::Value value_;
    bool decoded_;
};

std::optional<Refusal> take_key(Query& query, const Given& given) {
    auto refusal = given.read(query.start_key);
    query.end_key = query.start_key;
    return refusal;
}

std::optional<Refusal> take_stale(Query& query, const Given& given) {
    const bool ok = given.is_text("ok");
    if (!ok && !given.is_text("update_after")) return parse_error("Invalid value for `stale`.");
    query.stable = true;
    query.update = ok ? Query::Update::no : Query::Update::lazy;
    return {};
}

std::optional<Refusal> take_stable(Query& query, const Given& given) {
    bool value = false;
    if (given.read(value)) return parse_error("Invalid value for `stable`.");
    query.stable = value;
    return {};
}

std::optional<Refusal> take_update(Query& query, const Given& given) {
    bool value = false;
    if (given.is_text("lazy")) {
        query.update = Query::Update::lazy;
    } else if (given.read(value)) {
        return parse_error("Invalid value for `update`.");
    } else {
        query.update = value ? Query::Update::yes : Query::Update::no;
    }
    return {};
}

template <auto member>
std::optional<Refusal> take(Query& query, const Given& given) {
    return given.read(query.*member);
}

template <auto member>
std::optional<Refusal> take_text(Query& query, const Given& given) {
    query.*member = given.text();
    return {};
}

struct Parameter {
    std::string_view name;
    std::optional<Refusal> (*take)(Query&, const Given&);
};

constexpr Parameter known[] = {
    {"reduce", take<&Query::reduce>},
    {"key", take_key},
    {"keys", take<&Query::keys>},
    {"startkey", take<&Query::start_key>},
    {"start_key", take<&Query::start_key>},
    {"startkey_docid", take_text<&Query::start_key_id>},
    {"start_key_doc_id", take_text<&Query::start_key_id>},
    {"endkey", take<&Query::end_key>},
    {"end_key", take<&Query::end_key>},
    {"endkey_docid", take_text<&Query::end_key_id>},
    {"end_key_doc_id", take_text<&Query::end_key_id>},
    {"limit", take<&Query::limit>},
    {"stale", take_stale},
    {"stable", take_stable},
    {"update", take_update},
    {"descending", take<&Query::descending>},
    {"skip", take<&Query::skip>},
    {"group", take<&Query::group>},
    {"group_level", take<&Query::group_level>},
    {"inclusive_end", take<&Query::inclusive_end>},
    {"include_docs", take<&Query::include_docs>},
    {"attachments", take<&Query::attachments>},
    {"att_encoding_info", take<&Query::att_encoding_info>},
    {"update_seq", take<&Query::update_seq>},
    {"conflicts", take<&Query::conflicts>},
    {"sorted", take<&Query::sorted>},
    {"partition", take_text<&Query::partition>},
};

std::optional<Refusal> take_parameter(Query& query, std::string_view name, const Given& given) {
    const auto found = std::find_if(std::begin(known), std::end(known),
                                    [&](const Parameter& each) { return each.name == name; });
    if (found == std::end(known)) return {};
    return found->take(query, given);
}

}   // namespace

std::variant<Query, Refusal>
parse_query(std::span<const std::pair<std::string, std::string>> parameters, Query start) {
    for (const auto& [name, text] : parameters) {
        if (auto refusal = take_parameter(start, name, Given(text, false))) return *refusal;
    }
    return start;
}

std::variant<Query, Refusal> parse_query(json::View body, Query start) {
    if (!body.is(Type::object)) return Refusal{"bad_request", "Request body must be a JSON object"};
    for (const json::Member member : body.members()) {
        if (auto refusal = take_parameter(start, member.key, Given(member.value))) return *refusal;
    }
    return start;
}

}   // namespace glasshive::store::view
