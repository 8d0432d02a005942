#include "compare/openb_tables.h"

#include <fmt/format.h>

#include "record/text.h"

namespace glasshive::compare {

std::string curves_csv(const Plan& plan, const std::vector<Measured>& measured) {
    std::string text = "policy,seed,arrived,alloc,frag,frag_ratio\n";
    const auto runs = plan.runs();
    for (std::size_t run = 0; run < runs.size(); ++run) {
        const auto& curves = measured[run].curves;
        const auto& alloc = curves.at("alloc");
        for (std::size_t percent = 0; percent < alloc.size(); ++percent) {
            text += fmt::format("{},{},{},{:.2f},{:.2f},{}\n",
                                record::csv_cell(plan.policies[runs[run].policy].name),
                                runs[run].seed, percent, alloc[percent], curves.at("frag")[percent],
                                curves.at("frag_ratio")[percent]);
        }
    }
    return text;
}

std::string placements_csv(const Plan& plan, const std::vector<Measured>& measured) {
    std::string text = "policy,seed,row,pod,node\n";
    const auto runs = plan.runs();
    for (std::size_t run = 0; run < runs.size(); ++run) {
        const std::string head = fmt::format(
            "{},{},", record::csv_cell(plan.policies[runs[run].policy].name), runs[run].seed);
        for (std::size_t row = 0; row < measured[run].pods.size(); ++row) {
            text +=
                fmt::format("{}{},{},{}\n", head, row, record::csv_cell(measured[run].pods[row]),
                            record::csv_cell(measured[run].nodes[row]));
        }
    }
    return text;
}

}   // namespace glasshive::compare
