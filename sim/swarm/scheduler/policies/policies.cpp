#include "swarm/scheduler/policies/policies.h"

#include "base/assert.h"

namespace glasshive::swarm {

namespace {

double over(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

Fractions fractions(Cpus cpus, Bytes memory, const std::map<std::string, std::int64_t>* generic,
                    std::int64_t gpu_milli, const Largest& largest) {
    Fractions result{over(cpus.count, largest.cpus.count), 0};
    if (largest.gpu_milli > 0) {
        result.other = over(gpu_milli, largest.gpu_milli);
        return result;
    }
    if (largest.generic == 0) {
        result.other = over(memory.count, largest.memory.count);
        return result;
    }
    std::int64_t pieces = 0;
    if (generic != nullptr) {
        for (const auto& [name, amount] : *generic) pieces += amount;
    }
    result.other = over(pieces, largest.generic);
    return result;
}

}   // namespace

Fractions free_of(const NodeInfo& node, const Needs& needs) {
    SIM_ASSERT(needs.largest != nullptr);
    return fractions(node.cpus_free, node.memory_free, &node.generic_free, node.gpus.total_left(),
                     *needs.largest);
}

Fractions asked_by(const Needs& needs) {
    SIM_ASSERT(needs.largest != nullptr);
    return fractions(needs.cpus, needs.memory, needs.generic, needs.gpus.total(), *needs.largest);
}

const Policy& built_in(PlacementPolicy policy) {
    switch (policy) {
        case PlacementPolicy::spread: return spread_policy();
        case PlacementPolicy::binpack: return binpack_policy();
        case PlacementPolicy::random: return random_policy();
        case PlacementPolicy::first_fit: return first_fit_policy();
        case PlacementPolicy::best_fit: return best_fit_policy();
        case PlacementPolicy::dot_product: return dot_product_policy();
        case PlacementPolicy::worst_fit: return worst_fit_policy();
        case PlacementPolicy::least_loaded: return least_loaded_policy();
        case PlacementPolicy::most_loaded: return most_loaded_policy();
        case PlacementPolicy::balanced: return balanced_policy();
        case PlacementPolicy::tetris: return tetris_policy();
        case PlacementPolicy::gpu_packing: return gpu_packing_policy();
        case PlacementPolicy::gpu_clustering: return gpu_clustering_policy();
        case PlacementPolicy::fgd: return fgd_policy();
        case PlacementPolicy::power_of_two: return power_of_two_policy();
    }
    SIM_ASSERT(false);
    return spread_policy();
}

PolicyMaker maker_of(PlacementPolicy policy) {
    // Nobody owns a built-in.
    return [policy] {
        return std::shared_ptr<const Policy>(std::shared_ptr<void>(), &built_in(policy));
    };
}

}   // namespace glasshive::swarm
