#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/recording.h"
#include "words/tables.h"

namespace glasshive::explain {

/// What docker's tables would have shown at one instant, folded from a recording's events.
struct Tables {
    std::vector<words::NodeRow> nodes;
    std::vector<words::ServiceRow> services;
    std::vector<words::TaskRow> tasks;   ///< Of all services, in order of creation.
    Time at{};
};

/// By its mode as docker prints it.
bool is_job(const words::ServiceRow& row);

/// The tables at `until`; at the end without one. A Diagnostic when the recording is damaged.
Result<Tables> tables_at(record::Recording& recording, std::optional<Time> until);

}   // namespace glasshive::explain
