#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/quorum/query.h"
#include "store/shard/ranges.h"

namespace glasshive::store {

/// A place in a database's history: one in the history of one copy of each range. To clients it is
/// opaque, "SUM-OPAQUE"; the sum of the copies' numbers is for their eyes only and may go back.
/// Source: fabric_view_changes:pack_seqs/1 (whose term is compressed where that is shorter).
struct PackedSeq {
    struct One {
        Range range;
        query::SeqOf at;
    };
    std::vector<One> ranges;   ///< In order.

    std::string text() const;
    /// Empty: "Malformed sequence supplied in 'since' parameter.", 400. "0" is no place: it begins
    /// with nothing seen.
    static std::optional<PackedSeq> parse(std::string_view text);
};

/// Of ranges, the indices of some that make a whole ring, earlier ones preferred; empty: none do.
/// Source: mem3_util:get_ring/3.
std::vector<std::size_t> ring_of(const std::vector<Range>& ranges);

}   // namespace glasshive::store
