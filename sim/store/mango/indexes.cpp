#include "store/mango/indexes.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "store/json/builder.h"
#include "store/json/erlang.h"
#include "store/mango/field.h"

namespace glasshive::store::mango {

namespace {

using json::Type;
using json::View;

std::string sha1_hex(std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    SIM_ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha1(), nullptr) == 1);
    return hex_text({reinterpret_cast<const char*>(digest), size});
}

/// What POST /_index said beside its definition, in order of names.
struct Option {
    std::string_view name;
    std::string term;
};

std::string atom_term(std::string_view name) {
    std::string out{json::term::atom_tag, 0, static_cast<char>(name.size())};
    return out += name;
}

/// mango_idx:gen_name/2: the SHA-1 of {Definition, Options} as an external term.
std::string generated_name(View definition, const std::vector<Option>& options) {
    using namespace json::term;
    std::string term{static_cast<char>(131), tuple_tag, 2};
    term += definition.bytes();
    term.push_back(list_tag);
    append_32(term, static_cast<std::uint32_t>(options.size()));
    for (const Option& option : options) {
        term.push_back(tuple_tag);
        term.push_back(2);
        term += atom_term(option.name);
        term += option.term;
    }
    term.push_back(nil_tag);
    return sha1_hex(term);
}

std::optional<Refusal> read_definition(View definition, IndexInfo& out) {
    if (!definition.is(Type::object))
        return Refusal{"invalid_index",
                       "JSON indexes must be an object, not: " + json::erlang_text(definition)};
    Members members(definition);
    const auto fields = members.take("fields");
    if (!fields) return missing_key("fields");
    auto sort = parse_sort(*fields);
    if (auto* refusal = std::get_if<Refusal>(&sort)) return std::move(*refusal);
    out.fields = std::get<Sort>(std::move(sort));
    out.partial_json = json::Value::empty_object();
    if (const auto partial = members.take("partial_filter_selector")) {
        auto selector = Selector::parse(*partial);
        if (auto* refusal = std::get_if<Refusal>(&selector)) return std::move(*refusal);
        // Kept normalised.
        out.partial_json = std::get<Selector>(selector).to_json();
        if (partial->size() > 0) out.partial = std::get<Selector>(std::move(selector));
    }
    return members.left();
}

std::variant<std::string, Refusal> read_text(View value) {
    if (value.is(Type::text)) return std::string(value.text());
    return Refusal{"invalid_string", "Invalid string: " + json::erlang_text(value)};
}

std::optional<Refusal> check_type(std::string_view type) {
    if (type == "json") return {};
    if (type == "text" || type == "nouveau") {
        return Refusal{"required index service unavailable", std::string(type)};
    }
    return Refusal{"invalid_index", "Invalid type for index: " + std::string(type)};
}

}   // namespace

bool IndexInfo::covers(const std::optional<std::vector<std::string>>& wanted) const {
    if (special() || !wanted) return false;
    return std::all_of(wanted->begin(), wanted->end(), [this](const std::string& field) {
        return field == "_id" || std::any_of(fields.begin(), fields.end(),
                                             [&](const auto& each) { return each.first == field; });
    });
}

void IndexInfo::write(json::Builder& out) const {
    out.begin_object();
    out.key("ddoc");
    if (special()) {
        out.null();
    } else {
        out.text(ddoc);
    }
    out.key("name");
    out.text(name);
    out.key("type");
    out.text(special() ? "special" : "json");
    if (!special()) {
        out.key("partitioned");
        out.boolean(partitioned);
    }
    out.key("def");
    out.begin_object();
    out.key("fields");
    write_sort(fields, out);
    if (partial) {
        out.key(legacy ? "selector" : "partial_filter_selector");
        out.copy(partial_json.view());
    }
    out.end_object();
    out.end_object();
}

std::variant<IndexRequest, Refusal> parse_index(View body) {
    if (!body.is(Type::object)) return Refusal{"bad_request", "Request body must be a JSON object"};
    Members members(body);
    IndexRequest request;
    const auto definition = members.take("index");
    if (!definition) return missing_key("index");
    request.definition = json::own(*definition);
    std::string texts[] = {"json", "", ""};
    const std::string_view names[] = {"type", "name", "ddoc"};
    std::string terms[3];
    for (int i = 0; i < 3; ++i) {
        const auto given = members.take(names[i]);
        json::Builder out;
        if (given) {
            auto text = read_text(*given);
            if (auto* refusal = std::get_if<Refusal>(&text)) return std::move(*refusal);
            texts[i] = std::get<std::string>(text);
            if (i > 0 && texts[i].empty())   // Pull request 3990.
                return Refusal{"invalid_empty_string", "Index name/ddoc cannot be empty"};
        }
        out.text(texts[i]);
        terms[i] = given || i == 0 ? std::string(out.take().bytes()) : atom_term("auto_name");
    }
    std::uint64_t w = 2;
    if (const auto given = members.take("w")) {
        if (auto refusal = read_positive(*given, w)) return *refusal;
    }
    if (const auto given = members.take("partitioned")) {
        if (!given->is(Type::boolean))
            return Refusal{"unknown_error",
                           "Unknown Error: mango_opts :: {invalid_partitioned_value," +
                               json::erlang_text(*given) + "}"};
        request.partitioned = given->boolean();
    }
    if (auto refusal = members.left()) return *refusal;
    if (auto refusal = check_type(texts[0])) return *refusal;
    if (auto refusal = read_definition(*definition, request.index)) return *refusal;
    json::Builder count;
    count.integer(w);
    const std::string partitioned = !request.partitioned   ? "db_default"
                                    : *request.partitioned ? "true"
                                                           : "false";
    const std::string generated =
        generated_name(*definition, {{"ddoc", terms[2]},
                                     {"def", std::string(definition->bytes())},
                                     {"name", terms[1]},
                                     {"partitioned", atom_term(partitioned)},
                                     {"type", terms[0]},
                                     {"w", std::string(count.take().bytes())}});
    request.index.name = members.take("name") ? texts[1] : generated;
    request.index.ddoc = members.take("ddoc") ? texts[2] : generated;
    if (!request.index.ddoc.starts_with("_design/")) request.index.ddoc.insert(0, "_design/");
    if (request.index.ddoc == "_design/")   // couch_doc:validate_docid/1.
        return Refusal{"illegal_docid", "Illegal document id `_design/`"};
    request.index.partitioned = request.partitioned.value_or(false);
    return request;
}

std::vector<IndexInfo> indexes_of(std::string_view id, View design, bool partitioned) {
    std::vector<IndexInfo> all;
    const auto language = design.find("language");
    if (!language || !language->is(Type::text) || language->text() != "query") return all;
    if (const auto options = design.find("options")) {
        const auto own_word = options->find("partitioned");
        if (own_word && own_word->is(Type::boolean)) partitioned = own_word->boolean();
    }
    const auto views = design.find("views");
    if (!views || !views->is(Type::object)) return all;
    for (const json::Member member : views->members()) {
        const auto map = member.value.find("map");
        const auto fields = map ? map->find("fields") : std::nullopt;
        if (!fields || !fields->is(Type::object)) continue;
        IndexInfo index{.ddoc = std::string(id), .name = std::string(member.key), .fields = {}};
        index.partitioned = partitioned;
        bool good = true;
        for (const json::Member field : fields->members()) {
            good = good && field.value.is(Type::text);
            if (good) index.fields.emplace_back(field.key, field.value.text());
        }
        // mango_idx:get_legacy_selector/1.
        auto partial = map->find("partial_filter_selector");
        if (!partial) {
            partial = map->find("selector");
            index.legacy = partial.has_value();
        }
        if (partial && partial->is(Type::object) && partial->size() > 0) {
            auto selector = Selector::parse(*partial);
            if (auto* made = std::get_if<Selector>(&selector)) {
                index.partial = std::move(*made);
            } else {
                good = false;
            }
            index.partial_json = json::own(*partial);
        }
        if (good) all.push_back(std::move(index));
    }
    std::sort(all.begin(), all.end(),
              [](const IndexInfo& a, const IndexInfo& b) { return a.name < b.name; });
    return all;
}

std::vector<IndexInfo> all_indexes(const std::vector<std::pair<std::string, json::Value>>& designs,
                                   bool partitioned) {
    std::vector<IndexInfo> all(1);
    std::vector<std::pair<std::string, json::Value>> sorted = designs;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [id, design] : sorted) {
        for (IndexInfo& index : indexes_of(id, design.view(), partitioned))
            all.push_back(std::move(index));
    }
    return all;
}

}   // namespace glasshive::store::mango
