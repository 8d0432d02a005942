#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/event.h"
#include "swarm/decision.h"

namespace glasshive::cli {

/// A decision with every node, as a table for people: best first, then those refused.
std::string decision_text(const swarm::DecisionTable& table, const Names& names);
/// The same for machines: {"event", "task", "winner", "policy", "nodes": [{"node", "verdict", …}]}.
nlohmann::ordered_json decision_json(const swarm::DecisionTable& table, const Names& names);

/// Keeps every decision, for a report at the end.
class DecisionList final : public swarm::DecisionWatch {
  public:
    /// `names` outlive it.
    explicit DecisionList(const Names& names) : names_(names) {}
    bool wants(NameId, Time) override { return true; }
    void on_decision(const swarm::DecisionTable& table) override { tables_.push_back(table); }
    nlohmann::ordered_json json() const;

  private:
    const Names& names_;
    std::vector<swarm::DecisionTable> tables_;
};

/// Keeps the one decision that an event stands for.
class OneDecision final : public swarm::DecisionWatch {
  public:
    OneDecision(EventId decision, Time at) : decision_(decision), at_(at) {}
    bool wants(NameId, Time at) override { return at == at_; }
    void on_decision(const swarm::DecisionTable& table) override {
        if (table.decision == decision_) found_ = table;
    }
    const std::optional<swarm::DecisionTable>& found() const { return found_; }

  private:
    EventId decision_;
    Time at_;
    std::optional<swarm::DecisionTable> found_;
};

}   // namespace glasshive::cli
