#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "swarm/state/objects.h"

namespace glasshive::swarm {

/// One placement constraint, `key == value` or `key != value`.
/// Source: swarmkit manager/constraint/constraint.go.
struct Constraint {
    std::string key;
    bool equal = true;
    std::string value;
};

/// Reads one expression. Keys match [a-z_][a-z0-9-_.]+ without regard to case, values
/// [a-z0-9:\-_\s.*()?+[\]\\^$|/]+. An empty path in the diagnostic: the caller knows where it
/// stands.
Result<Constraint> parse_constraint(std::string_view text);
/// All of them; expressions that do not parse match no node (scenario checks them beforehand).
std::vector<Constraint> parse_constraints(const std::vector<std::string>& texts);

/// True when the node satisfies every constraint. Values compare whole and without regard to case;
/// a missing label reads as ""; an unknown key never matches. `node_id` is the rendered id.
bool matches(const std::vector<Constraint>& constraints, const NodeConfig& node,
             std::string_view node_id);

/// True for what a placement preference can spread over: node.labels.X and engine.labels.X, prefix
/// without regard to case. Others are ignored. Source: swarmkit manager/scheduler/nodeset.go tree.
bool is_spread_label(std::string_view descriptor);
/// The node's value of such a label, "" when it has none.
std::string spread_value(std::string_view descriptor, const NodeConfig& node);

}   // namespace glasshive::swarm
