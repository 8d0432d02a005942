#pragma once

#include "swarm/scheduler/policy.h"
#include "swarm/spec.h"

namespace glasshive::swarm {

/// The built-in of that name; lives as long as the program.
const Policy& built_in(PlacementPolicy policy);
/// The same for every reign.
PolicyMaker maker_of(PlacementPolicy policy);

// One file each.
const Policy& spread_policy();
const Policy& binpack_policy();
const Policy& random_policy();
const Policy& first_fit_policy();
const Policy& best_fit_policy();
const Policy& dot_product_policy();
const Policy& worst_fit_policy();
const Policy& least_loaded_policy();
const Policy& most_loaded_policy();
const Policy& balanced_policy();
const Policy& tetris_policy();
const Policy& gpu_packing_policy();
const Policy& gpu_clustering_policy();
const Policy& fgd_policy();
const Policy& power_of_two_policy();

/// CPUs, and whatever else is scarce, as fractions of the largest node: a trace's GPUs, generic
/// resources where the cluster has any, memory elsewhere.
struct Fractions { double cpus = 0, other = 0; };
Fractions free_of(const NodeInfo& node, const Needs& needs);
Fractions asked_by(const Needs& needs);

}   // namespace glasshive::swarm
