// The answer to "how large?" as one page that needs nothing else.
#include <cmath>
#include <fmt/format.h>

#include "compare/capacity.h"
#include "compare/page.h"
#include "compare/plot.h"
#include "compare/report.h"

namespace glasshive::compare {

namespace {

std::string variant_title(const CapacityReport& report, std::size_t variant) {
    const std::string name = report.plan.variant_name(variant);
    return name.empty() ? "" : ": " + escaped(name);
}

/// What is far beyond the goal would press the rest flat: the height from which on the curve is
/// left out; infinite where that is not so.
double cut_of(const Goal& goal) {
    const bool below =
        goal.relation == Goal::Relation::less || goal.relation == Goal::Relation::at_most;
    return below && goal.bound > 0 ? 5 * goal.bound : HUGE_VAL;
}

/// The line from where it comes down to `cut`.
Line line_below(const std::vector<SizeTried>& tried, double cut) {
    Line line;
    line.has_points = true;
    const auto add = [&](double machines, double mean) {
        line.along.push_back(machines);
        line.up.mean.push_back(mean);
    };
    for (std::size_t i = 0; i < tried.size(); ++i) {
        const double mean = tried[i].of.mean, at = static_cast<double>(tried[i].machines);
        if (mean > cut) continue;
        if (i > 0 && tried[i - 1].of.mean > cut && std::isfinite(tried[i - 1].of.mean)) {
            const double before = static_cast<double>(tried[i - 1].machines);
            const double above = tried[i - 1].of.mean;
            add(before + (at - before) * (above - cut) / (above - mean), cut);
        }
        add(at, mean);
    }
    return line;
}

std::string curve(const CapacityReport& report, std::size_t variant) {
    std::vector<Line> lines;
    std::vector<std::string> names;
    for (const CapacityCase& one : report.cases) {
        if (one.variant != variant) continue;
        names.push_back(report.plan.policies[one.policy].name);
        Line line = line_below(one.found.tried, cut_of(report.goal));
        if (line.along.empty()) line = line_below(one.found.tried, HUGE_VAL);
        lines.push_back(std::move(line));
    }
    const MetricInfo& metric = *report.goal.metric;
    const std::string unit = metric.unit;
    return lines_svg({.title = metric.title,
                      .along = "machines",
                      .up = std::string(metric.title) + (unit.empty() ? "" : ", " + unit),
                      .is_squeezed = false,
                      .level = report.goal.bound},
                     lines, names, false);
}

std::string sizes_table(const CapacityReport& report, const CapacityCase& one) {
    const MetricInfo& metric = *report.goal.metric;
    std::string html = fmt::format("<section><h3>{}</h3><div class=\"wide\"><table><thead><tr>"
                                   "<th>machines</th><th>mean</th><th>interval</th>"
                                   "<th>seeds that meet it</th><th></th></tr></thead><tbody>\n",
                                   escaped(report.plan.policies[one.policy].name));
    for (const SizeTried& tried : one.found.tried) {
        html += fmt::format(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{} of {}</td><td>{}</td></tr>\n",
            tried.machines, value_text(metric, tried.of.mean),
            tried.of.count > 1 ? interval_text(metric, tried.of.low, tried.of.high) : "no interval",
            tried.seeds_met, tried.values.size(),
            tried.surely ? "<span class=\"good\">surely</span>"
            : tried.met  ? "<span class=\"good\">meets it</span>"
                         : "<span class=\"soft\">no</span>");
    }
    return html + "</tbody></table></div></section>\n";
}

std::string how_to_read(const CapacityReport& report) {
    return "<section><h2>How to read this</h2><ul>"
           "<li>The goal is met by a number of machines when the mean over the seeds meets it. "
           "With the answer it is met, and with one machine fewer it is not.</li>"
           "<li>Numbers are found by doubling and halving, and some more are tried around the "
           "answer: those that stand against it are named. One that was not tried may, too: a "
           "scheduler can do worse with a machine more (Graham, 1966).</li>"
           "<li><b>To be sure</b>: from there on the interval of the mean (95&nbsp;%) does not "
           "reach past the goal. More seeds bring the two numbers together.</li>"
           "<li>" +
           std::string("More machines are more of the list's, and past its end more like its last "
                       "one. It is about this workload.</li></ul></section>\n"
                       "<section><h2>Definition</h2><p>") +
           escaped(report.goal.metric->name) + ": " + escaped(report.goal.metric->formula) +
           ".</p></section>\n";
}

}   // namespace

std::string capacity_html(const CapacityReport& report, const std::string& command) {
    const std::string title = "How many machines: " + report.goal.text();
    std::string html = page_open(title) + "<h1>" + escaped(title) + "</h1>\n";
    html += fmt::format("<p>{} policies, {} seeds.</p>\n", report.plan.policies.size(),
                        report.plan.seeds.size());
    for (std::size_t variant = 0; variant < report.plan.variants.size(); ++variant) {
        html += "<section><h2>Answer" + variant_title(report, variant) +
                "</h2><table><thead><tr><th>policy</th><th class=\"words\">least number of "
                "machines</th></tr></thead><tbody>\n";
        for (const CapacityCase& one : report.cases) {
            if (one.variant != variant) continue;
            html += fmt::format("<tr><td>{}</td><td class=\"words\">{}</td></tr>\n",
                                escaped(report.plan.policies[one.policy].name),
                                escaped(answer_text(report, one)));
        }
        html += "</tbody></table></section>\n<section><h2>Curve" + variant_title(report, variant) +
                "</h2>" + curve(report, variant) +
                "<p class=\"soft\">A dot for each number of machines tried: the mean over seeds. "
                "The dashed line across is the goal; what is more than five times as high is left "
                "out.</p></section>\n";
    }
    html += how_to_read(report);
    for (std::size_t variant = 0; variant < report.plan.variants.size(); ++variant) {
        html += "<h2>Number by number" + variant_title(report, variant) + "</h2>\n";
        for (const CapacityCase& one : report.cases) {
            if (one.variant == variant) html += sizes_table(report, one);
        }
    }
    return html +
           how_to_repeat(report.plan, command,
                         "capacity.csv beside this page has every value by seed; capacity.json "
                         "has what stands here.") +
           "</body></html>\n";
}

}   // namespace glasshive::compare
