#pragma once

#include <string>
#include <vector>

#include "compare/measured.h"
#include "compare/plan.h"

namespace glasshive::compare {

/// `policy,seed,arrived,alloc,frag,frag_ratio`: one line per run and percent of arrived demand, 0
/// to 130; alloc and frag with two digits, frag_ratio as it is. `measured` in order of
/// Plan::runs().
std::string curves_csv(const Plan& plan, const std::vector<Measured>& measured);
/// `policy,seed,row,pod,node`: one line per arrival; an empty node: dropped.
std::string placements_csv(const Plan& plan, const std::vector<Measured>& measured);

}   // namespace glasshive::compare
