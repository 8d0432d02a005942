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
    : database_(std::move(database)),
      suffix_("." + std::to_string(created)),
      partitioned_(partitioned) {
    for (const Copy& copy : copies) {
        by_node_[copy.node].push_back(copy.range);
        by_range_[copy.range].push_back(copy.node);
        changelog_.push_back({MapChange::Kind::add, copy.range, copy.node});
    }
    for (auto& [node, ranges] : by_node_) std::sort(ranges.begin(), ranges.end());
    for (auto& [range, nodes] : by_range_) std::sort(nodes.begin(), nodes.end());
    std::sort(changelog_.begin(), changelog_.end(), [](const MapChange& a, const MapChange& b) {
        return std::pair(a.range, a.node) < std::pair(b.range, b.node);
    });
    rebuild();
    revision_ = *next_revision(tombstone, {.body = body()});
}

/// By range where the two views agree, by node where they do not.
void ShardMap::rebuild() {
    std::vector<Copy> by_node;
    std::vector<Copy> by_range;
    for (const auto& [node, ranges] : by_node_) {
        for (const Range& range : ranges) by_node.push_back({range, node});
    }
    for (const auto& [range, nodes] : by_range_) {
        for (const std::string& node : nodes) by_range.push_back({range, node});
    }
    const auto sorted = [](std::vector<Copy> copies) {
        std::sort(copies.begin(), copies.end(), [](const Copy& a, const Copy& b) {
            return std::pair(a.range, a.node) < std::pair(b.range, b.node);
        });
        return copies;
    };
    copies_ = sorted(by_node) == sorted(by_range) ? std::move(by_range) : std::move(by_node);
    std::stable_sort(copies_.begin(), copies_.end(),
                     [](const Copy& a, const Copy& b) { return a.range < b.range; });
    n_ = rings_of(copies_);
}

std::string ShardMap::shard_name(const Range& range) const {
    return "shards/" + range.text() + "/" + database_ + suffix_;
}

std::vector<const Copy*> ShardMap::copies_on(std::string_view node) const {
    std::vector<const Copy*> found;
    for (const Copy& copy : copies_) {
        if (copy.node == node) found.push_back(&copy);
    }
    return found;
}

std::vector<const Copy*> ShardMap::copies_of(std::uint32_t hash) const {
    std::vector<const Copy*> found;
    for (const Copy& copy : copies_) {
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
    return partitioned_ ? hash_of_partitioned(id) : hash_of(id);
}

std::vector<Range> ShardMap::ranges() const {
    std::vector<Range> ranges;
    for (const Copy& copy : copies_) {
        if (ranges.empty() || ranges.back() != copy.range) ranges.push_back(copy.range);
    }
    return ranges;
}

bool ShardMap::add_copy(const Range& range, const std::string& node) {
    std::vector<std::string>& nodes = by_range_[range];
    if (std::find(nodes.begin(), nodes.end(), node) != nodes.end()) return false;
    nodes.push_back(node);
    by_node_[node].push_back(range);
    changelog_.push_back({MapChange::Kind::add, range, node});
    rebuild();
    return true;
}

bool ShardMap::remove_copy(const Range& range, const std::string& node) {
    const auto of_range = by_range_.find(range);
    const auto of_node = by_node_.find(node);
    if (of_range == by_range_.end() || of_node == by_node_.end()) return false;
    if (std::erase(of_range->second, node) == 0) return false;
    std::erase(of_node->second, range);
    if (of_range->second.empty()) by_range_.erase(of_range);
    if (of_node->second.empty()) by_node_.erase(of_node);
    changelog_.push_back({MapChange::Kind::remove, range, node});
    rebuild();
    return true;
}

bool ShardMap::split_copy(const Range& range, const std::string& node, std::uint32_t parts) {
    const auto of_range = by_range_.find(range);
    if (of_range == by_range_.end() || parts < 2) return false;
    if (std::uint64_t{range.end} - range.begin + 1 < parts) return false;
    if (std::erase(of_range->second, node) == 0) return false;
    if (of_range->second.empty()) by_range_.erase(of_range);
    std::vector<Range>& mine = by_node_[node];
    std::erase(mine, range);
    for (const Range& part : split_range(range, parts)) {
        mine.push_back(part);
        std::vector<std::string>& nodes = by_range_[part];
        nodes.push_back(node);
        std::sort(nodes.begin(), nodes.end());
    }
    std::sort(mine.begin(), mine.end());
    changelog_.push_back({MapChange::Kind::split, range, node, parts});
    rebuild();
    return true;
}

void ShardMap::edit_of(const ShardMap& before) {
    revision_ = *next_revision(&before.revision_, {.body = body()});
}

ShardMap ShardMap::merged(const ShardMap& a, const ShardMap& b) {
    const bool first = b.revision_ < a.revision_;
    const ShardMap& loser = first ? b : a;
    const ShardMap& winner = first ? a : b;
    ShardMap both = winner;
    bool edited = false;
    for (const MapChange& change : loser.changelog_) {
        if (change.kind != MapChange::Kind::split) continue;
        if (std::find(both.changelog_.begin(), both.changelog_.end(), change) !=
            both.changelog_.end()) {
            continue;
        }
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
    return copies[first_of(database_, value.view(), copies.size())];
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
