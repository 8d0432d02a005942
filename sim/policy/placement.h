#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "script/call.h"
#include "script/reference.h"
#include "script/spec.h"
#include "swarm/scheduler/policy.h"

namespace glasshive::policy {

/// What such a script may give back.
std::span<const script::EntryInfo> placement_entries();

/// A placement policy in Lua. The script gives back a table:
///
///     return {
///         ties = "order",                                  -- or "random"
///         filter = function(node, task, cluster) … end,    -- whether the node may be chosen
///         score = function(node, task, cluster) … end,     -- the higher, the better
///     }
///
/// With `device(node, task, cluster)` it says which GPUs of the node the task gets, and with
/// `expect(typical, cluster)` it is told which tasks are expected, before it is first asked and
/// whenever that changes. With `prepare(nodes, task, cluster)` or
/// `score_all(nodes, task, cluster)`, which gives back a list, the policy looks at the cluster and
/// every task is a choice of its own.
class ScriptedPlacement final : public swarm::Policy {
  public:
    /// Loads the script; `seed` is the run's. What is wrong with it as a policy is told at once.
    static Result<std::unique_ptr<ScriptedPlacement>> load(const script::ScriptSpec& spec,
                                                           std::uint64_t seed);

    /// The file's name without folders and ".lua".
    const char* name() const override { return name_.c_str(); }
    swarm::Score score(const swarm::NodeInfo& node, const swarm::Needs& needs) const override;
    bool admits(const swarm::NodeInfo& node, const swarm::Needs& needs) const override;
    bool has_filter() const override { return filter_.id.valid(); }
    bool ties_by_order() const override { return !random_ties_; }
    bool one_by_one() const override { return one_by_one_; }
    bool looks_at_largest() const override { return true; }
    bool looks_at_cluster() const override { return prepare_.id.valid() || score_all_.id.valid(); }
    void prepare(const swarm::NodeSet& nodes, const swarm::Needs& needs, Time now) const override;
    void scores(std::span<const swarm::NodeInfo* const> nodes, const swarm::Needs& needs,
                std::span<swarm::Score> out) const override;
    bool has_priority() const override { return priority_.id.valid(); }
    double priority(const swarm::Needs& needs, const Queue& queue) const override;
    bool has_retention() const override { return keep_.id.valid(); }
    double keep(const swarm::NodeInfo& node, const swarm::Needs& needs) const override;
    swarm::GpuMask device(const swarm::NodeInfo& node, const swarm::Needs& needs,
                          kernel::Rng& chance) const override;
    bool looks_at_typical() const override { return expect_.id.valid(); }
    const swarm::Policy& onlooker() const override;

  private:
    /// A function of the script; `line`: where it begins, for errors without one.
    struct Function {
        script::FunctionId id;
        int line = 0;
    };
    ScriptedPlacement(const script::ScriptSpec& spec, std::uint64_t seed);
    Diagnostics take(const std::vector<script::Offer>& offers);
    Diagnostic told(Diagnostic problem) const;
    Diagnostic about(int line, const std::string& message, const std::string& hint) const;
    Function* function_of(const std::string& name);
    [[noreturn]] void fail(const Function& in, const std::string& message) const;
    void run(script::Call& call, const Function& function) const;
    /// What a function of (node, task, cluster) gives back.
    script::Call ask(const Function& function, const swarm::NodeInfo& node,
                     const swarm::Needs& needs) const;
    double checked(double number, const Function& from) const;
    swarm::GpuMask checked_gpus(const std::vector<double>& numbers, const swarm::Gpus& gpus,
                                const swarm::GpuNeed& need) const;
    /// Tells the script which tasks are typical, unless it knows.
    void tell_typical(const swarm::Needs& needs) const;

    script::ScriptSpec spec_;
    std::string name_;
    std::uint64_t seed_;
    // A policy is asked, and answers: what its script keeps in mind is its own business.
    mutable script::Sandbox sandbox_;
    Function filter_, score_, score_all_, prepare_, priority_, keep_, device_, expect_;
    bool random_ties_ = false, one_by_one_ = false;
    mutable std::optional<Time> now_;   // Of the choice that is made.
    mutable std::optional<swarm::TypicalTasks> told_;   // To the script.
    mutable std::unique_ptr<ScriptedPlacement> onlooker_;
};

}   // namespace glasshive::policy
