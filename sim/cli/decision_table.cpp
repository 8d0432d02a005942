#include "cli/decision_table.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "words/tables.h"

namespace glasshive::cli {

namespace {

std::string text_of(const Names& names, NameId id) {
    return id.valid() ? std::string(names.text(id)) : std::string();
}

}   // namespace

std::string decision_text(const swarm::DecisionTable& table, const Names& names) {
    std::vector<std::vector<std::string>> rows{{"NODE", "VERDICT", "OF THE SERVICE", "IN ALL"}};
    if (table.has_scores) rows.front().push_back(table.policy);
    rows.front().emplace_back("FAILURES");
    for (const swarm::DecisionTable::Row& row : table.rows) {
        const bool chosen = table.winner.valid() && row.node == table.winner;
        std::vector<std::string> cells{text_of(names, row.node), chosen ? "chosen" : row.verdict,
                         std::to_string(row.service_tasks), std::to_string(row.total_tasks)};
        if (table.has_scores) {
            cells.push_back(row.verdict == "passes" ? fmt::format("{:.6g}", row.score) : "-");
        }
        cells.push_back(std::to_string(row.failures));
        rows.push_back(std::move(cells));
    }
    return words::columns(rows);
}

nlohmann::ordered_json decision_json(const swarm::DecisionTable& table, const Names& names) {
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const swarm::DecisionTable::Row& row : table.rows) {
        nlohmann::ordered_json node{{"node", text_of(names, row.node)},
                                    {"verdict", row.verdict},
                                    {"service_tasks", row.service_tasks},
                                    {"total_tasks", row.total_tasks},
                                    {"failures", row.failures}};
        if (table.has_scores && row.verdict == "passes") node["score"] = row.score;
        nodes.push_back(std::move(node));
    }
    return {{"event", number_of(table.decision)},
            {"task", text_of(names, table.task)},
            {"winner", table.winner.valid()
                           ? nlohmann::ordered_json(text_of(names, table.winner))
                           : nlohmann::ordered_json(nullptr)},
            {"policy", table.policy},
            {"nodes", std::move(nodes)}};
}

nlohmann::ordered_json DecisionList::json() const {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const swarm::DecisionTable& table : tables_) list.push_back(decision_json(table, names_));
    return list;
}

}   // namespace glasshive::cli
