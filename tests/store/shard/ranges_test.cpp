// Goal: the ring is cut and documents stand on it as with mem3. Method: the vectors of couchdb.md 2
// and of zlib; every q, random hashes and splits.
#include <catch2/catch.hpp>

#include "kernel/rng.h"
#include "store/shard/ranges.h"

namespace glasshive::test {

using namespace store;

namespace {

std::vector<std::string> texts(const std::vector<Range>& ranges) {
    std::vector<std::string> out;
    for (const Range& range : ranges) out.push_back(range.text());
    return out;
}

/// No gap, no overlap, nothing left out.
bool covers(const std::vector<Range>& ranges, const Range& whole) {
    std::uint64_t at = whole.begin;
    for (const Range& range : ranges) {
        if (range.begin != at || range.end < range.begin) return false;
        at = std::uint64_t{range.end} + 1;
    }
    return at == std::uint64_t{whole.end} + 1;
}

using Texts = std::vector<std::string>;

}   // namespace

TEST_CASE("the ring is cut into q parts, the last one reaches to its end", "[store][shard]") {
    // mem3_util:make_key_ranges/3; couchdb.md 2.
    CHECK(texts(make_ranges(1)) == Texts{"00000000-ffffffff"});
    CHECK(texts(make_ranges(2)) == Texts{"00000000-7fffffff", "80000000-ffffffff"});
    CHECK(texts(make_ranges(3)) ==
          Texts{"00000000-55555554", "55555555-aaaaaaa9", "aaaaaaaa-ffffffff"});
    CHECK(texts(make_ranges(8)).back() == "e0000000-ffffffff");
    for (std::uint32_t q = 1; q <= 600; ++q) {
        const std::vector<Range> ranges = make_ranges(q);
        CAPTURE(q);
        REQUIRE(ranges.size() == q);
        REQUIRE(covers(ranges, {}));
    }
    CHECK(make_ranges(100'000).size() > 100'000);   // The rule's own limit; it still covers.
    CHECK(covers(make_ranges(100'000), {}));
}

TEST_CASE("each hash belongs to exactly one range", "[store][shard]") {
    kernel::Rng random(1, "shard");
    for (int i = 0; i < 200; ++i) {
        const std::vector<Range> ranges =
            make_ranges(static_cast<std::uint32_t>(1 + random.below(64)));
        for (int k = 0; k < 50; ++k) {
            const auto hash = static_cast<std::uint32_t>(random.next());
            int holding = 0;
            for (const Range& range : ranges) holding += range.contains(hash) ? 1 : 0;
            REQUIRE(holding == 1);
        }
    }
}

TEST_CASE("a document's hash is the CRC-32 of its whole id", "[store][shard]") {
    // mem3_hash:crc32/1; the check value of CRC-32/ISO-HDLC.
    CHECK(hash_of("123456789") == 0xcbf43926);
    CHECK(hash_of("") == 0);
    CHECK(hash_of("foo") == 0x8c736521);
    CHECK(hash_of("_design/x") == 0x7723d5aa);   // The prefix belongs to it.
}

TEST_CASE("in a partitioned database the partition alone is hashed", "[store][shard]") {
    // couch_partition:hash/1.
    CHECK(hash_of_partitioned("foo:1") == hash_of("foo"));
    CHECK(hash_of_partitioned("foo:1:2") == hash_of("foo"));
    CHECK(hash_of_partitioned("_design/a:b") == hash_of("_design/a:b"));
    CHECK_FALSE(hash_of_partitioned("foo"));
}

TEST_CASE("a partitioned database takes ids of the form partition:id", "[store][shard]") {
    // couch_partition:validate_docid/1, validate_partition/1; couchdb.md 10.
    CHECK_FALSE(check_partitioned_id("p:x"));
    CHECK_FALSE(check_partitioned_id("p:x:y"));
    CHECK_FALSE(check_partitioned_id("_design/d"));
    CHECK_FALSE(check_partitioned_id("_local/l"));
    CHECK(check_partitioned_id("x") ==
          Refusal{"illegal_docid", "Doc id must be of form partition:id"});
    CHECK(check_partitioned_id(":x") ==
          Refusal{"illegal_partition", "Partition must not be empty"});
    CHECK(check_partitioned_id("_p:x") ==
          Refusal{"illegal_partition", "Partition must not start with an underscore"});
    CHECK(check_partition("a:b") ==
          Refusal{"illegal_partition", "Partition must not contain a colon"});
}

TEST_CASE("splitting a range covers it, the last part takes the rest", "[store][shard]") {
    // mem3_reshard:target_ranges/2.
    CHECK(texts(split_range({0, 0x7fffffff}, 2)) ==
          Texts{"00000000-3fffffff", "40000000-7fffffff"});
    CHECK(texts(split_range({0, 0xffffffff}, 3)) ==
          Texts{"00000000-55555554", "55555555-aaaaaaa9", "aaaaaaaa-ffffffff"});
    CHECK(texts(split_range({5, 15}, 2)) == Texts{"00000005-00000009", "0000000a-0000000f"});
    kernel::Rng random(2, "shard");
    for (int i = 0; i < 2000; ++i) {
        auto a = static_cast<std::uint32_t>(random.next());
        auto b = static_cast<std::uint32_t>(random.next());
        if (a > b) std::swap(a, b);
        const auto parts = static_cast<std::uint32_t>(2 + random.below(9));
        if (std::uint64_t{b} - a + 1 < parts) continue;
        const std::vector<Range> ranges = split_range({a, b}, parts);
        REQUIRE(ranges.size() == parts);
        REQUIRE(covers(ranges, {a, b}));
    }
}

TEST_CASE("a range's text comes back, and nothing else is one", "[store][shard]") {
    CHECK(Range::parse("80000000-ffffffff") == Range{0x80000000, 0xffffffff});
    const std::string text = GENERATE(values<std::string>(
        {"", "80000000", "80000000-fffffff", "80000000_ffffffff", "8000000g-ffffffff",
         "ffffffff-80000000", "80000000-ffffffff0", "+8000000-ffffffff", "-8000000-ffffffff"}));
    CAPTURE(text);
    CHECK_FALSE(Range::parse(text));
}

}   // namespace glasshive::test
