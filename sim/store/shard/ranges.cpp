#include "store/shard/ranges.h"

#include <zlib.h>

#include "base/assert.h"
#include "base/text.h"

namespace glasshive::store {

namespace {

constexpr std::uint64_t ring = std::uint64_t{1} << 32;

std::string hex_of(std::uint32_t value) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out(8, '0');
    for (std::size_t i = 8; i-- > 0; value >>= 4) out[i] = digits[value & 15];
    return out;
}

}   // namespace

std::string Range::text() const { return hex_of(begin) + "-" + hex_of(end); }

std::optional<Range> Range::parse(std::string_view text) {
    if (text.size() != 17 || text[8] != '-') return {};
    const auto begin = whole_number<std::uint32_t>(text.substr(0, 8), 16);
    const auto end = whole_number<std::uint32_t>(text.substr(9), 16);
    if (!begin || !end || *begin > *end) return {};
    return Range{*begin, *end};
}

std::vector<Range> make_ranges(std::uint32_t q) {
    SIM_ASSERT(q >= 1);
    const std::uint64_t step = ring / q;
    std::vector<Range> ranges;
    for (std::uint64_t begin = 0; begin < ring;) {
        // What would leave less than a whole step behind it takes the rest, too.
        const std::uint64_t end = begin + 2 * step > ring ? ring - 1 : begin + step - 1;
        ranges.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
        begin = end + 1;
    }
    return ranges;
}

std::vector<Range> split_range(const Range& range, std::uint32_t parts) {
    const std::uint64_t length = std::uint64_t{range.end} - range.begin + 1;
    SIM_ASSERT(parts >= 2);
    SIM_ASSERT(length >= parts);
    const auto step = static_cast<std::uint32_t>(length / parts);
    std::vector<Range> ranges;
    for (std::uint32_t i = 0; i < parts; ++i) {
        const std::uint32_t begin = range.begin + i * step;
        ranges.push_back({begin, begin + (step - 1)});
    }
    ranges.back().end = range.end;
    return ranges;
}

std::uint32_t hash_of(std::string_view id) {
    const auto* bytes = reinterpret_cast<const Bytef*>(id.data());
    return static_cast<std::uint32_t>(crc32_z(0, bytes, id.size()));
}

std::optional<std::uint32_t> hash_of_partitioned(std::string_view id) {
    if (id.starts_with('_')) return hash_of(id);
    const std::size_t colon = id.find(':');
    if (colon == std::string_view::npos) return {};
    return hash_of(id.substr(0, colon));
}

std::optional<Refusal> check_partition(std::string_view partition) {
    const auto refused = [](std::string reason) {
        return Refusal{"illegal_partition", std::move(reason)};
    };
    if (partition.empty()) return refused("Partition must not be empty");
    if (partition.starts_with('_')) return refused("Partition must not start with an underscore");
    if (partition.find(':') != std::string_view::npos) {
        return refused("Partition must not contain a colon");
    }
    return {};
}

std::optional<Refusal> check_partitioned_id(std::string_view id) {
    if (id.starts_with("_design/") || id.starts_with("_local/")) return {};
    const std::size_t colon = id.find(':');
    if (colon == std::string_view::npos) {
        return Refusal{"illegal_docid", "Doc id must be of form partition:id"};
    }
    if (auto refusal = check_partition(id.substr(0, colon))) return refusal;
    const std::string_view rest = id.substr(colon + 1);
    if (rest.empty()) return Refusal{"illegal_docid", "Document id must not be empty"};
    if (!rest.starts_with('_')) return {};
    return Refusal{"illegal_docid", "Only reserved document ids may start with underscore."};
}

}   // namespace glasshive::store
