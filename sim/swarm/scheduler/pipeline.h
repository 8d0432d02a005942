#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "swarm/scheduler/node_set.h"

namespace glasshive::swarm {

/// The first filter that refused a node, in the pipeline's order. `plugin` and `platform` refuse
/// nobody: volume and network plugins and an image's platforms are not part of the specs (see
/// README). `policy` is not SwarmKit's: what the scheduling policy itself will not have.
enum class Verdict : std::uint8_t {
    not_available, resources, plugin, constraints, platform, host_port, max_replicas, policy,
    passes,
};
inline constexpr std::size_t filter_count = 8;

/// For JSON and tables: "not_available", "resources", …
const char* to_text(Verdict verdict);
/// SwarmKit's words for `nodes` refusals: "insufficient resources on 2 nodes".
std::string explain(Verdict verdict, std::uint32_t nodes);

/// Whether the node could run one more task with these needs, and which filter says no. Pure.
Verdict judge(const Needs& needs, const NodeInfo& node);

/// The filters with SwarmKit's counters: refusals since some node last passed.
/// Source: swarmkit manager/scheduler/pipeline.go, filter.go.
class Pipeline {
  public:
    explicit Pipeline(const Needs& needs) : needs_(needs) {}

    /// Counts `nodes` refusals by `filter` that were found elsewhere.
    void add_refused(Verdict filter, std::size_t nodes) {
        refused_[static_cast<std::size_t>(filter)] += static_cast<std::uint32_t>(nodes);
    }
    /// True when the node passes. Counts a refusal, or forgets all refusals.
    bool process(const NodeInfo& node);
    /// "insufficient resources on 2 nodes; 1 node not available for new tasks": most refusals
    /// first.
    std::string explain() const;
    const Needs& needs() const { return needs_; }
    std::uint64_t runs() const { return runs_; }

  private:
    const Needs& needs_;
    std::array<std::uint32_t, filter_count> refused_{};
    std::uint64_t runs_ = 0;
};

}   // namespace glasshive::swarm
