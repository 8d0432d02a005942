#include "platform/fat_tree.h"

#include "base/assert.h"

namespace glasshive::platform {

FatTreeRoutes::FatTreeRoutes(const std::vector<FatTreeLevelSpec>& levels, std::uint32_t hosts)
    : hosts_(hosts) {
    SIM_ASSERT(levels.size() <= levels_max);
    SIM_ASSERT(hosts <= fat_tree_capacity(levels));
    std::uint64_t hosts_below = 1;
    std::uint32_t equals = 1;
    for (const FatTreeLevelSpec& spec : levels) {
        Level level{};
        level.down = static_cast<std::uint32_t>(spec.down);
        level.up = static_cast<std::uint32_t>(spec.up);
        level.parallel = static_cast<std::uint32_t>(spec.parallel);
        level.hosts_below = hosts_below *= level.down;
        level.nodes_per_subtree = equals *= level.up;
        level.first_link = link_count_;
        levels_.push_back(level);
        link_count_ += node_count(static_cast<std::uint32_t>(levels_.size() - 1)) * level.up *
                       level.parallel;
    }
}

std::uint32_t FatTreeRoutes::node_count(std::uint32_t level) const {
    if (level == 0) return hosts_;
    const Level& below = levels_[level - 1];
    const std::uint64_t subtrees = (hosts_ + below.hosts_below - 1) / below.hosts_below;
    return static_cast<std::uint32_t>(subtrees) * below.nodes_per_subtree;
}

std::vector<FatTreeLevelSpec> fat_tree_levels(const TopologySpec& topology, std::int64_t hosts) {
    if (!topology.levels.empty()) return topology.levels;
    int k = topology.k;
    if (k == 0) {
        for (k = 2; std::int64_t{k} * k * k / 4 < hosts;) k += 2;
    }
    return {{k / 2, 1, 1, topology.access},
            {k / 2, k / 2, 1, topology.rack},
            {k, k / 2, 1, topology.rack}};
}

std::int64_t fat_tree_capacity(const std::vector<FatTreeLevelSpec>& levels) {
    std::int64_t hosts = 1;
    for (const FatTreeLevelSpec& level : levels) {
        if (__builtin_mul_overflow(hosts, std::int64_t{level.down}, &hosts)) return INT64_MAX;
    }
    return hosts;
}

}   // namespace glasshive::platform
