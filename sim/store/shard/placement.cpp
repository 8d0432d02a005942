#include "store/shard/placement.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"

namespace glasshive::store {

std::optional<std::vector<ZoneCopies>> parse_placement(std::string_view text) {
    std::vector<ZoneCopies> placement;
    while (!text.empty()) {
        const std::string_view rule = text.substr(0, text.find(','));
        text.remove_prefix(std::min(rule.size() + 1, text.size()));
        if (rule.empty()) continue;   // string:tokens/2 sees no token between two commas.
        const std::size_t colon = rule.find(':');
        if (colon == 0 || colon == std::string_view::npos) return {};
        const auto copies = whole_number<std::uint32_t>(rule.substr(colon + 1));
        if (!copies) return {};
        placement.push_back({std::string(rule.substr(0, colon)), *copies});
    }
    if (placement.empty()) return {};
    return placement;
}

std::uint32_t effective_copies(std::int64_t n, std::size_t nodes) {
    if (n > static_cast<std::int64_t>(nodes)) return static_cast<std::uint32_t>(nodes);
    return n < 1 ? 1 : static_cast<std::uint32_t>(n);
}

namespace {

using Dealt = std::variant<std::vector<Copy>, Refusal>;

Dealt deal(std::vector<std::string> nodes, std::uint32_t q, std::int64_t n, const Draw& draw) {
    const std::uint32_t copies = nodes.empty() ? 0 : effective_copies(n, nodes.size());
    if (copies == 0) return Refusal{"internal_server_error", "no_nodes_in_zone"};
    // couch_rand:uniform(N) draws 1..N; N leaves them where they are.
    const auto turn = static_cast<std::ptrdiff_t>((draw(nodes.size()) + 1) % nodes.size());
    std::rotate(nodes.begin(), nodes.begin() + turn, nodes.end());
    const std::vector<Range> ranges = make_ranges(q);
    std::vector<Copy> dealt;
    dealt.reserve(ranges.size() * copies);
    std::size_t next = 0;
    for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
        for (std::uint32_t copy = 0; copy < copies; ++copy, ++next) {
            dealt.push_back({*range, nodes[next % nodes.size()]});
        }
    }
    return dealt;
}

}   // namespace

Dealt place(std::vector<Member> members, const Spread& spread, const Draw& draw) {
    SIM_ASSERT(spread.q >= 1);
    std::erase_if(members, [](const Member& member) { return member.decommissioned; });
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.name < b.name; });
    const auto names_in = [&](const std::string* zone) {
        std::vector<std::string> names;
        for (const Member& member : members) {
            if (!zone || member.zone == *zone) names.push_back(member.name);
        }
        return names;
    };
    if (spread.placement.empty()) return deal(names_in(nullptr), spread.q, spread.n, draw);
    std::vector<Copy> all;
    for (const ZoneCopies& zone : spread.placement) {
        Dealt dealt = deal(names_in(&zone.zone), spread.q, zone.copies, draw);
        if (std::holds_alternative<Refusal>(dealt)) return dealt;
        const auto& copies = *std::get_if<std::vector<Copy>>(&dealt);
        all.insert(all.end(), copies.begin(), copies.end());
    }
    return all;
}

}   // namespace glasshive::store
