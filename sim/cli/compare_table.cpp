#include "cli/compare_table.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "compare/partings.h"

namespace glasshive::cli {

using compare::MetricReport;
using compare::Report;
using compare::Verdict;

namespace {

constexpr std::size_t name_columns = 22, value_columns = 16, interval_columns = 28;

Tone tone_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::better: return Tone::good;
        case Verdict::worse: return Tone::bad;
        default: return Tone::dim;
    }
}

std::string interval_text(const MetricReport& metric, std::size_t policy) {
    const compare::Estimate& e = metric.estimates[policy];
    if (e.count < 2) return "";
    const bool plain =
        std::isfinite(e.high) && std::isfinite(e.low) && std::string(metric.info->unit) != "B";
    if (!plain) return compare::interval_text(*metric.info, e.low, e.high);
    return fmt::format("{0:.{2}f} … {1:.{2}f}", e.low, e.high, metric.info->digits);
}

void print_metric(std::ostream& out, const Terminal& terminal, const Report& report,
                  const MetricReport& metric) {
    const auto& policies = report.plan.policies;
    const char* direction = metric.info->better == compare::Better::higher  ? "more is better"
                            : metric.info->better == compare::Better::lower ? "less is better"
                                                                            : "";
    out << terminal.paint(Tone::bold, metric.info->title) << "  "
        << terminal.paint(Tone::dim, direction) << '\n';
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const std::string interval = interval_text(metric, i);
        out << "  " << fit(printable(policies[i].name), name_columns)
            << fit(compare::value_text(*metric.info, metric.estimates[i].mean), value_columns)
            << terminal.paint(Tone::dim, i > 0 ? fit(interval, interval_columns) : interval);
        if (i > 0) {
            const Verdict verdict = metric.verdict(i, 0);
            out << terminal.paint(tone_of(verdict), to_text(verdict));
            if (metric.of(i, 0).without_chance) {
                out << terminal.paint(Tone::dim, "  (the same under every seed)");
            }
        }
        out << '\n';
    }
}

}   // namespace

void print_comparison(std::ostream& out, const Terminal& terminal, const Report& report) {
    const auto& plan = report.plan;
    out << plan.policies.size() << " policies, " << plan.seeds.size() << " seeds, "
        << plan.runs().size() << " runs; verdicts against " << printable(plan.policies.front().name)
        << ", all " << report.comparisons << " comparisons judged together\n";
    for (const compare::VariantReport& variant : report.variants) {
        out << '\n';
        if (!variant.name.empty()) {
            out << terminal.paint(Tone::accent, printable(variant.name)) << '\n';
        }
        for (const MetricReport& metric : variant.metrics) {
            print_metric(out, terminal, report, metric);
        }
        for (std::size_t i = 0; i < variant.partings.size(); ++i) {
            if (!variant.partings[i]) continue;
            out << terminal.paint(Tone::dim, printable(compare::parting_text(
                                                 *variant.partings[i], plan.policies.front().name,
                                                 plan.policies[i].name)))
                << '\n';
        }
    }
}

}   // namespace glasshive::cli
