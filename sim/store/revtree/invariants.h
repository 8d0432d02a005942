#pragma once

#include <string>
#include <vector>

#include "store/revtree/tree.h"

namespace glasshive::store {

/// What must hold of every tree, in sentences; empty when all of it does. `honest`: no client made
/// revisions up, so that each has one parent. For tests and checks, not for the hot path.
std::vector<std::string> violations(const Tree& tree, bool honest = true);

/// What must hold of a tree that was stemmed from `before`.
std::vector<std::string> stemming_violations(const Tree& before, const Tree& after,
                                             std::uint32_t limit);

}   // namespace glasshive::store
