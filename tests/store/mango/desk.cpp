#include "store/mango/desk.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "store/document/print.h"
#include "store/edit.h"
#include "store/json/print.h"
#include "store/view/merge.h"

namespace glasshive::test {

using namespace store;
using namespace store::mango;

namespace {

std::string words(const Refusal& refusal) { return refusal.error + ": " + refusal.reason; }

}   // namespace

std::size_t FindDesk::shard_of(std::string_view id) const {
    return any_shard_of(id, copies_.size());
}

void FindDesk::edit(std::string_view id, std::string_view body, bool deleted) {
    edit_on_top(copies_[shard_of(id)], id, json_value(body), deleted);
}

void FindDesk::put(std::string_view id, std::string_view body) { edit(id, body, false); }
void FindDesk::remove(std::string_view id) { edit(id, "{}", true); }

std::string FindDesk::index(std::string_view body) {
    auto parsed = parse_index(json_value(body).view());
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return words(*refusal);
    const IndexRequest request = std::get<IndexRequest>(parsed);
    auto at = std::find_if(designs.begin(), designs.end(),
                           [&](const auto& each) { return each.first == request.index.ddoc; });
    const json::Value before = at == designs.end() ? json::Value() : at->second;
    auto made = with_index(request, before);
    if (const auto* refusal = std::get_if<Refusal>(&made)) return words(*refusal);
    const json::Value after = std::get<json::Value>(made);
    if (before && after == before) return "exists " + request.index.name;
    if (at == designs.end()) {
        designs.emplace_back(request.index.ddoc, after);
    } else {
        at->second = after;
    }
    put(request.index.ddoc, json::to_text(after.view()));
    return "created " + request.index.name;
}

json::Value FindDesk::document(std::string_view id, bool conflicts) const {
    const Document* found = copies_[shard_of(id)].find(id);
    if (found == nullptr || found->tree.deleted()) return {};
    return document_json(id, found->tree, found->tree.winner(), {.conflicts = conflicts});
}

std::vector<FoundRow> FindDesk::all_documents(const view::Query& query) const {
    std::vector<std::string> ids;
    for (const Database& copy : copies_) {
        for (const DocumentTable::Slot slot : copy.documents().order()) {
            const Document& each = copy.documents().at(slot);
            if (!each.tree.deleted()) ids.emplace_back(each.id.view());
        }
    }
    std::sort(ids.begin(), ids.end());
    if (query.descending) std::reverse(ids.begin(), ids.end());
    const int sign = query.descending ? -1 : 1;
    std::vector<FoundRow> rows;
    std::uint64_t skip = query.skip;
    for (const std::string& id : ids) {
        if (query.start_key && sign * id.compare(query.start_key.view().text()) < 0) continue;
        if (query.end_key && sign * id.compare(query.end_key.view().text()) > 0) continue;
        if (skip > 0) {
            --skip;
            continue;
        }
        std::string text;
        json::print_text(id, text);
        rows.push_back({json_value(text), id, document(id, query.conflicts.value_or(false))});
        if (!query.include_docs) rows.back().document = {};
    }
    return rows;
}

std::vector<FoundRow> FindDesk::rows(const Find& find) {
    const auto query = find.rows();
    if (!query) return {};
    const IndexInfo& index = *find.plan().index;
    if (index.special()) return all_documents(*query);
    const auto design = std::find_if(designs.begin(), designs.end(),
                                     [&](const auto& each) { return each.first == index.ddoc; });
    view::Definition definition = std::get<0>(view::define(design->second.view()));
    const std::string signature = definition.signature;
    auto at = std::find_if(built_.begin(), built_.end(),
                           [&](const auto& each) { return each.first == signature; });
    if (at == built_.end()) {
        Built made{std::move(definition), nullptr, nullptr, {}};
        made.mapper = index_mapper(made.definition);
        made.shared = std::make_unique<view::SharedMapper>(*made.mapper, made.definition, 1);
        for (std::size_t i = 0; i < copies_.size(); ++i) {
            auto reducers = view::make_reducers(made.definition, nullptr);
            made.indexes.emplace_back(made.definition, std::move(std::get<0>(reducers)));
        }
        at = built_.insert(built_.end(), {signature, std::move(made)});
    }
    Built& built = at->second;
    const auto place = built.definition.find(index.name);
    REQUIRE(place);
    std::vector<view::MapPage> shards;
    const auto find_document = [&](std::string_view id, const std::optional<Revision>&) {
        return document(id, query->conflicts.value_or(false));
    };
    for (std::size_t i = 0; i < copies_.size(); ++i) {
        REQUIRE(built.indexes[i].update(copies_[i], *built.shared).finished);
        const view::RowTree& tree = built.indexes[i].rows(place->map);
        shards.push_back(read_rows(tree, query->for_shard(), find_document));
    }
    std::vector<FoundRow> rows;
    for (view::MapRow& row : view::merge_rows(std::move(shards), *query).rows)
        rows.push_back({row.row.key, std::string(row.row.id.view()), std::move(row.document)});
    return rows;
}

std::string FindDesk::find(std::string_view body) {
    reply_ = {};
    auto options = parse_find(json_value(body).view());
    if (const auto* refusal = std::get_if<Refusal>(&options)) return words(*refusal);
    auto plan = make_plan(std::get<FindOptions>(options), all_indexes(designs));
    if (const auto* refusal = std::get_if<Refusal>(&plan)) return words(*refusal);
    auto started = Find::start(std::get<Plan>(std::move(plan)));
    if (const auto* refusal = std::get_if<Refusal>(&started)) return words(*refusal);
    Find& find = std::get<Find>(started);
    const bool quorum = find.plan().options.r > 1;
    Examined examined;
    for (FoundRow& row : rows(find)) {
        if (quorum) {
            if (find.plan().index->special() && row.id.starts_with("_design/")) continue;
            row.document = document(row.id, false);
            if (!find.offer_read(row)) break;
        } else if (auto picked = pick(find.plan(), row, examined)) {
            row.document = *picked;
            if (!find.offer(row)) break;
        }
    }
    find.add(examined);
    reply_ = find.reply(1.5);
    return json::to_text(reply_.view());
}

std::string FindDesk::ids(std::string_view selector, std::string_view more) {
    const std::string reply = find("{\"selector\":" + std::string(selector) +
                                   (more.empty() ? "" : ",") + std::string(more) + "}");
    if (!reply_) return reply;
    std::string out;
    for (const json::View document : reply_.view().find("docs")->elements()) {
        const auto id = document.find("_id");
        out += (out.empty() ? "" : " ") + (id ? std::string(id->text()) : "?");
    }
    return out;
}

std::string FindDesk::explain(std::string_view body) {
    auto options = parse_find(json_value(body).view());
    if (const auto* refusal = std::get_if<Refusal>(&options)) return words(*refusal);
    auto plan = make_plan(std::get<FindOptions>(options), all_indexes(designs), true);
    if (const auto* refusal = std::get_if<Refusal>(&plan)) return words(*refusal);
    return json::to_text(mango::explain(std::get<Plan>(plan), "shop", false).view());
}

std::string FindDesk::last(std::string_view member) const {
    const auto found = reply_ ? reply_.view().find(member) : std::nullopt;
    if (!found) return "";
    return found->is(json::Type::text) ? std::string(found->text()) : json::to_text(*found);
}

}   // namespace glasshive::test
