#include "door/callers/missed.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "store/document/print.h"
#include "store/json/parse.h"
#include "store/mango/selector.h"
#include "store/search/scripts.h"
#include "store/view/definition.h"

namespace glasshive::door::callers {

namespace json = store::json;

namespace {

using Wants = std::function<bool(json::View document)>;

constexpr std::string_view word_all_docs = "/_all_docs", word_find = "/_find",
                           word_view = "/_view/";
constexpr std::int64_t find_limit = 25;   // mango_opts:default_limit/0

/// The document as every copy has it that knows the revision; empty when one has another winner.
json::Value settled(const couch::Front& front, const std::string& database, const std::string& id,
                    const store::Revision* revision) {
    json::Value found;
    for (const store::Document* document : front.observer().documents_of(database, id)) {
        const store::Tree& tree = document->tree;
        if (revision != nullptr && !tree.find(*revision)) continue;   // It lags: no wonder.
        const auto& winner = tree.node(tree.winner());
        if (revision != nullptr && winner.revision != *revision) return {};
        if (!winner.content || winner.content->deleted) return {};
        if (!found) found = store::document_json(id, tree, tree.winner());
    }
    return found;
}

/// Whether a list or a view is asked for all its rows, as they are now.
bool wants_all_rows(std::string_view target, bool& reduces) {
    const std::size_t begin = target.find('?');
    std::string_view rest = begin == std::string_view::npos ? "" : target.substr(begin + 1);
    while (!rest.empty()) {
        const std::string_view each = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), each.size() + 1));
        const std::string_view key = each.substr(0, each.find('='));
        if (each == "reduce=false") reduces = false;
        constexpr std::array<std::string_view, 5> harmless{"include_docs", "conflicts", "reduce",
                                                           "descending", "stable"};
        if (each == "update=true") continue;
        if (std::find(harmless.begin(), harmless.end(), key) == harmless.end()) return false;
    }
    return true;
}

std::optional<Wants> wants_of_find(json::View body, std::size_t shown) {
    for (const char* const key : {"use_index", "sort", "skip", "bookmark", "update", "fields"}) {
        if (body.find(key)) return std::nullopt;
    }
    const auto limit = body.find("limit");
    const auto most = limit ? limit->integer().value_or(0) : find_limit;
    if (most <= static_cast<std::int64_t>(shown)) return std::nullopt;   // More may follow.
    const auto given = body.find("selector");
    if (!given) return std::nullopt;
    auto parsed = store::mango::Selector::parse(*given);
    auto* selector = std::get_if<store::mango::Selector>(&parsed);
    if (selector == nullptr) return std::nullopt;
    return
        [wanted = std::move(*selector)](json::View document) { return wanted.matches(document); };
}

std::optional<Wants> wants_of_view(const couch::Front& front, const QueryAsked& query,
                                   bool reduces) {
    const std::string path = query.target.substr(0, query.target.find('?'));
    const std::size_t begin = path.find("_design/"), end = path.find(word_view);
    if (begin == std::string::npos || end == std::string::npos) return std::nullopt;
    const json::Value design =
        settled(front, query.database, path.substr(begin, end - begin), nullptr);
    if (!design) return std::nullopt;
    const auto defined = store::view::define(design.view());
    const auto* definition = std::get_if<store::view::Definition>(&defined);
    if (definition == nullptr || definition->language == "query") return std::nullopt;
    const auto place = definition->find(path.substr(end + word_view.size()));
    if (!place || (place->reduce && reduces)) return std::nullopt;
    return [scripts = front.cluster().scripts(), design,
            source =
                std::string(definition->maps[place->map].map.view().text())](json::View document) {
        const auto emits = scripts->emits(design, source, document);
        const bool* does = std::get_if<bool>(&emits);
        return does != nullptr && *does;
    };
}

/// What the query shows, when that can be said of a document alone.
std::optional<Wants> wants_of(const couch::Front& front, const QueryAsked& query,
                              std::size_t shown) {
    const std::string path = query.target.substr(0, query.target.find('?'));
    const json::Parsed body = json::parse(query.body.empty() ? "{}" : query.body);
    if (!body.ok() || !body.value.view().is(json::Type::object)) return std::nullopt;
    if (path.ends_with(word_find)) return wants_of_find(body.value.view(), shown);
    bool reduces = true;
    if (!query.body.empty() || !wants_all_rows(query.target, reduces)) return std::nullopt;
    if (path.ends_with(word_all_docs)) return [](json::View) { return true; };
    return wants_of_view(front, query, reduces);
}

}   // namespace

std::string missed_by(const Entrance& entrance, const QueryAsked& query, const std::string& answer,
                      const std::map<std::string, store::Revision>& known) {
    if (entrance.front == nullptr) return "";
    const std::set<std::string> shown = ids_in(answer);
    std::optional<Wants> wants;
    for (const auto& [id, revision] : known) {
        if (shown.count(id) > 0) continue;
        const json::Value document = settled(*entrance.front, query.database, id, &revision);
        if (!document) continue;
        if (!wants && !(wants = wants_of(*entrance.front, query, shown.size()))) return "";
        if ((*wants)(document.view())) return id;
    }
    return "";
}

}   // namespace glasshive::door::callers
