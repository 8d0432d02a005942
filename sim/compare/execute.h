#pragma once

#include <memory>

#include "compare/measured.h"
#include "compare/plan.h"
#include "offline/inflation.h"
#include "swarm/scheduler/policy.h"

namespace glasshive::compare {

/// A plan's files, read and checked.
class Experiment {
  public:
    /// What is wrong with any file, or with them together, for any seed of the plan.
    static Result<Experiment> load(const Plan& plan);

    /// One run. Throws RunFailure when a policy in Lua fails.
    Measured run(const Plan& plan, const RunKey& key) const;

  private:
    offline::InflationSetup setup_;
    std::map<std::uint64_t, workload::trace::OpenbOrder> orders_;   // By seed.
};

/// The policy itself; a script has the run's seed.
std::shared_ptr<const swarm::Policy> policy_from(const PolicySpec& spec, std::uint64_t seed);

}   // namespace glasshive::compare
