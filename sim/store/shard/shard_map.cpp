#include "store/shard/shard_map.h"

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "store/json/builder.h"
#include "store/json/term.h"
#include "store/revtree/rev_id.h"

namespace glasshive::store {

namespace {

/// Takes from `left` (how many copies of each range) one whole ring, if there is one.
bool take_ring(std::map<Range, std::uint32_t>& left) {
    constexpr std::uint64_t ring_end = std::uint64_t{UINT32_MAX} + 1;
    std::set<std::uint64_t> closes{ring_end};   // From here on to the ring's end without a gap.
    for (auto it = left.rbegin(); it != left.rend(); ++it) {
        const auto& [range, count] = *it;
        if (count > 0 && closes.count(std::uint64_t{range.end} + 1) > 0) closes.insert(range.begin);
    }
    if (closes.count(0) == 0) return false;
    for (std::uint64_t at = 0; at < ring_end;) {
        const auto begin = static_cast<std::uint32_t>(at);
        auto it = left.lower_bound({begin, begin});
        while (it->second == 0 || closes.count(std::uint64_t{it->first.end} + 1) == 0) ++it;
        SIM_ASSERT(it->first.begin == begin);
        --it->second;
        at = std::uint64_t{it->first.end} + 1;
    }
    return true;
}

std::uint32_t rings_of(const std::vector<Copy>& copies) {
    std::map<Range, std::uint32_t> left;
    for (const Copy& copy : copies) ++left[copy.range];
    std::uint32_t rings = 0;
    while (take_ring(left)) ++rings;
    return rings;
}

}   // namespace

ShardMap::ShardMap(std::string database, std::int64_t created, bool partitioned,
                   const std::vector<Copy>& copies, const Revision* tombstone)
    : ShardMap() {
    Parts& parts = *parts_;
    parts.database = std::move(database);
    parts.suffix = "." + std::to_string(created);
    parts.partitioned = partitioned;
    for (const Copy& copy : copies) {
        parts.by_node[copy.node].push_back(copy.range);
        parts.by_range[copy.range].push_back(copy.node);
        parts.changelog.push_back({MapChange::Kind::add, copy.range, copy.node});
    }
    for (auto& [node, ranges] : parts.by_node) std::sort(ranges.begin(), ranges.end());
    for (auto& [range, nodes] : parts.by_range) std::sort(nodes.begin(), nodes.end());
    std::sort(parts.changelog.begin(), parts.changelog.end(),
              [](const MapChange& a, const MapChange& b) {
                  return std::pair(a.range, a.node) < std::pair(b.range, b.node);
              });
    parts.rebuild();
    parts.revision = *next_revision(tombstone, {.body = body()});
}

ShardMap::Parts& ShardMap::own() {
    if (parts_.use_count() > 1) parts_ = std::make_shared<Parts>(*parts_);
    return *parts_;
}

/// By range where the two views agree, by node where they do not.
void ShardMap::Parts::rebuild() {
    std::vector<Copy> from_nodes;
    std::vector<Copy> from_ranges;
    for (const auto& [node, ranges] : by_node) {
        for (const Range& range : ranges) from_nodes.push_back({range, node});
    }
    for (const auto& [range, nodes] : by_range) {
        for (const std::string& node : nodes) from_ranges.push_back({range, node});
    }
    const auto sorted = [](std::vector<Copy> all) {
        std::sort(all.begin(), all.end(), [](const Copy& a, const Copy& b) {
            return std::pair(a.range, a.node) < std::pair(b.range, b.node);
        });
        return all;
    };
    const bool agree = sorted(from_nodes) == sorted(from_ranges);
    copies = std::move(agree ? from_ranges : from_nodes);
    std::stable_sort(copies.begin(), copies.end(),
                     [](const Copy& a, const Copy& b) { return a.range < b.range; });
    n = rings_of(copies);
}

std::string ShardMap::shard_name(const Range& range) const {
    return "shards/" + range.text() + "/" + database() + suffix();
}

std::vector<const Copy*> ShardMap::copies_on(std::string_view node) const {
    std::vector<const Copy*> found;
    for (const Copy& copy : copies()) {
        if (copy.node == node) found.push_back(&copy);
    }
    return found;
}

std::vector<const Copy*> ShardMap::copies_of(std::uint32_t hash) const {
    std::vector<const Copy*> found;
    for (const Copy& copy : copies()) {
        if (copy.range.begin > hash) break;
        if (copy.range.contains(hash)) found.push_back(&copy);
    }
    return found;
}

std::vector<const Copy*> ShardMap::copies_of(std::string_view id) const {
    const auto at = hash(id);
    return at ? copies_of(*at) : std::vector<const Copy*>();
}

std::optional<std::uint32_t> ShardMap::hash(std::string_view id) const {
    return partitioned() ? hash_of_partitioned(id) : hash_of(id);
}

std::vector<Range> ShardMap::ranges() const {
    std::vector<Range> ranges;
    for (const Copy& copy : copies()) {
        if (ranges.empty() || ranges.back() != copy.range) ranges.push_back(copy.range);
    }
    return ranges;
}

bool ShardMap::add_copy(const Range& range, const std::string& node) {
    Parts& parts = own();
    std::vector<std::string>& nodes = parts.by_range[range];
    if (std::find(nodes.begin(), nodes.end(), node) != nodes.end()) return false;
    nodes.push_back(node);
    parts.by_node[node].push_back(range);
    parts.changelog.push_back({MapChange::Kind::add, range, node});
    parts.rebuild();
    return true;
}

bool ShardMap::remove_copy(const Range& range, const std::string& node) {
    Parts& parts = own();
    const auto of_range = parts.by_range.find(range);
    const auto of_node = parts.by_node.find(node);
    if (of_range == parts.by_range.end() || of_node == parts.by_node.end()) return false;
    if (std::erase(of_range->second, node) == 0) return false;
    std::erase(of_node->second, range);
    if (of_range->second.empty()) parts.by_range.erase(of_range);
    if (of_node->second.empty()) parts.by_node.erase(of_node);
    parts.changelog.push_back({MapChange::Kind::remove, range, node});
    parts.rebuild();
    return true;
}

bool ShardMap::split_copy(const Range& range, const std::string& node, std::uint32_t parts) {
    Parts& map = own();
    const auto of_range = map.by_range.find(range);
    if (of_range == map.by_range.end() || parts < 2) return false;
    if (std::uint64_t{range.end} - range.begin + 1 < parts) return false;
    if (std::erase(of_range->second, node) == 0) return false;
    if (of_range->second.empty()) map.by_range.erase(of_range);
    std::vector<Range>& mine = map.by_node[node];
    std::erase(mine, range);
    for (const Range& part : split_range(range, parts)) {
        mine.push_back(part);
        std::vector<std::string>& nodes = map.by_range[part];
        nodes.push_back(node);
        std::sort(nodes.begin(), nodes.end());
    }
    std::sort(mine.begin(), mine.end());
    map.changelog.push_back({MapChange::Kind::split, range, node, parts});
    map.rebuild();
    return true;
}

void ShardMap::edit_of(const ShardMap& before) {
    own().revision = *next_revision(&before.revision(), {.body = body()});
}

ShardMap ShardMap::merged(const ShardMap& a, const ShardMap& b) {
    const bool first = b.revision() < a.revision();
    const ShardMap& loser = first ? b : a;
    const ShardMap& winner = first ? a : b;
    ShardMap both = winner;
    bool edited = false;
    for (const MapChange& change : loser.changelog()) {
        if (change.kind != MapChange::Kind::split) continue;
        const std::vector<MapChange>& log = both.changelog();
        if (std::find(log.begin(), log.end(), change) != log.end()) continue;
        edited |= both.split_copy(change.range, change.node, change.parts);
    }
    if (edited) both.edit_of(winner);
    return both;
}

std::optional<ShardName> parse_shard_name(std::string_view name) {
    constexpr std::string_view prefix = "shards/";
    constexpr std::size_t range_size = 17;
    if (!name.starts_with(prefix)) return {};
    name.remove_prefix(prefix.size());
    if (name.size() <= range_size || name[range_size] != '/') return {};
    const auto range = Range::parse(name.substr(0, range_size));
    name.remove_prefix(range_size + 1);
    const std::size_t dot = name.rfind('.');
    if (!range || dot == std::string_view::npos || dot == 0) return {};
    return ShardName{*range, std::string(name.substr(0, dot)), std::string(name.substr(dot))};
}

// --- Who is asked first --------------------------------------------------------------------------

namespace {

using namespace json::term;

/// mem3_util:rotate_list/2: the CRC-32 of the pair's external term says who comes first.
std::size_t first_of(std::string_view database, json::View key, std::size_t count) {
    std::string term{static_cast<char>(131), tuple_tag, 2, binary_tag};   // 131: the version.
    append_32(term, static_cast<std::uint32_t>(database.size()));
    term += database;
    term += key.bytes();
    return hash_of(term) % count;
}

}   // namespace

const Copy* ShardMap::preferred(const std::vector<const Copy*>& copies) const {
    SIM_ASSERT(!copies.empty());
    const Range range = copies.front()->range;
    for (const Copy* copy : copies) SIM_ASSERT(copy->range == range);
    json::Builder key;
    key.begin_array();
    key.integer(std::int64_t{range.begin});
    key.integer(std::int64_t{range.end});
    key.end_array();
    const json::Value value = key.take();
    return copies[first_of(database(), value.view(), copies.size())];
}

std::string owner_of(std::string_view database, std::string_view id,
                     std::vector<std::string> nodes) {
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    SIM_ASSERT(!nodes.empty());
    json::Builder key;
    key.text(id);
    const json::Value value = key.take();
    return nodes[first_of(database, value.view(), nodes.size())];
}

}   // namespace glasshive::store
