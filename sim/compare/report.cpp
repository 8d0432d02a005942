#include "compare/report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "compare/decisions.h"
#include "record/text.h"

namespace glasshive::compare {

using Json = nlohmann::ordered_json;

const char* to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::better: return "better";
        case Verdict::worse: return "worse";
        case Verdict::higher: return "higher";
        case Verdict::lower: return "lower";
        case Verdict::no_evidence: return "no evidence";
        case Verdict::equal: return "equal";
        case Verdict::too_few: return "too few seeds";
    }
    return "?";
}

namespace {

Verdict turned(Verdict verdict) {
    switch (verdict) {
        case Verdict::better: return Verdict::worse;
        case Verdict::worse: return Verdict::better;
        case Verdict::higher: return Verdict::lower;
        case Verdict::lower: return Verdict::higher;
        default: return verdict;
    }
}

Verdict verdict_of(const Difference& difference, Better better) {
    const bool same = difference.a_more == 0 && difference.b_more == 0;
    if (difference.of.count < pairs_least) return Verdict::too_few;
    if (same) return Verdict::equal;
    if (difference.p_holm > error_rate) return Verdict::no_evidence;
    const bool more = difference.of.mean > 0;
    if (better == Better::neither) return more ? Verdict::higher : Verdict::lower;
    return more == (better == Better::higher) ? Verdict::better : Verdict::worse;
}

Band band_of(const std::vector<const std::vector<double>*>& curves) {
    Band band;
    std::size_t length = 0;
    for (const auto* curve : curves) length = std::max(length, curve->size());
    for (std::size_t at = 0; at < length; ++at) {
        double low = HUGE_VAL, high = -HUGE_VAL, sum = 0;
        for (const auto* curve : curves) {
            const double value = (*curve)[std::min(at, curve->size() - 1)];
            low = std::min(low, value);
            high = std::max(high, value);
            sum += value;
        }
        band.low.push_back(low);
        band.high.push_back(high);
        band.mean.push_back(sum / static_cast<double>(curves.size()));
    }
    return band;
}

/// The results of one variant by policy and seed.
class Slice {
  public:
    Slice(const Plan& plan, const std::vector<Measured>& measured, std::size_t variant)
        : plan_(plan),
          measured_(measured),
          first_(variant * plan.policies.size() * plan.seeds.size()) {}

    const Measured& at(std::size_t policy, std::size_t seed) const {
        return measured_[first_ + policy * plan_.seeds.size() + seed];
    }
    bool all_have(const std::string& metric) const {
        for (std::size_t i = 0; i < plan_.policies.size() * plan_.seeds.size(); ++i) {
            if (!measured_[first_ + i].metrics.contains(metric)) return false;
        }
        return true;
    }
    MetricReport metric(const MetricInfo& info) const {
        MetricReport report{.info = &info, .values = {}, .estimates = {}, .pairs = {}};
        for (std::size_t policy = 0; policy < plan_.policies.size(); ++policy) {
            std::vector<double> values;
            for (std::size_t seed = 0; seed < plan_.seeds.size(); ++seed) {
                values.push_back(at(policy, seed).metrics.at(info.name));
            }
            Estimate of = estimate(values, info.name);
            // There is nothing below: all metrics count from 0. What is not known stays so.
            if (std::isfinite(of.low)) of.low = std::max(of.low, 0.0);
            report.estimates.push_back(of);
            report.values.push_back(std::move(values));
        }
        return report;
    }
    CurveReport curve(const CurveInfo& info) const {
        CurveReport report{&info, {}};
        for (std::size_t policy = 0; policy < plan_.policies.size(); ++policy) {
            std::vector<const std::vector<double>*> all;
            for (std::size_t seed = 0; seed < plan_.seeds.size(); ++seed) {
                const auto& curves = at(policy, seed).curves;
                const auto found = curves.find(info.name);
                if (found != curves.end() && !found->second.empty()) all.push_back(&found->second);
            }
            if (all.size() < plan_.seeds.size()) return {&info, {}};
            report.bands.push_back(band_of(all));
        }
        return report;
    }

  private:
    const Plan& plan_;
    const std::vector<Measured>& measured_;
    std::size_t first_;
};

/// Every two policies on every metric of every variant, judged together.
void judge(Report& report) {
    std::vector<Judged> all;
    const std::size_t policies = report.plan.policies.size();
    for (VariantReport& variant : report.variants) {
        for (MetricReport& metric : variant.metrics) {
            for (std::size_t a = 0; a < policies; ++a) {
                for (std::size_t b = a + 1; b < policies; ++b) {
                    metric.pairs.push_back({.a = a, .b = b, .difference = {}});
                    all.push_back({metric.values[a], metric.values[b], metric.info->name, {}});
                }
            }
        }
    }
    decide(all);
    report.comparisons = all.size();
    std::size_t next = 0;
    for (VariantReport& variant : report.variants) {
        for (MetricReport& metric : variant.metrics) {
            for (Pair& pair : metric.pairs) {
                pair.difference = all[next++].difference;
                pair.verdict = verdict_of(pair.difference, metric.info->better);
                pair.without_chance = pair.difference.of.count > 1 &&
                                      pair.difference.of.deviation == 0 &&
                                      metric.estimates[pair.a].deviation == 0;
            }
        }
    }
}

}   // namespace

const Pair& MetricReport::of(std::size_t a, std::size_t b) const {
    const auto at = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) {
        return pair.a == std::min(a, b) && pair.b == std::max(a, b);
    });
    SIM_ASSERT(at != pairs.end());
    return *at;
}

Verdict MetricReport::verdict(std::size_t policy, std::size_t other) const {
    const Verdict known = of(policy, other).verdict;
    return policy < other ? known : turned(known);
}

Report report_of(const Plan& plan, const std::vector<Measured>& measured) {
    Report report{.plan = plan, .variants = {}};
    for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
        const Slice slice(plan, measured, variant);
        VariantReport one{plan.variant_name(variant), {}, {}, {}};
        for (std::size_t policy = 0; policy < plan.policies.size(); ++policy) {
            one.partings.push_back(slice.at(policy, 0).parting);
            if (policy > 0 && plan.kind == Kind::scenario) {
                one.partings.back() =
                    parting_between(slice.at(0, 0).decisions, slice.at(policy, 0).decisions);
            }
        }
        for (const MetricInfo& info : all_metrics()) {
            const bool wanted = plan.metrics.empty() ||
                                std::find(plan.metrics.begin(), plan.metrics.end(), info.name) !=
                                    plan.metrics.end();
            if (wanted && slice.all_have(info.name)) one.metrics.push_back(slice.metric(info));
        }
        for (const CurveInfo& info : all_curves()) {
            CurveReport curve = slice.curve(info);
            if (!curve.bands.empty()) one.curves.push_back(std::move(curve));
        }
        report.variants.push_back(std::move(one));
    }
    judge(report);
    return report;
}

/// With the prefix that leaves one to three digits before the point.
static std::string bytes_text(double value) {
    const char* const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    std::size_t at = 0;
    for (; std::abs(value) >= 999.5 && at + 1 < std::size(units); ++at) value /= 1000;
    return fmt::format("{:.{}f} {}", value, at == 0 ? 0 : 1, units[at]);
}

std::string interval_text(const MetricInfo& metric, double low, double high) {
    const bool below = std::isfinite(low), above = std::isfinite(high);
    if (!below && !above) return "no interval";
    if (!below) return "at most " + value_text(metric, high);
    if (!above) return "at least " + value_text(metric, low);
    return value_text(metric, low) + " … " + value_text(metric, high);
}

std::string value_text(const MetricInfo& metric, double value) {
    const std::string unit = metric.unit;
    if (unit == "B") return bytes_text(value + 0.0);
    return fmt::format("{:.{}f}{}", value + 0.0, metric.digits,
                       unit.empty() || unit == "share" ? "" : " " + unit);
}

// --- Tables --------------------------------------------------------------------------------------

namespace {

template <class Each>
void each_metric(const Report& report, Each each) {
    for (const VariantReport& variant : report.variants) {
        for (const MetricReport& metric : variant.metrics) each(variant, metric);
    }
}

}   // namespace

std::string summary_csv(const Report& report) {
    std::string text = "variant,metric,policy,seeds,mean,deviation,low,high\n";
    each_metric(report, [&](const VariantReport& variant, const MetricReport& metric) {
        for (std::size_t i = 0; i < metric.estimates.size(); ++i) {
            const Estimate& e = metric.estimates[i];
            text += fmt::format("{},{},{},{},{},{},{},{}\n", record::csv_cell(variant.name),
                                metric.info->name, record::csv_cell(report.plan.policies[i].name),
                                e.count, e.mean, e.deviation, e.low, e.high);
        }
    });
    return text;
}

std::string pairs_csv(const Report& report) {
    std::string text = "variant,metric,policy,than,difference,low,high,p,p_holm,effect,verdict\n";
    each_metric(report, [&](const VariantReport& variant, const MetricReport& metric) {
        for (const Pair& pair : metric.pairs) {
            const Difference& d = pair.difference;
            text +=
                fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", record::csv_cell(variant.name),
                            metric.info->name, record::csv_cell(report.plan.policies[pair.a].name),
                            record::csv_cell(report.plan.policies[pair.b].name), d.of.mean,
                            d.of.low, d.of.high, d.p, d.p_holm, d.effect, to_text(pair.verdict));
        }
    });
    return text;
}

std::string values_csv(const Report& report) {
    std::string text = "variant,metric,policy,seed,value\n";
    each_metric(report, [&](const VariantReport& variant, const MetricReport& metric) {
        for (std::size_t i = 0; i < metric.values.size(); ++i) {
            for (std::size_t seed = 0; seed < metric.values[i].size(); ++seed) {
                text +=
                    fmt::format("{},{},{},{},{}\n", record::csv_cell(variant.name),
                                metric.info->name, record::csv_cell(report.plan.policies[i].name),
                                report.plan.seeds[seed], metric.values[i][seed]);
            }
        }
    });
    return text;
}

std::string report_json(const Report& report) {
    // JSON has no infinity: an interval without an end is null.
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
    Json json{{"plan", Json::parse(report.plan.to_json())}, {"comparisons", report.comparisons}};
    each_metric(report, [&](const VariantReport& variant, const MetricReport& metric) {
        Json one{{"variant", variant.name},
                 {"metric", metric.info->name},
                 {"unit", metric.info->unit},
                 {"formula", metric.info->formula}};
        for (std::size_t i = 0; i < metric.estimates.size(); ++i) {
            const Estimate& e = metric.estimates[i];
            one["policies"].push_back({{"policy", report.plan.policies[i].name},
                                       {"mean", e.mean},
                                       {"low", number(e.low)},
                                       {"high", number(e.high)},
                                       {"values", metric.values[i]}});
        }
        one["pairs"] = Json::array();
        for (const Pair& pair : metric.pairs) {
            const Difference& d = pair.difference;
            one["pairs"].push_back({{"policy", report.plan.policies[pair.a].name},
                                    {"than", report.plan.policies[pair.b].name},
                                    {"difference", d.of.mean},
                                    {"low", number(d.of.low)},
                                    {"high", number(d.of.high)},
                                    {"p", d.p},
                                    {"p_holm", d.p_holm},
                                    {"effect", d.effect},
                                    {"verdict", to_text(pair.verdict)}});
        }
        json["metrics"].push_back(std::move(one));
    });
    for (const VariantReport& variant : report.variants) {
        for (std::size_t i = 0; i < variant.partings.size(); ++i) {
            if (!variant.partings[i]) continue;
            Json one{{"variant", variant.name},
                     {"policy", report.plan.policies[i].name},
                     {"than", report.plan.policies.front().name}};
            one.update(parting_json(*variant.partings[i]));
            json["partings"].push_back(std::move(one));
        }
    }
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}   // namespace glasshive::compare
