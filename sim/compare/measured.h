#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace glasshive::compare {

/// What one run came to.
struct Measured {
    std::map<std::string, double> metrics;               ///< By name; see metrics.h.
    std::map<std::string, std::vector<double>> curves;   ///< By name; see metrics.h.
    std::vector<std::string> pods;                       ///< openb: by row, in order of arrival.
    std::vector<std::string> nodes;                      ///< Where each went; "": dropped.
    std::string digest;                                  ///< scenario: of its events.
};

/// As JSON, with the plan's fingerprint: equal results have equal bytes.
std::string shard_text(const Measured& measured, const std::string& plan);
/// Nothing when it is of another plan, cut short or no shard at all.
std::optional<Measured> read_shard(const std::string& text, const std::string& plan);

}   // namespace glasshive::compare
