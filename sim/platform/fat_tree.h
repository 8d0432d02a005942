#pragma once

#include <cstdint>
#include <vector>

#include "platform/spec.h"

namespace glasshive::platform {

/// Routes of a parallel-ports generalised fat tree, computed from the numbers of the two hosts.
///
/// Notation (Zahavi 2010; Öhring et al., "On Generalized Fat Trees", IPPS 1995): a node of level l
/// (0: hosts) is (above, below): `above` = host number / (down_1 … down_l) says which subtree it
/// serves, `below` which of the up_1 … up_l equals it is. It has up_{l+1} parents with the same
/// digits. A route climbs to the lowest level whose subtree holds both hosts; which parent and
/// which cable it takes is a hash of (from, to), as ECMP does per flow (RFC 2992 §1), so a pair
/// keeps its route. A three-level tree of k-port switches (Al-Fares 2008) is down = {k/2, k/2, k},
/// up = {1, k/2, k/2}.
class FatTreeRoutes {
  public:
    FatTreeRoutes() = default;
    FatTreeRoutes(const std::vector<FatTreeLevelSpec>& levels, std::uint32_t hosts);

    template <class Visit>
    bool walk(std::uint32_t from, std::uint32_t to, Visit&& visit) const {
        std::uint32_t top = 0;
        while (from / levels_[top].hosts_below != to / levels_[top].hosts_below) ++top;
        const std::uint64_t pair = (std::uint64_t{from} << 32) | to;
        // `below` of the node reached on each level, the same on the way up and down.
        std::uint32_t below[levels_max + 1] = {0};
        for (std::uint32_t l = 0; l <= top; ++l) {
            below[l + 1] = below[l] * levels_[l].up + pick(pair, 2 * l, levels_[l].up);
        }
        for (std::uint32_t l = 0; l <= top; ++l) visit(cable(l, from, below, pair, 2 * l + 1));
        for (std::uint32_t l = top + 1; l-- > 0;) {
            visit(cable(l, to, below, pair, 2 * l + 33));   // Other cables down than up.
        }
        return true;
    }

    std::uint32_t link_count() const { return link_count_; }
    std::uint32_t levels() const { return static_cast<std::uint32_t>(levels_.size()); }
    /// Nodes of a level that serve a host at all; level 0 are the hosts.
    std::uint32_t node_count(std::uint32_t level) const;
    /// Calls visit(link, level above it, child's index on its level, parent's index on its level).
    template <class Visit>
    void each_link(Visit&& visit) const {
        for (std::uint32_t l = 0; l < levels_.size(); ++l) {
            const Level& level = levels_[l];
            for (std::uint32_t child = 0; child < node_count(l); ++child) {
                const std::uint32_t above = child / nodes_per_subtree(l);
                const std::uint32_t below = child % nodes_per_subtree(l);
                for (std::uint32_t port = 0; port < level.up * level.parallel; ++port) {
                    const std::uint32_t parent = above / level.down * nodes_per_subtree(l + 1) +
                                                 below * level.up + port / level.parallel;
                    visit(level.first_link + child * level.up * level.parallel + port, l + 1, child,
                          parent);
                }
            }
        }
    }

    /// Levels a tree may have.
    static constexpr std::uint32_t levels_max = 8;

  private:
    struct Level {
        std::uint32_t down, up, parallel;
        std::uint64_t hosts_below;         // Under one switch of this level: down_1 * … * down_l.
        std::uint32_t nodes_per_subtree;   // Switches that serve the same hosts: up_1 * … * up_l.
        std::uint32_t first_link;          // Of the cables below this level.
    };

    std::uint32_t nodes_per_subtree(std::uint32_t level) const {
        return level == 0 ? 1 : levels_[level - 1].nodes_per_subtree;
    }
    /// A number below `bound`, the same for the same pair and salt (SplitMix64's mix, Steele 2014).
    static std::uint32_t pick(std::uint64_t pair, std::uint64_t salt, std::uint32_t bound) {
        if (bound == 1) return 0;
        std::uint64_t z = pair + (salt + 1) * 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        z ^= z >> 31;
        return static_cast<std::uint32_t>(((z >> 32) * bound) >> 32);
    }
    /// The cable between levels l and l + 1 over `host`, between below[l] and below[l + 1].
    std::uint32_t cable(std::uint32_t l, std::uint32_t host, const std::uint32_t* below,
                        std::uint64_t pair, std::uint64_t salt) const {
        const Level& level = levels_[l];
        const auto above =
            static_cast<std::uint32_t>(l == 0 ? host : host / levels_[l - 1].hosts_below);
        const std::uint32_t child = above * nodes_per_subtree(l) + below[l];
        const std::uint32_t digit = below[l + 1] - below[l] * level.up;
        return level.first_link +
               (child * level.up + digit) * level.parallel + pick(pair, salt, level.parallel);
    }

    std::vector<Level> levels_;
    std::uint32_t hosts_ = 0;
    std::uint32_t link_count_ = 0;
};

/// The levels a spec means: its own, or those of a three-level tree of k-port switches.
std::vector<FatTreeLevelSpec> fat_tree_levels(const TopologySpec& topology, std::int64_t hosts);

/// How many hosts those levels hold; saturates.
std::int64_t fat_tree_capacity(const std::vector<FatTreeLevelSpec>& levels);

}   // namespace glasshive::platform
