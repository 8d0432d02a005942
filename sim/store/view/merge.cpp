#include "store/view/merge.h"

#include <algorithm>
#include <iterator>

namespace glasshive::store::view {

MapPage merge_rows(std::vector<MapPage> shards, const Query& query, collate::Order order) {
    MapPage merged;
    std::uint64_t before = 0;
    bool counted = true;
    std::vector<MapRow> all;
    for (MapPage& page : shards) {
        merged.total_rows += page.total_rows;
        before += page.offset.value_or(0);
        counted = counted && page.offset.has_value();
        std::move(page.rows.begin(), page.rows.end(), std::back_inserter(all));
    }
    if (query.sorted || query.keys) {
        const int sign = query.descending ? -1 : 1;
        std::stable_sort(all.begin(), all.end(), [&](const MapRow& a, const MapRow& b) {
            if (a.asked != b.asked) return a.asked < b.asked;
            int result = collate::compare(a.row.key.view(), b.row.key.view(), order);
            if (result == 0) result = collate::compare_bytes(a.row.id.view(), b.row.id.view());
            return sign * result < 0;
        });
    }
    const std::uint64_t begin = std::min<std::uint64_t>(query.skip, all.size());
    const std::uint64_t end = begin + std::min<std::uint64_t>(query.limit, all.size() - begin);
    for (std::uint64_t i = begin; i < end; ++i) merged.rows.push_back(std::move(all[i]));
    if (counted) {
        merged.offset = std::min(before + query.skip, merged.total_rows);
    } else {
        merged.offset.reset();
    }
    return merged;
}

std::variant<std::vector<Group>, Refusal> merge_groups(std::vector<std::vector<Group>> shards,
                                                       const Query& query, Reducer& reducer,
                                                       collate::Order order) {
    std::vector<Group> all;
    for (std::vector<Group>& groups : shards)
        std::move(groups.begin(), groups.end(), std::back_inserter(all));
    const int sign = query.descending ? -1 : 1;
    const auto compare = [&](const Group& a, const Group& b) {
        if (a.asked != b.asked) return a.asked < b.asked ? -1 : 1;
        return sign * collate::compare(a.key.view(), b.key.view(), order);
    };
    std::stable_sort(all.begin(), all.end(),
                     [&](const Group& a, const Group& b) { return compare(a, b) < 0; });
    std::vector<Group> merged;
    std::uint64_t skip = query.skip;
    for (std::size_t begin = 0; begin < all.size() && merged.size() < query.limit;) {
        std::size_t end = begin;
        std::vector<json::Value> parts;
        while (end < all.size() && compare(all[begin], all[end]) == 0)
            parts.push_back(std::move(all[end++].value));
        if (skip > 0) {
            --skip;
        } else {
            Reduced whole = parts.size() == 1 ? Reduced(parts[0]) : reducer.rereduce(parts);
            if (auto* refusal = std::get_if<Refusal>(&whole)) return std::move(*refusal);
            merged.push_back({std::move(all[begin].key),
                              reducer.finalize(std::get<json::Value>(whole)), all[begin].asked});
        }
        begin = end;
    }
    return merged;
}

}   // namespace glasshive::store::view
