#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace glasshive::compare {

/// Where a policy first chose otherwise than the reference (the report's first policy), on the same
/// tasks under the same seed; all as text for people.
struct Parting {
    struct Side {
        std::string node;           ///< "": nowhere.
        std::string state;          ///< Before the task was there.
        std::string by_reference;   ///< What the reference thinks of the node.
        std::string by_other;       ///< What the other policy thinks of it.
        friend bool operator==(const Side&, const Side&) = default;
    };
    std::uint64_t choice = 0;   ///< From 1; or how many were alike.
    bool parted = false;
    std::string task;
    Side reference, other;   ///< What each chose.
};

/// What the scheduler of a whole cluster decided for one task.
struct Decision {
    struct Line {   ///< A node that was looked at.
        std::string node;
        std::string refused_by;                             ///< The filter; "": it passed.
        std::uint32_t service_tasks = 0, total_tasks = 0;   ///< There, before this one.
        double score = 0;
        friend bool operator==(const Line&, const Line&) = default;
    };
    std::string task;
    std::string node;   ///< "": nowhere.
    bool has_scores = false;
    std::vector<Line> lines;
    friend bool operator==(const Decision&, const Decision&) = default;
};

/// What one run came to.
struct Measured {
    std::map<std::string, double> metrics;               ///< By name; see metrics.h.
    std::map<std::string, std::vector<double>> curves;   ///< By name; see metrics.h.
    std::vector<std::string> pods;                       ///< openb: by row, in order of arrival.
    std::vector<std::string> nodes;                      ///< Where each went; "": dropped.
    std::optional<Parting> parting;                      ///< Where somebody looked for it.
    std::vector<Decision> decisions;                     ///< scenario, first seed; decisions.h.
    std::string digest;                                  ///< scenario: of its events.
};

nlohmann::ordered_json parting_json(const Parting& parting);
/// As JSON, with the plan's fingerprint: equal results have equal bytes.
std::string shard_text(const Measured& measured, const std::string& plan);
/// Nothing when it is of another plan, cut short or no shard at all.
std::optional<Measured> read_shard(const std::string& text, const std::string& plan);

}   // namespace glasshive::compare
