#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compare/measured.h"
#include "compare/plan.h"
#include "swarm/scheduler/policy.h"
#include "workload/trace/source.h"

namespace glasshive::compare {

/// A plan's files, read and checked, and how its runs are done.
class Experiment {
  public:
    virtual ~Experiment() = default;
    /// One run, in this process. Throws RunFailure when a policy in Lua fails.
    virtual Measured run(const Plan& plan, const RunKey& key) const = 0;

    /// What is wrong with any file or option, or with them together, in any run of the plan.
    static Result<std::unique_ptr<Experiment>> load(const Plan& plan);
};

/// Every file that a scenario reads in any variant of the plan: "scenario" itself, and "included
/// NAME" for what it includes.
Result<std::map<std::string, Input>> files_of_scenario(const std::string& path, const Plan& plan);

/// Names of policies that a kind of experiment has built in.
std::vector<std::string> policy_names(Kind kind);

/// An option of a kind of experiment, which may be varied, too.
struct OptionInfo {
    const char* name;
    const char* values;      ///< For people.
    const char* otherwise;   ///< What it is without.
    const char* doc;
    bool of_chance = false;   ///< What is drawn where there is no trace: not for one.
};
std::vector<OptionInfo> option_names(Kind kind);

/// How many machines the list of a plan of Kind::tasks has; the plan was loaded before.
std::size_t machines_of(const Plan& plan);

/// Tasks as they are drawn where there is no trace: what the options of Kind::tasks say.
Result<std::unique_ptr<workload::trace::TaskSource>> generated_trace(const Settings& settings,
                                                                     std::uint64_t seed);

/// The policy itself; a script has the run's seed.
std::shared_ptr<const swarm::Policy> policy_from(const PolicySpec& spec, std::uint64_t seed);

}   // namespace glasshive::compare
