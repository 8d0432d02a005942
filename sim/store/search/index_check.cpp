#include "store/search/index_check.h"

#include <set>
#include <string_view>

#include "store/json/print.h"

namespace glasshive::store::search {

namespace {

std::string text_of(const view::Row& row) {
    std::string text;
    json::print(row.key.view(), text);
    text += " of " + std::string(row.id.view()) + ": ";
    json::print(row.value.view(), text);
    return text;
}

std::vector<std::string> rows_of(const view::RowTree& tree) {
    std::vector<std::string> rows;
    for (auto at = tree.begin(); at != tree.end(); at = tree.next(at)) {
        rows.push_back(text_of(tree.at(at)));
    }
    return rows;
}

/// "" alone, unless ids begin with a partition's name.
std::set<std::string, std::less<>> partitions_of(const Database& copy) {
    std::set<std::string, std::less<>> partitions{""};
    for (const auto slot : copy.documents().order()) {
        const std::string_view id = copy.documents().at(slot).id.view();
        if (id.find(':') != std::string_view::npos) {
            partitions.emplace(id.substr(0, id.find(':')));
        }
    }
    return partitions;
}

}   // namespace

std::vector<std::string> violations(const CopyIndex& index, const Database& copy) {
    const bool whole = index.copy_uuid == copy.uuid() &&
                       index.index.update_seq() == copy.update_seq() &&
                       index.index.purge_seq() == copy.info().purge_seq;
    if (!whole) return {};
    const view::Definition& definition = *index.code->definition;
    auto reducers = view::make_reducers(definition, index.code->program.get());
    if (std::holds_alternative<Refusal>(reducers)) return {};
    view::Index anew(definition, std::move(std::get<0>(reducers)), {}, index.index.partitioned());
    view::SharedMapper mapper(*index.code->mapper, definition, 1);
    if (anew.update(copy, mapper).refusal) return {};
    std::vector<std::string> found;
    for (const std::string& partition : partitions_of(copy)) {
        for (std::size_t map = 0; map < definition.maps.size(); ++map) {
            const auto is = rows_of(index.index.rows(map, partition));
            const auto should = rows_of(anew.rows(map, partition));
            if (is == should) continue;
            found.push_back("map function " + std::to_string(map + 1) + " has " +
                            std::to_string(is.size()) + " rows, its documents emit " +
                            std::to_string(should.size()));
        }
    }
    return found;
}

}   // namespace glasshive::store::search
