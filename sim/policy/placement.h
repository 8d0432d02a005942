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
/// With `prepare(nodes, task, cluster)` or `score_all(nodes, task, cluster)`, which gives back a
/// list, the policy looks at the cluster and every task is a choice of its own.
class ScriptedPlacement final : public swarm::Policy {
  public:
    /// Loads the script; `seed` is the run's. What is wrong with it as a policy is told at once.
    static Result<std::unique_ptr<ScriptedPlacement>> load(const script::ScriptSpec& spec,
                                                           std::uint64_t seed);

    /// The file's name without folders and ".lua".
    const char* name() const override { return name_.c_str(); }
    swarm::Score score(const swarm::NodeInfo& node, const swarm::Needs& needs) const override;
    bool admits(const swarm::NodeInfo& node, const swarm::Needs& needs) const override;
    bool has_filter() const override { return filter_.valid(); }
    bool ties_by_order() const override { return !random_ties_; }
    bool one_by_one() const override { return one_by_one_; }
    bool looks_at_largest() const override { return true; }
    bool looks_at_cluster() const override { return prepare_.valid() || score_all_.valid(); }
    void prepare(const swarm::NodeSet& nodes, const swarm::Needs& needs, Time now) const override;
    void scores(std::span<const swarm::NodeInfo* const> nodes, const swarm::Needs& needs,
                std::span<swarm::Score> out) const override;
    bool has_priority() const override { return priority_.valid(); }
    double priority(const swarm::Needs& needs, const Queue& queue) const override;
    bool has_retention() const override { return keep_.valid(); }
    double keep(const swarm::NodeInfo& node, const swarm::Needs& needs) const override;
    const swarm::Policy& onlooker() const override;

  private:
    ScriptedPlacement(const script::ScriptSpec& spec, std::uint64_t seed);
    Diagnostics take(const std::vector<script::Offer>& offers);
    Diagnostic told(Diagnostic problem) const;
    Diagnostic about(int line, const std::string& message, const std::string& hint) const;
    [[noreturn]] void fail(int line, const std::string& message) const;
    /// `line`: where the function begins, for errors without a line.
    void run(script::Call& call, int line) const;
    double checked(double number, int line) const;

    script::ScriptSpec spec_;
    std::string name_;
    std::uint64_t seed_;
    // A policy is asked, and answers: what its script keeps in mind is its own business.
    mutable script::Sandbox sandbox_;
    script::FunctionId filter_, score_, score_all_, prepare_, priority_, keep_;
    int filter_line_ = 0, score_line_ = 0, score_all_line_ = 0, prepare_line_ = 0;
    int priority_line_ = 0, keep_line_ = 0;
    bool random_ties_ = false, one_by_one_ = false;
    mutable std::optional<Time> now_;   // Of the choice that is made.
    mutable std::unique_ptr<ScriptedPlacement> onlooker_;
};

}   // namespace glasshive::policy
