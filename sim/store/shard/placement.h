#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/shard/ranges.h"

namespace glasshive::store {

/// One copy of one range: a shard file on a node.
struct Copy {
    Range range;
    std::string node;

    friend bool operator==(const Copy&, const Copy&) = default;
};

/// A node as its document in `_nodes` describes it.
struct Member {
    std::string name;              ///< "node1@127.0.0.1"
    std::string zone{};            ///< Empty: none.
    bool decommissioned = false;   ///< `decom`: gets no new shards.
};

/// So many copies in this zone.
struct ZoneCopies {
    std::string zone;
    std::uint32_t copies = 1;

    friend bool operator==(const ZoneCopies&, const ZoneCopies&) = default;
};

/// How a new database is spread.
/// Default: default.ini [cluster] q=2, n=3. `placement` replaces n when it is not empty.
struct Spread {
    std::uint32_t q = 2;
    std::int64_t n = 3;
    std::vector<ZoneCopies> placement{};
    bool partitioned = false;
};

/// "metro-dc-a:2,metro-dc-b:1"; empty when it is none. Source: mem3:decode_placement_string/1.
std::optional<std::vector<ZoneCopies>> parse_placement(std::string_view text);

/// How many copies there will be: at least one, at most as many as nodes (0 without nodes).
/// Source: mem3_util:n_val/2. CouchDB says nothing when it gives less than asked.
std::uint32_t effective_copies(std::int64_t n, std::size_t nodes);
/// How many copies must agree: a majority. Source: mem3:quorum/1.
constexpr std::uint32_t quorum_of(std::uint32_t copies) { return copies / 2 + 1; }

/// Draws from 0..bound-1.
using Draw = std::function<std::uint64_t(std::uint64_t bound)>;

/// Deals the copies of all ranges to the members, or says why not (`no_nodes_in_zone`, 500).
/// Nodes stand in the order of their names, rotated by a random amount; ranges are dealt from the
/// last one down, each copy to the next node, so that a range's copies are on distinct nodes and
/// nobody holds more than one file more than another. With placement so in each zone, one draw
/// each. Nodes that come later get nothing until somebody moves a shard.
/// Source: mem3:choose_shards/3, mem3_util:create_partition_map/5, attach_nodes/4.
std::variant<std::vector<Copy>, Refusal> place(std::vector<Member> members, const Spread& spread,
                                               const Draw& draw);

}   // namespace glasshive::store
