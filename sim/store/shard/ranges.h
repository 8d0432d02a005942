#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/refusal.h"

namespace glasshive::store {

/// A part of the hash ring, both ends included. One shard holds the documents whose hash is in it.
struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = UINT32_MAX;

    bool contains(std::uint32_t hash) const { return begin <= hash && hash <= end; }
    bool overlaps(const Range& other) const { return begin <= other.end && other.begin <= end; }
    std::string text() const;   ///< "80000000-ffffffff"
    /// Eight hex digits, a dash, eight more, in order; empty otherwise.
    static std::optional<Range> parse(std::string_view text);

    friend auto operator<=>(const Range&, const Range&) = default;
};

/// The ring in `q` parts, ascending: equal ones, the last reaches to the ring's end. Requires q >=
/// 1. For q beyond 65,536 CouchDB's rule may make more parts than asked for; so does this.
/// Source: mem3_util:make_key_ranges/3.
std::vector<Range> make_ranges(std::uint32_t q);

/// What shard splitting makes of one range; the last part takes what is left over.
/// Requires parts >= 2 and a range of at least so many hashes. Source:
/// mem3_reshard:target_ranges/2.
std::vector<Range> split_range(const Range& range, std::uint32_t parts);

/// Where a document stands on the ring: zlib's CRC-32 of its id. In a partitioned database of the
/// part before the first ':' alone, unless the id begins with '_'; empty for an id without ':'.
/// Source: mem3_hash:crc32/1, couch_partition:hash/1.
std::uint32_t hash_of(std::string_view id);
std::optional<std::uint32_t> hash_of_partitioned(std::string_view id);

/// Why this id may not be in a partitioned database; empty when it may. What is asked of every id
/// is asked elsewhere. Source: couch_partition:validate_docid/1.
std::optional<Refusal> check_partitioned_id(std::string_view id);
/// Why there is no such partition. Source: couch_partition:validate_partition/1.
std::optional<Refusal> check_partition(std::string_view partition);

}   // namespace glasshive::store
