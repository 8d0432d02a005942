#include "store/view/desk.h"

#include <catch2/catch.hpp>

#include "store/document/print.h"
#include "store/edit.h"
#include "store/json/print.h"

namespace glasshive::test {

using namespace store;
using namespace store::view;

namespace {

template <class T, class... Others>
T taken(std::variant<T, Others...> result) {
    if (const auto* refusal = std::get_if<Refusal>(&result))
        FAIL(refusal->error << ": " << refusal->reason);
    return std::get<T>(std::move(result));
}

}   // namespace

ViewDesk::ViewDesk(std::string_view design, std::size_t shards)
    : definition(taken(define(json_value(design).view()))),
      engine_({.now_ms = [] { return 0.0; },
               .random = [] { return 0.5; },
               .log = [this](std::string_view text) { logged.emplace_back(text); }}),
      program_(taken(engine_.load(definition.design.view()))),
      mapper_(taken(script_mapper(definition, *program_))),
      shared_(std::make_unique<SharedMapper>(*mapper_, definition, 1)),
      copies_(shards) {
    for (std::size_t i = 0; i < shards; ++i) {
        indexes_.push_back(
            std::make_unique<Index>(definition, taken(make_reducers(definition, program_.get()))));
    }
}

std::size_t ViewDesk::shard_of(std::string_view id) const {
    return any_shard_of(id, copies_.size());
}

void ViewDesk::edit(std::string_view id, std::string_view body, bool deleted) {
    edit_on_top(copies_[shard_of(id)], id, json_value(body), deleted);
}

void ViewDesk::put(std::string_view id, std::string_view body) { edit(id, body, false); }
void ViewDesk::remove(std::string_view id) { edit(id, "{}", true); }

void ViewDesk::update() {
    for (std::size_t i = 0; i < copies_.size(); ++i) {
        const Index::Progress progress = indexes_[i]->update(copies_[i], *shared_);
        REQUIRE(progress.finished);
        REQUIRE(indexes_[i]->update_seq() == copies_[i].update_seq());
    }
}

json::Value ViewDesk::find(std::string_view id) const {
    const Document* document = copies_[shard_of(id)].find(id);
    if (document == nullptr || document->tree.deleted()) return {};
    return document_json(id, document->tree, document->tree.winner());
}

std::string ViewDesk::run(std::string_view name, std::string_view parameters, bool brief) {
    update();
    const auto words = [](const Refusal& refusal) { return refusal.error + ": " + refusal.reason; };
    auto parsed = parse_query(parameters_of(parameters));
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) return words(*refusal);
    Query query = std::get<Query>(parsed);
    const auto place = definition.find(name);
    if (!place) return words(missing_view());
    const collate::Order order = definition.maps[place->map].order;
    if (const auto refusal = check(query, place->reduce.has_value(), order)) return words(*refusal);
    std::string out;
    if (query.reduces) {
        std::vector<std::vector<Group>> shards;
        for (const auto& index : indexes_) {
            auto read = read_groups(index->rows(place->map), *place->reduce, query.for_shard());
            if (const auto* refusal = std::get_if<Refusal>(&read)) return words(*refusal);
            shards.push_back(std::get<std::vector<Group>>(std::move(read)));
        }
        Reducer& reducer = indexes_[0]->rows(place->map).reducer(*place->reduce);
        auto merged = merge_groups(std::move(shards), query, reducer, order);
        if (const auto* refusal = std::get_if<Refusal>(&merged)) return words(*refusal);
        for (const Group& group : std::get<std::vector<Group>>(merged)) {
            if (!out.empty()) out += brief ? " " : ",";
            if (brief) {
                out += json::to_text(group.key.view()) + "=" + json::to_text(group.value.view());
            } else {
                print_group(group, out);
            }
        }
        return brief ? out : "{\"rows\":[" + out + "]}";
    }
    std::vector<MapPage> shards;
    const auto find_document = [this](std::string_view id, const std::optional<Revision>&) {
        return find(id);
    };
    for (const auto& index : indexes_)
        shards.push_back(read_rows(index->rows(place->map), query.for_shard(), find_document));
    const MapPage merged = merge_rows(std::move(shards), query, order);
    for (const MapRow& row : merged.rows) {
        if (!out.empty()) out += brief ? " " : ",";
        if (brief) {
            json::print(row.row.key.view(), out);
        } else {
            print_row(row, out);
        }
    }
    if (brief) return out;
    return "{\"total_rows\":" + std::to_string(merged.total_rows) +
           ",\"offset\":" + (merged.offset ? std::to_string(*merged.offset) : "null") +
           ",\"rows\":[" + out + "]}";
}

std::string ViewDesk::get(std::string_view name, std::string_view parameters) {
    return run(name, parameters, false);
}

std::string ViewDesk::keys(std::string_view name, std::string_view parameters) {
    return run(name, parameters, true);
}

}   // namespace glasshive::test
