#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"

namespace glasshive::autoscale {

/// Who is scaled, how often, and how far.
struct Spec {
    std::string service;                       ///< Its full name.
    Duration every = std::chrono::seconds{15}; ///< Kubernetes' default:
                                               ///< --horizontal-pod-autoscaler-sync-period.
    std::uint64_t min = 1, max = 10;           ///< Replicas; min <= max.
};

}   // namespace glasshive::autoscale
