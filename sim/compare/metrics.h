#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace glasshive::compare {

enum class Better { higher, lower, neither };

/// A metric: what it is called, and exactly what it is.
struct MetricInfo {
    const char* name;    ///< In files.
    const char* title;   ///< For people.
    const char* unit;    ///< "%", "s", "" of a count.
    Better better;
    const char* formula;
    const char* source;   ///< Where the definition is from; "" of plain counts.
    int digits;           ///< Behind the point, for people.
};

/// All of them, in the order of every table.
const std::vector<MetricInfo>& all_metrics();
/// By its name; null when there is none.
const MetricInfo* metric_named(const std::string& name);

/// What is said where a workload does not have a metric that somebody asked for by that option.
Diagnostic missing_metric(const std::string& option, const std::string& name);

/// A curve: what goes along and what goes up.
struct CurveInfo {
    const char* name;
    const char* title;
    const char* along;
    const char* up;
    bool is_cdf;   ///< The values are quantiles by percent: drawn as a CDF.
};
const std::vector<CurveInfo>& all_curves();

}   // namespace glasshive::compare
