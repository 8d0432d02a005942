// The report as one page that needs nothing else.
#include <algorithm>
#include <fmt/format.h>

#include "compare/page.h"
#include "compare/plot.h"
#include "compare/report.h"

namespace glasshive::compare {

namespace {

std::string verdict_html(Verdict verdict) {
    switch (verdict) {
        case Verdict::better: return "<span class=\"good\">&#9650; better</span>";
        case Verdict::worse: return "<span class=\"bad\">&#9660; worse</span>";
        case Verdict::higher: return "&#9650; higher";
        case Verdict::lower: return "&#9660; lower";
        case Verdict::no_evidence: return "<span class=\"soft\">no evidence</span>";
        case Verdict::equal: return "<span class=\"soft\">equal</span>";
        case Verdict::too_few: return "<span class=\"soft\">too few seeds</span>";
    }
    return "";
}

std::string said_of(Better better) {
    switch (better) {
        case Better::higher: return "more is better";
        case Better::lower: return "less is better";
        case Better::neither: return "neither is better";
    }
    return "";
}

/// One row a metric, one column a policy, each against the first.
std::string glance(const Report& report, const VariantReport& variant) {
    const auto& policies = report.plan.policies;
    std::string html = "<div class=\"wide\"><table><thead><tr><th>mean over seeds</th>";
    for (const PolicySpec& policy : policies) html += "<th>" + escaped(policy.name) + "</th>";
    html += "</tr></thead><tbody>\n";
    for (const MetricReport& metric : variant.metrics) {
        html += fmt::format("<tr><td>{}<br><small>{}</small></td>", escaped(metric.info->title),
                            said_of(metric.info->better));
        for (std::size_t i = 0; i < policies.size(); ++i) {
            const Estimate& e = metric.estimates[i];
            html += "<td>" + value_text(*metric.info, e.mean);
            if (e.count > 1) {
                html += "<br><small>" + interval_text(*metric.info, e.low, e.high) + "</small>";
            }
            if (i > 0) html += "<br>" + verdict_html(metric.verdict(i, 0));
            html += "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string how_to_read(const Report& report) {
    const std::string first = escaped(report.plan.policies.front().name);
    std::string html = "<section><h2>How to read this</h2><ul>";
    html += fmt::format(
        "<li><b>better</b>, <b>worse</b>: against <b>{}</b> in the table above, against each other "
        "below. Every policy met the same chance under the same seed, so differences are taken "
        "seed by seed.</li>",
        first);
    html += fmt::format(
        "<li>All {} comparisons on this page were judged together (Holm's correction): the chance "
        "that even one of them is claimed where there is none is about 5&nbsp;%.</li>",
        report.comparisons);
    html +=
        "<li><b>no evidence</b> is not <i>equal</i>: these seeds do not tell the two apart. More "
        "of them may.</li>"
        "<li>Small figures: an interval that holds the mean over all possible seeds in "
        "95&nbsp;% of cases (studentised bootstrap). Two that overlap may still differ: the "
        "verdict looks at differences, the intervals do not.</li>"
        "<li>It is about this workload on these machines. Another trace may turn it round.</li>";
    bool without_chance = false;
    for (const VariantReport& variant : report.variants) {
        for (const MetricReport& metric : variant.metrics) {
            for (const Pair& pair : metric.pairs) without_chance |= pair.without_chance;
        }
    }
    if (without_chance) {
        html += "<li>Some figures are <b>the same under every seed</b>: nothing is left to chance "
                "there, so a difference is certain for this one workload, and says nothing about "
                "others. Vary the workload (--set jobs=…, sample=…) to learn more.</li>";
    }
    return html + "</ul></section>\n";
}

std::string pair_table(const Report& report, const MetricReport& metric) {
    std::string html = "<div class=\"wide\"><table><thead><tr><th>this</th><th>than that</th>"
                       "<th>difference</th><th>interval</th><th>seeds in which it is "
                       "more : less</th><th>effect</th><th>p (Holm)</th><th>verdict</th></tr>"
                       "</thead><tbody>\n";
    for (const Pair& pair : metric.pairs) {
        const Difference& d = pair.difference;
        html += fmt::format(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} : {}</td><td>{:.2f}</td>"
            "<td>{:.2g}</td><td>{}{}</td></tr>\n",
            escaped(report.plan.policies[pair.a].name), escaped(report.plan.policies[pair.b].name),
            value_text(*metric.info, d.of.mean), interval_text(*metric.info, d.of.low, d.of.high),
            d.a_more, d.b_more, d.effect, d.p_holm, verdict_html(pair.verdict),
            pair.without_chance ? "<br><small>no chance involved</small>" : "");
    }
    return html + "</tbody></table></div>\n";
}

std::string metric_section(const Report& report, const MetricReport& metric,
                           const std::vector<std::string>& names) {
    std::string html = fmt::format("<section><h3>{}</h3><p class=\"soft\">{}; {}.</p>\n",
                                   escaped(metric.info->title), escaped(metric.info->formula),
                                   said_of(metric.info->better));
    html += dots_svg(metric, names, false);
    html += "<p class=\"soft\">A dot a seed; below it the mean and its interval.</p>";
    if (!metric.pairs.empty()) html += pair_table(report, metric);
    return html + "</section>\n";
}

/// The first choice in which each policy and the first one differ, and what both think of it.
std::string partings_section(const Report& report, const VariantReport& variant) {
    const std::string first = escaped(report.plan.policies.front().name);
    std::string html;
    for (std::size_t i = 0; i < variant.partings.size(); ++i) {
        if (!variant.partings[i]) continue;
        const Parting& parting = *variant.partings[i];
        const std::string name = escaped(report.plan.policies[i].name);
        if (!parting.parted) {
            html += fmt::format("<p><b>{}</b> chose as {} did, {} times.</p>\n", name, first,
                                parting.choice);
            continue;
        }
        html += fmt::format("<p><b>{}</b> and {} chose alike {} times. Then came {}.</p>"
                            "<div class=\"wide\"><table><thead><tr><th>chosen</th><th>by</th>"
                            "<th>before</th><th>score of {}</th><th>score of {}</th></tr></thead>"
                            "<tbody>\n",
                            name, first, parting.choice - 1, escaped(parting.task), first, name);
        for (const auto* side : {&parting.reference, &parting.other}) {
            html +=
                fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                            side->node.empty() ? "nowhere" : escaped(side->node),
                            side == &parting.reference ? first : name, escaped(side->state),
                            escaped(side->by_reference), escaped(side->by_other));
        }
        html += "</tbody></table></div>\n";
    }
    if (html.empty()) return html;
    return "<section><h2>Where they part</h2><p class=\"soft\">Under the first seed. Up to that "
           "choice both saw the same cluster; the higher score wins, equals go in order unless "
           "they are drawn.</p>\n" +
           html + "</section>\n";
}

std::string sources(const Report& report) {
    std::string html = "<section><h2>Definitions</h2><table><tbody>\n";
    std::vector<std::string> seen;
    for (const VariantReport& variant : report.variants) {
        for (const MetricReport& metric : variant.metrics) {
            if (std::find(seen.begin(), seen.end(), metric.info->name) != seen.end()) continue;
            seen.emplace_back(metric.info->name);
            html += fmt::format(
                "<tr><td>{}</td><td class=\"words\">{}{}{}</td></tr>\n",
                metric.info->name, escaped(metric.info->formula),
                metric.info->source[0] != '\0' ? "<br>" : "", escaped(metric.info->source));
        }
    }
    return html +
           "<tr><td>effect</td><td class=\"words\">mean of the differences over "
           "their standard deviation (Cohen's d of pairs)</td></tr></tbody></table></section>\n";
}

}   // namespace

std::string report_html(const Report& report, const std::string& command) {
    const Plan& plan = report.plan;
    std::vector<std::string> names;
    std::string title;
    for (const PolicySpec& policy : plan.policies) {
        names.push_back(policy.name);
        title += (title.empty() ? "" : ", ") + policy.name;
    }
    std::string html = page_open(title);
    std::string files;
    for (const auto& [name, input] : plan.files) {
        files += (files.empty() ? "" : ", ") + escaped(name + " " + input.shown);
    }
    html += fmt::format("<h1>{}</h1>\n<p>{} policies, {} seeds, {} runs of a workload of kind "
                        "<b>{}</b>: {}.</p>\n",
                        escaped(title), names.size(), plan.seeds.size(), plan.runs().size(),
                        to_text(plan.kind), files);
    for (const VariantReport& variant : report.variants) {
        const std::string which = variant.name.empty() ? "" : ": " + escaped(variant.name);
        html += "<section><h2>At a glance" + which + "</h2>\n" + glance(report, variant) +
                "</section>\n";
    }
    html += how_to_read(report);
    for (const VariantReport& variant : report.variants) {
        const std::string which = variant.name.empty() ? "" : ": " + escaped(variant.name);
        if (!variant.curves.empty()) {
            html += "<h2>Curves" + which + "</h2>\n";
            for (const CurveReport& curve : variant.curves) {
                html += "<section><h3>" + escaped(curve.info->title) + "</h3>" +
                        curve_svg(curve, names, false) + "<p class=\"soft\">Mean over seeds" +
                        (curve.info->is_cdf ? "" : ", with the least and the greatest") +
                        ".</p></section>\n";
            }
        }
        html += partings_section(report, variant);
        html += "<h2>Metric by metric" + which + "</h2>\n";
        for (const MetricReport& metric : variant.metrics) {
            html += metric_section(report, metric, names);
        }
    }
    return html + sources(report) +
           how_to_repeat(plan, command,
                         "values.csv beside this page has every value by seed; "
                         "pairs.csv, summary.csv and report.json have what stands "
                         "here.") +
           "</body></html>\n";
}

}   // namespace glasshive::compare
