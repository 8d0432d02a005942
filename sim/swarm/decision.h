#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/event.h"

namespace glasshive::swarm {

/// One scheduling decision with every node that was looked at. An annotation: no event carries it,
/// and whether somebody asks for it changes nothing in the run.
struct DecisionTable {
    struct Row {
        NameId node;
        std::string verdict;             ///< "passes", or the filter that refused it: "resources".
        std::uint32_t service_tasks = 0; ///< Active tasks of the service there, before this one.
        std::uint32_t total_tasks = 0;   ///< Active tasks there, before this one.
        double score = 0;                ///< The policy's, the higher the better; spread has none.
        /// Recent failures of the service there; five and more make a node the last choice.
        std::uint32_t failures = 0;
    };
    EventId decision{};                  ///< decision.placed or decision.refused.
    NameId task;
    NameId winner;                       ///< Invalid: no node was suitable.
    std::string policy;
    bool has_scores = false;
    /// Of every member: those that pass, best first, equals in order of joining (the draw between
    /// them is not repeated here); then those refused, filter by filter.
    std::vector<Row> rows;
};

/// Somebody who wants to see decisions whole. Costs O(nodes log nodes) for each one that it wants.
class DecisionWatch {
  public:
    virtual ~DecisionWatch() = default;
    virtual bool wants(NameId task, Time at) = 0;
    virtual void on_decision(const DecisionTable& table) = 0;
};

}   // namespace glasshive::swarm
