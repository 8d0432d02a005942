#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compare/metrics.h"
#include "compare/plan.h"
#include "compare/statistics.h"

/// How large must the cluster be? The least number of machines with which a goal is met.
namespace glasshive::compare {

/// What a cluster has to do: "failed < 1%", "p99_wait <= 30".
struct Goal {
    enum class Relation { less, at_most, more, at_least };

    const MetricInfo* metric = nullptr;
    Relation relation = Relation::less;
    double bound = 0;   ///< In the metric's unit.
    bool met_by(double value) const;
    std::string text() const;   ///< "failed < 1", as read_goal() reads it.

    /// A metric's name ("fail" is "failed"), <, <=, > or >=, and a number, which the metric's unit
    /// may follow.
    static Result<Goal> read(const std::string& text);
};

/// No search goes on past so many machines.
inline constexpr std::size_t machines_most = 1 << 20;

/// What one number of machines came to.
struct SizeTried {
    std::size_t machines = 0;
    std::vector<double> values;   ///< By seed.
    Estimate of;                  ///< Their mean and its interval.
    bool met = false;             ///< By the mean.
    bool surely = false;          ///< By all of its interval.
    std::size_t seeds_met = 0;    ///< By how many seeds alone.
};

/// What a search came to.
struct SizeFound {
    std::vector<SizeTried> tried;   ///< By number of machines.
    /// With so many the goal is met, with one fewer it is not; none: not with `tried.back()`.
    std::optional<std::size_t> least;
    bool changes_nothing = false;   ///< Without `least`: twice as many machines changed nothing.
    /// With so many the whole interval of the mean meets the goal, with one fewer not; none: it was
    /// not looked for (one seed) or not found.
    std::optional<std::size_t> surely;
    /// Numbers of machines tried that stand against `least`: fewer, and met; more, and not met.
    std::vector<std::size_t> against;
};

/// Searches by doubling (or from `first` down), then halves what is between a number of machines
/// that does not do and one that does; then tries others around, for the curve. A scheduler may do
/// worse with one machine more (Graham's anomalies, "Bounds for Certain Multiprocessing
/// Anomalies", 1966), so `least` is where the goal begins to be met, and `against` says where that
/// is not all there is to say.
/// `run`: the metric's values by seed with so many machines; none: it failed, and so does this.
std::optional<SizeFound>
search_size(const Goal& goal, std::size_t first,
            const std::function<std::optional<std::vector<double>>(std::size_t machines)>& run);

/// A search, and what of the plan it was for.
struct CapacityCase {
    std::size_t variant = 0, policy = 0;
    SizeFound found;
};
struct CapacityReport {
    Plan plan;
    Goal goal;
    std::vector<CapacityCase> cases;   ///< Variant by variant, policy by policy.
};

/// The plan of one size alone: one policy, one variant, that many machines.
Plan plan_of_size(const Plan& plan, std::size_t variant, std::size_t policy, std::size_t machines);

/// "27 machines", "not with 40,960 machines: …"; one sentence for people.
std::string answer_text(const CapacityReport& report, const CapacityCase& of);
/// variant,policy,machines,seed,value
std::string capacity_csv(const CapacityReport& report);
std::string capacity_json(const CapacityReport& report);
/// One page that needs nothing else. `command`: what was typed.
std::string capacity_html(const CapacityReport& report, const std::string& command);

}   // namespace glasshive::compare
