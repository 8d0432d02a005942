#include "compare/decisions.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace glasshive::compare {

using Json = nlohmann::ordered_json;

namespace {

const Decision::Line* line_of(const Decision& decision, const std::string& node) {
    const auto at = std::find_if(decision.lines.begin(), decision.lines.end(),
                                 [&](const auto& line) { return line.node == node; });
    return at != decision.lines.end() ? &*at : nullptr;
}

std::string thought_text(const Decision& decision, const std::string& node) {
    const Decision::Line* const line = line_of(decision, node);
    if (line == nullptr) return "not a member";
    if (line->refused_by != "") return "refused: " + line->refused_by;
    return decision.has_scores ? fmt::format("{:.6g}", line->score) : "fewest tasks first";
}

Parting::Side side_of(const std::string& node, const Decision& own, const Decision& reference,
                      const Decision& other) {
    if (node.empty()) return {};
    Parting::Side side{.node = node,
                       .state = "",
                       .by_reference = thought_text(reference, node),
                       .by_other = thought_text(other, node)};
    if (const Decision::Line* const line = line_of(own, node)) {
        side.state =
            fmt::format("{} of the service, {} in all", line->service_tasks, line->total_tasks);
    }
    return side;
}

}   // namespace

void DecisionKeeper::on_decision(const swarm::DecisionTable& table) {
    const auto text = [&](NameId id) {
        return id.valid() ? std::string(names_.text(id)) : std::string();
    };
    Decision decision{.task = text(table.task),
                      .node = text(table.winner),
                      .has_scores = table.has_scores,
                      .lines = {}};
    for (const swarm::DecisionTable::Row& row : table.rows) {
        const bool passes = row.verdict == "passes";
        decision.lines.push_back({.node = text(row.node),
                                  .refused_by = passes ? "" : row.verdict,
                                  .service_tasks = row.service_tasks,
                                  .total_tasks = row.total_tasks,
                                  .score = passes ? row.score : 0});
    }
    lines_ += decision.lines.size() + 1;
    kept_.push_back(std::move(decision));
}

std::optional<Parting> parting_between(const std::vector<Decision>& reference,
                                       const std::vector<Decision>& other) {
    if (reference.empty() && other.empty()) return std::nullopt;
    const std::size_t both = std::min(reference.size(), other.size());
    std::size_t at = 0;
    const auto same = [&] {
        return reference[at].task == other[at].task && reference[at].node == other[at].node;
    };
    while (at < both && same()) ++at;
    Parting parting{.choice = at, .parted = false, .task = "", .reference = {}, .other = {}};
    if (at == both) return parting;
    const Decision &a = reference[at], &b = other[at];
    parting.choice = at + 1;
    parting.parted = true;
    parting.task = a.task == b.task ? a.task : a.task + " or " + b.task;
    parting.reference = side_of(a.node, a, a, b);
    parting.other = side_of(b.node, b, a, b);
    return parting;
}

Json decisions_json(const std::vector<Decision>& decisions) {
    Json all = Json::array();
    for (const Decision& decision : decisions) {
        Json lines = Json::array();
        for (const Decision::Line& line : decision.lines) {
            lines.push_back(Json::array(
                {line.node, line.refused_by, line.service_tasks, line.total_tasks, line.score}));
        }
        all.push_back(
            Json::array({decision.task, decision.node, decision.has_scores, std::move(lines)}));
    }
    return all;
}

std::vector<Decision> decisions_from(const Json& json) {
    std::vector<Decision> all;
    for (const Json& one : json) {
        Decision decision{
            .task = one.at(0), .node = one.at(1), .has_scores = one.at(2), .lines = {}};
        for (const Json& line : one.at(3)) {
            decision.lines.push_back({.node = line.at(0),
                                      .refused_by = line.at(1),
                                      .service_tasks = line.at(2),
                                      .total_tasks = line.at(3),
                                      .score = line.at(4)});
        }
        all.push_back(std::move(decision));
    }
    return all;
}

}   // namespace glasshive::compare
