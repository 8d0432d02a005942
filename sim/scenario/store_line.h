#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/spec.h"

namespace glasshive::scenario {

/// Whether the line is meant for a store: "store split orders".
bool is_store_line(const std::string& line);
/// Reads such a line; names are those of the given stores. All that is wrong with it, at once.
Result<StoreCommandSpec> read_store_line(const std::string& line,
                                         const std::vector<store::ClusterSpec>& stores);

}   // namespace glasshive::scenario
