// Design documents that hold indexes, and the rows that documents have in them.
// Source: mango_idx_view.erl: add/2, remove/2; mango_idx:add/2; mango_native_proc.erl.
#include <algorithm>

#include "store/json/builder.h"
#include "store/json/erlang.h"
#include "store/mango/field.h"
#include "store/mango/indexes.h"

namespace glasshive::store::mango {

namespace {

using json::Type;
using json::View;

void write_view(const IndexRequest& request, json::Builder& out) {
    out.begin_object();
    out.key("map");
    out.begin_object();
    out.key("fields");
    out.begin_object();
    for (const auto& [field, direction] : request.index.fields) {
        out.key(field);
        out.text(direction);
    }
    out.end_object();
    out.key("partial_filter_selector");
    out.copy(request.index.partial_json.view());
    out.end_object();
    out.key("reduce");
    out.text("_count");
    out.key("options");
    out.begin_object();
    out.key("def");
    out.copy(request.definition.view());
    out.end_object();
    out.end_object();
}

/// The views with one added or put in place of another.
void write_views(std::optional<View> views, const IndexRequest& request, json::Builder& out) {
    bool written = false;
    out.begin_object();
    if (views && views->is(Type::object)) {
        for (const json::Member member : views->members()) {
            out.key(member.key);
            if (member.key == request.index.name) {
                write_view(request, out);
                written = true;
            } else {
                out.copy(member.value);
            }
        }
    }
    if (!written) {
        out.key(request.index.name);
        write_view(request, out);
    }
    out.end_object();
}

std::string found_language(const std::optional<View>& language) {
    if (!language) return "false";
    json::Builder name;
    name.text("language");
    return "{" + json::erlang_text(name.take().view()) + "," + json::erlang_text(*language) + "}";
}

std::optional<Refusal> check_document(const IndexRequest& request, View before) {
    // mango_util:check_lang/1 prints what it found of the member: the pair, or false.
    const auto language = before.find("language");
    if (!language || !language->is(Type::text) || language->text() != "query")
        return Refusal{"invalid_ddoc_lang",
                       "Existing design doc has an invalid language: " + found_language(language)};
    std::optional<bool> partitioned;
    if (const auto options = before.find("options")) {
        const auto word = options->find("partitioned");
        if (word && word->is(Type::boolean)) partitioned = word->boolean();
    }
    if (request.partitioned && partitioned != request.partitioned)
        return Refusal{"invalid_partitioned_option",
                       "Requested partitioned option does not match existing value on design "
                       "document " +
                           request.index.ddoc};
    return {};
}

class IndexMapper final : public view::Mapper {
  public:
    explicit IndexMapper(const view::Definition& definition) {
        for (const view::MapDefinition& map : definition.maps) {
            json::Builder
                out;   // A design document of this index alone, so that one reader serves.
            out.begin_object();
            out.key("language");
            out.text("query");
            out.key("views");
            out.begin_object();
            out.key("index");
            out.begin_object();
            out.key("map");
            out.copy(map.map.view());
            out.end_object();
            out.end_object();
            out.end_object();
            std::vector<IndexInfo> read = indexes_of("_design/index", out.take().view());
            auto& one = indexes_.emplace_back();
            if (read.empty()) continue;
            one.good = true;
            for (const auto& [field, direction] : read[0].fields)
                one.paths.push_back(path_of(field));
            one.partial = std::move(read[0].partial);
        }
    }

    std::variant<view::Mapping, Refusal> map(View document) override {
        view::Mapping mapping(indexes_.size());
        for (std::size_t i = 0; i < indexes_.size(); ++i) {
            if (auto row = row_of(indexes_[i], document)) mapping[i].push_back(std::move(*row));
        }
        return mapping;
    }

  private:
    struct One {
        bool good = false;
        std::vector<std::vector<std::string>> paths;
        std::optional<Selector> partial;
    };

    static std::optional<view::Emitted> row_of(const One& index, View document) {
        if (!index.good || (index.partial && !index.partial->matches(document))) return {};
        json::Builder key;
        key.begin_array();
        for (const auto& path : index.paths) {
            const Found found = find_field(document, path);
            if (!found.value) return {};   // All fields or no row.
            key.copy(*found.value);
        }
        key.end_array();
        json::Builder nothing;
        nothing.null();
        return view::Emitted{key.take(), nothing.take()};
    }

    std::vector<One> indexes_;
};

}   // namespace

std::variant<json::Value, Refusal> with_index(const IndexRequest& request,
                                              const json::Value& before) {
    json::Builder out;
    out.begin_object();
    bool views = false;
    if (before) {
        if (auto refusal = check_document(request, before.view())) return *refusal;
        for (const json::Member member : before.view().members()) {
            out.key(member.key);
            if (member.key == "views") {
                write_views(member.value, request, out);
                views = true;
            } else {
                out.copy(member.value);
            }
        }
    } else {
        out.key("language");
        out.text("query");
    }
    if (!views) {
        out.key("views");
        write_views({}, request, out);
    }
    if (!before && request.partitioned) {
        out.key("options");
        out.begin_object();
        out.key("partitioned");
        out.boolean(*request.partitioned);
        out.end_object();
    }
    out.end_object();
    return out.take();
}

std::variant<json::Value, Refusal> without_index(std::string_view name, View before) {
    const auto views = before.find("views");
    if (!views || !views->find(name))
        return Refusal{"invalid_index",
                       "JSON index " + std::string(name) + " not found in this design doc."};
    json::Builder out;
    out.begin_object();
    bool anything = false;
    for (const json::Member member : before.members()) {
        if (member.key != "views") {
            out.key(member.key);
            out.copy(member.value);
            anything = anything || member.key != "language";
        } else if (views->size() > 1) {
            anything = true;
            out.key("views");
            out.begin_object();
            for (const json::Member view : views->members()) {
                if (view.key == name) continue;
                out.key(view.key);
                out.copy(view.value);
            }
            out.end_object();
        }
    }
    out.end_object();
    json::Value left = out.take();
    return anything ? left : json::Value();
}

std::unique_ptr<view::Mapper> index_mapper(const view::Definition& definition) {
    return std::make_unique<IndexMapper>(definition);
}

}   // namespace glasshive::store::mango
