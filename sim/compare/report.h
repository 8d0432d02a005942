#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/measured.h"
#include "compare/metrics.h"
#include "compare/plan.h"
#include "compare/statistics.h"

namespace glasshive::compare {

/// What may be said of two policies on one metric.
enum class Verdict {
    better,
    worse,   ///< The first is, by the metric's direction.
    higher,
    lower,         ///< Likewise, where no direction is good.
    no_evidence,   ///< The seeds do not tell them apart.
    equal,         ///< The same value under every seed.
    too_few,       ///< Fewer than pairs_least seeds.
};
const char* to_text(Verdict verdict);

struct Pair {
    std::size_t a = 0, b = 0;   ///< Policies.
    Difference difference;      ///< a - b, seed by seed.
    Verdict verdict = Verdict::too_few;
    bool without_chance = false;   ///< Every seed says the same: one workload, no sample.
};

struct MetricReport {
    const MetricInfo* info = nullptr;
    std::vector<std::vector<double>> values;   ///< By policy, by seed.
    std::vector<Estimate> estimates;           ///< By policy.
    std::vector<Pair> pairs;                   ///< Each two policies once, a < b.
    const Pair& of(std::size_t a, std::size_t b) const;
    /// The verdict on `policy` against `other`, whichever comes first.
    Verdict verdict(std::size_t policy, std::size_t other) const;
};

struct Band {
    std::vector<double> low, mean, high;   ///< By position; low and high over seeds: all of them.
};

struct CurveReport {
    const CurveInfo* info = nullptr;
    std::vector<Band> bands;   ///< By policy.
};

struct VariantReport {
    std::string name;   ///< "" of the only one.
    std::vector<MetricReport> metrics;
    std::vector<CurveReport> curves;
    /// Where the policies part from the first one; by policy, none of the first.
    std::vector<std::optional<Parting>> partings;
};

/// All that a comparison says; every output is made of this and of nothing else.
struct Report {
    Plan plan;
    std::vector<VariantReport> variants;
    std::size_t comparisons = 0;   ///< That Holm's correction was made for.
};

/// `measured` in order of Plan::runs().
Report report_of(const Plan& plan, const std::vector<Measured>& measured);

/// variant,metric,policy,seeds,mean,deviation,low,high
std::string summary_csv(const Report& report);
/// variant,metric,policy,than,difference,low,high,p,p_holm,effect,verdict
std::string pairs_csv(const Report& report);
/// variant,metric,policy,seed,value
std::string values_csv(const Report& report);
/// Everything in one object.
std::string report_json(const Report& report);
/// One page that needs nothing else: tables, verdicts, plots, and how to do it again.
/// `command`: what was typed.
std::string report_html(const Report& report, const std::string& command);

/// A value with the metric's digits, "12.30 %".
std::string value_text(const MetricInfo& metric, double value);
/// "12.30 … 14.00 %"; one side where resampling says nothing of the other; "no interval".
std::string interval_text(const MetricInfo& metric, double low, double high);

}   // namespace glasshive::compare
