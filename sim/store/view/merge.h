#pragma once

#include <variant>
#include <vector>

#include "store/refusal.h"
#include "store/view/read.h"

namespace glasshive::store::view {

/// What the coordinator makes of one page per range, each read with query.for_shard(): rows in
/// order of keys and ids (or of `keys`, as the client gave them), skip and limit applied, totals
/// and offsets added up. With sorted=false rows come range by range.
/// Source: fabric_view_map.erl, fabric_view:get_next_row/1.
MapPage merge_rows(std::vector<MapPage> shards, const Query& query,
                   collate::Order order = collate::Order::icu);

/// Likewise of groups: parts of equal keys are reduced again, then finished for the client.
/// Source: fabric_view_reduce.erl, fabric_view:get_next_row/1.
std::variant<std::vector<Group>, Refusal> merge_groups(std::vector<std::vector<Group>> shards,
                                                       const Query& query, Reducer& reducer,
                                                       collate::Order order = collate::Order::icu);

}   // namespace glasshive::store::view
