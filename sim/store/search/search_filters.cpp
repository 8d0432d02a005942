// Filters of _changes: couch_changes:configure_filter/4, filter/3.
#include <algorithm>
#include <set>
#include <utility>

#include "store/document/print.h"
#include "store/json/builder.h"
#include "store/mango/selector.h"
#include "store/search/searcher.h"

namespace glasshive::store::search {

namespace {

class DocIds final : public ChangeFilter {
  public:
    explicit DocIds(std::set<std::string, std::less<>> ids) : ids_(std::move(ids)) {}
    bool passes(const Document& document, Tree::Index) const override {
        return ids_.count(document.id.view()) > 0;
    }
    /// Of more than these the others are gone through, too: [couchdb]
    /// changes_doc_ids_optimization_threshold.
    bool looks_up() const override { return ids_.size() <= 100; }

  private:
    std::set<std::string, std::less<>> ids_;
};

class Designs final : public ChangeFilter {
  public:
    bool passes(const Document& document, Tree::Index) const override {
        return document.id.view().starts_with("_design/") && !document.tree.deleted();
    }
    bool looks_up() const override { return true; }
};

/// Those that look into documents.
class ByContent : public ChangeFilter {
  public:
    bool passes(const Document& document, Tree::Index leaf) const final {
        if (!document.tree.node(leaf).content) return false;
        // As functions get it: with its past. A selector may look at it, too.
        return wants(
            document_json(document.id.view(), document.tree, leaf, {.revs = shows_past()}).view());
    }
    virtual bool shows_past() const { return false; }
    virtual bool wants(json::View document) const = 0;
};

class BySelector final : public ByContent {
  public:
    explicit BySelector(mango::Selector selector) : selector_(std::move(selector)) {}
    bool wants(json::View document) const override { return selector_.matches(document); }

  private:
    mango::Selector selector_;
};

/// A filter function, or a map function that is one. One that throws lets nothing through (there
/// the feed ends with an error).
class ByFunction final : public ByContent {
  public:
    ByFunction(Scripts& scripts, json::Value design, std::string source, json::Value request)
        : scripts_(scripts),
          design_(std::move(design)),
          source_(std::move(source)),
          request_(std::move(request)) {}
    bool shows_past() const override { return true; }
    bool wants(json::View document) const override {
        const auto said = request_ ? scripts_.filter(design_, source_, document, request_.view())
                                   : scripts_.emits(design_, source_, document);
        const bool* passes = std::get_if<bool>(&said);
        return passes != nullptr && *passes;
    }

  private:
    Scripts& scripts_;
    json::Value design_;
    std::string source_;
    json::Value request_;   // Nothing: a map function.
};

/// A Mango index as a filter: its rows of a document.
class ByIndex final : public ByContent {
  public:
    ByIndex(std::unique_ptr<view::Mapper> mapper, std::size_t map)
        : mapper_(std::move(mapper)),
          map_(map) {}
    bool wants(json::View document) const override {
        const auto rows = mapper_->map(document);
        const auto* mapping = std::get_if<view::Mapping>(&rows);
        return mapping != nullptr && !(*mapping)[map_].empty();
    }

  private:
    std::unique_ptr<view::Mapper> mapper_;
    std::size_t map_;
};

FilterAnswer refused(const Refusal& refusal) {
    return {status_of(refusal.error), refusal.error, refusal.reason, {}};
}
FilterAnswer bad_request(std::string reason) { return refused({"bad_request", std::move(reason)}); }
FilterAnswer passing(std::shared_ptr<const ChangeFilter> filter) {
    return {200, "", "", std::move(filter)};
}

FilterAnswer by_ids(const json::Value& ids) {
    const auto bad = [] {
        return bad_request("`doc_ids` filter parameter is not a list of doc ids.");
    };
    if (!ids || !ids.view().is(json::Type::array)) return bad();
    std::set<std::string, std::less<>> all;
    for (const json::View id : ids.view().elements()) {
        if (!id.is(json::Type::text)) return bad();
        all.emplace(id.text());
    }
    return passing(std::make_shared<DocIds>(std::move(all)));
}

FilterAnswer by_selector(const json::Value& selector) {
    if (!selector || !selector.view().is(json::Type::object))
        return bad_request("Selector error: expected a JSON object");
    auto parsed = mango::Selector::parse(selector.view());
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return bad_request(refusal->reason);
    return passing(std::make_shared<BySelector>(std::get<mango::Selector>(std::move(parsed))));
}

/// "a/b"; empty parts do not count (string:tokens/2).
std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> parts;
    while (!name.empty()) {
        const std::size_t slash = std::min(name.find('/'), name.size());
        if (slash > 0) parts.emplace_back(name.substr(0, slash));
        name.remove_prefix(std::min(slash + 1, name.size()));
    }
    return parts;
}

Refusal missing_member(std::string_view name) {
    return {"not_found", "missing json key: " + std::string(name)};
}

FilterAnswer by_view(Scripts& scripts, const json::Value& design, const std::string& name) {
    const auto views = design.view().find("views");
    if (!views) return refused(missing_member("views"));
    const auto view = views->find(name);
    if (!view) return refused(missing_member(name));
    auto defined = view::define(design.view());
    if (const auto* refusal = std::get_if<Refusal>(&defined)) return refused(*refusal);
    const auto& definition = std::get<view::Definition>(defined);
    const auto place = definition.find(name);
    if (!place) return refused(view::missing_view());
    if (definition.language == "query") {
        return passing(std::make_shared<ByIndex>(mango::index_mapper(definition), place->map));
    }
    const json::Value& source = definition.maps[place->map].map;
    return passing(std::make_shared<ByFunction>(scripts, design, std::string(source.view().text()),
                                                json::Value()));
}

FilterAnswer by_function(Scripts& scripts, const json::Value& design, const std::string& name,
                         const json::Value& request) {
    const auto filters = design.view().find("filters");
    if (!filters) return refused(missing_member("filters"));
    const auto source = filters->find(name);
    if (!source || !source->is(json::Type::text)) return refused(missing_member(name));
    return passing(std::make_shared<ByFunction>(scripts, design, std::string(source->text()),
                                                request ? request : json::Value::empty_object()));
}

}   // namespace

void Searcher::filter(std::string_view database, FilterRequest request,
                      std::function<void(const FilterAnswer&)> then) {
    const std::string name = request.filter;
    if (files_.map_of(database) == nullptr)
        return then({404, "not_found", "Database does not exist.", {}});
    if (name == "_doc_ids") return then(by_ids(request.doc_ids));
    if (name == "_selector") return then(by_selector(request.selector));
    if (name == "_design") return then(passing(std::make_shared<Designs>()));
    const bool view = name == "_view";
    if (view && request.view.empty())
        return then(bad_request("`view` filter parameter is not provided."));
    if (!view && name.starts_with('_')) return then(bad_request("unknown builtin filter name"));
    const std::vector<std::string> parts = parts_of(view ? request.view : name);
    if (parts.empty() && !view) return then({200, "", "", {}});
    if (parts.size() != 2) {
        return then(bad_request(view ? "`view` must be of the form `designname/viewname`"
                                     : "`filter` must be of the form `designname/filtername`"));
    }
    const auto fail = [then](const Reply& reply) {
        then({reply.status, reply.error, reply.reason, {}});
    };
    open_design(database, parts[0], fail,
                [this, view, parts, then, request](const json::Value& design) {
                    then(view ? by_view(scripts_, design, parts[1])
                              : by_function(scripts_, design, parts[1], request.request));
                });
}

}   // namespace glasshive::store::search
